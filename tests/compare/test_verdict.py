"""The verdict follows from the numbers."""

from __future__ import annotations

from typing import Any

import pytest

from intertwine.compare import Measurements, Results, Run, verdict, wording

WORDS = {"title": "digits", "one": "digit", "many": "digits", "still": "upright", "moved": "turned"}


def results(scores: dict[str, list[tuple[float, float]]], classes: list[str] | None = None, **figures: Any) -> Results:
    """Runs with given (upright, turned) scores by route; everything else is the same for all."""
    kept = figures.get("kept", {})
    runs = [
        Run(
            route,
            seed,
            1.0,
            [],
            Measurements(
                upright=upright,
                turned=turned,
                kept=kept.get(route, 0.9),
                kept_counts=[0, 1000 - round(1000 * kept.get(route, 0.9)), round(1000 * kept.get(route, 0.9))],
                error=figures.get("error", {}).get(route, 0.1),
                error_low=None,
                error_high=None,
                error_floor=None,
                kappa=None,
                parameters=figures.get("parameters", {}).get(route, 100),
                inference_ms=figures.get("inference", {}).get(route, 1.0),
                curve=[],
            ),
        )
        for route, pairs in scores.items()
        for seed, (upright, turned) in enumerate(pairs)
    ]
    routes = {name: {"title": name.capitalize(), "idea": "", "note": ""} for name in scores}
    kinds = ["0", "1"] if classes is None else classes
    return Results({}, {"words": WORDS, "classes": kinds, "routes": routes}, runs, {})


PLAIN = [(0.97, 0.40), (0.98, 0.41), (0.975, 0.39)]


def test_symmetry_that_costs_nothing() -> None:
    found = verdict(results({"plain": PLAIN, "equivariant": [(0.97, 0.97), (0.98, 0.98), (0.975, 0.975)]}))
    assert found.word == "Yes."
    assert "turned digits the equivariant network gets 97.5" in found.answer
    assert "the plain one 40.0" in found.answer
    assert "costs nothing" in found.answer


def test_symmetry_with_a_price() -> None:
    found = verdict(results({"plain": PLAIN, "equivariant": [(0.94, 0.94), (0.95, 0.95), (0.945, 0.945)]}))
    assert found.word == "Yes, if digits may arrive turned."
    assert "the plain one is the better choice, by 3.0 points" in found.answer


def test_symmetry_that_helps_everywhere() -> None:
    found = verdict(results({"plain": PLAIN, "augment": [(0.99, 0.99), (1.0, 0.99), (0.995, 0.99)]}))
    assert found.word == "Yes."
    assert "better on upright ones too" in found.answer


def test_a_price_within_chance_is_no_price() -> None:
    found = verdict(results({"plain": PLAIN, "average": [(0.93, 0.93), (0.99, 0.98), (0.96, 0.95)]}))
    assert found.word == "Yes, if digits may arrive turned."
    assert "3 repetitions can't tell that from chance" in found.answer
    found = verdict(results({"plain": PLAIN, "average": [(1.0, 0.93), (0.96, 0.98), (1.0, 0.95)]}))
    assert found.word == "Yes."
    assert "no difference can be told from chance" in found.answer


def test_of_routes_within_chance_the_exact_and_then_the_fast_one_is_named() -> None:
    level = [(0.97, 0.96), (0.98, 0.97), (0.975, 0.97)]
    scores = {"plain": PLAIN, "augment": level, "average": level, "equivariant": level}
    errors = {"average": 1e-14, "equivariant": 1e-13}
    found = verdict(results(scores, inference={"average": 4.0, "equivariant": 2.0}, error=errors))
    assert "the equivariant network gets" in found.answer
    assert any("augment network and the average network can't be told from" in remark for remark in found.remarks)


def test_symmetry_that_does_not_pay() -> None:
    found = verdict(results({"plain": PLAIN, "equivariant": [(0.3, 0.3), (0.5, 0.5), (0.4, 0.4)]}))
    assert found.word == "Not here."
    assert "not measurably better" in found.answer


def test_few_repetitions_leave_it_undecided() -> None:
    found = verdict(results({"plain": [(0.9, 0.4), (0.9, 0.6)], "average": [(0.9, 0.6), (0.9, 0.65)]}))
    assert found.word == "Undecided."
    assert "2 repetitions can't tell that from chance: use more seeds" in found.answer


def test_a_faster_route_is_not_named_in_place_of_a_much_better_one() -> None:
    scores = {"plain": PLAIN, "average": [(0.9, 0.99), (0.9, 0.9)], "equivariant": [(0.9, 0.89), (0.9, 0.88)]}
    found = verdict(results({k: v[:2] for k, v in scores.items()}, inference={"average": 9.0}))
    assert "the average network" in found.answer


def test_errors_are_compared_by_ratio() -> None:
    found = verdict(
        results({"plain": [(1.0, 8.0), (1.1, 9.0)], "equivariant": [(0.01, 0.01), (0.011, 0.011)]}, classes=[])
    )
    assert found.word == "Yes."
    assert "810 times less than the plain one" in found.answer


def test_one_repetition_is_said_to_be_one() -> None:
    found = verdict(results({"plain": PLAIN[:1], "equivariant": [(0.97, 0.97)]}))
    assert found.word == "Yes."
    assert any("run once" in remark for remark in found.remarks)


def test_without_a_plain_network_there_is_only_a_ranking() -> None:
    found = verdict(results({"augment": [(0.9, 0.8)], "average": [(0.9, 0.9)]}))
    assert found.word == "Measured."
    assert found.answer.index("average 90.0") < found.answer.index("augment 80.0")
    alone = verdict(results({"plain": PLAIN}))
    assert alone.word == "Measured."


def test_remarks_on_steadiness_size_and_time() -> None:
    remarks = " ".join(
        verdict(
            results(
                {"plain": PLAIN, "augment": [(0.96, 0.95)] * 3, "equivariant": [(0.96, 0.96)] * 3},
                kept={"equivariant": 1.0, "augment": 0.93},
                parameters={"plain": 26122, "equivariant": 6538},
                inference={"equivariant": 3.0},
            )
        ).remarks
    )
    assert "The equivariant network never gave two answers" in remarks
    assert f"augment network gave more than one answer for 7.0{wording.THIN}%" in remarks
    assert "6,538 parameters where the plain one has 26,122" in remarks
    assert "takes 3.0 times as long" in remarks


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (wording.percent(0.9583), "95.8 %"),
        (wording.small(2.13e-7), "2 × 10⁻⁷"),
        (wording.small(9.7e-7), "1 × 10⁻⁶"),
        (wording.small(0.03123), "0.031"),
        (wording.small(0), "0"),
        (wording.small(54321.0), "5 × 10⁴"),
        (wording.small(432.1), "432"),
        (wording.times(3.94), "3.9 times"),
        (wording.times(291.3), "290 times"),
        (wording.seconds(0.083), "0.08 s"),
        (wording.seconds(95.2), "1.6 min"),
        (wording.points(-0.0172), "1.7 points"),
    ],
)
def test_wording(text: str, expected: str) -> None:
    assert text.replace(wording.THIN, " ") == expected
