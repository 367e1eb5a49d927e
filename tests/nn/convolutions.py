"""Convolutions of every kind, made on demand, and how grids turn, written out for the tests alone."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from intertwine.groups import SO, C, Cube, D, Group, O
from intertwine.groups.elements import Element, take
from intertwine.nn import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from intertwine.representations import Representation, alt
from intertwine.representations.harmonics import Harmonics

LAYERS: dict[tuple[int, bool], Any] = {
    (1, False): Conv1d,
    (2, False): Conv2d,
    (3, False): Conv3d,
    (1, True): ConvTranspose1d,
    (2, True): ConvTranspose2d,
    (3, True): ConvTranspose3d,
}
MIRROR = C(2).irrep(1)
ABOUT_Z = C(4).vector + C(4).trivial


def spaces(d: int) -> list[Representation]:
    """How point groups move R^d."""
    if d == 1:
        return [MIRROR, C(1).trivial]
    if d == 2:
        groups: list[Group] = [C(1), C(2), C(3), C(4), C(8), D(1), D(2), D(4), D(8), SO(2), O(2)]
        return [G.vector for G in groups]
    return [Cube().vector, Cube(full=True).vector, SO(3).vector, O(3).vector, ABOUT_Z, 3 * C(1).trivial]


def types(space: Representation) -> list[Representation]:
    """Fields of every kind that stay small."""
    G = space.group
    found = [G.trivial, space, 2 * G.trivial + space, alt(space, space.dim), Harmonics(space, 1) + 2 * G.trivial]
    if space.dim > 1:
        found += [Harmonics(space, 2), space * space + G.trivial]
    if G.is_finite and G.order <= 16:
        found += [G.regular, G.trivial + G.regular]
    return found


def lattice_elements(space: Representation) -> list[Element]:
    """Elements that move samples onto samples."""
    G = space.group
    if G.is_finite:
        g = G.elements()
        return [take(g, i) for i in range(int(G.order)) if _is_signed(space.matrix(take(g, i)))]
    candidates = []
    for order in itertools.permutations(range(space.dim)):
        for signs in itertools.product((1.0, -1.0), repeat=space.dim):
            candidates.append(torch.diag(torch.tensor(signs, dtype=torch.float64))[list(order)])
    return [m for m in candidates if bool(G.contains(m))]


def _is_signed(matrix: Tensor) -> bool:
    return bool((matrix - matrix.round()).abs().max() < 1e-9)


def turn(x: Tensor, space: Representation, rho: Representation, g: Element) -> Tensor:
    """(pi(g) x)(p) = rho(g) x(g^-1 p) on (batch, rho.dim, *grid): x right, y up, z with the slices."""
    d = space.dim
    frame = torch.eye(d, dtype=torch.float64).flip(0)  # (x, y, z) <-> grid axes, last first
    if d > 1:
        frame[d - 2] *= -1
    matrix = (frame @ space.matrix(g) @ frame.mT).round()  # of grid axes
    source = torch.tensor(x.shape[-d:], dtype=torch.float64)
    target = (matrix.abs() @ source).long().tolist()
    axes = [torch.arange(n, dtype=torch.float64) - (n - 1) / 2 for n in target]
    p = torch.stack(torch.meshgrid(*axes, indexing="ij"), -1)
    index = (p @ matrix + (source - 1) / 2).round().long()  # g^-1 p, as rows
    moved = x[(..., *index.unbind(-1))]
    return torch.einsum("ij,nj...->ni...", rho.matrix(g).to(x.dtype), moved)


def defect(layer: Any, x: Tensor) -> float:
    """The greatest |f(pi(g) x) - pi'(g) f(x)| over elements that move samples onto samples."""
    space, worst = layer.space, 0.0
    with torch.no_grad():
        y = layer(x)
        for g in lattice_elements(space):
            there, turned = layer(turn(x, space, layer.rho_in, g)), turn(y, space, layer.rho_out, g)
            worst = max(worst, float((there - turned).abs().max()))
    return worst


V2, R4, V3 = SO(2).vector, C(4).regular, SO(3).vector
CONVOLUTIONS: dict[str, Callable[..., Any]] = {
    "plain": lambda **k: Conv2d(3 * C(1).trivial, 4 * C(1).trivial, 3, padding=1, **k),
    "lifting": lambda **k: Conv2d(2 * C(4).trivial, 2 * R4, 3, **k),
    "p4": lambda **k: Conv2d(2 * R4, 2 * R4, 3, padding=1, padding_mode="circular", **k),
    "p4m mixed": lambda **k: Conv2d(D(4).regular + D(4).vector, 2 * D(4).trivial + D(4).regular, 3, stride=2, **k),
    "C(8) regular": lambda **k: Conv2d(2 * C(8).regular, C(8).regular, 5, padding=2, **k),
    "C(8) banded sum": lambda **k: Conv2d(C(8).regular + C(8).trivial, C(8).regular + C(8).vector, 5, **k),
    "SO(2)": lambda **k: Conv2d(2 * SO(2).trivial + 2 * V2, 2 * SO(2).trivial + 2 * V2 + 2 * V2 * V2, 5, **k),
    "SO(2) uneven": lambda **k: Conv2d(SO(2).trivial + 2 * V2, 3 * SO(2).trivial + V2, 3, dilation=2, **k),
    "O(2) free profile": lambda **k: Conv2d(2 * O(2).vector, O(2).trivial + O(2).vector, 5, profile="free", **k),
    "grouped": lambda **k: Conv2d(4 * (C(4).trivial + R4), 2 * R4, 3, groups=2, **k),
    "transposed": lambda **k: ConvTranspose2d(2 * R4, C(4).trivial + R4, 4, stride=2, padding=1, **k),
    "transposed grouped": lambda **k: ConvTranspose2d(4 * V2, 2 * V2, 3, stride=2, groups=2, **k),
    "without maps": lambda **k: Conv2d(O(2).trivial, alt(O(2).vector, 2), 3, **k),
    "signal": lambda **k: Conv1d(C(2).trivial + 2 * MIRROR, 3 * MIRROR + C(2).trivial, 5, space=MIRROR, **k),
    "transposed signal": lambda **k: ConvTranspose1d(2 * MIRROR, C(2).trivial, 3, space=MIRROR, **k),
    "cube": lambda **k: Conv3d(Cube().trivial + Cube().vector, Cube().regular, 3, padding=1, **k),
    "SO(3)": lambda **k: Conv3d(SO(3).trivial + V3, 2 * SO(3).trivial + V3, 3, **k),
    "turns about z": lambda **k: Conv3d(ABOUT_Z.group.regular, ABOUT_Z, 3, space=ABOUT_Z, **k),
    "transposed volume": lambda **k: ConvTranspose3d(V3, SO(3).trivial + V3, 2, stride=2, **k),
}
"""Layers that take `device`, `dtype` and `generator`."""


def inputs(layer: Any, batch: int = 2, size: int = 7, **options: Any) -> Tensor:
    """Random fields in the precision of the layer."""
    return torch.randn(batch, layer.rho_in.dim, *(size,) * layer.d, **{"dtype": layer.weight.dtype, **options})
