"""What the two benchmarks on jets share: the jets, the measurement and the table."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from .measure import cpu_seconds, fresh_process, machine, report, table

BEAMS = [[1.0, 0.0, 0.0, 1.0], [1.0, 0.0, 0.0, -1.0]]

Case = Callable[[], Callable[[], Tensor]]


class Jets(NamedTuple):
    """Two beams, then particles: momenta (batch, 2 + particles, 4) float64, mask (batch, 2 + particles) bool."""

    momenta: Tensor
    mask: Tensor


class Figure(NamedTuple):
    """Least milliseconds of CPU time, forward and with backward, and the memory they take in MiB."""

    forward: float
    backward: float
    memory: float


Figures = Mapping[str, Figure]


def draw_jets(batch: int, particles: int) -> Jets:
    """Massless particles of some 10 GeV around a common direction."""
    generator = torch.Generator().manual_seed(0)
    momenta = torch.randn(batch, particles, 3, generator=generator, dtype=torch.float64)
    momenta = 10 * torch.rand(batch, particles, 1, generator=generator) * (momenta + 3 * torch.eye(3)[0])
    momenta = torch.cat([momenta.norm(dim=-1, keepdim=True), momenta], -1)
    beams = torch.tensor(BEAMS, dtype=torch.float64).expand(batch, 2, 4)
    return Jets(torch.cat([beams, momenta], 1), torch.ones(batch, particles + 2, dtype=torch.bool))


def milliseconds(function: Callable[[], object], repeats: int) -> float:
    """Least CPU time of some calls, after two to warm up: other work on a machine can only add to it."""
    for _ in range(2):
        function()
    return 1e3 * min(cpu_seconds(function)[0] for _ in range(repeats))


def measure(function: Callable[[], Tensor], repeats: int) -> tuple[float, float]:
    """Forward, and forward with backward."""
    return milliseconds(function, repeats), milliseconds(lambda: function().backward(), repeats)


def reset_peak() -> None:
    """Let Linux count this process's peak from the present size."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_mib() -> float:
    """Largest resident set of this process since `reset_peak`."""
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


def memory_of(module: str, name: str, options: argparse.Namespace) -> float:
    """MiB by which one forward and backward raises the peak of a fresh process."""
    sizes = ["--batch", str(options.batch), "--particles", str(options.particles)]
    lines = fresh_process("-m", module, options.path, *sizes, "--memory", name)
    if "mib" not in lines[0]:
        raise RuntimeError(f"{name}: {lines[-1]}")
    return lines[0]["mib"]


def compare(figures: Figures, name: str, peer: str, targets: Mapping[str, tuple[float, float]]) -> list[str]:
    """One line of the table: ours, the peer's and their ratios beside the targets."""
    ours, theirs = figures[name], figures[peer]
    forward, backward = theirs.forward / ours.forward, theirs.backward / ours.backward
    goal = targets.get(name)
    return [
        name,
        f"{ours.forward:.1f} / {ours.backward:.1f}",
        f"{theirs.forward:.1f} / {theirs.backward:.1f}",
        f"{forward:.1f} / {backward:.1f}",
        "-" if goal is None else f"{goal[0]:g} / {goal[1]:g}",
        f"{ours.memory:.0f}",
        f"{theirs.memory:.0f}",
    ]


def main(
    module: str,
    peer: str,
    prepare: Callable[[argparse.Namespace], None],
    cases: Callable[[Jets], Mapping[str, Case]],
    rows: Callable[[Figures], list[list[str]]],
) -> int:
    """Measure every case and print the table."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    parser.add_argument("path", help=peer)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--particles", type=int, default=50)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--memory", help=argparse.SUPPRESS)
    options = parser.parse_args()
    prepare(options)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    todo = cases(draw_jets(options.batch, options.particles))
    if options.memory is not None:
        function = todo[options.memory]()
        function().backward()  # constants and pools that stay
        reset_peak()
        before = peak_mib()
        function().backward()
        report({"mib": peak_mib() - before})
        return 0
    figures: dict[str, Figure] = {}
    for name, case in todo.items():
        figures[name] = Figure(*measure(case(), options.repeats), memory_of(module, name, options))
    load = os.getloadavg()[0]
    print(f"{machine()}; load {load:.1f}; batch {options.batch}, {options.particles} particles and 2 beams, float32\n")
    header = ["", "ms forward / and backward", "peer's", "ratio", "target", "MiB", "peer's MiB"]
    print(table(header, rows(figures)))
    return 0
