"""
A potential of a molecule from few structures
=============================================

Energies of molecules do not change when they turn, and forces turn along. A network that knows both needs few examples.
Here the truth is a formula, so that everything is made on the spot: a molecule of four atoms held together by springs.
"""

import matplotlib.pyplot as plt
import torch
from torch import Tensor

import intertwine as tw
from intertwine.data import Structure, structure

random = torch.Generator().manual_seed(0)
numbers = [6, 8, 1, 1]
shape = torch.tensor([[0.0, 0, 0], [1.2, 0, 0], [-0.6, 1.0, 0], [-0.6, -0.6, 0.8]], dtype=torch.float64)


def springs(positions: Tensor) -> Tensor:
    """The energy: a spring between every two atoms."""
    return 10 * (torch.pdist(positions) - torch.pdist(shape)).square().sum()


def molecules(count: int) -> list[Structure]:
    """The molecule with its atoms displaced at random, with energies and forces."""
    found = []
    for _ in range(count):
        positions = shape + 0.12 * torch.randn(4, 3, generator=random, dtype=torch.float64)
        forces = -torch.func.grad(springs)(positions)
        found.append(structure(numbers, positions, energy=float(springs(positions)), forces=forces))
    return found


train, test = molecules(40), molecules(50)

# %%
# A potential is a network of scalars, vectors and tensors on atoms. Its forces are the exact slope of its energy.

potential = tw.models.InteratomicPotential([1, 6, 8], cutoff=4.0, channels=8, neighbours=3, scale=4)
print(potential)


def truth(structures: list[Structure]) -> tuple[Tensor, Tensor]:
    """Energies and forces as tensors."""
    forces = [s.forces for s in structures if s.forces is not None]
    return torch.tensor([s.energy for s in structures], dtype=torch.float64), torch.cat(forces)


optimizer = torch.optim.Adam(potential.parameters(), lr=1e-2)
batch = potential.gather(train)
energy, forces = truth(train)
errors = []
for _ in range(150):
    found = potential.predict(batch, keep_graph=True)
    loss = (found.forces - forces).square().mean() + (found.energy - energy).square().mean() / 4
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    errors.append(float((found.forces - forces).abs().mean().detach()))

# %%
# Molecules it has not seen, and how they come: at every angle.

energy, forces = truth(test)
found = potential.predict(test)
turns = tw.O(3).sample(len(test), generator=random)
turned = [structure(numbers, s.positions @ g.mT) for s, g in zip(test, turns, strict=True)]
moved = potential.predict(turned)
drift = (moved.forces.view(-1, 4, 3) - found.forces.view(-1, 4, 3) @ turns.mT).abs().max()
print(f"mean error of a force {(found.forces - forces).abs().mean():.2f} of {forces.abs().mean():.2f}")
print(f"turned molecules: energies change by {(moved.energy - found.energy).abs().max():.0e}, forces by {drift:.0e}")

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
left.semilogy(errors)
left.set(xlabel="step", ylabel="mean error of a force, training")
right.plot(forces.flatten(), found.forces.flatten(), ".", ms=2)
right.set(xlabel="force", ylabel="force predicted", aspect="equal")
figure.tight_layout()

# %%
# The same potential steers ASE's dynamics and relaxations, `atoms.calc = tw.models.ase_calculator(potential)`;
# and `potential.save("molecule.pt")` keeps it without code.
