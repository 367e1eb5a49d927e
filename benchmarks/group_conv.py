"""Group convolution: the routes of `GroupConv` against each other, and functions on SO(3) against e3nn.

    python -m benchmarks.group_conv [--batch 64]

CPU milliseconds of one forward and backward pass, the median of many taken in turn, in one process with one thread.
The targets: the route that is taken costs at most 1.5 times the fastest one, and where e3nn is installed a function of
values on SO(3) costs less than its `SO3Activation` at an error of the equation no greater.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sys
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.measure import ONE_THREAD, cpu_seconds, machine, table

REPEATS = 15
LARGEST = 2**26
"""Numbers that a form may hold at once, beyond which it is left out."""
TOLERATED = 1.5


def milliseconds(layers: dict[str, Callable[[Any], Any]], x: Any) -> dict[str, float]:
    """Median CPU time of forward and backward of each function of x, taken in turn."""

    def training(layer: Callable[[Any], Any]) -> None:
        x.grad = None
        layer(x).square().sum().backward()

    figures: dict[str, list[float]] = {name: [] for name in layers}
    for k in range(REPEATS + 2):
        for name, layer in layers.items():
            seconds, _ = cpu_seconds(lambda layer=layer: training(layer))
            if k > 1:  # the first calls allocate
                figures[name].append(1e3 * seconds)
    return {name: median(values) for name, values in figures.items()}


def routes(batch: int) -> tuple[list[list[str]], bool]:
    """A row for each group: the time of every form, and whether the chosen one is good."""
    import torch

    import intertwine as tw
    from intertwine.nn.groups.group_forms import FORMS, ByNeighbours

    rows, good = [], True
    cases: list[tuple[tw.Group, int, bool]] = [
        *[(tw.C(4), 64, False), (tw.Q(8), 32, False), (tw.S(4), 8, False), (tw.S(4), 32, False)],
        *[(tw.Icosahedron(), 32, False), (tw.S(5), 16, False), (tw.S(5), 16, True), (tw.S(6), 8, True)],
    ]
    for group, channels, is_local in cases:
        n = int(group.order)
        layer = tw.nn.GroupConv(group, channels, channels, support=list(group.generators) if is_local else None)
        numbers = dict.fromkeys(FORMS, (channels * n) ** 2)
        numbers[ByNeighbours] = batch * channels * n * layer.kernel.values
        forms = {form.__name__: form(layer.kernel) for form in FORMS if numbers[form] <= LARGEST}
        applied = {name: (lambda x, f=form, w=layer.weight: f(x, w)) for name, form in forms.items()}
        found = milliseconds(applied, torch.randn(batch, channels, n, requires_grad=True))
        chosen = type(layer.form).__name__
        good &= found[chosen] <= TOLERATED * min(found.values())
        times = [f"{found[form.__name__]:.2f}" if form.__name__ in found else "" for form in FORMS]
        rows.append([f"{group}, {channels} channels{', local' if is_local else ''}", *times, chosen])
    return rows, good


def equation(act: Callable[[Any], Any], rho: Any, x: Any, g: Any) -> float:
    """|f(g x) - g f(x)| / |f(x) - mean|."""
    y = act(x)
    return float((act(rho.apply(g, x)) - rho.apply(g, y)).norm() / y[..., 1:].norm())


def activations(batch: int) -> tuple[list[list[str]], bool]:
    """A row for each degree: time and error of our SampledActivation and of e3nn's SO3Activation.

    e3nn's grid at resolution r has 2 r by 4 r by 4 r points, ours of degree 2 r - 1 has 2 r by 4 r - 1 by 4 r - 1. Its
    equation is tested in its own basis.
    """
    import torch

    import intertwine as tw

    rows, good = [], True
    for degree, resolution in [(2, 3), (4, 5), (4, 7), (6, 7)]:
        space = tw.Rotations(degree)
        x = torch.randn(batch, 8, space.dim, requires_grad=True)
        ours = tw.nn.SampledActivation(space, oversampling=(2 * resolution - 1) / degree)
        layers: dict[str, Callable[[Any], Any]] = {"ours": ours}
        noise = torch.randn(64, space.dim) / space.dim**0.5
        g = tw.SO(3).sample(64)
        errors = {"ours": equation(ours, space.representation, noise, g)}
        if importlib.util.find_spec("e3nn"):
            layers["e3nn"], errors["e3nn"] = e3nn_activation(degree, resolution, noise)
        found = milliseconds(layers, x)
        if "e3nn" in found:
            good &= found["ours"] < found["e3nn"] and errors["ours"] <= errors["e3nn"]
        times = [
            f"{values[name]:.3g}" if name in values else "" for name in ("ours", "e3nn") for values in (found, errors)
        ]
        rows.append([f"degree {degree}, {2 * resolution} nodes", *times])
    return rows, good


def e3nn_activation(degree: int, resolution: int, noise: Any) -> tuple[Callable[[Any], Any], float]:
    """e3nn's layer, and the error of its equation."""
    import torch
    from e3nn import nn, o3  # type: ignore[import-not-found]

    act = nn.SO3Activation(degree, degree, torch.nn.functional.silu, resolution)
    irreps = o3.Irreps([(2 * l + 1, (l, 1)) for l in range(degree + 1)])
    matrices = torch.stack([irreps.D_from_matrix(o3.rand_matrix()) for _ in noise])

    class Moved:
        @staticmethod
        def apply(g: Any, x: Any) -> Any:
            return torch.einsum("nij,nj->ni", g, x)

    return act, equation(act, Moved, noise * noise.shape[-1] ** 0.5, matrices)


def main() -> int:
    """Print both tables; 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--batch", type=int, default=64)
    batch = parser.parse_args().batch
    os.environ.update(ONE_THREAD)
    import torch

    torch.set_num_threads(1)
    print(machine(), "\n")
    rows, is_chosen_well = routes(batch)
    print(table(["GroupConv, ms", "as matrix", "by neighbours", "by Fourier", "chosen"], rows), "\n")
    rows, is_ahead = activations(batch)
    print(table(["SiLU of values on SO(3)", "ours, ms", "error", "e3nn, ms", "error"], rows))
    for name, good in [("the fastest route is taken", is_chosen_well), ("ahead of e3nn", is_ahead)]:
        print(f"{name}: {'yes' if good else 'NO'}")
    return int(not (is_chosen_well and is_ahead))


if __name__ == "__main__":
    sys.exit(main())
