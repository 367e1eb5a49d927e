"""tw.nn.TensorProduct against e3nn's: all channels mixed, and channel by channel ("uvu") as convolutions use.

    python3 -m venv ../intertwine-e3nn
    ../intertwine-e3nn/bin/pip install torch==2.13.0 e3nn==0.6.0 -e .
    ../intertwine-e3nn/bin/python -m benchmarks.tensor_product

CPU milliseconds of one forward pass without gradients and of one forward and backward pass, the median of several, in
one process with one thread; ratios above 1 are in our favour. Where e3nn is not installed its columns stay empty.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.measure import ONE_THREAD, cpu_seconds, machine, table

REPEATS, WARM_UP = 15, 3
MIXED = [(32, 1, 32, 2, 256), (16, 16, 16, 2, 256), (32, 32, 32, 1, 128), (8, 8, 8, 3, 256), (64, 1, 64, 1, 1024)]
"""Copies of every l in both factors and the output, greatest l, batch; weights of their own."""
GIVEN = [(32, 1, 32, 2, 256), (8, 8, 8, 2, 256)]
"""The same with weights for each sample."""
CHANNELWISE = [(32, 1, 2048), (32, 2, 2048), (64, 2, 1024), (32, 3, 1024), (128, 2, 512)]
"""Channels, greatest l, batch; the second factor holds one copy of every l, weights for each sample."""


def ours_type(copies: int, greatest: int) -> Any:
    """`copies` of l = 0 .. greatest."""
    import intertwine as tw

    G = tw.SO(3)
    rho = copies * G.trivial
    for l in range(1, greatest + 1):
        rho = rho + copies * G.irrep(l)
    return rho


def theirs_type(copies: int, greatest: int) -> Any:
    """The same in e3nn's words."""
    from e3nn import o3  # pyright: ignore[reportMissingImports]

    return o3.Irreps("+".join(f"{copies}x{l}e" for l in range(greatest + 1)))


def mixed(n1: int, n2: int, n3: int, greatest: int, external: bool) -> tuple[Any, Any]:
    """Both products with all channels mixed."""
    import intertwine as tw

    copies = (n1, n2, n3)
    ours = tw.nn.TensorProduct(*(ours_type(n, greatest) for n in copies), external=external)
    if not importlib.util.find_spec("e3nn"):
        return ours, None
    from e3nn import o3  # pyright: ignore[reportMissingImports]

    options = {"internal_weights": False, "shared_weights": False} if external else {}
    return ours, o3.FullyConnectedTensorProduct(*(theirs_type(n, greatest) for n in copies), **options)


def channelwise(channels: int, greatest: int) -> tuple[Any, Any]:
    """Both products channel by channel, every path with an output of its own."""
    import intertwine as tw

    first, second = ours_type(channels, greatest), ours_type(1, greatest)
    ours = tw.nn.TensorProduct(first, second, channelwise=True, keep=second, external=True)
    if not importlib.util.find_spec("e3nn"):
        return ours, None
    from e3nn import o3  # pyright: ignore[reportMissingImports]

    a, b = theirs_type(channels, greatest), theirs_type(1, greatest)
    paths = [(i, j, c) for i, (_, p) in enumerate(a) for j, (_, q) in enumerate(b) for c in p * q if c.l <= greatest]
    steps = [(i, j, k, "uvu", True) for k, (i, j, _) in enumerate(paths)]
    out = o3.Irreps([(channels, c) for *_, c in paths])
    return ours, o3.TensorProduct(a, b, out, steps, shared_weights=False, internal_weights=False)


def milliseconds(layer: Callable[..., Any], inputs: list[Any]) -> tuple[float, float]:
    """Median CPU time of (forward, forward and backward)."""
    import torch

    leaves = [x.clone().requires_grad_() for x in inputs]

    def forward() -> None:
        with torch.no_grad():
            layer(*inputs)

    def training() -> None:
        layer(*leaves).square().sum().backward()

    found = []
    for function in (forward, training):
        figures = [cpu_seconds(function)[0] for _ in range(WARM_UP + REPEATS)]
        found.append(1e3 * median(figures[WARM_UP:]))
    return found[0], found[1]


def rows(name: str, pair: tuple[Any, Any], batch: int) -> list[list[str]]:
    """Two lines of the table: forward, and forward with backward."""
    import torch

    ours, theirs = pair
    inputs = [torch.randn(batch, ours.rho1.dim), torch.randn(batch, ours.rho2.dim)]
    if ours.external:
        inputs.append(torch.randn(batch, ours.weight_numel))
    mine = milliseconds(ours, inputs)
    peer = milliseconds(theirs, inputs) if theirs is not None else None
    lines = []
    for k, what in enumerate(("forward", "forward + backward")):
        columns = [f"{peer[k]:.2f}", f"{peer[k] / mine[k]:.2f}"] if peer else ["-", "-"]
        lines.append([name, what, f"{mine[k]:.2f}", *columns])
    return lines


def main() -> int:
    """Measure all cases and print them."""
    os.environ.update(ONE_THREAD)
    import torch

    torch.set_num_threads(1)
    found: list[list[str]] = []
    for external, cases in ((False, MIXED), (True, GIVEN)):
        for n1, n2, n3, greatest, batch in cases:
            name = f"{n1} x {n2} -> {n3}, l <= {greatest}, batch {batch}{', weights per sample' if external else ''}"
            found += rows(name, mixed(n1, n2, n3, greatest, external), batch)
    for channels, greatest, batch in CHANNELWISE:
        found += rows(f"channelwise {channels}, l <= {greatest}, batch {batch}", channelwise(channels, greatest), batch)
    print(f"{machine()}; CPU ms\n")
    print(table(["product", "pass", "ours", "e3nn", "e3nn / ours"], found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
