"""Finite groups by name."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ..errors import IntertwineError
from .catalogued import catalogued
from .finite import group_from_matrices
from .permutation import PermutationGroup


@catalogued
def C(n: int) -> PermutationGroup:
    """The cyclic group of order n, the rotations of the regular n-gon; `vector` turns the plane counter-clockwise."""
    _at_least(1, n, "C")
    rotation = torch.arange(n).roll(-1)
    return PermutationGroup([rotation], f"C({n})", order=n, names=["r"], geometry=_rotation(n)[None])


@catalogued
def D(n: int) -> PermutationGroup:
    """The dihedral group of order 2n, the symmetries of the regular n-gon; `vector` acts on the plane.

    r turns the plane by 2 pi / n counter-clockwise and f mirrors it, (x, y) -> (x, -y).
    """
    _at_least(1, n, "D")
    if n == 1:
        r, f = torch.arange(2), torch.tensor([1, 0])
    elif n == 2:  # two corners do not tell the mirrors apart: the corners of a rectangle do
        r, f = torch.tensor([2, 3, 0, 1]), torch.tensor([3, 2, 1, 0])
    else:
        r, f = torch.arange(n).roll(-1), (-torch.arange(n)) % n
    mirror = torch.diag(torch.tensor([1.0, -1.0], dtype=torch.float64))
    geometry = torch.stack([_rotation(n), mirror])
    return PermutationGroup([r, f], f"D({n})", order=2 * n, names=["r", "f"], geometry=geometry)


@catalogued
def S(n: int) -> PermutationGroup:
    """The symmetric group of all permutations of n points."""
    _at_least(1, n, "S")
    swap = torch.arange(n)
    swap[: min(n, 2)] = swap[: min(n, 2)].flip(0)
    cycle = torch.arange(n).roll(-1)

    def sampler(k: int, generator: torch.Generator | None) -> Tensor:
        return torch.rand(k, n, generator=generator).argsort(-1)

    return PermutationGroup([swap, cycle], f"S({n})", order=math.factorial(n), names=["s", "c"], sampler=sampler)


@catalogued
def A(n: int) -> PermutationGroup:
    """The alternating group of the even permutations of n points."""
    _at_least(1, n, "A")
    if n < 3:
        return PermutationGroup([torch.arange(n)], f"A({n})", order=1, names=["e"])
    three = torch.arange(n)
    three[:3] = torch.tensor([1, 2, 0])
    cycle = torch.arange(n)
    start = 0 if n % 2 else 1
    cycle[start:] = cycle[start:].roll(-1)
    return PermutationGroup([three, cycle], f"A({n})", order=math.factorial(n) // 2, names=["t", "c"])


@catalogued
def Q(order: int) -> PermutationGroup:
    """The (generalised) quaternion group of the given order 4m, on its own elements; `vector` acts on R^4.

    Q(8) is {+-1, +-i, +-j, +-k}, and `vector` is multiplication of quaternions (1, i, j, k) from the left.
    """
    if order < 8 or order % 4:
        raise IntertwineError(f"Q(4m) needs an order divisible by 4 and at least 8, got {order}")
    half = order // 2
    # Elements a^k b^s at position k + half s, with a^half = 1, b^2 = a^(half / 2), b a = a^-1 b.
    k = torch.arange(half)
    a = torch.cat([(k + 1) % half, half + (k + 1) % half])
    b = torch.cat([half + (-k) % half, (-k + half // 2) % half])
    c, s = _rotation(half)[:, 0]
    left_a = torch.tensor([[c, -s, 0, 0], [s, c, 0, 0], [0, 0, c, -s], [0, 0, s, c]], dtype=torch.float64)
    left_j = torch.tensor([[0, 0, -1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, -1, 0, 0]], dtype=torch.float64)
    geometry = torch.stack([left_a, left_j])
    return PermutationGroup([a, b], f"Q({order})", order=order, names=["a", "b"], geometry=geometry)


@catalogued
def Cube(full: bool = False) -> PermutationGroup:
    """The 24 rotations of the cube, or with `full=True` all its 48 symmetries; `vector` acts on space."""
    turns = [[[0, -1, 0], [1, 0, 0], [0, 0, 1]], [[0, 0, 1], [1, 0, 0], [0, 1, 0]]]
    return _solid("Cube", torch.tensor(turns, dtype=torch.float64), 24, full)


@catalogued
def Icosahedron(full: bool = False) -> PermutationGroup:
    """The 60 rotations of the icosahedron, or with `full=True` all its 120 symmetries; `vector` acts on space."""
    phi = (1 + 5**0.5) / 2
    fifth = [[1, -phi, phi - 1], [phi, phi - 1, -1], [phi - 1, 1, phi]]  # by 72 degrees, about a vertex
    third = [[0, 0, 2], [2, 0, 0], [0, 2, 0]]  # by 120 degrees, about (1, 1, 1)
    return _solid("Icosahedron", torch.tensor([fifth, third], dtype=torch.float64) / 2, 60, full)


def _solid(name: str, rotations: Tensor, order: int, full: bool) -> PermutationGroup:
    geometry = torch.cat([rotations, -torch.eye(3, dtype=torch.float64)[None]]) if full else rotations
    closed = group_from_matrices(geometry)
    return PermutationGroup(
        torch.stack(list(closed.generators)),
        f"{name}(full=True)" if full else f"{name}()",
        order=2 * order if full else order,
        names=["r", "s", "i"][: len(geometry)],
        geometry=geometry,
    )


@catalogued
def Rubik() -> PermutationGroup:
    """Rubik's cube by its six quarter turns on 48 stickers: 43,252,003,274,489,856,000 elements, never listed.

    Sticker positions are the face-direction and place of every cubelet but the six centres, in lexicographic order;
    each generator turns one layer clockwise as seen from outside.
    """
    places = [-1, 0, 1]
    cubelets = [(x, y, z) for x in places for y in places for z in places]
    stickers = sorted(
        (axis, sign, cubelet)
        for cubelet in cubelets
        for axis in range(3)
        for sign in (-1, 1)
        if cubelet[axis] == sign and sum(map(abs, cubelet)) > 1
    )
    position: dict[tuple[int, int, tuple[int, ...]], int] = {sticker: k for k, sticker in enumerate(stickers)}

    def turn(layer: tuple[int, int], sticker: tuple[int, int, tuple[int, ...]]) -> int:
        axis, sign = layer
        if sticker[2][axis] != sign:
            return position[sticker]
        face = [0, 0, 0]
        face[sticker[0]] = sticker[1]
        moved, cubelet = _quarter(face, axis, -sign), tuple(_quarter(list(sticker[2]), axis, -sign))
        direction = next(k for k in range(3) if moved[k])
        return position[direction, moved[direction], cubelet]

    layers = {"R": (0, 1), "L": (0, -1), "U": (1, 1), "D": (1, -1), "F": (2, 1), "B": (2, -1)}
    turns = [[turn(layer, sticker) for sticker in stickers] for layer in layers.values()]
    return PermutationGroup(turns, "Rubik()", order=43_252_003_274_489_856_000, names=list(layers))


def _quarter(v: list[int], axis: int, sign: int) -> list[int]:
    """Turn a vector by 90 degrees about an axis, counter-clockwise for sign = 1."""
    a, b = (axis + 1) % 3, (axis + 2) % 3
    out = list(v)
    out[a], out[b] = -sign * v[b], sign * v[a]
    return out


def _rotation(n: int) -> Tensor:
    """The rotation of the plane by 2 pi / n, exact where its entries are 0, 1/2 or 1."""
    c, s = math.cos(2 * math.pi / n), math.sin(2 * math.pi / n)
    c, s = (round(2 * v) / 2 if abs(2 * v - round(2 * v)) < 1e-12 else v for v in (c, s))
    return torch.tensor([[c, -s], [s, c]], dtype=torch.float64)


def _at_least(least: int, n: int, name: str) -> None:
    if type(n) is not int or n < least:
        raise IntertwineError(f"{name}(n) needs an integer n >= {least}, got {n!r}")
