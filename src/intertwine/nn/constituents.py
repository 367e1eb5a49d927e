"""Which irreducible representations features hold, and which their products."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import lru_cache

from ..errors import IntertwineError
from ..groups.base import on_cpu
from ..representations.base import Representation
from ..representations.expand import expand
from ..representations.tensor_decomposition import tensor_decomposition

LARGEST_SPLIT = 100
"""Dimension up to which a product is split as matrices; beyond, by weights or characters alone."""


def constituents(representations: Sequence[Representation]) -> list[Representation]:
    """The irreducible representations in some others, each once.

    A term that is irreducible stands for itself, and for what is isomorphic to it; so does a term of a group whose
    irreducible representations are not known. The trivial one is `group.trivial`.
    """
    known: dict[Representation, Representation] = {}
    for rho in representations:
        for term in expand(rho):
            split = _split(term) or (term,)
            if len(split) == 1 and split[0].dim == term.dim:
                known.setdefault(split[0], term)
            else:
                for irrep in split:
                    known.setdefault(irrep, irrep)
    return list(dict.fromkeys(rho.group.trivial if rho.is_trivial and rho.dim == 1 else rho for rho in known.values()))


def products(first: Sequence[Representation], second: Sequence[Representation]) -> list[Representation]:
    """The irreducible representations in the products of any of `first` and any of `second`, smaller ones first.

    Members of either that are irreducible stand for what is isomorphic to them.

    Raises:
        IntertwineError: where irreducible representations are not known.
    """
    found: list[Representation] = []
    for a, b in itertools.product(first, second):
        found += _in_product(a, b)
    everything = constituents([*first, *second, *found])
    known = {split[0]: term for term in everything if len(split := _split(term) or (term,)) == 1}
    return sorted(dict.fromkeys(known.get(c, c) for c in constituents(found)), key=lambda rho: rho.dim)


@lru_cache(maxsize=4096)
@on_cpu
def _split(term: Representation) -> tuple[Representation, ...] | None:
    """The irreducible representations in an elementary term; None where they are not known. Irreducible ones have a
    `type`."""
    if hasattr(term, "type"):
        return (term,)
    try:
        return tuple(term.decompose().terms)
    except IntertwineError:
        return None


@lru_cache(maxsize=4096)
@on_cpu
def _in_product(a: Representation, b: Representation) -> tuple[Representation, ...]:
    if hasattr(a, "type") and hasattr(b, "type"):
        found = tuple(tensor_decomposition(a, b))
        if a.is_complex or b.is_complex or not any(c.is_complex for c in found):
            return found
    if a.dim * b.dim <= LARGEST_SPLIT:
        split = _split(a * b)
        if split is None:
            raise IntertwineError(f"the irreducible representations in {a}*{b} of {a.group} are not known")
        return split
    found = tensor_decomposition(a, b)
    if a.is_complex or b.is_complex:
        return tuple(found)
    return tuple(c.real for c in found if not getattr(c, "is_conjugate", False))  # type: ignore[attr-defined]
