"""Equivariance of whole networks under rotations between samples: ours against escnn's.

    python -m benchmarks.conv_equivariance [--seeds 3] [--size 65] [--blur 1]

conv5 (1 -> 32 channels), norm, activation | conv5, norm, activation | blur and stride 2 | conv5, norm, activation |
greatest entries or norms of fields | mean and a linear layer; random weights, evaluation mode, blurred noise on a disc,
turned by 45 degrees by Fourier shears. The error is |f(g x) - g f(x)| / |f(x)|, of the map of invariants (of the turned
fields, on the central disc) and of the logits about their mean, the mean over seeds. Both libraries see the same
pictures. The last line is the error of a ReLU alone, of the picture before and after the turn: a nonlinearity makes
frequencies that the grid does not hold, and no kernel can take that part away.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import sys
import warnings
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks.conv_vs_escnn import harmonics
from benchmarks.measure import machine, table
from intertwine.actions import Pictures
from intertwine.groups import SO, C, D
from intertwine.nn import BatchNorm, BlurPool, Conv2d, FourierActivation, NormActivation, Pointwise

TARGET = 0.5
"""Our error of the map over escnn's."""


def ours(rho: Any, activation: Callable[[Any], nn.Module]) -> nn.Module:
    one = rho.group.trivial

    def block(source: Any) -> list[nn.Module]:
        return [Conv2d(source, rho, 5, padding=2, gain=2**0.5), BatchNorm(rho), activation(rho)]

    return nn.Sequential(*block(one), *block(rho), BlurPool(2), *block(rho))


OURS: dict[str, Callable[[], nn.Module]] = {
    "C(8), ReLU": lambda: ours(4 * C(8).regular, lambda rho: Pointwise(rho, torch.relu, axis=1)),
    "D(8), ReLU": lambda: ours(2 * D(8).regular, lambda rho: Pointwise(rho, torch.relu, axis=1)),
    "SO(2), norm": lambda: ours(4 * harmonics(SO(2), 3), lambda rho: NormActivation(rho, axis=1)),
    "SO(2), Fourier": lambda: ours(4 * harmonics(SO(2), 3), lambda _: FourierActivation(harmonics(SO(2), 3), 4)),
}


def pictures(n: int, size: int, seed: int, blur: float) -> Tensor:
    """Noise blurred by a Gaussian of this many pixels, on a disc."""
    generator = torch.Generator().manual_seed(seed)
    f = torch.fft.fftfreq(size, dtype=torch.float64)
    falloff = torch.exp(-((f[:, None] ** 2 + f**2) * (2 * math.pi * blur) ** 2) / 2)
    x = torch.fft.ifft2(torch.fft.fft2(torch.randn(n, 1, size, size, generator=generator).double()) * falloff).real
    x = x / x.std()
    return Pictures(C(8), "fft")(C(8).identity, x)  # its mask


def disc(size: int, part: float) -> Tensor:
    axis = torch.arange(size) - (size - 1) / 2
    return torch.hypot(axis[:, None], axis) < part * size / 2


def invariants(name: str, y: Tensor) -> Tensor:
    """The greatest of the entries of each regular field, the norm of each field of frequencies 0 to 3."""
    fields = y.unflatten(1, (-1, {"S": 7, "C": 8, "D": 16}[name[0]]))
    return fields.norm(dim=2) if name[0] == "S" else fields.amax(2)


def errors(name: str, fields: Callable[[Tensor], Tensor], size: int, seed: int, blur: float) -> tuple[float, float]:
    """Of the map of invariants, and of logits."""
    turn, eighth = Pictures(C(8), "fft"), C(8).elements()[1]
    x = pictures(8, size, seed, blur)
    with torch.no_grad():
        here, there = fields(x.float()).double(), fields(turn(eighth, x).float()).double()
        turned = invariants(name, turn(eighth, here))
        here, there = invariants(name, here), invariants(name, there)
        inner = disc(there.shape[-1], 0.6)
        error = (there - turned)[..., inner].norm() / turned[..., inner].norm()
        linear = torch.randn(10, there.shape[1], generator=torch.Generator().manual_seed(seed)).double()
        a, b = (y[..., disc(y.shape[-1], 0.85)].mean(-1) @ linear.T for y in (here, there))
        return float(error), float((b - a).norm() / (a - a.mean(0)).norm())


def of_nonlinearity(size: int, seed: int, blur: float) -> float:
    """The error of a ReLU of the picture itself."""
    turn, eighth = Pictures(C(8), "fft"), C(8).elements()[1]
    x = pictures(8, size, seed, blur)
    turned, inner = turn(eighth, torch.relu(x)), disc(size, 0.6)
    return float((torch.relu(turn(eighth, x)) - turned)[..., inner].norm() / turned[..., inner].norm())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--size", type=int, default=65)
    parser.add_argument("--blur", type=float, default=1.0, help="of the pictures, in pixels")
    options = parser.parse_args()
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    print(machine())
    peer: Any = None
    if importlib.util.find_spec("escnn"):
        from benchmarks import conv_peer as peer
    rows, missed = [], 0
    for name, make in OURS.items():
        found: list[list[tuple[float, float]]] = [[], []]
        for seed in range(options.seeds):
            torch.manual_seed(seed)
            found[0].append(errors(name, make().eval(), options.size, seed, options.blur))
            if peer:
                found[1].append(errors(name, peer.network(name), options.size, seed, options.blur))
        means = [[sum(e[k] for e in part) / len(part) for k in range(2)] if part else [] for part in found]
        ratio = means[0][0] / means[1][0] if peer else None
        missed += ratio is not None and ratio > TARGET
        theirs = [f"{v:.3f}" for v in means[1]] or ["-", "-"]
        rows.append([name, *[f"{v:.3f}" for v in means[0]], *theirs, "-" if ratio is None else f"{ratio:.2f}"])
    print(table(["network", "ours: map", "logits", "escnn: map", "logits", "ratio of maps"], rows))
    alone = [of_nonlinearity(options.size, seed, options.blur) for seed in range(options.seeds)]
    print(f"ReLU of the picture alone: {sum(alone) / len(alone):.3f}")
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
