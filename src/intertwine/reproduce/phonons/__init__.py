"""Phonons: the density of states of a crystal from its atoms."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from ...data import PhononSpectra, load_phonon_spectra
from ..reproduction import Desk, Findings, Job, Outcome, Reproduction, Request, register
from .findings import findings
from .work import SIZES, Size, Task

__all__ = ["PhononDensity"]


@register("phonon-dos")
class PhononDensity(Reproduction[Size]):
    """Chen et al.'s Euclidean networks on 1,522 crystals, with tensors of different greatest degree."""

    title = "phonon densities of states of crystals"
    papers = (
        "Chen et al., Direct prediction of phonon density of states with Euclidean neural networks, arXiv:2009.05163",
        "Kong et al., Density of states prediction for materials discovery via contrastive learning from probabilistic "
        "embeddings, Nat. Commun. 13, 949 (2022)",
    )
    sizes = SIZES

    def __init__(self, request: Request) -> None:
        super().__init__(request)
        self.data: PhononSpectra | None = None

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
