"""
Learning the inertia tensor
===========================

Five point masses have an inertia tensor, a symmetric matrix that turns with them. Bodies in the training set all stand
upright; in the test they lie any way. The equivariant network needs no turned example.
"""

import matplotlib.pyplot as plt
import torch

import intertwine as tw
from intertwine.data import draw_bodies

G = tw.SO(3)
V = G.vector
rho_in = 5 * (V + G.trivial)
rho_out = V * V
random = torch.Generator().manual_seed(0)
train, test = draw_bodies(500, generator=random), draw_bodies(1000, generator=random)
x, test_x = train.x.flatten(1), test.x.flatten(1)

# %%
# The type of the input says everything the network must know: five times a position and a mass. The type of the output
# is a matrix. Between them, hidden layers carry scalars, vectors and matrices.

torch.manual_seed(0)
hidden = 32 * G.trivial + 16 * V + 4 * (V * V)
models = {
    "plain": torch.nn.Sequential(
        torch.nn.Linear(20, 128), torch.nn.SiLU(), torch.nn.Linear(128, 128), torch.nn.SiLU(), torch.nn.Linear(128, 9)
    ),
    "equivariant": tw.nn.EMLP(rho_in, rho_out, hidden),
}
turned_x = rho_in.apply(g := G.sample(1000, generator=random), test_x)
turned_y = rho_out.apply(g, test.y)
figure, axes = plt.subplots(1, 2, figsize=(6.5, 3), sharex=True, sharey=True)
for ax, (name, model) in zip(axes, models.items(), strict=True):
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    for _ in range(300):
        loss = torch.nn.functional.mse_loss(model(x), train.y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        upright = torch.nn.functional.mse_loss(model(test_x), test.y)
        turned = torch.nn.functional.mse_loss(model(turned_x), turned_y)
        ax.plot(turned_y.flatten(), model(turned_x).flatten(), ".", ms=1)
    size = sum(p.numel() for p in model.parameters())
    print(f"{name:12} {size:7,} parameters   upright {upright:.4f}   turned {turned:.4f}")
    ax.axline((0, 0), slope=1, color="grey", lw=1)
    ax.set(title=f"{name}, turned bodies", xlabel="tensor component", ylabel="prediction")
figure.tight_layout()

# %%
# The audit confirms that one of them is equivariant and says how far off the other is: 0 is perfect, and 1 is what a
# model without any relation between the two answers would get.

for name, model in models.items():
    report = tw.audit(model, test_x, tw.actions.Vectors(rho_in), tw.actions.Vectors(rho_out))
    print(name, f"{report.error:.1e}")
