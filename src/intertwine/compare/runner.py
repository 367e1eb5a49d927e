"""Train and measure every route with every seed, once."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..data import Labelled
from ..errors import IntertwineError
from .backbone import Scaled, root_mean_square
from .folder import Folder
from .measure import measure, quick_measure
from .page import require_packages, write_report
from .problem import Problem, Split, known_problems
from .progress import Listener, Progress
from .results import Results, Run
from .route import Route, known_routes
from .show import things_to_show
from .spec import Budget, Comparison
from .training import CHECKPOINT_SECONDS, begin, train


def run(spec: Comparison, progress: Listener | None = None) -> Results:
    """Carry out a comparison, and write results.json, results.csv and report.html into its folder.

    Every finished run (a route with a seed) is on disk at once, and a run in progress at the end of every
    epoch or second, whichever is longer. With `resume=True` finished runs are kept and the others go on
    where they were; the results are the same, bit for bit on one machine, as if nothing had happened.

    Args:
        progress: called with a `Progress` several times a second; see `display`.

    Raises:
        IntertwineError: a name is unknown, the problem does not fit the group, a route does not apply, the
        folder
            to resume belongs to other settings, or a package for the report is missing.
    """
    require_packages()
    problem = make_problem(spec)
    chosen = [known_routes.find(name)() for name in spec.routes]
    bench = Bench(spec, problem, progress or _silent)
    with threads(spec.threads):
        for route in chosen:
            bench.untrained(route, seed=0)
        bench.folder.open(bench.settings(), spec.resume)
        runs = [bench.run(route, seed) for seed in range(spec.seeds) for route in chosen]
        results = Results(bench.settings(), bench.description(chosen), runs, things_to_show(bench, chosen))
    results.write(bench.folder.path)
    write_report(results, bench.folder.path / "report.html")
    return results


def make_problem(spec: Comparison) -> Problem:
    """The problem that a comparison names.

    Raises:
        IntertwineError: there is none of this name, or it does not fit the group.
    """
    endings = {".npz": "vectors", ".xyz": "structures", ".extxyz": "structures"}
    name = "pictures" if Path(spec.data).is_dir() else endings.get(Path(spec.data).suffix, spec.data)
    if spec.data in ("vectors", "pictures", "structures") and name == spec.data:
        raise IntertwineError(
            "Give the path of your data: an .npz file such as 'mine.npz', an .xyz file of molecules with energies, or "
            "a folder of pictures with one subfolder for each class."
        )
    return known_problems.find(name)(spec)


class Bench:
    """What all runs of a comparison share."""

    def __init__(self, spec: Comparison, problem: Problem, tell: Listener) -> None:
        self.spec, self.problem, self.tell = spec, problem, tell
        self.folder = Folder(Path(spec.out))
        self.budget: Budget = spec.budget or problem.budget
        self.hidden = problem.hidden if spec.hidden is None else spec.hidden
        self.finished = 0

    def settings(self) -> dict[str, Any]:
        """Everything that decides the outcome of a run besides its route and seed."""
        spec, problem = self.spec, self.problem
        return {
            "data": problem.name,
            **problem.fingerprint(),
            "group": str(problem.group),
            "rep_in": None if spec.rep_in is None else str(spec.rep_in),
            "rep_out": None if spec.rep_out is None else str(spec.rep_out),
            "examples": spec.examples,
            "hidden": list(self.hidden),
            "budget": asdict(self.budget),
            "device": spec.device,
            "threads": spec.threads,
        }

    def description(self, chosen: list[Route]) -> dict[str, Any]:
        """What the report says about the problem and the routes."""
        problem, split = self.problem, self.split(0)
        return {
            "name": problem.name,
            "words": asdict(problem.words),
            "source": problem.source,
            "group": str(problem.group),
            "order": int(problem.group.order) if problem.group.is_finite else None,
            "classes": list(problem.classes),
            "angles": list(problem.angles),
            "train": len(split.train),
            "test": len(split.test),
            "routes": {
                route.name: {
                    "title": route.title,
                    "idea": route.idea,
                    "note": route.note(problem, self.hidden),
                }
                for route in chosen
            },
            "torch": torch.__version__,
        }

    def split(self, seed: int) -> Split:
        """The items of a repetition, on the device."""
        split = self.problem.split(seed)
        return Split(self._to_device(split.train), self._to_device(split.test))

    def untrained(self, route: Route, seed: int) -> nn.Module:
        """The model at its start. Routes that share the backbone share its first weights too."""
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            network = route.model(self.problem, self.hidden)
        train = self.problem.split(seed).train
        unit = torch.ones(()) if self.problem.is_classification else root_mean_square(train.y)
        return Scaled(network, root_mean_square(train.x), unit).to(self.spec.device)

    def trained(self, route: Route, seed: int) -> nn.Module:
        """The model of a finished run."""
        model = self.untrained(route, seed)
        weights = self.folder.weights(run_name(route, seed), self.spec.device)
        if weights is None:
            raise IntertwineError(f"The weights of {run_name(route, seed)} in {self.folder.path} are gone.")
        model.load_state_dict(weights)
        return model.eval()

    def run(self, route: Route, seed: int) -> Run:
        """Train and measure a route with a seed, or take what an earlier call has finished."""
        name = run_name(route, seed)
        record = self.folder.record(name)
        if record is not None:
            done = Run.from_json(record)
            self.finished += 1
            self._tell(route, seed, "kept", self.budget.epochs, asdict(done.measured))
            return done
        done = self._train_and_measure(route, seed, name)
        self.finished += 1
        self._tell(route, seed, "finished", self.budget.epochs, asdict(done.measured))
        return done

    def _train_and_measure(self, route: Route, seed: int, name: str) -> Run:
        split, problem = self.split(seed), self.problem
        training = begin(self.untrained(route, seed), self.budget, seed)
        checkpoint = self.folder.checkpoint(name, self.spec.device)
        if checkpoint is not None:
            training.load(checkpoint)
        self._tell(route, seed, "training", training.epoch, training.latest)
        saved = time.monotonic()
        steps = train(
            training, route, problem, split.train, self.budget, lambda m: quick_measure(m, problem, split.test)
        )
        for state in steps:
            if time.monotonic() - saved >= CHECKPOINT_SECONDS:
                self.folder.save_checkpoint(name, state.state())
                saved = time.monotonic()
            self._tell(route, seed, "training", state.epoch, state.latest)
        self._tell(route, seed, "measuring", training.epoch, training.latest)
        measured = measure(training.model, problem, split.test)
        done = Run(route.name, seed, training.seconds, training.history, measured)
        self.folder.finish(name, training.model.state_dict(), done.to_json())
        return done

    def _tell(self, route: Route, seed: int, state: str, epoch: int, scores: dict[str, Any]) -> None:
        self.tell(
            Progress(
                route=route.name,
                seed=seed,
                state=state,
                epoch=epoch,
                epochs=self.budget.epochs,
                finished=self.finished,
                total=self.spec.seeds * len(self.spec.routes),
                upright=scores.get("upright"),
                turned=scores.get("turned"),
                is_classification=self.problem.is_classification,
            )
        )

    def _to_device(self, items: Labelled) -> Labelled:
        return Labelled(items.x.to(self.spec.device), items.y.to(self.spec.device), items.classes)


def run_name(route: Route, seed: int) -> str:
    """The name of a run, and of its folder."""
    return f"{route.name}-{seed}"


@contextmanager
def threads(count: int) -> Iterator[None]:
    """Let torch use so many threads for the time being."""
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _silent(step: Progress) -> None:
    """Tell nobody."""
