"""The front door: how far is a model from being equivariant?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from ..actions.action import Action, Data
from ..actions.action import batch_size as count
from ..errors import IntertwineError
from .curve import curve
from .measure import Measurements, Measurer
from .outputs import evaluation, parts, select
from .report import AuditReport
from .statistics import Estimate, kappa, ratio, wilson

CONSTANT = 1e3
"""A model whose outputs vary by less than this many roundings of their size counts as constant."""


def audit(
    model: Callable[..., Any],
    data: Data,
    action_in: Action,
    action_out: Action,
    *,
    samples: int | None = None,
    elements: int | str = 1,
    class_scores: bool | None = None,
    confidence: float = 0.95,
    seed: int = 0,
    batch_size: int = 64,
    progress: bool = False,
) -> AuditReport:
    """Measure how far a model is from f(pi(g) x) = pi'(g) f(x) on data.

    The headline is the relative error E|f(gx) - rho(g) f(x)|^2 / (2 E|f - E f|^2), with a fresh group element for
    each data point and an interval that resamples data points. It comes with the floor that the action itself sets
    (interpolation is no exact action), and, where outputs are class scores, with the agreement of predictions beyond
    chance. The model runs in eval mode without gradients and gets its modes back. Where action_in masks, the model gets
    masked data on both sides: f(pi(g) x) is compared with pi'(g) f(pi(1) x).

    Args:
        model: any callable or module from a batch of inputs to a batch of outputs (tensors or tuples of them).
        data: inputs (n, ...), or a tuple of such for `Tuples` actions.
        action_in: how the group acts on the inputs.
        action_out: how it acts on the outputs; `Trivial(group)` for an invariant model, such as a classifier. There is
            no default: an equivariant model measured as an invariant one looks broken.
        samples: use that many random items of the data (all unless said).
        elements: group elements for each item. One is the most accurate use of a budget; more sharpen the curve
            against the element; "all" walks through a finite group and counts orbits exactly.
        class_scores: whether the argmax of the output is a prediction. Unless said: whether it is a table (n, classes).
        confidence: of all intervals.
        seed: of the items, group elements and resampling.
        batch_size: items that pass through the model at once.
        progress: show a counter on standard error.

    Raises:
        IntertwineError: the actions belong to different groups, data or outputs do not fit them, outputs are no
            tensors, of changing shape, or not finite.

    Example:
        >>> G, x = C(4), torch.randn(100, 1, 8, 8)
        >>> report = audit(lambda x: x.std((1, 2, 3))[:, None], x, Pictures(G), Trivial(G))
        >>> report.assert_below(0.01)
        >>> print(report.verdict)
        equivariant to rounding (float32)
    """
    _check(data, action_in, action_out, confidence, batch_size)
    generator = torch.Generator().manual_seed(seed)
    data = _choose(data, samples, generator)
    measurer = Measurer(model, action_in, action_out, batch_size=batch_size, generator=generator, progress=progress)
    with evaluation(model):
        measured = measurer.run(data, elements, class_scores)
    found = _estimates(measured, confidence, generator)
    group = action_in.group
    order = int(group.order) if group.is_listable else None
    return AuditReport(
        model=getattr(model, "__name__", type(model).__name__),
        group=str(group),
        action_in=str(action_in),
        action_out=str(action_out),
        items=len(measured.error),
        elements=measured.error.shape[1],
        exhaustive=elements == "all",
        dtype=measured.dtype,
        confidence=confidence,
        seed=seed,
        orbit_same=None if order is None or found["agreement"] is None else found["agreement"].scaled(order),
        order=order,
        max_error=measured.deviation,
        rounding=measured.rounding,
        action_errors=measured.action_errors,
        curve=tuple(curve(group, measured, confidence, generator)),
        notes=_notes(action_in, measured),
        **found,
    )


def _check(data: Data, action_in: Action, action_out: Action, confidence: float, batch: int) -> None:
    for name, action in (("action_in", action_in), ("action_out", action_out)):
        if not isinstance(action, Action):
            raise IntertwineError(
                f"{name} is an action such as Pictures(C(4)), Vectors(rho) or Trivial(C(4)), got {action!r}"
            )
    if action_in.group != action_out.group:
        raise IntertwineError(
            f"both actions belong to one group: action_in moves by {action_in.group}, action_out by {action_out.group}"
        )
    strange = [type(part).__name__ for part in parts(data) if not isinstance(part, Tensor)]
    if strange:
        raise IntertwineError(f"the data are a tensor (n, ...) or a tuple of tensors, got {', '.join(strange)}")
    if count(data) < 2:
        raise IntertwineError(
            f"the data hold {count(data)} item: the error is relative to the differences between items, which "
            "needs at least 2, and a useful interval about 100"
        )
    if not 0 < confidence < 1:
        raise IntertwineError(f"confidence is between 0 and 1, got {confidence}")
    if batch < 1:
        raise IntertwineError(f"batch_size is at least 1, got {batch}")


def _choose(data: Data, samples: int | None, generator: torch.Generator) -> Data:
    n = count(data)
    if samples is None or samples >= n:
        return data
    if samples < 2:
        raise IntertwineError(f"an audit needs at least 2 samples, got {samples}")
    return select(data, torch.randperm(n, generator=generator)[:samples])


def _estimates(measured: Measurements, confidence: float, generator: torch.Generator) -> dict[str, Any]:
    """The report's error, floors and agreement with their intervals."""
    size = float(measured.spread.mean()) / 2
    constant = size <= (CONSTANT * measured.eps) ** 2 * measured.size
    floors: dict[str, Estimate] = {}
    if not constant:
        for name, distance in measured.floors.items():
            floors[name] = ratio(distance, measured.spread[: len(distance)], confidence, generator)
    agreement = kappa_value = None
    if measured.moved_class is not None and measured.still_class is not None:
        agreement = wilson(measured.moved_class == measured.still_class, confidence)
        kappa_value = kappa(measured.still_class, measured.moved_class, confidence, generator)
    return {
        "error": None if constant else ratio(measured.error.mean(1), measured.spread, confidence, generator),
        "floor": max(floors.values(), key=float, default=None),
        "floors": floors,
        "agreement": agreement,
        "kappa": kappa_value,
    }


def _notes(action_in: Action, measured: Measurements) -> tuple[str, ...]:
    notes = []
    if not action_in.group.is_compact:
        notes.append(f"{action_in.group} is not compact: elements follow the bounded law of its sample()")
    if len(measured.error) < 100:
        notes.append(f"{len(measured.error)} items are few: intervals are trustworthy from about 100")
    return tuple(notes)
