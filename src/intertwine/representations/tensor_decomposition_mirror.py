"""Tensor products of representations of O(n), O(p, q) and SO(p, q), from weights alone.

On the identity component multiplicities are known. How the copies of a symmetric nu (its own mirror image) split into
the two signs of reflections is told by the trace of a reflection: it is 0 on mirror pairs; for n odd it goes with the
parity of tensor ranks; and for n = 2m on the representation of highest weight (a1, .., am, am) it is the character of
Sp(2m - 2) with the highest weight (a1, .., am). So, with the multiplicity N of the latter, there are (M + N) / 2 and
(M - N) / 2 copies.

Source: J. Fuchs, B. Schellekens and C. Schweigert, From Dynkin diagram symmetries to fixed point structures,
arXiv:hep-th/9506135 (twining characters).
"""

from __future__ import annotations

from collections import Counter

from ..groups.components import connected, determinant_twist
from ..groups.root_system import Weight, root_system
from .base import Representation
from .highest_weight import tensor_weights
from .irreps_lie import Realified
from .mirror import MirrorIrrep, is_second, mirror_weight, tensor_degree
from .wigner import lie_irrep


def tensor_decomposition_mirror(a: Representation, b: Representation) -> dict[Representation, int]:
    """`tensor_decomposition` for a group with several components; a sum is decomposed by its matrices first."""
    total: Counter[MirrorIrrep] = Counter()
    for x, m in _terms(a).items():
        for y, n in _terms(b).items():
            for z, k in _product(x, y).items():
                total[z] += m * n * k
    ordered = sorted(total.items(), key=lambda item: (item[0].base.highest, item[0].twist), reverse=True)
    return {rho: count for rho, count in ordered if count}


def _terms(rho: Representation) -> dict[MirrorIrrep, int]:
    if isinstance(rho, MirrorIrrep):
        return {rho: 1}
    if isinstance(rho, Realified):
        return {part: 1 for half in (rho.base, rho.base.conj) for part in _terms(half)}
    return {part: m * n for term, m in rho.decompose().terms.items() for part, n in _terms(term).items()}


def _product(a: MirrorIrrep, b: MirrorIrrep) -> dict[MirrorIrrep, int]:
    group, base = a.lie, connected(*a.shape)
    counts: Counter[Weight] = Counter()
    for v in _weights(a):
        for w in _weights(b):
            counts.update(tensor_weights(base, v, w))
    twist = tuple(x * y for x, y in zip(a.twist, b.twist, strict=True))
    other = tuple(x * y for x, y in zip(twist, determinant_twist(group), strict=True))
    found: Counter[MirrorIrrep] = Counter()
    for highest, count in counts.items():
        if is_second(group, highest):
            continue
        rho = lie_irrep(base, highest)
        if mirror_weight(group, highest) != highest:
            found[MirrorIrrep(group, rho, twist)] += count  # det would make no difference
            continue
        trace = _trace(a, b, highest, count)
        found[MirrorIrrep(group, rho, twist)] += (count + trace) // 2
        found[MirrorIrrep(group, rho, other)] += (count - trace) // 2
    return found


def _weights(rho: MirrorIrrep) -> set[Weight]:
    highest = rho.base.highest
    return {highest, mirror_weight(rho.lie, highest)} if rho.is_paired else {highest}


def _trace(a: MirrorIrrep, b: MirrorIrrep, highest: Weight, count: int) -> int:
    """Copies of `highest` with the sign that tensors give to reflections, less those with the opposite one."""
    group = a.base.lie
    if all(s == 1 for s in determinant_twist(a.lie)):
        return count
    if a.is_paired or b.is_paired:
        return 0
    if group.size % 2:
        degrees = sum(tensor_degree(group, w) for w in (a.base.highest, b.base.highest, highest))
        return -count if degrees % 2 else count
    rank = len(highest) - 1
    if rank < 1:
        return count
    system = root_system("C", rank) if rank > 1 else root_system("A", 1)
    return system.tensor(a.base.highest[:-1], b.base.highest[:-1]).get(highest[:-1], 0)
