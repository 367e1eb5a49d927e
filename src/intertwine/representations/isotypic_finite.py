"""The copies of every irreducible representation of a finite group inside another representation.

A permutation representation splits into orbits. On the orbit of x, a map to sigma is known by the image v of e_x, a
vector that the stabiliser of x keeps, and e_gx goes to sigma(g) v: no average over anything large. Other
representations are split by the averages T -> rho(g) T sigma(g)^dagger of random matrices, along coset representatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import IntertwineError
from ..groups.elements import Element, leaves, take
from .base import Representation
from .finite_irrep import Irreducible, class_product
from .images import FiniteImages
from .irreps_finite import complex_irreps, finite_irreps
from .orbit_copies import orbit_copies
from .structure import TensorProduct
from .transversals import class_representatives, group_average, transversals

Array = NDArray[Any]
Copies = dict[Irreducible, Array]
"""Irreducible representation -> isometries (copies, dim, irrep dim) with orthogonal images."""


@lru_cache(maxsize=1024)
def finite_character(rho: Representation) -> torch.Tensor:
    """The character on every conjugacy class, (classes,), in the order of `class_representatives`."""
    if isinstance(rho, Irreducible):
        return torch.from_numpy(rho.class_character)
    if isinstance(rho, TensorProduct):
        return torch.stack([finite_character(part) for part in rho.factors]).prod(0)
    elements, sizes = class_representatives(rho.group)
    width = rho.dim if rho.is_monomial or isinstance(rho, FiniteImages) else rho.dim**2
    step = max(1, 2**24 // max(1, width))
    starts = range(0, len(sizes), step)
    return torch.cat([rho.character(take(elements, slice(k, k + step))) for k in starts])


@lru_cache(maxsize=1024)
def normalised_character(rho: Representation) -> Array:
    """The character on every class times sqrt(class size / order): inner products are plain dot products."""
    sizes = class_representatives(rho.group)[1]
    return finite_character(rho).numpy() * np.sqrt(sizes / float(rho.group.order))


def finite_multiplicities(rho: Representation, irreps: Sequence[Irreducible]) -> dict[Irreducible, int]:
    """How often each irreducible representation occurs, without those that do not.

    Raises:
        IntertwineError: when the character of rho is not that of a representation.
    """
    own, found = finite_character(rho).numpy(), {}
    for irrep, chi in zip(irreps, _character_rows(tuple(irreps)), strict=True):
        count = class_product(rho.group, chi, own) / class_product(rho.group, chi, chi).real
        if abs(count - round(count.real)) > 1e-5 * max(1.0, abs(count)):
            raise IntertwineError(f"{rho} of {rho.group} holds {irrep} {count:.6g} times; its matrices do not multiply")
        if round(count.real):
            found[irrep] = round(count.real)
    return found


@lru_cache(maxsize=128)
def _character_rows(irreps: tuple[Irreducible, ...]) -> Array:
    return np.stack([irrep.class_character for irrep in irreps])


def finite_copies(rho: Representation, irreps: Sequence[Irreducible] | None = None) -> Copies:
    """The copies of the given irreducible representations, of all unless said, in a unitary or orthogonal rho.

    rho(g) Q = Q irrep(g) for every copy Q (dim, irrep dim), and Q_p^dagger Q_q = delta_pq.
    """
    known = finite_irreps(rho.group, real=not rho.is_complex) if irreps is None else irreps
    if irreps is None and rho in known:
        return {rho: np.eye(rho.dim)[None]}  # type: ignore[dict-item]
    counts = finite_multiplicities(rho, known) if known else {}
    if not counts:
        return {}
    if rho.is_monomial:
        return orbit_copies(rho, counts)
    return {irrep: orthonormal(t, irrep) for irrep, t in averaged(rho, counts).items()}


def averaged(rho: Representation, counts: dict[Irreducible, int]) -> Copies:
    """Independent maps T (copies, dim, irrep dim) with rho(g) T = T irrep(g), for any rho, unitary or not."""
    dtype = torch.complex128 if rho.is_complex or any(i.is_complex for i in counts) else torch.float64
    random = torch.Generator().manual_seed(2)
    sizes = [m * irrep.dim for irrep, m in counts.items()]
    x = torch.randn(rho.dim, sum(sizes), generator=random, dtype=dtype)

    def act(level: Element, x: Tensor) -> Tensor:
        number = len(leaves(level)[0])
        daggers = [irrep.matrix(level).mH.to(dtype) for irrep in counts]
        total = torch.zeros_like(x)
        for k in range(number):
            turned = [
                (part.reshape(-1, d.shape[1]) @ d[k]).reshape(part.shape)
                for part, d in zip(x.split(sizes, 1), daggers, strict=True)
            ]
            total += moved(rho, take(level, k), torch.cat(turned, 1))
        return total

    x = group_average(transversals(rho.group), act, x)
    parts = zip(counts.items(), x.split(sizes, 1), strict=True)
    return {irrep: part.unflatten(1, (m, irrep.dim)).movedim(1, 0).numpy() for (irrep, m), part in parts}


def moved(rho: Representation, g: Element, x: Tensor) -> Tensor:
    """rho(g) x for the columns of x (dim, columns) and one element g; factor by factor for tensor products."""
    if rho.is_monomial:
        permutation, order = rho.permutation(g), rho.phase_order or 1
        if order > 1:
            angle = 2 * torch.pi / order * rho.phases(g)
            phase = angle.cos().round() if order == 2 else torch.polar(torch.ones_like(angle), angle)
            x = phase[:, None].to(x.dtype) * x
        return torch.zeros_like(x).index_copy(0, permutation, x)
    if isinstance(rho, TensorProduct):
        done, todo = 1, rho.dim
        for part in rho.factors:
            todo //= part.dim
            blocks = x.reshape(done, part.dim, -1)
            x = (part.matrix(g).to(x.dtype) @ blocks).reshape(rho.dim, -1)
            done *= part.dim
        return x
    return rho.matrix(g).to(x.dtype) @ x


def orthonormal(t: Array, irrep: Irreducible) -> Array:
    """Isometries with orthogonal images from independent maps (copies, dim, d), by Gram and Schmidt, twice.

    Multiples are taken from the left by the matrices that commute with the irreducible representation.
    """
    units = irrep.commutant
    done = np.zeros((0, t[0].size), dtype=t.dtype)
    out = np.empty_like(t)
    for k, start in enumerate(t):
        q = start / np.linalg.norm(start) * irrep.dim**0.5
        for _ in range(2):
            q = (q.ravel() - (done.conj() @ q.ravel() / irrep.dim) @ done).reshape(start.shape)
            q = q / np.linalg.norm(q) * irrep.dim**0.5
        out[k] = q
        done = np.concatenate([done, (q @ units).reshape(len(units), -1)])
    return out


@lru_cache(maxsize=64)
def finite_isotypic_bases(rho: Representation) -> dict[int, Array]:
    """Position among the complex irreducible ones -> Q (dim, copies, d) complex, orthonormal.

    rho(g) Q = Q (1 (x) irrep(g)).

    Raises:
        IntertwineError: when rho is not unitary.
    """
    if not rho.is_unitary:
        raise IntertwineError(f"{rho} of {rho.group} is not unitary, so its irreducible parts are not orthogonal")
    known = finite_irreps(rho.group, real=False) if rho.is_complex else complex_irreps(rho.group)
    place = {irrep: k for k, irrep in enumerate(known)}
    found = finite_copies(rho, [irrep for irrep in place if not irrep.is_complex])
    found |= finite_copies(rho, [irrep for irrep in place if irrep.is_complex])
    return {place[irrep]: np.ascontiguousarray(q.transpose(1, 0, 2), dtype=np.complex128) for irrep, q in found.items()}
