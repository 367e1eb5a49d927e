"""The numbers behind an audit: the model on data, on moved data, and on data moved in two steps."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ..actions.action import Action, Data, batch_size, first
from ..errors import IntertwineError
from ..groups.elements import Element, take
from .outputs import call, device_of, flat, parts, select, shapes, spread

FLOOR_ITEMS = 256
"""Data points on which the floor of the action is measured: each costs three more passes of the model."""


@dataclass(frozen=True)
class Measurements:
    """Per data point (n) and group element (m); distances are squared and summed over the outputs."""

    error: Tensor
    """|f(g x) - rho(g) f(x)|^2, (n, m)."""
    spread: Tensor
    """2 |f(x) - mean f|^2 n / (n - 1), (n,)."""
    size: float
    """mean |f(x)|^2."""
    elements: list[Element]
    """The m batches of n group elements."""
    moved_class: Tensor | None
    """argmax f(g x), (n, m); None unless outputs are class scores."""
    still_class: Tensor | None
    """argmax rho(g) f(x), (n, m)."""
    deviation: float
    """Greatest |f(g x) - rho(g) f(x)| over all outputs, relative to the greatest |f(x)|."""
    rounding: float
    """The deviation that one rounding error in every input makes by itself, or one in the output if that is more."""
    floors: dict[str, Tensor]
    """Squared distances of outputs that come from the action alone, by what it did, (up to FLOOR_ITEMS,)."""
    action_errors: dict[str, float]
    """The same on the data themselves, relative to their variance as the headline error is."""
    dtype: str
    eps: float


@dataclass
class _Tally:
    """What the batches of one run add up to."""

    outputs: list[Tensor] = field(default_factory=list)
    errors: list[Tensor] = field(default_factory=list)
    moved_class: list[Tensor] = field(default_factory=list)
    still_class: list[Tensor] = field(default_factory=list)
    floors: dict[str, list[Tensor]] = field(default_factory=dict)
    data_errors: dict[str, list[Tensor]] = field(default_factory=dict)
    data_spread: list[Tensor] = field(default_factory=list)
    deviation: float = 0.0


class Measurer:
    """Runs a model over data, batch by batch.

    Where pi(1) is not the identity (a mask), the equation is f(pi(g) x) = pi'(g) f(pi(1) x): the model meets masked
    data on both sides, and each side is masked once.
    """

    def __init__(
        self,
        model: Callable[..., Any],
        action_in: Action,
        action_out: Action,
        *,
        batch_size: int,
        generator: torch.Generator,
        progress: bool,
    ):
        self.model, self.action_in, self.action_out = model, action_in, action_out
        self.batch, self.generator, self.progress = batch_size, generator, progress
        self.group, self.device = action_in.group, device_of(model)

    def run(self, data: Data, elements: int | str, class_scores: bool | None) -> Measurements:
        """Measure on all of the data; `elements` is a number for each point, or "all" elements of a finite group."""
        n = batch_size(data)
        draws = self._draw(n, elements)
        tally = _Tally()
        rounding, eps, dtype, scores = 0.0, 0.0, "", False
        for start in range(0, n, self.batch):
            where = slice(start, min(start + self.batch, n))
            x = select(data, where, self.device)
            still = self._settle_input(x)
            y = self._evaluate(still, "the data")
            if start == 0:
                scores = _are_scores(y, class_scores)
                eps, dtype = torch.finfo(first(y).dtype).eps, str(first(y).dtype).removeprefix("torch.")
                rounding = self._rounding(still, y, eps)
            tally.outputs.append(flat(self._settle(y)))
            batch = [take(g, where) for g in draws]
            self._compare(batch, x, y, scores, tally)
            if start < FLOOR_ITEMS:
                self._compare_detours(batch[0], x, still, y, tally)
            if self.progress:
                print(f"\raudit: {where.stop} of {n} items", end="", file=sys.stderr, flush=True)
        if self.progress:
            print(file=sys.stderr)
        outputs, data_spread = torch.cat(tally.outputs), spread(torch.cat(tally.data_spread)).mean()
        scale = float(outputs.abs().max())
        return Measurements(
            error=torch.cat(tally.errors),
            spread=spread(outputs),
            size=float(outputs.square().sum(1).mean()),
            elements=draws,
            moved_class=torch.cat(tally.moved_class) if scores else None,
            still_class=torch.cat(tally.still_class) if scores else None,
            deviation=tally.deviation / scale if scale else tally.deviation,
            rounding=rounding,
            floors={name: torch.cat(values) for name, values in tally.floors.items()},
            action_errors={
                name: float(torch.cat(values).mean() / data_spread) for name, values in tally.data_errors.items()
            },
            dtype=dtype,
            eps=eps,
        )

    def _draw(self, n: int, elements: int | str) -> list[Element]:
        if elements == "all":
            listed = self.group.elements()
            return [take(listed, torch.full((n,), k)) for k in range(int(self.group.order))]
        if not isinstance(elements, int) or elements < 1:
            raise IntertwineError(f'elements is a positive number for each data point, or "all", got {elements!r}')
        return [self.group.sample(n, generator=self.generator) for _ in range(elements)]

    def _settle_input(self, x: Data) -> Data:
        """pi(1) x."""
        try:
            self.action_in.check(x)
        except IntertwineError as error:
            raise IntertwineError(f"the data do not fit action_in: {error}") from error
        return x if self.action_in.is_exact else self.action_in.project(x)

    def _settle(self, y: Data) -> Data:
        """pi'(1) y."""
        return y if self.action_out.is_exact else self.action_out.project(y)

    def _evaluate(self, x: Data, what: str) -> Data:
        """f(x), checked."""
        y = call(self.model, x, batch_size(x), what)
        try:
            self.action_out.check(y)
        except IntertwineError as error:
            raise IntertwineError(f"the model's output does not fit action_out: {error}") from error
        return y

    def _compare(self, batch: list[Element], x: Data, y: Data, scores: bool, tally: _Tally) -> None:
        """pi'(1) f(pi(g) x) against pi'(g) y for each of the m elements."""
        errors, moved_class, still_class = [], [], []
        for g in batch:
            moved = self._settle(self._evaluate(self.action_in(g, x), "the moved data"))
            expected = self.action_out(g, y)
            if shapes(moved) != shapes(expected):
                raise IntertwineError(
                    f"the model's output has shape {shapes(expected)} on the data and {shapes(moved)} on moved data"
                )
            difference = flat(moved) - flat(expected)
            errors.append(difference.square().sum(1))
            tally.deviation = max(tally.deviation, float(difference.abs().max()))
            if scores:
                moved_class.append(first(moved).argmax(-1).cpu())
                still_class.append(first(expected).argmax(-1).cpu())
        tally.errors.append(torch.stack(errors, 1))
        if scores:
            tally.moved_class.append(torch.stack(moved_class, 1))
            tally.still_class.append(torch.stack(still_class, 1))

    def _compare_detours(self, g: Element, x: Data, still: Data, y: Data, tally: _Tally) -> None:
        """Reach one element in two ways, g^-1 g = 1 and (g h^-1) h = g: an exact action makes no difference.

        The round trip alone can be blind: shears of odd length undo themselves exactly, whatever they did.
        """
        G, h = self.group, self.group.sample(batch_size(x), generator=self.generator)
        gx, k = self.action_in(g, x), self.group.multiply(g, self.group.inverse(h))
        back, detour = self.action_in(G.inverse(g), gx), self.action_in(k, self.action_in(h, x))
        straight = self._evaluate(gx, "the moved data")
        tally.data_spread.append(flat(still))
        for name, moved, goal, output in (("round trip", back, still, y), ("composition", detour, gx, straight)):
            _add(tally.data_errors, name, moved, goal)
            _add(tally.floors, name, self._settle(self._evaluate(moved, "the moved data")), self._settle(output))
        if not self.action_out.is_exact:
            twice = self.action_out(k, self.action_out(h, y))
            _add(tally.floors, "composition of outputs", twice, self.action_out(g, y))

    def _rounding(self, x: Data, y: Data, eps: float) -> float:
        """Change every input by one rounding error and see how far the output goes, relative to its greatest entry."""

        def jog(part: Tensor) -> Tensor:
            if not part.is_floating_point():
                return part
            sign = torch.randint(2, part.shape, generator=self.generator).mul(2).sub(1).to(part)
            return part * (1 + torch.finfo(part.dtype).eps * sign)

        jogged = tuple(map(jog, parts(x))) if isinstance(x, tuple) else jog(x)
        change = flat(self._evaluate(jogged, "the data")) - flat(y)
        scale = float(flat(y).abs().max())
        return max(eps, float(change.abs().max()) / scale) if scale else eps


def _add(where: dict[str, list[Tensor]], name: str, a: Data, b: Data) -> None:
    where.setdefault(name, []).append((flat(a) - flat(b)).square().sum(1))


def _are_scores(y: Data, class_scores: bool | None) -> bool:
    table = isinstance(y, Tensor) and y.ndim == 2 and y.shape[1] > 1 and not y.is_complex()
    if class_scores and not table:
        raise IntertwineError(f"class scores are a real table (items, classes), the model returned {shapes(y)}")
    return table if class_scores is None else class_scores
