"""The route by irreducible representations: split both sides into copies of them, then Schur's lemma.

Lie groups are split by highest weights, compact or not; finite groups by averages over the group. Nothing of the size
dim A x dim B is solved. For real representations the copies of an irreducible representation are first matched with
their complex conjugates, which settles its type: real, complex or quaternionic.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import IntertwineError
from ..groups.chevalley import conjugate_pairs, real_vectors
from ..representations.base import Representation
from ..representations.highest import isotypic_bases, multiplicities
from ..representations.isotypic_finite import finite_isotypic_bases
from .schur import IsotypicBlock, SchurSolution

Array = NDArray[np.complex128]


def solve_isotypic(a: Representation, b: Representation) -> SchurSolution:
    """Hom(A, B) for a finite group, or for the identity component of a reductive Lie group."""
    route = "Schur" if a.group.is_finite else "weights"
    if a.is_complex or b.is_complex:
        first, second = _bases(a), _bases(b)
        blocks = [
            IsotypicBlock(torch.from_numpy(first[w]), torch.from_numpy(second[w]), takes_real_part=False)
            for w in first
            if w in second
        ]
        return SchurSolution(route, (b.dim, a.dim), blocks, is_complex=True)
    first, second = real_components(a), real_components(b)
    blocks = []
    for weight, (kind, q_in) in first.items():
        if weight in second:
            q_out = second[weight][1]
            if kind == "quaternionic":
                q_out = q_out[:, ::2]  # one of each pair of conjugate copies
            blocks.append(IsotypicBlock(torch.from_numpy(q_in), torch.from_numpy(q_out), kind != "real"))
    return SchurSolution(route, (b.dim, a.dim), blocks, is_complex=False)


def _bases(rho: Representation) -> dict[Any, Array]:
    return finite_isotypic_bases(rho) if rho.group.is_finite else isotypic_bases(rho)


def count_by_characters(a: Representation, b: Representation) -> int:
    """dim Hom for the identity component, from integer multiplicities alone."""
    first, second = multiplicities(a), multiplicities(b)
    return sum(count * second.get(weight, 0) for weight, count in first.items())


@lru_cache(maxsize=64)
def real_components(rho: Representation) -> dict[Any, tuple[str, NDArray[Any]]]:
    """The isotypic components of a real representation: highest weight, or place in the character table -> (type, Q).

    Real type: Q is real. Quaternionic type: copies come in pairs (v, conjugate of v). Complex type: Q is complex and
    the conjugate component is left out; of the two the larger key stays.
    """
    bases = _bases(rho)
    conjugates = {weight: _conjugate_weight(q, bases) for weight, q in bases.items()}
    found: dict[Any, tuple[str, NDArray[Any]]] = {}
    for weight, q in bases.items():
        partner = conjugates[weight]
        if partner == weight:
            found[weight] = _self_conjugate(q)
        elif weight > partner:
            found[weight] = ("complex", q)
    return found


def _conjugate_weight(q: Array, bases: dict[Any, Array]) -> Any:
    vector = q[:, 0, 0].conj()
    overlap = {w: float(np.linalg.norm(np.einsum("x,xad->ad", vector, p.conj()))) for w, p in bases.items()}
    best = max(overlap, key=lambda w: overlap[w])
    if overlap[best] < 1 - 1e-6:
        raise IntertwineError("the representation is not the complexification of a real one")
    return best


def _self_conjugate(q: Array) -> tuple[str, NDArray[Any]]:
    """conj(Q) = Q (S (x) T) with S S* = T T* = +1 (real type) or -1 (quaternionic type)."""
    copies = q.shape[1]
    top = np.einsum("xbe,xa->bea", q.conj(), q[:, :, 0].conj())  # conj of the first vectors, in terms of Q
    strength = np.abs(top).sum((0, 2))
    column = int(np.argmax(strength > strength.max() * (1 - 1e-6)))  # fixes the phase of T, for every Q alike
    s = top[:, column, :]
    s = s * (copies / np.vdot(s, s).real) ** 0.5
    t = np.einsum("xbe,xad,ba->ed", q.conj(), q.conj(), s.conj(), optimize=True) / copies
    sign = np.real(np.trace(s @ s.conj())) / copies
    if sign < 0:
        return "quaternionic", np.einsum("xad,ab->xbd", q, conjugate_pairs(s))
    x, y = real_vectors(s), real_vectors(t)
    real = np.einsum("xad,ab,de->xbe", q, x, y, optimize=True)
    return "real", np.ascontiguousarray(real.real)
