"""Whole convolutional networks against plain ones of the same channels: training step, inference, memory.

    python -m benchmarks.conv_networks [--quick] [--only SO(2)]

conv5 (1 -> C), norm, activation | conv5, norm, activation | mean pool, stride 2 | conv5, norm, activation |
invariants | mean and a linear layer, at batch 16. Times are the least CPU time of many steps taken in turn, as ratios
to the same network of torch.nn.Conv2d, BatchNorm2d and ReLU; `inference` is that of `to_plain()`; memory is what a
training step adds to a fresh process.

`Gate` takes its gates from the convolution before it, which has 10/7 of the channels then; the plain network of its
row has those channels in its convolutions too, and drops them behind the nonlinearity.

Memory that was freed stays with the process while times are taken: otherwise a third of a step is spent on getting
pages from the system again, and it is chance which network it falls on.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.conv_vs_escnn import alternate, harmonics, ratio
from benchmarks.measure import fresh_process, machine, report, table

BATCH = 16
INFERENCE_TARGET, MEMORY_TARGET, IRREPS_TARGET = 1.02, 1.3, 1.4
KEEP = {"MALLOC_TRIM_THRESHOLD_": "4000000000", "MALLOC_MMAP_THRESHOLD_": "2000000000", "MALLOC_TOP_PAD_": "300000000"}
"""For the GNU C library."""
REGULAR_TARGETS = {64: 1.05, 32: 1.05, 8: 1.15}

Case = tuple[str, int, int]
"""Kind of network, channels, side of the pictures."""

CASES: list[Case] = [
    *(
        (f"SO(2), {kind}", channels, 64)
        for kind in ("norm", "scalar gate", "gate", "Fourier")
        for channels in (14, 28, 63)
    ),
    *(
        (f"{group}, ReLU", channels, size)
        for group in ("C(4)", "C(8)", "D(8)")
        for channels in (16, 64)
        for size in (32, 8)
    ),
]


def ours(kind: str, channels: int) -> Any:
    """The equivariant network."""
    import torch

    import intertwine as tw
    from intertwine import nn

    name, how = kind.split(", ")
    group = tw.SO(2) if name == "SO(2)" else {"C(4)": tw.C(4), "C(8)": tw.C(8), "D(8)": tw.D(8)}[name]
    field = harmonics(group, 3) if name == "SO(2)" else group.regular
    rho = channels // field.dim * field
    make: Callable[[], Any] = {
        "norm": lambda: nn.NormActivation(rho, torch.relu, axis=1),
        "scalar gate": lambda: nn.ScalarGate(rho, axis=1),
        "gate": lambda: nn.Gate(rho, axis=1),
        "Fourier": lambda: nn.FourierActivation(field, channels // field.dim, samples=16),
        "ReLU": lambda: nn.Pointwise(rho, axis=1),
    }[how]
    layers: list[Any] = []
    for source in (group.trivial, rho, rho):
        act = make()
        layers += [nn.Conv2d(source, act.rho_in, 5, padding=2, bias=False), nn.BatchNorm(act.rho_in), act]
    layers.insert(6, torch.nn.AvgPool2d(2))
    pool = nn.GroupPool(rho)
    ends = [torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(pool.rho_out.dim, 10)]
    return torch.nn.Sequential(*layers, pool, *ends)


def plain(kind: str, channels: int) -> Any:
    """The same of torch's own layers."""
    import torch
    from torch import nn

    class First(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x[:, :channels]

    wide = channels // 7 * 10 if kind.endswith(" gate") and "scalar" not in kind else channels
    layers: list[nn.Module] = []
    for source in (1, channels, channels):
        layers += [nn.Conv2d(source, wide, 5, padding=2, bias=False), nn.BatchNorm2d(wide), nn.ReLU()]
        layers += [First()] if wide > channels else []
    layers.insert(len(layers) * 2 // 3, nn.AvgPool2d(2))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 10))


def train(model: Any, x: Any) -> Callable[[], None]:
    """One forward and backward pass."""

    def step() -> None:
        model.zero_grad()
        model(x).sum().backward()

    return step


def case_times(case: Case, budget: float) -> dict[str, float]:
    """CPU milliseconds of plain and ours, training and inference."""
    import torch

    from intertwine.nn import to_plain

    kind, channels, size = case
    x = torch.randn(BATCH, 1, size, size)
    models = {"plain": plain(kind, channels), "ours": ours(kind, channels)}
    times = alternate({name: train(model, x) for name, model in models.items()}, budget)
    fast = {"plain": models["plain"].eval(), "ours": to_plain(models["ours"])}
    with torch.no_grad():
        found = alternate({name: lambda model=model: model(x) for name, model in fast.items()}, budget / 3)
    gc.collect()
    return times | {f"{name} inference": value for name, value in found.items()}


def memory(number: int, which: str) -> None:
    """Print what training steps of one network add to this process at most, in MiB, as a JSON line (on Linux)."""
    import torch

    kind, channels, size = CASES[number]
    model = {"ours": ours, "plain": plain}[which](kind, channels)
    train(model, torch.randn(BATCH, 1, 8, 8))()  # libraries and machine code are there
    Path("/proc/self/clear_refs").write_text("5")  # the peak so far is forgotten
    before = _status("VmRSS")
    step = train(model, torch.randn(BATCH, 1, size, size))
    step()
    step()
    report({"memory": _status("VmHWM") - before})


def _status(entry: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(entry)) / 1024


def memory_ratio(number: int) -> float:
    """Ours over plain, each in a process of its own."""
    found = [
        fresh_process("-m", "benchmarks.conv_networks", "--memory", str(number), which)[0]["memory"]
        for which in ("ours", "plain")
    ]
    return found[0] / found[1]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a shorter budget for each figure")
    parser.add_argument("--only", default="", help="networks whose names begin so")
    parser.add_argument("--memory", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.memory:
        memory(int(options.memory[0]), options.memory[1])
        return 0
    if not KEEP.keys() <= os.environ.keys():
        return subprocess.run(
            [sys.executable, "-m", "benchmarks.conv_networks", *sys.argv[1:]], env=os.environ | KEEP, check=False
        ).returncode
    for name in KEEP:
        del os.environ[name]  # for the processes that measure memory
    import torch

    torch.set_num_threads(1)
    print(machine(), flush=True)
    rows, missed = [], 0
    for number, case in enumerate(CASES):
        kind, channels, size = case
        if not kind.startswith(options.only):
            continue
        times = case_times(case, 4.0 if options.quick else 15.0)
        used = memory_ratio(number) if size > 8 and sys.platform == "linux" else 0.0
        target = IRREPS_TARGET if kind.startswith("SO") else REGULAR_TARGETS[size]
        good = times["ours"] <= target * times["plain"] and used < MEMORY_TARGET
        missed += not good
        sizes = [kind, f"{channels}", f"{size}", f"{times['plain']:.1f}", ratio(times, "ours"), f"{target}"]
        rows.append([*sizes, ratio(times, "ours inference", "plain inference"), f"{used:.2f}" if used else "-"])
    print(table(["network", "channels", "size", "plain ms", "step", "target", "inference", "memory"], rows))
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
