"""Convolutions on grids against torch's plain ones and escnn's: time, building, memory, all in one process.

    python -m benchmarks.conv_vs_escnn [--quick]

Training steps are forward and backward through one layer at batch 16 (4 in space), the least CPU time of many taken in
turn, as ratios to torch.nn.Conv of the same channels. `inference` is `to_plain()`, `build` the first layer of its kind
in a fresh process, CPU milliseconds (imports not counted). Where escnn is not installed its columns stay empty.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import sys
import warnings
from collections.abc import Callable
from typing import Any

from benchmarks.measure import cpu_seconds, fresh_process, machine, report, table

STEP_TARGET = {64: 1.05, 32: 1.05, 16: 1.15, 8: 1.15}
INFERENCE_TARGET, BUILD_TARGET, LARGE_TARGET = 1.02, 20.0, 500.0

PLANE: dict[str, tuple[int, Callable[[Any], Any]]] = {
    "C(4) regular": (64, lambda tw: 16 * tw.C(4).regular),
    "C(8) regular": (64, lambda tw: 8 * tw.C(8).regular),
    "D(8) regular": (64, lambda tw: 4 * tw.D(8).regular),
    "SO(2) to degree 3": (63, lambda tw: 9 * harmonics(tw.SO(2), 3)),
}
SPACE: dict[str, tuple[int, int, int, Callable[[Any], Any]]] = {
    "SO(3) to degree 2, 18": (18, 24, 5, lambda tw: 2 * harmonics(tw.SO(3), 2)),
    "SO(3) to degree 2, 54": (54, 16, 5, lambda tw: 6 * harmonics(tw.SO(3), 2)),
    "Cube regular, 48": (48, 16, 3, lambda tw: 2 * tw.Cube().regular),
}
BUILDS: dict[str, tuple[float, int, int, Callable[[Any], Any]]] = {
    "C(4) 512": (BUILD_TARGET, 5, 2, lambda tw: 128 * tw.C(4).regular),
    "C(8) 512": (BUILD_TARGET, 5, 2, lambda tw: 64 * tw.C(8).regular),
    "SO(2) 511": (BUILD_TARGET, 5, 2, lambda tw: 73 * harmonics(tw.SO(2), 3)),
    "D(16) 64": (LARGE_TARGET, 7, 2, lambda tw: 2 * tw.D(16).regular),
    "Cube 48": (LARGE_TARGET, 3, 3, lambda tw: 2 * tw.Cube().regular),
}


def harmonics(group: Any, degree: int) -> Any:
    """One field of every degree up to this one."""
    from intertwine.representations.harmonics import Harmonics

    return sum((Harmonics(group.vector, k) for k in range(1, degree + 1)), group.trivial)


def alternate(steps: dict[str, Callable[[], Any]], budget: float) -> dict[str, float]:
    """The least CPU milliseconds of each, taken in turn within a budget of seconds."""
    for step in steps.values():
        step()
    best: dict[str, float] = {}
    spent = 0.0
    while spent < budget:
        for name, step in steps.items():
            time = cpu_seconds(step)[0]
            best[name] = min(best.get(name, time), time)
            spent += time
    return {name: 1e3 * time for name, time in best.items()}


def train(layer: Any, x: Any, wrap: Callable[[Any], Any] = lambda x: x) -> Callable[[], None]:
    """One forward and backward pass."""

    def step() -> None:
        layer.zero_grad()
        x.grad = None
        y = layer(wrap(x))
        getattr(y, "tensor", y).sum().backward()

    return step


def peer_layer(name: str, kernel: int) -> tuple[Any, Callable[[Any], Any]] | None:
    """escnn's layer of a case, and what wraps its inputs."""
    if not importlib.util.find_spec("escnn"):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from benchmarks import conv_peer

        return conv_peer.layer(name, kernel)


def layer_times(name: str, kind: str, rho: Any, size: int, kernel: int, batch: int, budget: float) -> dict[str, float]:
    """CPU milliseconds of a training step: plain, ours, theirs; and of inference, plain and ours."""
    import torch

    import intertwine as tw

    d = int(kind[-2])
    ours = getattr(tw.nn, kind)(rho, rho, kernel, padding=kernel // 2)
    plain = getattr(torch.nn, kind)(rho.dim, rho.dim, kernel, padding=kernel // 2)
    x = torch.randn(batch, rho.dim, *(size,) * d, requires_grad=True)
    steps = {"plain": train(plain, x), "ours": train(ours, x)}
    theirs = peer_layer(name, kernel)
    if theirs:
        steps["theirs"] = train(theirs[0], x, theirs[1])
    times = alternate(steps, budget)
    exported = ours.to_plain()
    with torch.no_grad():
        fast = alternate({"plain": lambda: plain(x), "ours": lambda: exported(x)}, budget / 4)
    gc.collect()
    return times | {f"{k} inference": v for k, v in fast.items()}


def build(number: int) -> None:
    """Time one case of BUILDS, and escnn's, in this process; print them as one JSON line."""
    import torch

    import intertwine as tw

    torch.nn.Conv2d(8, 8, 3)
    name, (_, kernel, d, make) = list(BUILDS.items())[number]

    def ours() -> None:
        rho = make(tw)
        getattr(tw.nn, f"Conv{d}d")(rho, rho, kernel)

    figures = {"ours": 1e3 * cpu_seconds(ours)[0]}
    report(figures)
    if importlib.util.find_spec("escnn"):
        warnings.simplefilter("ignore")
        from benchmarks import conv_peer

        report(figures | {"theirs": 1e3 * cpu_seconds(lambda: conv_peer.layer(name, kernel))[0]})


def ratio(times: dict[str, float], which: str, base: str = "plain") -> str:
    return f"{times[which] / times[base]:.3f}" if which in times else "-"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a shorter budget for each figure")
    parser.add_argument("--build", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.build is not None:
        build(options.build)
        return 0
    import torch

    import intertwine as tw

    torch.set_num_threads(1)
    print(machine())
    budget, missed, rows = (3.0 if options.quick else 10.0), 0, []
    for name, (_, make) in PLANE.items():
        for size in (64, 32, 16, 8):
            times = layer_times(name, "Conv2d", make(tw), size, 5, 16, budget)
            good = times["ours"] <= STEP_TARGET[size] * times["plain"]
            missed += not good
            verdict = "ok" if good else f"over {STEP_TARGET[size]}"
            inference = f"{times['ours inference'] / times['plain inference']:.3f}"
            plain = f"{times['plain']:.1f}"
            rows.append([name, f"{size}", plain, ratio(times, "ours"), ratio(times, "theirs"), inference, verdict])
    for name, (_, size, kernel, make) in SPACE.items():
        times = layer_times(name, "Conv3d", make(tw), size, kernel, 4, budget)
        good = times["ours"] <= min(1.15 * times["plain"], 1.02 * times.get("theirs", 1e9))
        missed += not good
        inference = f"{times['ours inference'] / times['plain inference']:.3f}"
        row = [name, f"{size}", f"{times['plain']:.1f}", ratio(times, "ours"), ratio(times, "theirs"), inference]
        rows.append([*row, "ok" if good else "over"])
    print(table(["fields", "size", "plain ms", "ours", "escnn", "inference", "verdict"], rows))
    rows = []
    for number, (name, (target, *_)) in enumerate(BUILDS.items()):
        found: dict[str, Any] = {}
        for line in fresh_process("-m", "benchmarks.conv_vs_escnn", "--build", str(number)):
            found |= line
        good = found["ours"] <= target
        missed += not good
        theirs = f"{found['theirs']:.0f}" if "theirs" in found else "-"
        rows.append([name, f"{found['ours']:.1f}", theirs, f"{target:.0f}", "ok" if good else "over"])
    print(table(["first layer", "ours ms", "escnn ms", "target", "verdict"], rows))
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
