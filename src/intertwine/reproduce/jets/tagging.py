"""Top and quark/gluon jets: Lorentz-invariant networks beside the ways that do without."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch

from ...data import JET_SETS, Labelled, load_jets, load_top_tagging
from ..reproduction import Findings, Job, Outcome, Reproduction, Request, register
from .entrants import ENTRANTS
from .findings import findings
from .sizes import SIZES, Size
from .work import Task


@register("jets")
class JetTagging(Reproduction[Size]):
    """Gong et al. (LorentzNet) and Bogatskiy et al. (LGN), on our own jets or, in full size, on the public ones."""

    title = "top and quark/gluon jets by Lorentz-invariant networks"
    papers = (
        "Gong et al., An efficient Lorentz equivariant graph neural network for jet tagging, arXiv:2201.08187",
        "Bogatskiy et al., Lorentz group equivariant neural network for particle physics, arXiv:2006.04780",
        "Komiske, Metodiev, Thaler, Energy flow networks: deep sets for particle jets, arXiv:1810.05165",
        "Butter et al., The machine learning landscape of top taggers, arXiv:1902.09914",
    )
    sizes = SIZES

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.labels: dict[str, torch.Tensor] = {}

    def tasks(self) -> list[Task]:
        """Every training, seed after seed, so that an early look shows all entrants."""
        return [
            Task(data, entrant, jets, max(1, round(epochs * self.request.budget)), seed, self.size)
            for seed in range(self.seeds)
            for data, plan in self.size.train.items()
            for jets, epochs in plan.items()
            for entrant in ENTRANTS.values()
        ]

    def jobs(self) -> list[Job]:
        loaded = {data: self._load(data) for data in self.size.train}
        self.labels = {data: test.y for data, (_, test) in loaded.items()}
        return [
            Job(
                task.name,
                f"{task.data}, {task.jets:,} jets, {task.entrant.title}",
                task.seed,
                partial(_run, task, loaded[task.data]),
            )
            for task in self.tasks()
        ]

    def findings(self, outcomes: Mapping[str, Outcome]) -> Findings:
        return findings(self.tasks(), self.labels, outcomes, self.request)

    def _load(self, data: str) -> tuple[Labelled, Labelled]:
        """The jets to train on and to test on. Nothing is chosen by validation, so its jets serve as test jets too."""
        count = self.size.particles[data]
        load: Callable[[str], Labelled]
        if data in JET_SETS:
            load = partial(load_jets, JET_SETS[data], particles=count)
            parts = [load("validation"), load("test")]
            x, y = torch.cat([p.x for p in parts]), torch.cat([p.y for p in parts])
            test = Labelled(x, y, parts[0].classes)
        else:
            load = partial(load_top_tagging, particles=count)
            test = load("test")
        most = self.size.test
        return load("train"), Labelled(test.x[:most], test.y[:most], test.classes)


def _run(task: Task, data: tuple[Labelled, Labelled], desk: Any) -> Outcome:
    return task.run(desk, *data)
