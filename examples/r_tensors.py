"""
Tensors as answers
==================

How easily a molecule is polarised is no number but a symmetric tensor: a field along one axis moves charge along
another. The tensor turns with the molecule. A network whose output has that type needs no frame of reference and no
turned examples. The truth here is computed on the spot, by the model of induced dipoles that pull at each other.
"""

import matplotlib.pyplot as plt
import torch
from torch import Tensor

import intertwine as tw

random = torch.Generator().manual_seed(0)
OWN = torch.tensor([0.5, 1.4, 0.9], dtype=torch.float64)  # polarisabilities of lone atoms of three species, A^3


def clusters(count: int, atoms: int = 6) -> tuple[Tensor, Tensor]:
    """Species (count, atoms) and positions (count, atoms, 3) of atoms at least 1.8 A apart."""
    found: list[Tensor] = []
    while len(found) < count:
        r = 1.8 * torch.randn(atoms, 3, generator=random, dtype=torch.float64)
        if float(torch.pdist(r).min()) > 1.8:
            found.append(r)
    return torch.randint(0, 3, (count, atoms), generator=random), torch.stack(found)


def polarisability(species: Tensor, r: Tensor) -> Tensor:
    """The molecule's tensor (count, 3, 3): each dipole answers to the field and to the other dipoles."""
    count, atoms = species.shape
    apart = r[:, :, None] - r[:, None]
    length = apart.norm(dim=3) + torch.eye(atoms)
    outer = 3 * apart[..., :, None] * apart[..., None, :] / length[..., None, None] ** 5
    pull = outer - torch.eye(3) / length[..., None, None] ** 3
    pull = pull * (1 - torch.eye(atoms))[..., None, None]
    system = torch.diag_embed((1 / OWN[species]).repeat_interleave(3, 1)) - pull.transpose(2, 3).flatten(3).flatten(
        1, 2
    )
    fields = torch.eye(3, dtype=torch.float64).repeat(atoms, 1).expand(count, -1, -1)
    return torch.linalg.solve(system, fields).unflatten(1, (atoms, 3)).sum(1)


species, r = clusters(300)
truth = polarisability(species, r)
print("symmetric:", torch.allclose(truth, truth.mT), "  first tensor:", truth[0].round(decimals=2).tolist())

# %%
# The type of the answer is `sym(V, 2)`: its six numbers are xx, xy, xz, yy, yz, zz, those off the diagonal times the
# square root of 2, so that lengths are those of the matrix. `decompose` says what it is made of: a number that does not
# turn, the mean polarisability, and five that turn together, the anisotropy.

G = tw.O(3)
rho = tw.sym(G.vector, 2)
parts = rho.decompose()
print(rho, "=", parts)
row, column = torch.triu_indices(3, 3)
size = torch.where(row == column, 1.0, 2**0.5).double()
answers = truth[:, row, column] * size

# %%
# Each atom starts with its species, three numbers that do not turn. `pool="sum"` adds up what the atoms contribute.

network = tw.models.TensorFieldNetwork(
    3 * G.trivial, rho, cutoff=6.0, channels=12, degree=2, layers=2, neighbours=5, pool="sum", generator=random
)
cut = 220
train, test = slice(0, cut), slice(cut, len(r))


def graph_of(r: Tensor) -> tw.nn.PointGraph:
    """All molecules as one graph."""
    owner = torch.arange(len(r)).repeat_interleave(r.shape[1])
    return tw.nn.radius_graph(r.flatten(0, 1), 6.0, structure=owner)


def features(species: Tensor) -> Tensor:
    return torch.nn.functional.one_hot(species, 3).flatten(0, 1).float()


x, graph = features(species[train]), graph_of(r[train])
centre = row.eq(column) * truth[train].diagonal(dim1=1, dim2=2).mean()  # what does not turn
spread = (answers[train] - centre).std()
wanted = ((answers[train] - centre) / spread).float()
optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 120)
for _ in range(120):
    loss = (network(x, graph) - wanted).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()

with torch.no_grad():
    found = network(features(species[test]), graph_of(r[test])).double() * spread + centre
error = (found - answers[test]).square().mean().sqrt() / (answers[test] - centre).square().mean().sqrt()
print(f"root mean square error on molecules it has not seen: {error:.1%} of their spread")

# %%
# Mirrored and turned molecules have mirrored and turned tensors, to rounding.

g = G.sample(1, generator=random)[0]
with torch.no_grad():
    turned = network(features(species[test]), graph_of(r[test] @ g.mT)).double() * spread + centre
print(f"turned molecules: greatest difference {(turned - rho.apply(g, found)).abs().max():.0e}")

# %%
# In the basis of `parts` the five come first and the one last.

figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3.2))
for ax, name, part in (
    (left, "mean polarisability / Å³", slice(5, 6)),
    (right, "components of the anisotropy / Å³", slice(0, 5)),
):
    true, predicted = (values @ parts.basis[:, part] for values in (answers[test], found))
    if name.startswith("mean"):  # a basis vector of length 1 along the unit matrix, up to its sign
        true, predicted = true.abs() / 3**0.5, predicted.abs() / 3**0.5
    ax.plot(true.flatten(), predicted.flatten(), ".", ms=3)
    ax.axline((float(true.mean()),) * 2, slope=1, color="grey", lw=1)
    ax.set(title=name, xlabel="true", ylabel="predicted")
figure.tight_layout()

# %%
# Tensors of any rank go the same way. An elastic tensor is `tw.sym(rho, 2)`, 21 numbers; NMR shieldings, which need not
# be symmetric, are `G.vector * G.vector`, nine numbers row by row, at every atom instead of pooled.

print(
    tw.sym(rho, 2), "=", tw.sym(rho, 2).decompose(), "  ", G.vector * G.vector, "=", (G.vector * G.vector).decompose()
)
