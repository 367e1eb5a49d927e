"""
Four-vectors and the Lorentz group
==================================

Non-compact groups have no average to fall back on: there is no uniform distribution over boosts. The solver does not
need one; it works with the Lie algebra.
"""

import matplotlib.pyplot as plt
import torch

import intertwine as tw

G = tw.Lorentz()
V = G.vector
for maps in (V >> V, V * V >> G.trivial, V * V >> V * V, V**3 >> V):
    print(maps)

# %%
# One scalar can be made of two four-vectors, the Minkowski product, with signature (+, -, -, -):

print((V * V >> G.trivial).matrix(torch.full((1,), 2.0)).reshape(4, 4))

# %%
# Two-index tensors have one map more than under the full group O(1, 3), which contains reflections: the dual of the
# electromagnetic field, which swaps E and B.

full = tw.O(1, 3).vector
print((V * V >> V * V).dim, "without reflections,", (full * full >> full * full).dim, "with")

# %%
# Learn a Lorentz-invariant function: the mass of two particles, from 500 examples at rest in the laboratory. An
# equivariant network keeps its answer for a moving observer; the same network without the symmetry does not.

random = torch.Generator().manual_seed(0)


def collisions(n: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Pairs of particles of mass 0.5, slow in the laboratory, and the mass of each pair."""
    p = 0.5 * torch.randn(n, 2, 3, generator=random)
    energy = (p.square().sum(-1, keepdim=True) + 0.25).sqrt()
    total = torch.cat([energy, p], -1).sum(1)
    mass = (total[:, :1].square() - total[:, 1:].square().sum(-1, keepdim=True)).sqrt()
    return torch.cat([energy, p], -1).flatten(1), mass


def fit(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.nn.Module:
    """Adam, 400 steps on all examples at once."""
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    for _ in range(400):
        loss = torch.nn.functional.mse_loss(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


torch.manual_seed(0)
x, y = collisions(500)
test_x, test_y = collisions(1000)
boosts = G.sample(1000, generator=random)
boosted = (2 * V).apply(boosts, test_x)
models = {
    "plain": torch.nn.Sequential(torch.nn.Linear(8, 64), torch.nn.SiLU(), torch.nn.Linear(64, 1)),
    "equivariant": tw.nn.EMLP(2 * V, G.trivial, 32 * G.trivial + 8 * V),
}
figure, axes = plt.subplots(1, 2, figsize=(6.5, 3), sharex=True, sharey=True)
for ax, (name, model) in zip(axes, models.items(), strict=True):
    fit(model, x, y)
    with torch.no_grad():
        rest, moving = ((model(data) - test_y).abs().mean() for data in (test_x, boosted))
        ax.plot(test_y, model(boosted), ".", ms=3)
    print(f"{name:12} error at rest {rest:.3f}, boosted {moving:.3f}")
    ax.axline((1, 1), slope=1, color="grey", lw=1)
    ax.set(title=f"{name}, boosted", xlabel="mass", ylabel="prediction", aspect="equal")
figure.tight_layout()
