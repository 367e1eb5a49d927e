"""The routes against each other, wherever two apply, on the same pair."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator

import pytest
import torch
from tests.intertwiners.hom_cases import is_orthonormal, projector, residual
from torch import Tensor

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.intertwiners import Solution, clear_cache
from intertwine.intertwiners.components import fix_components
from intertwine.intertwiners.isotypic import solve_isotypic
from intertwine.intertwiners.nullspace import DenseSolution, solve_nullspace

solving = importlib.import_module("intertwine.intertwiners.solve")  # the package holds a function of this name

Rep = tw.Representation
Route = Callable[[Rep, Rep], Solution | None]


def by_irreps(a: Rep, b: Rep) -> Solution:
    return fix_components(solve_isotypic(a, b), a, b)


ROUTES: dict[str, Route] = {
    "orbits": solving._by_orbits,
    "diagrams": solving._by_diagrams,
    "irreps": by_irreps,
    "factors": solving._by_factors,
    "null space": solve_nullspace,
}


def powers(group: tw.Group, *pairs: tuple[int, int]) -> list[tuple[Rep, Rep]]:
    return [(group.vector**p, group.vector**q) for p, q in pairs]


SIGN = tw.C(4).representation([[[-1.0]]])
FOURTH = tw.C(4).representation([[[1j]]])
PAIR, TWIN = tw.SO(3) * tw.S(3), tw.SO(3) * tw.SU(2)
CASES: list[tuple[str, list[tuple[Rep, Rep]]]] = [
    ("orbits, diagrams, irreps, null space", powers(tw.S(3), (1, 1), (2, 1), (2, 2), (0, 3))),
    ("orbits, diagrams, irreps, null space", powers(tw.S(4), (1, 2), (2, 2))),
    ("orbits, diagrams, irreps, null space", powers(tw.S(2), (2, 2))),
    ("orbits, irreps, null space", [(tw.D(4).vector, tw.D(4).points), (tw.D(4).vector ** 2, tw.D(4).regular)]),
    (
        "orbits, irreps, null space",
        [(tw.C(4).vector, tw.C(4).regular), (SIGN, tw.C(4).regular), (FOURTH, tw.C(4).regular)],
    ),
    ("orbits, irreps, null space", [(tw.Q(8).vector, tw.Q(8).regular), (tw.Q(8).vector, tw.Q(8).vector)]),
    (
        "orbits, irreps, null space",
        [(tw.Cube().vector, tw.Cube().points), (tw.sym(tw.Cube().vector, 2), tw.Cube().vector)],
    ),
    ("irreps, null space", [(tw.C(5).vector, tw.C(5).regular), (tw.D(5).vector ** 2, tw.D(5).vector)]),
    ("irreps, null space", powers(tw.Icosahedron(), (1, 1), (2, 1), (2, 2))),
    ("diagrams, irreps, null space", powers(tw.SO(2), (1, 1), (1, 3), (2, 2))),
    ("diagrams, irreps, null space", powers(tw.O(2), (1, 1), (1, 3), (2, 2))),
    ("diagrams, irreps, null space", powers(tw.SO(3), (0, 2), (1, 2), (2, 2), (1, 3), (3, 2))),
    ("diagrams, irreps, null space", powers(tw.O(3), (1, 1), (1, 3), (2, 2))),
    ("diagrams, irreps, null space", powers(tw.SO(4), (2, 2), (0, 4))),
    ("diagrams, irreps, null space", powers(tw.SU(2), (1, 1), (2, 2), (1, 3), (0, 2))),
    ("diagrams, irreps, null space", powers(tw.SU(3), (1, 1), (2, 2), (0, 3))),
    ("diagrams, irreps, null space", [(tw.SU(3).vector.conj, tw.SU(3).vector ** 2)]),
    ("diagrams, irreps, null space", [(tw.U(2).vector * tw.U(2).vector.conj, tw.U(2).vector.conj * tw.U(2).vector)]),
    ("diagrams, irreps, null space", powers(tw.Sp(4), (1, 1), (2, 2), (0, 2))),
    ("diagrams, irreps, null space", powers(tw.SL(2), (2, 2), (1, 3), (0, 2))),
    (
        "diagrams, irreps, null space",
        [(tw.SL(2).vector, tw.SL(2).vector.dual), (tw.SL(3).vector.dual, tw.SL(3).vector ** 2)],
    ),
    (
        "diagrams, irreps, null space",
        [(tw.GL(2).vector * tw.GL(2).vector.dual, tw.GL(2).vector.dual * tw.GL(2).vector)],
    ),
    ("diagrams, irreps, null space", powers(tw.Lorentz(), (1, 1), (2, 2))),
    ("diagrams, irreps, null space", powers(tw.O(1, 3), (1, 1), (2, 2))),
    ("diagrams, irreps, null space", powers(tw.SO(2, 1), (1, 2), (2, 2))),
    ("diagrams, irreps, null space", powers(tw.SO(1, 1), (1, 1), (1, 3))),
    ("diagrams, irreps, null space", [(tw.Lorentz().vector, tw.Lorentz().vector.dual)]),
    ("irreps, null space", powers(tw.USp(4), (1, 1), (2, 2), (0, 2))),
    ("irreps, null space", [(tw.SO(3).adjoint, tw.SO(3).vector ** 2), (tw.SU(3).adjoint, tw.SU(3).adjoint)]),
    ("irreps, null space", [(tw.Lorentz().adjoint, tw.Lorentz().adjoint), (tw.alt(tw.O(3).vector, 2), tw.O(3).vector)]),
    (
        "irreps, null space",
        [(tw.sym(tw.SL(2).vector, 3), tw.SL(2).vector ** 3), (tw.Sp(4).adjoint, tw.Sp(4).vector ** 2)],
    ),
    ("factors, null space", [(PAIR.vector, PAIR.vector), (PAIR.vector, PAIR.lift(tw.S(3).vector) * PAIR.vector)]),
    ("factors, irreps, null space", [(TWIN.vector, TWIN.vector), (TWIN.vector, TWIN.lift(tw.SU(2).vector) ** 3)]),
    ("factors, irreps, null space", [(TWIN.lift(tw.SO(3).vector) ** 2, TWIN.lift(tw.SO(3).vector))]),
]


@pytest.mark.parametrize(
    ("routes", "a", "b"),
    [(routes, a, b) for routes, pairs in CASES for a, b in pairs],
    ids=lambda x: x if isinstance(x, str) else f"{x.group}: {x}",
)
def test_all_routes_find_the_same_maps(routes: str, a: Rep, b: Rep) -> None:
    """The projectors agree; each basis is orthonormal and equivariant, and inverts its own coefficients."""
    found: dict[str, Tensor] = {}
    for route in routes.split(", "):
        solution = ROUTES[route](a, b)
        assert solution is not None
        basis = solution.basis()
        assert len(basis) == solution.dim
        assert is_orthonormal(basis)
        assert residual(a, b, basis) < 1e-10
        c = torch.randn(3, solution.dim, dtype=basis.dtype)
        assert torch.allclose(solution.coefficients(solution.matrix(c)), c, atol=1e-10)
        x = torch.randn(2, 3, a.dim, dtype=basis.dtype)
        mixed = torch.randn(4, 3, solution.dim, dtype=basis.dtype)
        expected = torch.einsum("oik,kba,nia->nob", mixed, basis, x)
        assert torch.allclose(solution.apply(mixed, x), expected, atol=1e-10)
        found[route] = projector(basis)
    first = found.popitem()[1]
    for other in found.values():
        assert torch.allclose(first, other, atol=1e-8)


@pytest.mark.parametrize(
    ("a", "b", "route"),
    [
        (tw.S(10).vector ** 2, tw.S(10).vector, "orbits"),
        (tw.Rubik().vector, tw.Rubik().vector, "orbits"),
        (tw.D(4).vector, tw.D(4).vector, "orbits"),
        (tw.SO(3).vector ** 2, tw.SO(3).vector, "diagrams"),
        (tw.O(1, 3).vector ** 2, tw.O(1, 3).vector ** 2, "diagrams"),
        (tw.SO(3).adjoint, tw.SO(3).vector, "weights"),
        (tw.USp(4).vector, tw.USp(4).vector, "weights"),
        (tw.C(5).vector, tw.C(5).vector, "null space"),
        (tw.R(2).vector, tw.R(2).vector, "null space"),
        (PAIR.vector, PAIR.vector, "diagrams x orbits"),
        (tw.D(5).vector ** 5, tw.D(5).vector ** 5, "Schur"),
        (tw.SO(3).vector + tw.SO(3).adjoint, tw.SO(3).vector, "diagrams + weights"),
    ],
    ids=lambda x: x if isinstance(x, str) else f"{x.group}: {x}",
)
def test_the_door_picks_a_route(a: Rep, b: Rep, route: str) -> None:
    """The cheapest exact one that applies."""
    assert (a >> b).route == route


# --- a wrong solver ------------------------------------------------------------------------------------------------


@pytest.fixture
def fresh() -> Iterator[None]:
    """No solved space from before, and none of the broken ones left behind."""
    clear_cache()
    yield
    clear_cache()


def short(solver: Callable[..., Solution]) -> Callable[..., Solution]:
    """A solver that loses its last map."""

    def broken(*args, **kwargs) -> Solution:
        return DenseSolution("broken", solver(*args, **kwargs).basis()[:-1])

    return broken


@pytest.mark.parametrize(
    ("name", "a", "b", "dim"),
    [
        ("solve_orbits", tw.S(4).vector, tw.S(4).vector, 2),
        ("solve_orbits", tw.C(6).regular, tw.C(6).regular, 6),
        ("solve_diagrams", tw.SO(3).vector ** 2, tw.SO(3).vector ** 2, 3),
        ("solve_diagrams", tw.O(1, 3).vector ** 2, tw.O(1, 3).vector ** 2, 3),
        ("solve_isotypic", tw.SU(3).adjoint, tw.SU(3).adjoint, 1),
        ("solve_nullspace", tw.C(5).vector, tw.C(5).vector, 2),
    ],
)
def test_a_solver_that_loses_a_map_is_caught(
    name: str, a: Rep, b: Rep, dim: int, monkeypatch: pytest.MonkeyPatch, fresh: None
) -> None:
    """The dimension is known beforehand, from characters or counting, and a solver that disagrees raises."""
    monkeypatch.setattr(solving, name, short(getattr(solving, name)))
    with pytest.raises(IntertwineError, match=rf"'broken' finds {dim - 1} maps, but there are {dim}"):
        _ = (a >> b).dim


def test_a_solver_that_finds_too_much_is_caught(monkeypatch: pytest.MonkeyPatch, fresh: None) -> None:
    """All matrices instead of the equivariant ones."""

    def everything(*_args) -> Solution:
        return DenseSolution("everything", torch.eye(16, dtype=torch.float64).reshape(16, 4, 4))

    monkeypatch.setattr(solving, "solve_orbits", everything)
    with pytest.raises(IntertwineError, match="'everything' finds 16 maps, but there are 2"):
        _ = (tw.S(4).vector >> tw.S(4).vector).dim
