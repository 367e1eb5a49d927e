"""Equivariant kernels on a window of a grid: K(h x) = rho_out(h) K(x) rho_in(h)^-1 for a point group H.

Two kinds of basis, for every kind of field:

- exact: where H moves the samples of the window onto each other, every sample carries what the symmetry allows, so
  that the trivial group has all k^d weights (p4 and p4m convolutions of Cohen and Welling, arXiv:1602.07576);
- analytic: Gaussian rings times harmonics of limited frequency, for any H <= O(d) (Weiler and Cesa, arXiv:1911.08251).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ..groups.base import on_cpu
from ..groups.elements import stack
from ..representations.base import Representation
from ..representations.harmonics import Harmonics, count, harmonics
from .angular import angular_maps, invariant_vectors
from .pair_orbits import PairOrbits, has_pair_orbits, pair_orbits
from .window import Rings, Window

EMPTY = 1e-9
"""Norm below which a basis function has no support on the window."""


@dataclass(frozen=True, eq=False)
class Expansion:
    """How the weights (..., parameters) of two fields become a kernel (..., dim b, dim a, samples):

        w -> w table -> entries picked by `index` or rows of samples picked by `rows` -> times `sign`,

    each step only where it is not None. The table acts on weights (..., -1, rows of the table); `sign` is
    (dim b, dim a, samples or 1).
    """

    shape: tuple[int, int, int]
    parameters: int
    table: Tensor | None = None
    index: Tensor | None = None
    rows: Tensor | None = None
    sign: Tensor | None = None

    @property
    def energy(self) -> float:
        """Mean square of an output entry for weights of variance 1 and white noise of variance 1 as input."""
        if not self.parameters:
            return 0.0
        columns = torch.ones(self.parameters, dtype=torch.float64)
        if self.table is not None:
            columns = (self.table**2).sum(0).repeat(self.parameters // len(self.table))
        placed = self._place(columns)
        return float((placed if self.sign is None else placed * self.sign**2).sum()) / self.shape[0]

    def basis(self) -> Tensor:
        """(parameters, dim b, dim a, samples)."""
        if not self.parameters:
            return torch.zeros(0, *self.shape, dtype=torch.float64)
        values = torch.eye(self.parameters, dtype=torch.float64)
        if self.table is not None:
            values = (values.unflatten(-1, (-1, len(self.table))) @ self.table).flatten(-2)
        placed = self._place(values)
        return placed if self.sign is None else placed * self.sign

    def _place(self, values: Tensor) -> Tensor:
        if self.index is not None:
            values = values[..., self.index]
        if self.rows is not None:
            values = values.unflatten(-1, (-1, self.shape[2]))[..., self.rows, :].flatten(-2)
        return values.unflatten(-1, self.shape)


def is_exact(space: Representation, window: Window) -> bool:
    """Whether the group moves the samples of the window onto each other."""
    group = space.group
    return group.is_finite and group.is_listable and _moves(space, window) is not None


@lru_cache(maxsize=256)
@on_cpu
def _moves(space: Representation, window: Window) -> Tensor | None:
    """(|H|, samples): where each element moves each sample."""
    generators = space.group.generators
    if generators and window.permutation(space.matrix(stack(list(generators)))) is None:
        return None
    return window.permutation(space.matrix(space.group.elements()))


@lru_cache(maxsize=1024)
@on_cpu
def expansion(
    space: Representation, a: Representation, b: Representation, window: Window, rings: Rings | None = None
) -> Expansion:
    """All kernels from a field of type a to one of type b; exact ones where `rings` is None."""
    orbits = pair_orbits(a, b) if has_pair_orbits(a, b) else None
    if rings is None:
        return _exact_monomial(space, a, b, window, orbits) if orbits else _exact(space, a, b, window)
    if orbits is None:
        return _analytic(space, a, b, window, rings)
    return _rotated(space, a, b, window, rings, orbits)


# --- exact: every sample of the window ----------------------------------------------------------------------------


def _exact_monomial(
    space: Representation, a: Representation, b: Representation, window: Window, orbits: PairOrbits
) -> Expansion:
    """One weight for each orbit of (pair, sample); a pair's samples are joined by its stabiliser first."""
    moves = _required(_moves(space, window))
    samples = moves.shape[1]
    inverse = moves.argsort(1)
    labels, signs, total = [], [], 0
    for k in range(len(orbits.first)):
        keep = orbits.fixing[:, k].nonzero()[:, 0]
        label, sign = _signed_orbits(moves[keep], orbits.fixing_sign[keep, k])
        labels.append(torch.where(sign != 0, label + total, 0))
        signs.append(sign)
        total += int(label.max()) + 1 if bool((sign != 0).any()) else 0
    label, sign = torch.stack(labels), torch.stack(signs)
    source = inverse[orbits.element]  # (pairs, samples): h^-1 x
    index = label[orbits.orbit].gather(1, source)
    value = sign[orbits.orbit].gather(1, source) * orbits.sign[:, None]
    shape = (b.dim, a.dim, samples)
    if not total:
        return Expansion(shape, 0)
    free = total == index.numel() and bool((index.flatten() == torch.arange(total)).all())
    sign = None if bool((value == 1).all()) else value.reshape(shape).double()
    return Expansion(shape, total, index=None if free else index.flatten(), sign=sign)


def _signed_orbits(moves: Tensor, signs: Tensor) -> tuple[Tensor, Tensor]:
    """(label, sign) of each sample under signed permutations (n, samples) that form a group; sign 0 where two differ.

    Labels count the orbits that are kept, from 0.
    """
    first, place = moves.min(0)
    sign = signs[place]  # takes x to the first sample of its orbit
    at = torch.arange(moves.shape[1])
    clash = ((moves == at) & (signs[:, None] < 0)).any(0)  # some element keeps the sample and flips it
    kept = first[~clash].unique()
    label = torch.zeros_like(at)
    label[kept] = torch.arange(len(kept))
    return torch.where(clash, 0, label[first]), torch.where(clash, 0, sign)


def _exact(space: Representation, a: Representation, b: Representation, window: Window) -> Expansion:
    """At one sample of every orbit the maps a -> b that its stabiliser leaves alone; the group carries them on."""
    moves = _required(_moves(space, window))
    g = space.group.elements()
    left, right = b.matrix(g), a.matrix(g)
    found, samples = [], moves.shape[1]
    for p in moves.amin(0).unique().tolist():
        keep = moves[:, p] == p
        average = torch.einsum("nij,nkl->ikjl", left[keep], right[keep]).reshape(b.dim * a.dim, -1) / keep.sum()
        maps = invariant_vectors((torch.eye(len(average)) - (average + average.mT) / 2).numpy())
        maps = maps.unflatten(-1, (b.dim, a.dim))
        basis = torch.zeros(len(maps), b.dim, a.dim, samples, dtype=torch.float64)
        orbit, element = _first_places(moves[:, p])
        moved = torch.einsum("nij,qjk,nlk->qiln", left[element], maps, right[element])
        basis[..., orbit] = moved
        found.append(basis)
    return _dense(torch.cat(found))


def _first_places(images: Tensor) -> tuple[Tensor, Tensor]:
    """The different values, and the first position of each."""
    values, which = images.unique(return_inverse=True)
    order = torch.arange(len(images))
    return values, torch.full_like(values, len(images)).scatter_reduce(0, which, order, "amin")


def _required(moves: Tensor | None) -> Tensor:
    if moves is None:
        raise AssertionError("an exact kernel was asked for where samples do not fall on samples")
    return moves


# --- analytic: rings times harmonics ------------------------------------------------------------------------------


def _analytic(space: Representation, a: Representation, b: Representation, window: Window, rings: Rings) -> Expansion:
    """sum_m A_m Y_m(x) R_j(|x|) for every angular map A and every ring j that carries its degree."""
    profiles, found = rings.profiles(window), []
    for degree, ring in enumerate(_by_degree(rings)):
        maps = angular_maps(space, degree, a, b)
        if len(maps) and len(ring):
            angular = maps @ window_harmonics(window, degree).mT  # (maps, dim b, dim a, samples)
            found.append((profiles[ring][:, None, None, None] * angular).flatten(0, 1))
    if not found:
        return Expansion((b.dim, a.dim, len(window.radius)), 0)
    basis = torch.cat(found)
    norm = basis.flatten(1).norm(dim=1)
    return _dense((basis / norm[:, None, None, None].clamp_min(EMPTY))[norm > EMPTY])


@lru_cache(maxsize=256)
def window_harmonics(window: Window, degree: int) -> Tensor:
    """(samples, harmonics) float64."""
    return harmonics(window.points, degree)


def _rotated(
    space: Representation,
    a: Representation,
    b: Representation,
    window: Window,
    rings: Rings,
    orbits: PairOrbits,
) -> Expansion:
    """The same for signed permutations of a finite group: free functions on one pair of every orbit, then turned."""
    functions, degrees = _functions(window, rings, space.dim)
    turns = _turns(space, degrees)  # (|H|, functions, functions), Psi(h x) = turns(h) Psi(x)
    shape = (b.dim, a.dim, functions.shape[1])
    if orbits.is_free:
        table = torch.einsum("nba,bx->anx", turns, functions).flatten(1)  # Psi(h^-1 x) = turns(h)^T Psi(x)
        rows = orbits.orbit * len(turns) + orbits.element
        sign = None if bool((orbits.sign == 1).all()) else orbits.sign.double().reshape(b.dim, a.dim, 1)
        return Expansion(shape, len(orbits.first) * len(functions), table, rows=rows, sign=sign)
    found = []
    for k in range(len(orbits.first)):
        keep = orbits.fixing[:, k]
        average = torch.einsum("n,nba->ab", orbits.fixing_sign[keep, k].double(), turns[keep]) / keep.sum()
        free = invariant_vectors((torch.eye(len(average)) - (average + average.mT) / 2).numpy())
        pairs = (orbits.orbit == k).nonzero()[:, 0]
        basis = torch.zeros(len(free), b.dim * a.dim, shape[2], dtype=torch.float64)
        turned = torch.einsum("qa,nba,bx->qnx", free, turns[orbits.element[pairs]], functions)
        basis[:, pairs] = turned * orbits.sign[pairs, None]
        found.append(basis.unflatten(1, (b.dim, a.dim)))
    return _dense(torch.cat(found))


def _by_degree(rings: Rings) -> list[list[int]]:
    """For every degree the rings that carry it."""
    return [[j for j, limit in enumerate(rings.limits) if degree <= limit] for degree in range(max(rings.limits) + 1)]


def _functions(window: Window, rings: Rings, d: int) -> tuple[Tensor, list[int]]:
    """All functions ring x harmonic on the window, (functions, samples), every degree on every ring normalised alike;
    and the degree of each block of harmonics."""
    profiles, rows, degrees = rings.profiles(window), [], []
    for degree, ring in enumerate(_by_degree(rings)):
        if not count(d, degree):
            continue
        y = window_harmonics(window, degree)
        for j in ring:
            block = (profiles[j][:, None] * y).mT
            size = block.norm() / block.shape[0] ** 0.5
            if size > EMPTY:
                rows.append(block / size)
                degrees.append(degree)
    return torch.cat(rows), degrees


def _turns(space: Representation, degrees: list[int]) -> Tensor:
    """Block-diagonal matrices by which each element acts on the functions, (|H|, functions, functions)."""
    g = space.group.elements()
    distinct = {degree: Harmonics(space, degree).matrix(g) for degree in set(degrees)}
    size = sum(distinct[degree].shape[-1] for degree in degrees)
    out = torch.zeros(int(space.group.order), size, size, dtype=torch.float64)
    start = 0
    for degree in degrees:
        stop = start + distinct[degree].shape[-1]
        out[:, start:stop, start:stop] = distinct[degree]
        start = stop
    return out


def _dense(basis: Tensor) -> Expansion:
    """A basis (parameters, dim b, dim a, samples) as a table."""
    return Expansion(tuple(basis.shape[1:]), len(basis), table=basis.flatten(1).contiguous())  # type: ignore[arg-type]
