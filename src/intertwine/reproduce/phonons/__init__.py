"""Phonons: the density of states of a crystal from its atoms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

from ...data import PhononSpectra, load_phonon_spectra
from ..reproduction import Desk, Findings, Job, Outcome, Reproduction, Request, register
from .findings import findings
from .work import SIZES, Task

__all__ = ["PhononDensity"]


@register("phonon-dos")
class PhononDensity(Reproduction):
    """Chen et al.'s Euclidean networks on 1,522 crystals, with tensors of different greatest degree."""

    title = "phonon densities of states of crystals"
    papers = (
        "Chen et al., Direct prediction of phonon density of states with Euclidean neural networks, arXiv:2009.05163",
        "Kong et al., Density of states prediction for materials discovery via contrastive learning from probabilistic "
        "embeddings, Nat. Commun. 13, 949 (2022)",
    )

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.size = SIZES[request.size]
        self.seeds = request.seeds or self.size.seeds
        self.data: PhononSpectra | None = None

    def settings(self) -> dict[str, Any]:
        size = asdict(self.size)
        size.pop("seeds")  # more of them may be added to a folder
        size["degrees"] = list(self.size.degrees)
        return {"size": self.request.size, "budget": self.request.budget, **size}

    def tasks(self) -> list[Task]:
        """Every training, seed after seed."""
        epochs = max(1, round(self.size.epochs * self.request.budget))
        return [Task(degree, seed, epochs, self.size) for seed in range(self.seeds) for degree in self.size.degrees]

    def loaded(self) -> PhononSpectra:
        """The crystals, read once."""
        if self.data is None:
            self.data = load_phonon_spectra()
        return self.data

    def jobs(self) -> list[Job]:
        data = self.loaded()

        def run(task: Task, desk: Desk) -> Outcome:
            return task.run(desk, data)

        return [Job(t.name, f"tensors to degree {t.degree}", t.seed, partial(run, t)) for t in self.tasks()]

    def findings(self, outcomes: Mapping[str, Outcome]) -> Findings:
        return findings(self.tasks(), outcomes, self.loaded(), self.request)
