"""Blocks for points: `SO2Conv` against `PointConv` and e3nn, `SymmetricContraction` against the dense scheme.

    python3 -m venv ../intertwine-e3nn
    ../intertwine-e3nn/bin/pip install torch==2.13.0 e3nn==0.6.0 llvmlite -e .
    ../intertwine-e3nn/bin/python -m benchmarks.point_blocks

CPU milliseconds of one forward pass, of one forward and backward pass, and of one that also goes back through the
gradient, as training on forces does; one thread, float32, the sides taking turns in one process, the least of several.
Convolutions are whole layers, with harmonics or frames, radial network, mixing and sum, on 1,000 edges among 50 points
with 32 channels; e3nn's is a `TensorProduct` with weights of each edge between linear maps, as NequIP has it, and is
left out where e3nn is missing. SO2Conv mixes all channels on every edge, the others do not. Contractions run in machine
code, and once more on torch's own operations. The dense scheme is that of MACE: weights times dense couplings,
contracted with one factor after the other.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

import intertwine as tw
from benchmarks.measure import table
from intertwine.nn import Edges, PointConv, SO2Conv, SymmetricContraction, edge_frames, spherical_harmonics
from intertwine.nn.points import horner
from intertwine.nn.products.polynomials import polynomials
from intertwine.representations.expand import expand
from intertwine.representations.structure import direct_sum

NODES, NEIGHBOURS, CHANNELS, RADIAL = 50, 20, 32, 8
DEGREES = (2, 3, 4, 6)
ROUNDS = 5


def natural(degree: int, channels: int) -> tw.representations.Representation:
    """Tensors of degree 0 .. degree with the parity of harmonics."""
    G = tw.O(3)
    return direct_sum([(G.irrep(f"{l}{'eo'[l % 2]}"), channels) for l in range(degree + 1)])


def convolutions(degree: int) -> tuple[dict[str, Callable[[Tensor], Tensor]], Tensor]:
    """Layers as functions of features, and features."""
    generator = torch.Generator().manual_seed(0)
    target = torch.arange(NODES).repeat_interleave(NEIGHBOURS)
    source = torch.randint(0, NODES, target.shape, generator=generator)
    vectors, radial = (torch.randn(len(target), n, generator=generator) for n in (3, RADIAL))
    edges, rho = Edges.of(source, target, NODES), natural(degree, CHANNELS)
    so2, low, point = SO2Conv(rho, rho), SO2Conv(rho, rho, order=2), PointConv(rho, rho, degree=degree)
    sides: dict[str, Callable[[Tensor], Tensor]] = {
        "SO2Conv": lambda x: so2(x, edge_frames(vectors, degree), radial, edges),
        "SO2Conv, order 2": lambda x: low(x, edge_frames(vectors, degree), radial, edges),
        "PointConv": lambda x: point(x, spherical_harmonics(vectors, degree), radial, edges),
    }
    if importlib.util.find_spec("e3nn"):
        sides["e3nn"] = _theirs(degree, vectors, radial, source, target)
    return sides, torch.randn(NODES, rho.dim, generator=generator)


def _theirs(degree: int, vectors: Tensor, radial: Tensor, source: Tensor, target: Tensor) -> Callable[[Tensor], Tensor]:
    from e3nn import o3  # pyright: ignore[reportMissingImports]

    a, b = o3.Irreps([(CHANNELS, (l, (-1) ** l)) for l in range(degree + 1)]), o3.Irreps.spherical_harmonics(degree)
    kinds = [kind for _, kind in a]
    found = [(i, j, c) for i, x in enumerate(kinds) for j, (_, y) in enumerate(b) for c in x * y if c in kinds]
    between, places, _ = o3.Irreps([(CHANNELS, c) for *_, c in found]).sort()
    steps = [(i, j, places[n], "uvu", True) for n, (i, j, _) in enumerate(found)]
    product = o3.TensorProduct(a, b, between, steps, shared_weights=False, internal_weights=False)
    before, after = o3.Linear(a, a), o3.Linear(between.simplify(), a)
    widths = (RADIAL, 64, product.weight_numel)
    network = torch.nn.Sequential(
        torch.nn.Linear(widths[0], widths[1]), torch.nn.SiLU(), torch.nn.Linear(widths[1], widths[2])
    )

    def layer(x: Tensor) -> Tensor:
        y = o3.spherical_harmonics(b, vectors, True, "component")
        sent = product(before(x)[source], y, network(radial))
        return after(torch.zeros(NODES, sent.shape[1]).index_add(0, target, sent))

    return layer


def contractions(degree_out: int, points: int = 200) -> tuple[dict[str, Callable[[Tensor], Tensor]], Tensor]:
    """Products of degree 1 .. 3 of tensors of degree 0 .. 3, as functions of features."""
    rho, out = natural(3, CHANNELS), natural(degree_out, CHANNELS)
    layer = SymmetricContraction(rho, out)
    dense = _dense(layer)

    def plain(x: Tensor) -> Tensor:
        rows = torch.cat([x[:, index].transpose(1, 2) for index in expand(rho).values()], 1).permute(0, 2, 1)
        weight, total = layer.weight[0], 0
        for power, coupling in reversed(dense.items()):
            coefficients = torch.einsum("p...,pu->...u", coupling, weight)  # (k, D, .., D, U)
            letters = "abc"[:power]
            if power == max(dense):
                total = torch.einsum(f"k{letters}u,nu{letters[-1]}->nk{letters[:-1]}u", coefficients, rows)
            else:
                total = torch.einsum(f"nk{letters}u,nu{letters[-1]}->nk{letters[:-1]}u", total + coefficients, rows)
        return total  # type: ignore[return-value]

    def by_torch(x: Tensor) -> Tensor:
        with patch.object(horner, "_in_machine_code", lambda _: False):
            return layer(x)

    sides = {"SymmetricContraction": layer, "the same by torch": by_torch, "dense": plain}
    return sides, torch.randn(points, rho.dim)


def _dense(layer: SymmetricContraction) -> dict[int, Tensor]:
    """For each power the couplings of all paths, (paths, K, D, .., D)."""
    terms = tuple(expand(layer.rho_in))
    starts = [sum(t.dim for t in terms[:k]) for k in range(len(terms))]
    rows, height = sum(t.dim for t in terms), sum(c.dim for c in expand(layer.rho_out))
    found = {n: torch.zeros(layer.weight.shape[1], height, *[rows] * n) for n in range(1, layer.degree + 1)}
    first = row = 0
    for c in expand(layer.rho_out):
        for n, table_of_power in found.items():
            for part in polynomials(terms, c, n):
                block = table_of_power[first : first + len(part.coupling), row : row + c.dim]
                for axis, t in enumerate(part.terms):
                    block = block.narrow(axis + 2, starts[t], terms[t].dim)
                block += part.coupling.movedim(-1, 1)
                first += len(part.coupling)
        row += c.dim
    return found


def least(sides: dict[str, Callable[[Tensor], Any]], x: Tensor) -> dict[str, list[float]]:
    """Milliseconds of every side, in turns: forward; and backward; and back through the gradient."""
    leaf = x.clone().requires_grad_()

    def forward(side: Callable[[Tensor], Any]) -> None:
        with torch.no_grad():
            side(x)

    def backward(side: Callable[[Tensor], Any]) -> None:
        side(leaf).square().sum().backward()

    def twice(side: Callable[[Tensor], Any]) -> None:
        (slope,) = torch.autograd.grad(side(leaf).square().sum(), leaf, create_graph=True)
        slope.square().sum().backward()

    steps = forward, backward, twice
    found = {name: [float("inf")] * len(steps) for name in sides}
    for repeat in range(ROUNDS + 1):
        for name, side in sides.items():
            for k, step in enumerate(steps):
                start = time.process_time()
                step(side)
                if repeat:
                    found[name][k] = min(found[name][k], 1e3 * (time.process_time() - start))
    return found


def main() -> None:
    """Print the tables."""
    torch.set_num_threads(1)
    problems = {f"convolution, degree {degree}": convolutions(degree) for degree in DEGREES}
    problems |= {f"products to degree 3, out to {degree}": contractions(degree) for degree in (0, 1, 3)}
    rows = []
    for title, (sides, x) in problems.items():
        rows += [[title, name, *(f"{t:.1f}" for t in times)] for name, times in least(sides, x).items()]
    print(table(["problem", "side", "forward ms", "and backward", "and through the gradient"], rows))


if __name__ == "__main__":
    main()
