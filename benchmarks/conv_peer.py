"""The escnn half of the convolution benchmarks. Imported only where escnn is installed."""

from __future__ import annotations

from typing import Any

from escnn import gspaces  # pyright: ignore[reportMissingImports]
from escnn import nn as peer  # pyright: ignore[reportMissingImports]
from escnn.group import _numerical  # pyright: ignore[reportMissingImports]

_numerical.randomized_svd = None  # where scikit-learn is installed it takes np.matrix, which that refuses now


def field(name: str) -> Any:
    """escnn's field type of a case of `conv_vs_escnn`."""
    if name.startswith("C(4)"):
        return _regular(gspaces.rot2dOnR2(4), 128 if "512" in name else 16)
    if name.startswith("C(8)"):
        return _regular(gspaces.rot2dOnR2(8), 64 if "512" in name else 8)
    if name.startswith("D(8)"):
        return _regular(gspaces.flipRot2dOnR2(8), 4)
    if name.startswith("D(16)"):
        return _regular(gspaces.flipRot2dOnR2(16), 2)
    if name.startswith("Cube"):
        return _regular(gspaces.octaOnR3(), 2)
    if name.startswith("SO(2)"):
        space = gspaces.rot2dOnR2(-1, maximum_frequency=3)
        return peer.FieldType(space, (73 if "511" in name else 9) * [space.irrep(k) for k in range(4)])
    space = gspaces.rot3dOnR3()
    return peer.FieldType(space, (6 if "54" in name else 2) * [space.irrep(k) for k in range(3)])


def _regular(space: Any, copies: int) -> Any:
    return peer.FieldType(space, copies * [space.regular_repr])


def layer(name: str, kernel: int) -> tuple[Any, Any]:
    """A layer from a field to itself, and what wraps its inputs."""
    kind = field(name)
    conv = peer.R3Conv if kind.gspace.dimensionality == 3 else peer.R2Conv
    return conv(kind, kind, kernel, padding=kernel // 2), kind


def network(name: str) -> Any:
    """escnn's network of a case of `conv_equivariance`, from pictures to fields."""
    space = (
        gspaces.rot2dOnR2(-1, maximum_frequency=3)
        if name.startswith("SO(2)")
        else (gspaces.flipRot2dOnR2(8) if name.startswith("D(8)") else gspaces.rot2dOnR2(8))
    )
    one = peer.FieldType(space, [space.trivial_repr])
    if name == "SO(2), Fourier":
        activations = [
            peer.FourierELU(space, 4, irreps=space.fibergroup.bl_irreps(3), type="regular", N=16) for _ in range(3)
        ]
        rho = activations[0].in_type
        norms = [peer.IIDBatchNorm2d(rho) for _ in range(3)]
    elif name == "SO(2), norm":
        rho = peer.FieldType(space, 4 * [space.irrep(k) for k in range(4)])
        activations = [peer.NormNonLinearity(rho) for _ in range(3)]
        norms = [peer.IIDBatchNorm2d(rho) for _ in range(3)]
    else:
        rho = _regular(space, 2 if name.startswith("D(8)") else 4)
        activations = [peer.ReLU(rho) for _ in range(3)]
        norms = [peer.InnerBatchNorm(rho) for _ in range(3)]
    layers: list[Any] = []
    for source, norm, activation in zip((one, rho, rho), norms, activations, strict=True):
        layers += [peer.R2Conv(source, rho, 5, padding=2), norm, activation]
    layers.insert(6, peer.PointwiseAvgPoolAntialiased(rho, sigma=0.66, stride=2))
    body = peer.SequentialModule(*layers).eval()
    return lambda x: body(one(x)).tensor
