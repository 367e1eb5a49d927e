"""Potentials of molecules: what tensors between atoms are worth when structures are few."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from ...data import Structure, load_rmd17
from ..reproduction import Desk, Findings, Job, Outcome, Reproduction, register
from .entrants import ENTRANTS
from .findings import findings
from .work import SIZES, Size, Task

__all__ = ["Potential"]


@register("potential")
class Potential(Reproduction[Size]):
    """NequIP's recipe on rMD17 with tensors up to different degrees, and MACE's."""

    title = "energies and forces of molecules from few structures"
    papers = (
        "Batzner et al., E(3)-equivariant graph neural networks for data-efficient and accurate interatomic "
        "potentials, arXiv:2101.03164",
        "Batatia et al., MACE: higher order equivariant message passing neural networks, arXiv:2206.07697",
        "Christensen, von Lilienfeld, On the role of gradients for machine learning of molecular energies and forces, "
        "arXiv:2007.09593",
    )
    sizes = SIZES

    def tasks(self) -> list[Task]:
        """Every training, seed after seed."""
        steps = max(1, round(self.size.steps * self.request.budget))
        return [
            Task(molecule, ENTRANTS[name], count, seed, steps, self.size)
            for seed in range(self.seeds)
            for molecule, counts in self.size.train.items()
            for count in counts
            for name in self.size.entrants
        ]

    def jobs(self) -> list[Job]:
        parts = {m: (load_rmd17(m, "train"), load_rmd17(m, "test")) for m in self.size.train}

        def run(task: Task, data: tuple[list[Structure], list[Structure]], desk: Desk) -> Outcome:
            return task.run(desk, *data)

        return [
            Job(task.name, task.title, task.seed, partial(run, task, parts[task.molecule])) for task in self.tasks()
        ]

    def findings(self, outcomes: Mapping[str, Outcome]) -> Findings:
        return findings(self.tasks(), outcomes, self.request)
