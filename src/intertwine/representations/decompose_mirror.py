"""Representations of O(n), O(p, q) and SO(p, q) as sums of irreducible ones.

On the identity component the highest-weight vectors give isometries Q with rho(g) Q = Q base(g). The components then
act on the copies, and their eigenvectors are the copies of one twist; a mirror pair takes Q and its reflection.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..groups.chevalley import canonical_basis, real_vectors
from ..groups.components import Twist, connected, mirror, with_signature
from ..groups.lie import LieGroup
from .base import Representation
from .decompose_lie import Array, Pieces, assembled, isotypic_copies, real_copies
from .decomposition import Decomposition
from .irreps_lie import LieIrrep, Realified
from .mirror import MirrorIrrep, antilinear, is_second, mirror_weight, on_tensors
from .unitarised import unitarised

Values = NDArray[Any]


def decompose_mirror(rho: Representation) -> Decomposition:
    """Split a representation of O(n), O(p, q) or SO(p, q) into irreducible ones."""
    group, shape = with_signature(rho.group)
    unitary, change = unitarised(rho)
    pieces: Pieces = []
    for base, copies in isotypic_copies(unitary, connected(*shape)):
        if is_second(group, base.highest):
            continue
        if not rho.is_complex and not base.is_complex:
            copies = real_copies(copies)
        if mirror_weight(group, base.highest) == base.highest:
            pieces += _by_twist(group, unitary, base, copies)
        else:
            pieces += _pairs(group, unitary, base, copies)
    return assembled(pieces, change)


def _by_twist(group: LieGroup, rho: Representation, base: LieIrrep, copies: Values) -> Pieces:
    if base.is_complex and not rho.is_complex and base.is_conjugate:
        return []
    actions = [_action(rho, s, copies, on_tensors(base, s)) for s in group.generators]
    found: Pieces = []
    for twist, chosen in _eigenspaces(actions, len(copies)):
        irrep = MirrorIrrep(group, base, twist)
        split = np.einsum("ck,cxi->kxi", chosen, copies)
        if base.is_complex and not rho.is_complex:
            found.append((Realified(irrep), [2**0.5 * np.concatenate([q.real, -q.imag], 1) for q in split]))
        else:
            found.append((irrep, list(split)))
    return found


def _pairs(group: LieGroup, rho: Representation, base: LieIrrep, copies: Values) -> Pieces:
    """Copies of base joined with their reflections; the component that keeps determinants has the twist."""
    s = mirror(group.size)
    reflected = np.einsum("xy,cyi->cxi", rho.matrix(s).numpy(), copies)
    first, *others = group.generators
    proper = [first @ other for other in others]
    found: Pieces = []
    for signs, chosen in _eigenspaces([_action(rho, h, copies, base.matrix(h)) for h in proper], len(copies)):
        q, r = (np.einsum("ck,cxi->kxi", chosen, x) for x in (copies, reflected))
        irrep = MirrorIrrep(group, base, (*signs, 1))
        if not base.is_complex:
            joined = np.concatenate([q, r], 2)
        elif rho.is_complex:
            r = r @ antilinear(base).T
            joined = np.concatenate([q + r, 1j * (q - r)], 2) * 2**-0.5
        else:
            joined = _real_pairs(rho.matrix(s).numpy(), q, antilinear(base))
        found.append((irrep, list(joined)))
    return found


def _real_pairs(reflection: NDArray[np.float64], q: Array, u: Array) -> NDArray[np.float64]:
    """Copies with rho(s) conj(Q) = Q U, in real coordinates: (copies, dim, 2 * base dim)."""
    moved = np.einsum("xy,cyi,ji->cxj", reflection, q.conj(), u.conj())
    action = np.einsum("qxi,pxi->qp", q.conj(), moved) / q.shape[-1]
    fixed = np.einsum("pk,pxi->kxi", real_vectors(action), q)
    return 2**0.5 * np.concatenate([fixed.real, -fixed.imag], 2)


def _action(rho: Representation, s: torch.Tensor, copies: Values, inside: torch.Tensor) -> Values:
    """M with rho(s) Q_d = sum_c Q_c M_cd base(s), a Hermitian involution, (copies, copies)."""
    moved = np.einsum("xy,dyj,ji->dxi", rho.matrix(s).numpy(), copies, torch.linalg.inv(inside).numpy(), optimize=True)
    action = np.einsum("cxi,dxi->cd", copies.conj(), moved) / copies.shape[-1]
    return (action + action.conj().T) / 2


def _eigenspaces(actions: list[Values], size: int) -> Iterator[tuple[Twist, Values]]:
    """(signs, orthonormal common eigenvectors) of commuting involutions; everything with no signs if there are none."""
    for signs in itertools.product((1, -1), repeat=len(actions)):
        projector: Values = np.eye(size)
        for sign, action in zip(signs, actions, strict=True):
            projector = projector @ (np.eye(size) + sign * action) / 2
        count = round(float(projector.trace().real))
        if count:
            yield signs, canonical_basis((projector + projector.conj().T) / 2, count)
