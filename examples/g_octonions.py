"""
Octonions: a product learned from two examples
==============================================

The octonions are the last of the number systems after the real and complex numbers and the quaternions. Their imaginary
units multiply by a product of vectors in seven dimensions, and the symmetry of that product is the smallest exceptional
group, G2. A network that knows the group needs to learn a single number.
"""

import matplotlib.pyplot as plt
import torch

import intertwine as tw

G = tw.G2()
V = G.vector
print(tw.tensor_decomposition(V, V))
print(V * V >> V)

# %%
# Two vectors have one product that is a vector. The weights of its table, one slice for each component of the result,
# are 0 and one number with either sign: each unit is the product of three pairs of others, the lines of the Fano plane.

table = (V * V >> V).basis()[0].unflatten(1, (7, 7))
figure, axes = plt.subplots(1, 7, figsize=(9, 1.7))
for k, ax in enumerate(axes):
    ax.imshow(table[k], cmap="coolwarm", vmin=-0.2, vmax=0.2)
    ax.set(title=f"$e_{k + 1}$", xticks=[], yticks=[])
figure.tight_layout()

# %%
# Hide the product in data: a few pairs of vectors and their products, as a table of numbers.


def product(x: torch.Tensor) -> torch.Tensor:
    return torch.einsum("kij,ni,nj->nk", table.to(x.dtype) * 42**0.5, x[:, :7], x[:, 7:])


random = torch.Generator().manual_seed(0)
test_x = torch.randn(1000, 14, generator=random)
test_y = product(test_x)


def error_after_training(model: torch.nn.Module, rate: float, count: int) -> float:
    x = torch.randn(count, 14, generator=torch.Generator().manual_seed(1))
    y = product(x)
    optimizer = torch.optim.Adam(model.parameters(), lr=rate)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 250)
    for _ in range(250):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(x), y).backward()
        optimizer.step()
        schedule.step()
    with torch.no_grad():
        return float((model(test_x) - test_y).square().mean() / test_y.square().mean())


def perceptron() -> torch.nn.Module:
    return torch.nn.Sequential(
        torch.nn.Linear(14, 128), torch.nn.SiLU(), torch.nn.Linear(128, 128), torch.nn.SiLU(), torch.nn.Linear(128, 7)
    )


models = {
    "perceptron": (perceptron, 0.005),
    "FourierNet of G2": (lambda: tw.nn.FourierNet(2 * V, V, hidden=4, layers=1), 0.03),
    "TensorSquare of G2": (lambda: tw.nn.TensorSquare(2 * V, V), 0.2),
}
counts = [2, 8, 32, 128]
figure, ax = plt.subplots(figsize=(6, 3.4))
for name, (make, rate) in models.items():
    torch.manual_seed(0)
    errors = [error_after_training(make(), rate, count) for count in counts]
    print(
        f"{name:20}", "  ".join(f"{count:3} examples {error:.1e}" for count, error in zip(counts, errors, strict=True))
    )
    ax.loglog(counts, errors, "o-", label=name)
ax.set(xlabel="training examples", ylabel="error on new vectors / variance")
ax.legend()
figure.tight_layout()

# %%
# The tensor square holds the product and nothing else; two examples give it to the last digit of single precision.
# `FourierNet` is the general recipe, which knows nothing of this problem but the symmetry; it has perceptrons and gates
# of its own to unlearn. The perceptron without the symmetry does not find the rule in 128 examples, and on small sets
# is worse than no guess at all.
