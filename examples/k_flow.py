"""
A flow from its vorticity
=========================

Stirred fluid in a box: from the vorticity at every point (a number) a network is to find the velocity (a vector). Turn
the vorticity by a quarter, and the velocity turns with it: its arrows move *and* turn. A U-Net of steerable
convolutions knows that from the start, ``rho_out = G.vector``; an ordinary one of the same size has to see it in the
data.
"""

# %%
# Velocities are exact: the stream function solves Poisson's equation on a periodic box, by Fourier.

import matplotlib.pyplot as plt
import torch
from torch import Tensor, nn

import intertwine as tw
from intertwine.models import SteerableUNet

SIDE = 24


def flows(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Vorticity (count, 1, SIDE, SIDE) of random eddies and velocity (count, 2, SIDE, SIDE), x right and y up."""
    random = torch.Generator().manual_seed(seed)
    k = 2 * torch.pi * torch.fft.fftfreq(SIDE)
    kx, ky = k[None, :], -k[:, None]  # rows run downwards
    square = (kx**2 + ky**2).clamp_min(1e-9)
    noise = torch.fft.fft2(torch.randn(count, SIDE, SIDE, generator=random))
    vorticity = noise * torch.exp(-square * 6.0) * (square > 1e-6)
    stream = vorticity / square
    velocity = torch.stack([1j * ky * stream, -1j * kx * stream], 1)
    w, v = torch.fft.ifft2(vorticity).real[:, None], torch.fft.ifft2(velocity).real
    return w / w.std(), v / v.std()


# %%
# Two networks of one architecture. The group of the first is C(4), of the second nothing but translations.


def network(group: tw.Group, space: tw.Representation, width: int) -> SteerableUNet:
    torch.manual_seed(0)
    return SteerableUNet(group.trivial, space, widths=(width, 2 * width), space=space)


turns, nothing = tw.C(4), tw.C(1)
networks = {
    "steerable": network(turns, turns.vector, 3),
    "ordinary": network(nothing, 2 * nothing.trivial, 6),
}


def train(model: nn.Module, w: Tensor, v: Tensor, steps: int) -> None:
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    for _ in range(steps):
        optimizer.zero_grad()
        (model(w) - v).square().mean().backward()
        optimizer.step()
        schedule.step()
    model.eval()


def error(model: nn.Module, w: Tensor, v: Tensor) -> float:
    """Share of the velocity's variance that is missed."""
    with torch.no_grad():
        return float((model(w) - v).square().mean() / v.square().mean())


w, v = flows(16, seed=1)
w_test, v_test = flows(64, seed=2)
print(f"{'':10s} weights   new flows")
for name, model in networks.items():
    train(model, w, v, steps=60)
    print(f"{name:10s} {sum(p.numel() for p in model.parameters()):7d} {error(model, w_test, v_test):11.3f}")

# %%
# How far is each from the equation f(pi(g) x) = pi'(g) f(x)? The action on velocities moves and turns the arrows.

scalar, vector = tw.actions.Pictures(turns), tw.actions.Pictures(turns, rho=turns.vector)
for name, model in networks.items():
    report = tw.audit(model, w_test, scalar, vector)
    print(f"{name:10s} equivariance error {report.error:.1e}")

# %%
# One flow, turned by a quarter: the predicted arrows, over the vorticity.

g = turns.generators[0]
figure, axes = plt.subplots(1, 3, figsize=(10.5, 3.6))
with torch.no_grad():
    shown = scalar(g, w_test[:1])
    arrows = {"true": vector(g, v_test[:1]), **{name: model(shown) for name, model in networks.items()}}
step = slice(1, None, 2)
rows, columns = torch.meshgrid(torch.arange(SIDE)[step], torch.arange(SIDE)[step], indexing="ij")
for ax, (name, field) in zip(axes, arrows.items(), strict=True):
    ax.imshow(shown[0, 0], cmap="RdBu_r", alpha=0.8)
    ax.quiver(columns, rows, field[0, 0, step, step], field[0, 1, step, step], scale=30, width=0.006)
    ax.set_title(name)
    ax.axis("off")
figure.tight_layout()
plt.show()
