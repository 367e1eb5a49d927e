"""Point masses: the inertia tensor, scalars to a scalar and a tensor of degree two, exact at every angle."""

from __future__ import annotations

from collections.abc import Mapping

from ..reproduction import Findings, Job, Outcome, Reproduction, register
from .bodies import BOXES
from .findings import findings
from .networks import ENTRANTS, PointMasses
from .work import SIZES, Size, Task

__all__ = ["InertiaTensor", "PointMasses"]


@register("inertia")
class InertiaTensor(Reproduction[Size]):
    """Thomas et al.'s demonstration, against perceptrons with and without augmentation."""

    title = "the inertia tensor of point masses by one convolution on points"
    papers = ("Thomas et al., Tensor field networks, arXiv:1802.08219",)
    sizes = SIZES

    def tasks(self) -> list[Task]:
        """Every training, seed after seed."""
        epochs = max(1, round(self.size.epochs * self.request.budget))
        return [
            Task(box, entrant, seed, epochs, self.size)
            for seed in range(self.seeds)
            for box in BOXES
            for entrant in ENTRANTS.values()
        ]

    def jobs(self) -> list[Job]:
        return [Job(task.name, f"{task.box}, {task.entrant.title}", task.seed, task.run) for task in self.tasks()]

    def findings(self, outcomes: Mapping[str, Outcome]) -> Findings:
        return findings(self.tasks(), outcomes, self.request)
