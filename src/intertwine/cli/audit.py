"""`intertwine audit`: the equivariance error of any model on a file of inputs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from ..audit import AuditReport, ShiftReport
from ..audit import audit as measure
from ..errors import IntertwineError
from .actions import parse_action
from .expressions import parse_group
from .models import Model, load_array, load_model


@dataclass(frozen=True)
class Request:
    """What is asked on the command line."""

    model: str
    data: Path
    group: str
    action_in: str
    action_out: str
    array: str | None
    samples: int | None
    elements: str
    """A number, or "all"."""
    batch_size: int
    seed: int


def audit(request: Request, json: Path | None, below: float | None) -> None:
    """Print the report, save it where asked, and check it against a bound."""
    group = parse_group(request.group)
    action_in, action_out = parse_action(request.action_in, group), parse_action(request.action_out, group)
    model = load_model(request.model)
    data = like_parameters(load_array(request.data, request.array), model)
    report = measure(
        model,
        data,
        action_in,
        action_out,
        samples=request.samples,
        elements=_count(request.elements),
        batch_size=request.batch_size,
        seed=request.seed,
        progress=True,
    )
    print(report)
    save_and_check(report, json, below)


def save_and_check(report: AuditReport | ShiftReport, json: Path | None, below: float | None) -> None:
    """Save a report where asked, and end the program with 1 where its error is not below a bound."""
    if json is not None:
        report.to_json(json)
        print(f"saved {json}")
    if below is not None:
        try:
            report.assert_below(below)
        except IntertwineError as error:
            print(error, file=sys.stderr)
            sys.exit(1)


def like_parameters(data: Tensor, model: Model) -> Tensor:
    """The data in the precision of the model's parameters; a model without any takes it as it is."""
    parameters = model.parameters() if isinstance(model, torch.nn.Module) else iter(())
    first = next(parameters, None)
    if first is None or not first.is_floating_point() or data.is_complex():
        return data
    return data.to(first.dtype)


def _count(elements: str) -> int | str:
    if elements == "all":
        return elements
    if not elements.isdecimal() or int(elements) == 0:
        raise IntertwineError(f'--elements is a positive whole number or "all", got "{elements}"')
    return int(elements)
