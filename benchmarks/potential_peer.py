"""`models.InteratomicPotential` out of e3nn's modules, with the weights of one of ours, for `potential_vs_e3nn`."""

# pyright: reportMissingImports=false

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import Any

import torch
from e3nn import o3
from e3nn.math import normalize2mom
from e3nn.nn import FullyConnectedNet, Gate
from torch import Tensor, nn

from intertwine.models import InteratomicPotential
from intertwine.nn.points.neighbours import PointGraph
from intertwine.nn.points.radial_network import SILU_GAIN
from intertwine.representations.expand import expand

AXES = [1, 2, 0]
"""e3nn's polar axis is y: of vectors in this order it gives our harmonics."""


def moment(function: Any) -> float:
    """By what e3nn multiplies an activation, so that normal numbers keep mean square 1."""
    return float(normalize2mom(function).cst)


class Block(nn.Module):
    """One interaction: linear, tensor product of neighbours, sum, linear; self-connection; gate.

    `sizes` (features,) is what our features have over theirs, whose gates multiply by constants.
    """

    def __init__(self, own: Any, irreps_in: o3.Irreps, sizes: Tensor, degree: int):
        super().__init__()
        conv, channels = own.conv, own.conv.channels
        middle = o3.Irreps([(channels, irrep) for _, irrep in irreps_in])
        self.product, factors = _product(conv, irreps_in, middle, degree)
        scalars, *gated = _terms(own.rho_out)
        gates = [(sum(count for count, _ in gated), "0e")] if gated else []
        self.gate = Gate([scalars], [nn.functional.silu], gates, [torch.sigmoid] if gated else [], gated)
        ours = o3.Irreps([scalars, *gated, *gates])
        order = [0, *([len(gated) + 1] if gated else []), *range(1, len(gated) + 1)]
        between = o3.Irreps([ours[k] for k in order])
        self.mix = o3.Linear(irreps_in, middle)
        _fill(self.mix, conv.mix.matrix() * sizes, irreps_in, middle, range(len(middle)))
        self.out = o3.Linear(self.product.irreps_out, between)
        _fill(self.out, conv.out.matrix() * conv.scale, self.product.irreps_out, ours, order)
        attributes = own.itself.rho_in.dim // irreps_in.dim
        self.itself = o3.FullyConnectedTensorProduct(irreps_in, o3.Irreps(f"{attributes}x0e"), between)
        _fill_bilinear(self.itself, own.itself.matrix().unflatten(1, (attributes, -1)) * sizes, irreps_in, ours, order)
        self.radial = _radial(conv.radial, torch.tensor(factors).repeat_interleave(channels))
        self.irreps_out = o3.Irreps([scalars, *gated])
        gains = [moment(nn.functional.silu), *[moment(torch.sigmoid)] * len(gated)]
        self.sizes = torch.cat(
            [torch.full((part.dim,), SILU_GAIN / gain) for part, gain in zip(self.irreps_out, gains, strict=True)]
        )

    def forward(self, x: Tensor, y: Tensor, radial: Tensor, attributes: Tensor, graph: PointGraph) -> Tensor:
        sent = self.product(self.mix(x)[graph.edges.source], y, self.radial(radial))
        sums = sent.new_zeros(len(x), sent.shape[1]).index_add_(0, graph.edges.target, sent)
        return self.gate((self.out(sums) + self.itself(x, attributes)) * 0.5**0.5)


class Potential(nn.Module):
    """Energy of atoms."""

    def __init__(self, own: InteratomicPotential):
        super().__init__()
        self.own, network = own, own.network
        self.basis = network.basis
        self.harmonics = o3.SphericalHarmonics(list(range(network.degree + 1)), True, "component")
        irreps, sizes, blocks = o3.Irreps([(network.rho_in.dim, "0e")]), torch.ones(network.rho_in.dim), []
        for block in network.blocks:
            blocks.append(Block(block, irreps, sizes, network.degree))
            irreps, sizes = blocks[-1].irreps_out, blocks[-1].sizes
        self.blocks = nn.ModuleList(blocks)
        self.head = o3.Linear(irreps, "1x0e")
        _fill(self.head, network.head.matrix() * sizes, irreps, o3.Irreps("1x0e"), [0])

    def forward(self, numbers: Tensor, graph: PointGraph) -> Tensor:
        index = self.own.index(numbers)
        x, attributes = self.own.embedding(index), self.own.attributes(index)
        vectors = graph.vectors.to(x.dtype)
        y, radial = self.harmonics(vectors[:, AXES]), self.basis(vectors.norm(dim=1))
        for block in self.blocks:
            x = block(x, y, radial, attributes, graph)
        return graph.total(self.head(x).squeeze(1).double())


def _product(conv: Any, irreps_in: o3.Irreps, middle: o3.Irreps, degree: int) -> tuple[o3.TensorProduct, list[float]]:
    """The product of features with harmonics, and what our couplings have over theirs."""
    harmonics = o3.Irreps.spherical_harmonics(degree)
    rows_in, rows_y = (_places(irreps) for irreps in (irreps_in, harmonics))
    steps, out, factors = [], [], []
    for term, members in conv.plan.terms.items():
        for number in members:
            path, irrep = conv.plan.paths[number], _irrep(term)
            i, j = rows_in[path.x_start], rows_y[path.y_start]
            steps.append((i, j, number, "uvu", True))
            out.append((conv.channels, irrep))
            w3j = o3.wigner_3j(irreps_in[i].ir.l, harmonics[j].ir.l, irrep.l, dtype=torch.float64)
            factors.append(float((path.coupling * w3j).sum() / w3j.square().sum()))
    bare = {"irrep_normalization": "none", "path_normalization": "none"}
    weights = {"shared_weights": False, "internal_weights": False}
    return o3.TensorProduct(middle, harmonics, o3.Irreps(out), steps, **bare, **weights), factors


def _radial(own: nn.Sequential, factors: Tensor) -> FullyConnectedNet:
    """The radial network, whose last weights also take the factors of the couplings."""
    linears = [layer for layer in own if isinstance(layer, nn.Linear)]
    widths = [linears[0].in_features, *(layer.out_features for layer in linears)]
    network = FullyConnectedNet(widths, nn.functional.silu)
    with torch.no_grad():
        for k, (layer, linear) in enumerate(zip(network, linears, strict=True)):
            gain = moment(nn.functional.silu) if k else 1.0
            layer.weight.copy_(linear.weight.mT * (linear.in_features**0.5 / gain))
        network[-1].weight.mul_(factors)
    return network


def _irrep(term: Any) -> Any:
    name = str(term)
    return o3.Irrep("0e" if name == "1" else name)


def _terms(rho: Any) -> list[tuple[int, Any]]:
    return [(len(index), _irrep(term)) for term, index in expand(rho).items()]


def _starts(irreps: o3.Irreps) -> list[int]:
    return [0, *accumulate(part.dim for part in irreps)]


def _places(irreps: o3.Irreps) -> dict[int, int]:
    """Which term starts at a row, where every term stands once."""
    return {start: k for k, start in enumerate(accumulate([0, *(part.ir.dim for part in irreps)]))}


def _fill(linear: o3.Linear, matrix: Tensor, irreps_in: o3.Irreps, ours: o3.Irreps, order: Sequence[int]) -> None:
    """Weights from our matrix, whose rows stand in the order of `ours`."""
    starts = _starts(ours)
    with torch.no_grad():
        for step, view in zip(linear.instructions, linear.weight_views(), strict=True):
            o, d = order[step.i_out], irreps_in[step.i_in].ir.dim
            part = matrix[starts[o] : starts[o + 1] : d, irreps_in.slices()[step.i_in]][:, ::d]
            view.copy_(part.mT / step.path_weight)


def _fill_bilinear(
    product: o3.FullyConnectedTensorProduct,
    matrix: Tensor,
    irreps_in: o3.Irreps,
    ours: o3.Irreps,
    order: Sequence[int],
) -> None:
    """The same from a matrix (rows, attributes, columns)."""
    starts = _starts(ours)
    with torch.no_grad():
        for step, view in zip(product.instructions, product.weight_views(), strict=True):
            o, d = order[step.i_out], irreps_in[step.i_in1].ir.dim
            part = matrix[starts[o] : starts[o + 1] : d, :, irreps_in.slices()[step.i_in1]][:, :, ::d]
            view.copy_(part.permute(2, 1, 0) * (d**0.5 / step.path_weight))
