"""Do predictions and maps follow when a picture moves: whole pixels, and fractions of them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..actions.translate import translate
from ..errors import IntertwineError
from .equivariance import CONSTANT
from .outputs import call, device_of, evaluation, flat, spread
from .report import ROUNDINGS
from .resampling import move
from .shift_report import ShiftError, ShiftPoint, ShiftReport
from .statistics import Estimate, kappa, ratio, wilson

STEP = 0.25
"""Distance of the curve's points in pixels."""
CURVE_ITEMS = 256
"""Items for each point of the curve."""
PERIOD_ITEMS, LONGEST_PERIOD = 8, 64
"""Items that must all be exact, and the greatest number of pixels that is tried."""


def audit_shifts(
    model: Callable[..., Any],
    data: Tensor,
    *,
    margin: int = 0,
    reach: float = 4.0,
    samples: int | None = None,
    class_scores: bool | None = None,
    confidence: float = 0.95,
    seed: int = 0,
    batch_size: int = 64,
    progress: bool = False,
) -> ShiftReport:
    """Measure how far a model is from commuting with shifts, f(T_t x) = T_t f(x).

    Whole pixels and fractions are told apart: a network with stride s is exact for multiples of s at best, and one that
    is exact for every whole pixel may still fold what lies between the pixels. Fractions are Fourier shifts. A model
    that returns maps (with as many grid axes as its input) should move them along in proportion to their size; any
    other output should stay as it is.

    Args:
        model: any callable or module from a batch (N, C, *grid) to a batch of outputs.
        data: signals, pictures or volumes (N, C, *grid), floats.
        margin: 0 shifts pictures cyclically, by any distance. A positive number shows the model windows that are so
            many pixels smaller than the pictures, and moves them by up to half of it, so that real content comes in.
        reach: the longest distance of the curve, in pixels.
        samples: use that many random items of the data (all unless said).
        class_scores: whether the argmax of the output is a prediction. Unless said: whether it is a table (n, classes).
        confidence: of all intervals.
        seed: of the items, shifts and resampling.
        batch_size: items that pass through the model at once.
        progress: show a counter on standard error.

    Raises:
        IntertwineError: data of another shape or type, a margin that leaves no window, outputs that are no finite
            tensors.

    Example:
        >>> x = torch.randn(100, 1, 16, 16)
        >>> report = audit_shifts(lambda x: x[..., ::2, ::2].square().mean((2, 3)), x)
        >>> print(report.verdict.split(";")[0])
        only shifts by multiples of 2 pixels are exact
    """
    _check(data, margin, confidence, batch_size)
    generator = torch.Generator().manual_seed(seed)
    if samples is not None and samples < len(data):
        data = data[torch.randperm(len(data), generator=generator)[:samples]]
    shifter = Shifter(model, data, margin, batch_size, progress)
    with evaluation(model):
        shifter.start()
        scores = shifter.scores if class_scores is None else class_scores
        judge = _Judge(shifter, scores, confidence, generator)
        n, d, limits = len(data), data.ndim - 2, torch.tensor(shifter.limits)
        fractions = (2 * torch.rand(n, d, generator=generator, dtype=torch.float64) - 1) * limits
        steps = ((2 * torch.rand(n, d, generator=generator, dtype=torch.float64) - 1) * (limits + 0.499)).round().long()
        report = ShiftReport(
            model=getattr(model, "__name__", type(model).__name__),
            items=n,
            grid=shifter.grid,
            margin=margin,
            moves=shifter.moves,
            dtype=str(shifter.still.dtype).removeprefix("torch."),
            confidence=confidence,
            seed=seed,
            whole=judge.judge(steps),
            fractional=judge.judge(fractions),
            floor=judge.floor(fractions[:CURVE_ITEMS]),
            period=judge.period(),
            rounding=judge.rounding,
            curve=judge.curve(reach),
        )
    shifter.done()
    return report


class Shifter:
    """A model on shifted views of the data."""

    def __init__(self, model: Callable[..., Any], data: Tensor, margin: int, batch: int, progress: bool):
        self.model, self.data, self.margin, self.batch, self.progress = model, data, margin, batch, progress
        self.device, self.passes = device_of(model), 0
        self.grid = tuple(size - margin for size in data.shape[2:])
        half = margin // 2
        self.limits = [float(half) if margin else size / 2 for size in data.shape[2:]]

    def start(self) -> None:
        """The outputs for unshifted data, on which everything is compared."""
        self.still = self.run(torch.zeros(len(self.data), self.data.ndim - 2, dtype=torch.long))
        self.moves = self.still.ndim == self.data.ndim
        if self.moves and self.margin:
            raise IntertwineError(
                "the model returns maps, whose borders change when other content comes into the window: audit it on "
                "cyclic pictures, margin=0"
            )
        self.scores = self.still.ndim == 2 and self.still.shape[1] > 1

    def run(self, offset: Tensor, back: Tensor | None = None) -> Tensor:
        """f(T_t x) for the first len(offset) items; `back` shifts once more before the model sees it."""
        outputs = []
        for start in range(0, len(offset), self.batch):
            where = slice(start, min(start + self.batch, len(offset)))
            x = translate(self.data[where].to(self.device), offset[where].to(self.device or "cpu"), "cyclic")
            if back is not None:
                x = translate(x, back[where].to(self.device or "cpu"), "cyclic")
            x = x[(..., *[slice(self.margin // 2, self.margin // 2 + size) for size in self.grid])]
            y = call(self.model, x, len(x), "shifted data")
            if not isinstance(y, Tensor):
                raise IntertwineError("audit_shifts compares one tensor: wrap the model so that it returns one")
            outputs.append(y)
        self.passes += 1
        if self.progress:
            print(f"\raudit: {self.passes} passes", end="", file=sys.stderr, flush=True)
        return torch.cat(outputs)

    def expected(self, offset: Tensor) -> Tensor:
        """T_t f(x)."""
        still = self.still[: len(offset)]
        return move(still, offset.double(), self.grid) if self.moves else still

    def done(self) -> None:
        """End the line of the counter."""
        if self.progress:
            print(file=sys.stderr)


class _Judge:
    """Estimates from shifted outputs."""

    def __init__(self, shifter: Shifter, scores: bool, confidence: float, generator: torch.Generator):
        self.shifter, self.scores, self.confidence, self.generator = shifter, scores, confidence, generator
        still = flat(shifter.still)
        self.spread, self.scale = spread(still), float(still.abs().max())
        eps = torch.finfo(shifter.still.dtype).eps
        self.constant = float(self.spread.mean()) / 2 <= (CONSTANT * eps) ** 2 * float(still.square().sum(1).mean())
        self.rounding = self._rounding(eps)

    def judge(self, offset: Tensor) -> ShiftError:
        """The error and the agreement for these shifts, one for each item."""
        moved, expected = self.shifter.run(offset), self.shifter.expected(offset)
        difference = flat(moved) - flat(expected)
        agreement = kappa_value = None
        if self.scores:
            first, second = expected.argmax(-1)[:, None].cpu(), moved.argmax(-1)[:, None].cpu()
            agreement = wilson(first == second, self.confidence)
            kappa_value = kappa(first, second, self.confidence, self.generator)
        return ShiftError(self._error(difference), agreement, kappa_value, float(difference.abs().max()) / self.scale)

    def floor(self, offset: Tensor) -> Estimate | None:
        """What moving by fractions does by itself."""
        difference = flat(self.shifter.run(offset, back=-offset)) - flat(self.shifter.still[: len(offset)])
        return self._error(difference)

    def curve(self, reach: float) -> tuple[ShiftPoint, ...]:
        """The error at distances up to `reach`, along a random axis and direction for each item."""
        n, d = min(len(self.shifter.data), CURVE_ITEMS), self.shifter.data.ndim - 2
        axis = torch.randint(d, (n,), generator=self.generator)
        sign = torch.randint(2, (n,), generator=self.generator).double() * 2 - 1
        direction = torch.zeros(n, d, dtype=torch.float64).scatter_(1, axis[:, None], sign[:, None])
        points, farthest = [], min(reach, *self.shifter.limits)
        for k in range(1, int(farthest / STEP) + 1):
            found = self.judge(direction * (k * STEP))
            points.append(ShiftPoint(k * STEP, found.error, found.agreement))
        return tuple(points)

    def period(self) -> int | None:
        """The least p for which shifts by p along every axis deviate by no more than rounding."""
        n, d = min(len(self.shifter.data), PERIOD_ITEMS), self.shifter.data.ndim - 2
        for p in range(1, int(min(LONGEST_PERIOD, *self.shifter.limits)) + 1):
            if all(self._is_exact(torch.eye(d, dtype=torch.long)[axis].mul(p).expand(n, d)) for axis in range(d)):
                return p
        return None

    def _is_exact(self, offset: Tensor) -> bool:
        difference = flat(self.shifter.run(offset)) - flat(self.shifter.expected(offset))
        return float(difference.abs().max()) <= ROUNDINGS * self.rounding * self.scale

    def _error(self, difference: Tensor) -> Estimate | None:
        if self.constant:
            return None
        return ratio(difference.square().sum(1), self.spread[: len(difference)], self.confidence, self.generator)

    def _rounding(self, eps: float) -> float:
        """How far the output goes when every input changes by one rounding error, relative to its greatest entry."""
        shifter, n = self.shifter, min(len(self.shifter.data), PERIOD_ITEMS)
        x = shifter.data[:n]
        sign = torch.randint(2, x.shape, generator=self.generator).mul(2).sub(1).to(x)
        jogged = Shifter(shifter.model, x * (1 + torch.finfo(x.dtype).eps * sign), shifter.margin, n, False)
        change = flat(jogged.run(torch.zeros(n, x.ndim - 2, dtype=torch.long))) - flat(shifter.still[:n])
        return max(eps, float(change.abs().max()) / self.scale) if self.scale else eps


def _check(data: Tensor, margin: int, confidence: float, batch: int) -> None:
    if not isinstance(data, Tensor) or data.ndim not in (3, 4, 5) or not data.is_floating_point():
        got = f"{data.dtype} of shape {tuple(data.shape)}" if isinstance(data, Tensor) else type(data).__name__
        raise IntertwineError(f"shifts move floats (N, C, *grid) with one to three grid axes, got {got}")
    if len(data) < 2:
        raise IntertwineError("an audit needs at least 2 items, and about 100 for a useful interval")
    if margin < 0 or margin == 1 or margin >= min(data.shape[2:]):
        raise IntertwineError(f"margin is 0, or from 2 to less than the side {min(data.shape[2:])}, got {margin}")
    if not 0 < confidence < 1 or batch < 1:
        raise IntertwineError(f"confidence is between 0 and 1 and batch_size at least 1, got {confidence} and {batch}")
