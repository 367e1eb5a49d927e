"""
Three ways to listen to neighbours
==================================

An atom in a molecule learns about the others from messages. It can add them up, multiply the sums with each other,
which tells angles, or decide which of them to attend to. The three kinds of layers have the same symmetries and the
same interface. Here each learns the forces in ethanol from thirty structures.
"""

import matplotlib.pyplot as plt
import torch
from torch import Tensor

import intertwine as tw
from intertwine.data import RMD17_FILES, Structure, load_rmd17, local_folder, structure

random = torch.Generator().manual_seed(0)


def springs(positions: Tensor, rest: Tensor) -> Tensor:
    """The energy of an invented molecule: a spring between every two atoms."""
    return 10 * (torch.pdist(positions) - rest).square().sum()


def invented(count: int) -> list[Structure]:
    """Structures of that molecule with their forces."""
    shape = torch.tensor([[0.0, 0, 0], [1.2, 0, 0], [-0.6, 1.0, 0], [-0.6, -0.6, 0.8]], dtype=torch.float64)
    found = []
    for _ in range(count):
        positions = shape + 0.12 * torch.randn(4, 3, generator=random, dtype=torch.float64)
        slope = torch.func.grad(springs)(positions, torch.pdist(shape))
        found.append(structure([6, 8, 1, 1], positions, forces=-slope))
    return found


folder = local_folder()
if folder is not None and (folder / RMD17_FILES["ethanol", "train"].local).is_file():
    train, test = load_rmd17("ethanol", "train")[:30], load_rmd17("ethanol", "test")[:100]
    origin = "ethanol of rMD17, forces in kcal/mol/A"
else:
    train, test = invented(30), invented(100)
    origin = "an invented molecule (INTERTWINE_DATA has no rMD17)"


def forces(structures: list[Structure]) -> Tensor:
    """The true ones, (atoms, 3)."""
    return torch.cat([s.forces for s in structures if s.forces is not None])


print(f"{origin}: mean size of a component {forces(test).abs().mean():.1f}")

# %%
# One argument says what layers are made of.

potentials, curves = {}, {}
for block in ("gate", "many-body", "attention"):
    potential = tw.models.InteratomicPotential(
        [1, 6, 8],
        cutoff=4.0,
        channels=16,
        degree=1,
        harmonics=1,
        layers=2,
        neighbours=7,
        scale=float(forces(train).std()),
        block=block,
    )
    batch, unseen = potential.gather(train), potential.gather(test)
    optimizer = torch.optim.Adam(potential.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 55)
    curves[block] = []
    for _ in range(55):
        loss = (potential.predict(batch, keep_graph=True).forces - forces(train)).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        curves[block].append(float(loss.detach()))
    error = (potential.predict(unseen).forces - forces(test)).abs().mean()
    weights = sum(p.numel() for p in potential.parameters())
    print(f"{block:10} {weights:6,} weights, mean error of forces it has not seen {error:.2f}")
    potentials[block] = potential

# %%
# All of them turn along with the molecule, mirrored or not.

turns = tw.O(3).sample(len(test), generator=random)
moved = [structure(s.numbers, s.positions @ g.mT) for s, g in zip(test, turns, strict=True)]
for block, potential in potentials.items():
    still, turned = (potential.predict(s).forces.view(len(test), -1, 3) for s in (test, moved))
    drift = (turned - still @ turns.mT).abs().max() / still.abs().max()
    print(f"{block:10} turned molecules: forces differ by {drift:.0e} of the greatest")

# %%
# What the attention of the first layer settled on: the share of each neighbour by its distance, one colour for each
# head. Shares are smooth in the distance and end at the cutoff.

attentive = potentials["attention"]
atoms = attentive.gather(test[:20])
layer = attentive.network.blocks[0]
vectors = atoms.graph.vectors.float()
length = vectors.norm(dim=1)
species = attentive.index(atoms.numbers)
with torch.no_grad():
    x = layer.norm(attentive.embedding(species))
    y, radial = tw.nn.spherical_harmonics(vectors, 1), attentive.network.basis(length)
    logits = layer.attention.logits(x, y, radial, atoms.graph.edges)
    shares = tw.nn.segment_softmax(logits, layer.envelope(length), atoms.graph.edges)

figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
for block, curve in curves.items():
    left.semilogy(curve, label=block)
left.set(xlabel="step", ylabel="mean error of a force, training")
left.legend()
for head in range(shares.shape[1]):
    right.plot(length, shares[:, head], ".", ms=2)
right.set(xlabel="distance of a neighbour", ylabel="its share in the attention")
figure.tight_layout()
