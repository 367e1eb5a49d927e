"""One door to the routes: which exact method solves Hom(A, B) for two elementary representations."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import IntertwineError
from ..groups.base import Group, on_cpu
from ..groups.catalogue import S
from ..groups.classical import GL, SL, SO, SU, Lorentz, O, Sp, U, metric, symplectic_form
from ..groups.products import Product
from ..representations.base import Representation
from ..representations.derived import Lifted
from ..representations.highest import isotypic_bases
from ..representations.irreps_finite import has_irreps
from ..representations.isotypic_finite import finite_isotypic_bases, normalised_character
from ..representations.leaves import Defining, Points, Trivial
from ..representations.structure import Conjugate, Dual, TensorProduct, tensor_product
from .components import fix_components
from .counting import count_maps
from .diagrams import count_diagrams, solve_diagrams
from .isotypic import count_by_characters, real_components, solve_isotypic
from .kron import KroneckerSolution, sorted_factors
from .nullspace import DenseSolution, solve_nullspace
from .orbits import solve_orbits
from .solution import Solution

MAX_DIAGRAMS = 1000
"""Diagrams up to which they are listed and made orthonormal; beyond, highest weights are cheaper."""
MAX_ORBIT_ENTRIES = 200_000_000
"""Entries of a matrix up to which its weight-sharing classes are listed one by one."""
SMALL_NULL_SPACE = 256
"""Unknowns up to which a finite group's null space is found faster than its irreducible representations."""
MAX_CHARACTER_ORDER = 20_000
"""Order up to which a finite group's dimension is certified by characters."""


@lru_cache(maxsize=4096)
@on_cpu
def solve(a: Representation, b: Representation) -> Solution:
    """An orthonormal basis of Hom(A, B) by the cheapest exact route, its dimension checked against the theory's.

    Raises:
        IntertwineError: when a route's dimension disagrees with the exact count.
    """
    if not a.dim or not b.dim:  # the Lie algebra of O(1), for one
        return DenseSolution("none", torch.zeros(0, b.dim, a.dim, dtype=torch.float64))
    solution = _by_factors(a, b) or _by_orbits(a, b) or _by_diagrams(a, b) or _by_irreps(a, b)
    expected = expected_dimension(a, b)
    if solution is None:
        solution = solve_nullspace(a, b, expected)
    if expected is not None and solution.dim != expected:
        raise IntertwineError(
            f"{a} -> {b} of {a.group}: the route '{solution.route}' finds {solution.dim} maps, but there are {expected}"
        )
    return solution


def clear_cache() -> None:
    """Forget every solved space and every decomposition that was computed on the way."""
    for cached in (solve, isotypic_bases, finite_isotypic_bases, real_components):
        cached.cache_clear()


def expected_dimension(a: Representation, b: Representation) -> int | None:
    """dim Hom(A, B) by characters or counting, None where neither is cheap."""
    group = a.group
    if group.order <= MAX_CHARACTER_ORDER:
        return round(float(np.vdot(normalised_character(a), normalised_character(b)).real))
    shape = diagram_shape(a, b)
    if shape is not None:
        kind, n, in_duals, out_duals = shape
        return count_maps(kind, n, in_duals, out_duals)
    if group.roots is not None and not group.generators and has_weights(a) and has_weights(b):
        return count_by_characters(a, b)
    return None


# --- routes -------------------------------------------------------------------------------------------------------


def _by_orbits(a: Representation, b: Representation) -> Solution | None:
    if not (a.is_monomial and b.is_monomial):
        return None
    shape = diagram_shape(a, b)
    if shape is not None and a.dim * b.dim > MAX_ORBIT_ENTRIES:
        return solve_diagrams(*shape)
    order = math.lcm(a.phase_order or 1, b.phase_order or 1)
    (out_perms, out_phases), (in_perms, in_phases) = (generator_action(rho) for rho in (b, a))
    if order == 1:
        return solve_orbits(out_perms, None, in_perms, None, 1)
    out_phases = out_phases * (order // (b.phase_order or 1))
    return solve_orbits(out_perms, out_phases, in_perms, in_phases * (order // (a.phase_order or 1)), order)


@lru_cache(maxsize=1024)
def generator_action(rho: Representation) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Permutations and phases of a monomial representation, (generators, dim) each."""
    generators = rho.group.generators
    if not generators:
        return np.zeros((0, rho.dim), dtype=np.int64), np.zeros((0, rho.dim), dtype=np.int64)
    permutations = torch.stack([rho.permutation(g) for g in generators]).numpy()
    if rho.is_permutation:
        return permutations, np.zeros_like(permutations)
    return permutations, torch.stack([rho.phases(g) for g in generators]).numpy()


def _by_diagrams(a: Representation, b: Representation) -> Solution | None:
    shape = diagram_shape(a, b)
    if shape is None or count_diagrams(*shape) > MAX_DIAGRAMS:
        return None
    return solve_diagrams(*shape, metric=_form(a.group), is_complex=a.is_complex or b.is_complex)


def _by_irreps(a: Representation, b: Representation) -> Solution | None:
    group = a.group
    if group.is_finite:
        small = a.dim * b.dim <= SMALL_NULL_SPACE or not has_irreps(group)
        return None if small or not (a.is_unitary and b.is_unitary) else solve_isotypic(a, b)
    if group.roots is None or not has_weights(a) or not has_weights(b):
        return None
    return fix_components(solve_isotypic(a, b), a, b)


def _by_factors(a: Representation, b: Representation) -> Solution | None:
    """A direct product of groups, when every tensor factor belongs to one of them."""
    group = a.group
    if not isinstance(group, Product) or (a.is_monomial and b.is_monomial):
        return None
    sides = []
    for rho in (a, b):
        parts = [part for part in factors(rho) if not isinstance(part, Trivial)]
        lifted = [part for part in parts if isinstance(part, Lifted)]
        if len(lifted) != len(parts):
            return None
        sides.append(lifted)
    involved = sorted({part.factor for side in sides for part in side})
    solutions = []
    for k in involved:
        first, second = ([part.base for part in side if part.factor == k] for side in sides)
        trivial = [group.factors[k].trivial]
        solutions.append(solve(tensor_product(first or trivial), tensor_product(second or trivial)))
    orders = [sorted_factors([p.factor for p in side], [p.dim for p in side]) for side in sides]
    return KroneckerSolution(solutions, *orders)


# --- what a representation looks like -----------------------------------------------------------------------------


def factors(rho: Representation) -> tuple[Representation, ...]:
    """The tensor factors of an elementary representation."""
    return rho.factors if isinstance(rho, TensorProduct) else (rho,)


Shape = tuple[str, int, tuple[bool, ...], tuple[bool, ...]]


def diagram_shape(a: Representation, b: Representation) -> Shape | None:
    """(kind, n, duals of A, duals of B) when both are tensor powers of a classical group's own representation."""
    kind = _kind(a.group)
    if kind is None:
        return None
    duals = []
    for rho in (a, b):
        flags = [_is_dual(part) for part in factors(rho) if not isinstance(part, Trivial)]
        if None in flags:
            return None
        duals.append(tuple(bool(flag) for flag in flags))
    return kind, a.group.vector.dim, duals[0], duals[1]


def _is_dual(rho: Representation) -> bool | None:
    """False for V, True for its dual, None for anything else."""
    if isinstance(rho, Defining | Points):
        return False
    return True if isinstance(rho, Dual | Conjugate) and isinstance(rho.base, Defining) else None


_KINDS = {
    S: "symmetric", O: "orthogonal", SO: "special-orthogonal", Lorentz: "special-orthogonal", Sp: "symplectic",
    GL: "general-linear", U: "general-linear", SL: "special-linear", SU: "special-linear",
}  # fmt: skip


def _family(group: Group) -> tuple[Any, tuple[Any, ...]]:
    """The catalogue's constructor and its arguments; a user's group may bear the name of another."""
    return group.recipe or (None, ())


def _kind(group: Group) -> str | None:
    return _KINDS.get(_family(group)[0])


def _form(group: Group) -> torch.Tensor | None:
    """What the group preserves: the diagonal of eta, or the matrix J."""
    family, arguments = _family(group)
    if family is Sp:
        return symplectic_form(*arguments)
    if family is Lorentz:
        return metric(1, 3)
    return metric(*arguments) if family in (O, SO) and len(arguments) == 2 else None


@lru_cache(maxsize=1024)
def has_weights(rho: Representation) -> bool:
    """Whether every tensor factor acts unitarily for the compact form of its reductive group."""
    from ..representations.weights import weight_diagram

    try:
        for part in factors(rho):
            weight_diagram(part)
    except IntertwineError:
        return False
    return True
