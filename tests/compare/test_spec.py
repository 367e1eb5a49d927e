"""What a comparison may be asked, and what it refuses."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest

from intertwine.compare import Budget, Comparison, known_problems, known_routes, run
from intertwine.compare.registry import Registry
from intertwine.errors import IntertwineError
from intertwine.groups import SO, C


def test_the_cosine_falls_from_the_rate_to_zero() -> None:
    budget = Budget(learning_rate=0.2)
    assert [budget.rate(t) for t in (0, 0.5, 1)] == pytest.approx([0.2, 0.1, 0.0])
    assert replace(budget, schedule="constant").rate(0.9) == 0.2


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"epochs": 0}, "epochs is 0"),
        ({"batch_size": -1}, "batch_size is -1"),
        ({"learning_rate": 0.0}, "must be positive"),
        ({"learning_rate": float("nan")}, "must be positive"),
        ({"schedule": "linear"}, "cosine, constant"),
    ],
)
def test_bad_budgets(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(IntertwineError, match=message):
        Budget(**wrong)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"routes": ()}, "at least one route"),
        ({"routes": ("plain", "plain")}, "named twice"),
        ({"seeds": 0}, "seeds is 0"),
        ({"hidden": (8, 0)}, "hidden width is 0"),
        ({"examples": 0}, "examples is 0"),
        ({"rep_in": SO(3).vector}, r"representation of SO\(3\)"),
    ],
)
def test_bad_comparisons(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(IntertwineError, match=message):
        Comparison(C(4), **wrong)


def test_comparisons_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Comparison(C(4)).seeds = 7  # pyright: ignore[reportAttributeAccessIssue]


def test_the_routes_and_problems_that_come_with_the_library() -> None:
    routes = {"augment", "average", "cnn", "equivariant", "harmonic", "plain", "points", "steerable"}
    assert set(known_routes.names()) >= routes
    assert set(known_problems.names()) >= {"digits", "fashion", "mnist", "inertia", "vectors", "pictures", "structures"}


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"routes": ("plian",)}, "no route 'plian'. Did you mean 'plain'"),
        ({"data": "digit"}, "no problem 'digit'. Did you mean 'digits'"),
        ({"data": "vectors"}, "path of your data: an .npz file"),
        ({"data": "absent.npz"}, "no file absent.npz"),
        ({"rep_in": C(4).vector}, "leave rep_in and rep_out out"),
    ],
)
def test_names_that_mean_nothing(small: Comparison, wrong: dict[str, Any], message: str) -> None:
    spec = replace(small, **{"data": "digits", "rep_in": None, **wrong})
    with pytest.raises(IntertwineError, match=message):
        run(spec)
    assert not spec.out.exists(), "nothing is written before everything is known to fit"


def test_a_name_is_given_once() -> None:
    registry: Registry[Any] = Registry("thing")

    @registry.register("a")
    class First:
        name = ""

    assert First.name == "a"
    assert registry.find("a") is First
    with pytest.raises(IntertwineError, match="already"):

        @registry.register("a")
        class Second:
            name = ""
