"""Rotated MNIST and rotated Fashion-MNIST: networks that know rotations beside those that learn them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import ClassVar

from ...data.pictures import FASHION, MNIST, PictureSet
from ...data.rotated import load_rotated
from ..reproduction import Desk, Findings, Job, Outcome, Reproduction, register
from .entrants import ENTRANTS
from .findings import findings
from .published import ROTATED_MNIST, Published
from .sizes import SIZES, Size
from .work import Task

TRAINING = 12_000
"""Pictures drawn for training, as in the published set."""


class Rotated(Reproduction[Size]):
    """A set of pictures, each turned by an angle of its own."""

    data: ClassVar[PictureSet]
    published: ClassVar[tuple[Published, ...]] = ()
    papers = (
        "Cohen, Welling, Group equivariant convolutional networks, arXiv:1602.07576",
        "Worrall et al., Harmonic networks: deep translation and rotation equivariance, arXiv:1612.04642",
        "Weiler, Cesa, General E(2)-equivariant steerable CNNs, arXiv:1911.08251",
    )
    sizes = SIZES

    def tasks(self) -> list[Task]:
        """Every training, seed after seed and the small ones first, so that an early look shows all entrants."""
        return [
            Task(self.data.name, entrant, count, max(1, round(epochs * self.request.budget)), seed, self.size)
            for seed in range(self.seeds)
            for count, epochs in self.size.train.items()
            for entrant in ENTRANTS.values()
        ]

    def jobs(self) -> list[Job]:
        train = load_rotated(self.data, "train", count=TRAINING)
        test = load_rotated(self.data, "test", count=self.size.test)

        def run(task: Task, desk: Desk) -> Outcome:
            return task.run(desk, train, test)

        return [
            Job(task.name, f"{task.pictures:,} pictures, {task.entrant.title}", task.seed, partial(run, task))
            for task in self.tasks()
        ]

    def findings(self, outcomes: Mapping[str, Outcome]) -> Findings:
        return findings(self.tasks(), outcomes, self.request, self.published)


@register("rotated-mnist")
class RotatedMNIST(Rotated):
    """Digits at every angle."""

    title = "digits at every angle by group, steerable and harmonic convolutions"
    data = MNIST
    published = ROTATED_MNIST


@register("rotated-fashion")
class RotatedFashion(Rotated):
    """Clothes at every angle: the same networks on harder pictures."""

    title = "clothes at every angle by group, steerable and harmonic convolutions"
    data = FASHION
