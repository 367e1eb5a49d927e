"""The answer in sentences, computed from the numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from . import wording
from .intervals import Interval, paired
from .results import Results

SAME = 0.005
"""Accuracies within half a point, or errors within half a percent, count as level even when the sign is certain."""
NEAR_ACCURACY, NEAR_LOGARITHM = 0.01, 0.1
"""Routes within one point of the best, or within a tenth of its error, may be named in its stead."""
EXACT = 1e-8
"""A relative equivariance error below this is rounding: the square of some float32 roundings."""


@dataclass(frozen=True)
class Verdict:
    """What to tell a reader: yes, no or it depends; the reason in a sentence or two; and what else was found."""

    word: str
    answer: str
    remarks: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.word} {self.answer}"


def verdict(results: Results) -> Verdict:
    """Does symmetry pay on this problem? Decided by differences paired by seed, at 95 % confidence.

    The best symmetric route (by its score on moved items) is held against the plain one, where that took
    part.
    """
    case = Case(results)
    if not case.has_plain or not case.symmetric:
        return Verdict(*_ranking(case), tuple(_remarks(case)))
    return Verdict(*_answer(case), tuple(_remarks(case)))


class Case:
    """The results as a judge reads them."""

    def __init__(self, results: Results) -> None:
        self.results = results
        self.summary = results.summary()
        words = results.problem["words"]
        self.one, self.many = words["one"], words["many"]
        self.still, self.moved = words["still"], words["moved"]
        self.title = words["title"]
        self.is_classification = bool(results.problem["classes"])
        self.has_plain = "plain" in results.routes
        self.symmetric = [route for route in results.routes if route != "plain"]
        candidates = self.symmetric or results.routes
        leader = max(candidates, key=lambda route: self.merit(route, "turned"))
        self.level = [route for route in candidates if self._is_level(leader, route)]
        """The routes near the highest score on moved items, by a distance that is within chance."""
        self.best = min(self.level, key=lambda route: (not self.is_exact(route), self.mean(route, "inference_ms")))
        """Of those the one to recommend: one that keeps the symmetry exactly if there is any, then the fastest."""

    def name(self, route: str) -> str:
        """How sentences call a route: "the equivariant network"."""
        return f"the {self.results.problem['routes'][route]['title'].lower()} network"

    def mean(self, route: str, figure: str) -> float:
        """The mean over seeds."""
        return self.summary[route][figure].mean

    def is_exact(self, route: str) -> bool:
        """Whether the route keeps the symmetry up to rounding, in every repetition."""
        errors = self.results.figures(route, "error")
        return bool(errors) and max(errors) < EXACT

    def shown(self, route: str, figure: str) -> str:
        """A score as text."""
        return wording.score(self.mean(route, figure), self.is_classification)

    def changed(self, route: str) -> float:
        """The share of test items that got more than one answer in their poses."""
        counts = [run.measured.kept_counts for run in self.results.runs if run.route == route]
        return 1 - sum(run[-1] for run in counts) / sum(map(sum, counts))

    def merit(self, route: str, figure: str) -> float:
        """A number that grows as the score gets better."""
        return sum(self._merits(route, figure)) / len(self._merits(route, figure))

    def gain(self, first: str, second: str, figure: str) -> Interval:
        """How much better the first route is than the second: in accuracy, or in the logarithm of the error."""
        return paired(self._merits(first, figure), self._merits(second, figure))

    def _is_level(self, leader: str, route: str) -> bool:
        gain = self.gain(leader, route, "turned")
        return sign(gain) == 0 and gain.mean < (NEAR_ACCURACY if self.is_classification else NEAR_LOGARITHM)

    def _merits(self, route: str, figure: str) -> Sequence[float]:
        values = self.results.figures(route, figure)
        return values if self.is_classification else [-math.log(max(value, 1e-300)) for value in values]


def sign(gain: Interval) -> int:
    """+1 for better, -1 for worse, 0 for level or undecided. A single repetition decides by its value alone."""
    if abs(gain.mean) < SAME:
        return 0
    if gain.n == 1:
        return 1 if gain.mean > 0 else -1
    return int(gain.is_positive) - int(gain.is_negative)


def _answer(case: Case) -> tuple[str, str]:
    best, many = case.name(case.best), case.many
    moved, still = (sign(case.gain(case.best, "plain", figure)) for figure in ("turned", "upright"))
    price = case.gain(case.best, "plain", "upright").mean
    scores = f"{case.shown(case.best, 'upright')} against {case.shown('plain', 'upright')}"
    there = f"{case.shown(case.best, 'turned')} against {case.shown('plain', 'turned')}"
    if moved == 0 and case.gain(case.best, "plain", "turned").mean >= SAME:
        return "Undecided.", (
            f"On {case.moved} {many} {best} scored better than the plain one, {there}, but {case.results.seeds} "
            "repetitions can't tell that from chance: use more seeds."
        )
    if moved <= 0:
        return "Not here.", (
            f"On {case.moved} {many} {best} is not measurably better than the plain one: {there}. "
            f"On {case.still} ones it is {scores}."
        )
    reason = f"{best} {_achievement(case)}"
    if still < 0 or (still == 0 and price < -SAME):
        return f"Yes, if {many} may arrive {case.moved}.", f"Then {reason}. {_price(case, still, price, scores)}"
    if still > 0:
        closing = f"It is better on {case.still} ones too: {scores}."
    elif price < SAME:
        closing = f"It costs nothing on {case.still} ones: {scores}."
    else:
        closing = f"On {case.still} ones no difference can be told from chance: {scores}."
    return "Yes.", f"On {case.moved} {many} {reason}. {closing}"


def _price(case: Case, still: int, price: float, scores: str) -> str:
    """What the symmetry costs where nothing moves."""
    if still == 0:
        return (
            f"On {case.still} ones it scored less than the plain one, {scores}, but {case.results.seeds} repetitions "
            "can't tell that from chance."
        )
    lost = wording.points(price) if case.is_classification else f"a factor of {math.exp(-price):.2g}"
    return f"If they always come {case.still}, the plain one is the better choice, by {lost}: {scores}."


def _achievement(case: Case) -> str:
    """What the best route does on moved items, against the plain one."""
    best, plain = case.mean(case.best, "turned"), case.mean("plain", "turned")
    if case.is_classification:
        return f"gets {wording.percent(best)} right, and the plain one {wording.percent(plain)}"
    ratio = wording.times(plain / max(best, 1e-300))
    return f"has a mean squared error of {wording.small(best)}, {ratio} less than the plain one"


def _ranking(case: Case) -> tuple[str, str]:
    order = sorted(case.results.routes, key=lambda route: -case.merit(route, "turned"))
    listed = ", ".join(f"{case.results.problem['routes'][r]['title'].lower()} {case.shown(r, 'turned')}" for r in order)
    return (
        "Measured.",
        f"On {case.moved} {case.many}: {listed}. Add the route “plain” to learn what symmetry is worth here.",
    )


def _remarks(case: Case) -> list[str]:
    remarks = [_level(case), _consistency(case), _economy(case), _slowest(case)]
    if case.results.seeds == 1:
        remarks.append("Everything was run once, so there are no intervals: use more seeds before you decide.")
    return [remark for remark in remarks if remark]


def _level(case: Case) -> str:
    """Which other symmetric routes do as well as the best one."""
    others = [route for route in case.level if route != case.best]
    if not others:
        return ""
    names = _listed([case.name(route) for route in others])
    best = case.name(case.best)
    return f"On {case.moved} {case.many} {names} can't be told from {best}: the difference is within chance."


def _consistency(case: Case) -> str:
    """Which routes keep their answers exactly, and how often the others change theirs."""
    if not case.is_classification:
        return ""
    changed = {route: case.changed(route) for route in case.symmetric}
    exact = [route for route, share in changed.items() if share == 0]
    parts = []
    if exact:
        parts.append(f"{_capital(_listed([case.name(r) for r in exact]))} never gave two answers for one {case.one}.")
    for route in changed:
        if route not in exact:
            share = wording.percent(changed[route])
            parts.append(f"{_capital(case.name(route))} gave more than one answer for {share} of the {case.many}.")
    return " ".join(parts)


def _economy(case: Case) -> str:
    """What weight sharing saves."""
    if "equivariant" not in case.results.routes or not case.has_plain:
        return ""
    own, plain = case.mean("equivariant", "parameters"), case.mean("plain", "parameters")
    if own >= plain:
        return ""
    return (
        f"{_capital(case.name('equivariant'))} has {wording.count(own)} parameters where the plain one has "
        f"{wording.count(plain)}: the weights that symmetry makes equal are stored once."
    )


def _slowest(case: Case) -> str:
    """Which route costs most when it is used."""
    if not case.has_plain:
        return ""
    cost = {r: case.mean(r, "inference_ms") / case.mean("plain", "inference_ms") for r in case.symmetric}
    if not cost or max(cost.values()) < 1.5:
        return ""
    slow = max(cost, key=lambda r: cost[r])
    return f"{_capital(case.name(slow))} takes {wording.times(cost[slow])} as long for an answer as the plain one."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
