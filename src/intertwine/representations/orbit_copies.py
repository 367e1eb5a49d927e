"""Irreducible representations inside a permutation representation, orbit by orbit.

Let rho(g) e_x = c_g(x) e_gx, with c a sign or another root of unity. A map T to sigma with T rho(g) = sigma(g) T is
known by v = T e_o for one point o of each orbit: T e_x = A_x v with A_x = conj(c_g(o)) sigma(g) for any g with go = x.
It is well defined when A_sx v = conj(c_s(x)) sigma(s) A_x v for all generators s and points x, that is, when v is fixed
by the average M of the unitary matrices A_sx^dagger conj(c_s(x)) sigma(s) A_x.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import IntertwineError
from ..groups.elements import stack
from .base import Representation
from .finite_irrep import Irreducible
from .monomial import roots_of_unity

Array = NDArray[Any]

FIXED = 1e-8
"""How far below 1 an eigenvalue of M counts as 1: the others are below 1 - 1 / (2 points generators)."""


@dataclass(frozen=True, eq=False)
class _Orbit:
    """The points of an orbit, and how to reach them.

    Attributes:
        points: (size,) positions in the representation, the first point first.
        targets: (generators, size) places within the orbit that the points go to.
        phases: (generators, size) conj(c_s(x)).
        tree: levels (children, generators, parents) of places within the orbit.
    """

    points: NDArray[np.int64]
    targets: NDArray[np.int64]
    phases: Array
    tree: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]


def orbit_copies(rho: Representation, counts: dict[Irreducible, int]) -> dict[Irreducible, Array]:
    """The isometries (copies, dim, irrep dim) of a monomial representation into which the irreducible ones go."""
    orbits = _orbits(rho)
    found = {}
    for irrep, count in counts.items():
        dtype = np.complex128 if rho.is_complex or irrep.is_complex else np.float64
        images = irrep.matrix(stack(rho.group.generators)).numpy() if rho.group.generators else np.zeros((0, 1, 1))
        copies = np.zeros((count, rho.dim, irrep.dim), dtype=dtype)
        done = 0
        for orbit in orbits:
            reach = _reach(orbit, images.astype(dtype))
            for v in _fixed_vectors(orbit, images.astype(dtype), reach, irrep.commutant):
                if done < count:
                    scale = (irrep.dim / len(orbit.points)) ** 0.5
                    copies[done, orbit.points] = scale * (reach @ v).conj()
                done += 1
        if done != count:
            raise IntertwineError(f"{rho} of {rho.group} should hold {irrep} {count} times, found {done}; report this")
        found[irrep] = copies
    return found


def _orbits(rho: Representation) -> list[_Orbit]:
    if not rho.group.generators:
        points = np.arange(rho.dim)
        none = np.zeros((0, 1), dtype=np.int64)
        return [_Orbit(points[k : k + 1], none, none, []) for k in points]
    permutations = torch.stack([rho.permutation(g) for g in rho.group.generators]).numpy()
    exponents = torch.stack([rho.phases(g) for g in rho.group.generators])
    phases = roots_of_unity(rho.phase_order or 1)[exponents].numpy().conj()
    place = np.full(rho.dim, -1)
    found = []
    for start in range(rho.dim):
        if place[start] < 0:
            points, tree = _walk(start, permutations, place)
            found.append(_Orbit(points, place[permutations[:, points]], phases[:, points], tree))
    return found


def _walk(start: int, permutations: NDArray[np.int64], place: NDArray[np.int64]) -> tuple[Any, list[Any]]:
    """Breadth first from a point: the orbit and its tree; `place` is filled in."""
    place[start] = 0
    frontier, points, tree, size = np.array([start]), [np.array([start])], [], 1
    while len(frontier):
        reached = permutations[:, frontier].ravel()
        new, first = np.unique(reached, return_index=True)
        keep = place[new] < 0
        new, first = new[keep], first[keep]
        parents = place[frontier[first % len(frontier)]]
        place[new] = size + np.arange(len(new))
        if len(new):
            tree.append((place[new], first // len(frontier), parents))
            points.append(new)
        frontier, size = new, size + len(new)
    return np.concatenate(points), tree


def _reach(orbit: _Orbit, images: Array) -> Array:
    """A_x for all points, (size, d, d)."""
    d = images.shape[-1]
    out = np.empty((len(orbit.points), d, d), dtype=images.dtype)
    out[0] = np.eye(d)
    for children, generators, parents in orbit.tree:
        out[children] = images[generators] @ out[parents] * _scalars(orbit.phases[generators, parents], images)
    return out


def _scalars(phases: Array, images: Array) -> Array:
    """Phases as numbers of the kind that the images have, (size, 1, 1)."""
    return (phases if np.iscomplexobj(images) else np.real(phases))[:, None, None]


def _fixed_vectors(orbit: _Orbit, images: Array, reach: Array, units: NDArray[np.float64]) -> list[Array]:
    """The vectors v, orthonormal, and orthogonal to the multiples of each other by the commuting matrices."""
    d, size = images.shape[-1], len(orbit.points)
    m = np.zeros((d, d), dtype=images.dtype)
    for s, image in enumerate(images):
        step = image @ reach * _scalars(orbit.phases[s], images)
        m += reach[orbit.targets[s]].reshape(-1, d).conj().T @ step.reshape(-1, d)
    m = m / (size * max(1, len(images))) if len(images) else np.eye(d, dtype=images.dtype)
    values, vectors = np.linalg.eigh((m + m.conj().T) / 2)
    fixed = vectors[:, values > 1 - FIXED]
    projector = fixed @ fixed.conj().T
    chosen = []
    for _ in range(fixed.shape[1] // len(units)):
        lengths = np.real(projector.diagonal())
        v = projector[:, int(np.argmax(lengths > lengths.max() - 1e-6))]
        v = v / np.linalg.norm(v)
        multiples = (units @ v).T
        projector = projector - multiples @ multiples.conj().T
        chosen.append(v)
    return chosen
