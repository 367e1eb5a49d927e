"""The escnn half of the convolution benchmarks. Imported only where escnn is installed."""

from __future__ import annotations

from typing import Any

from escnn import gspaces  # pyright: ignore[reportMissingImports]
from escnn import nn as peer  # pyright: ignore[reportMissingImports]


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
