"""Pictures and volumes: fields of scalars, vectors or tensors sampled on a grid."""

from __future__ import annotations

import math
from typing import ClassVar

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.additive import Grid, R
from ..groups.base import Group
from ..groups.elements import Element
from ..representations.base import Representation
from . import fourier, lattice, multilinear
from .action import Action, Data, require_tensor
from .affine import Motion
from .linear import feature_representation, transform_features
from .translate import check_boundary, signed, translate

METHODS = ("exact", "fft", "bilinear")
MASK_EDGE = 2.0
"""Width in pixels over which the mask fades: a hard edge rings under Fourier shears, a wide one loses picture (of
widths 0 to 4 this gave the smallest error of pi(g) pi(h) against pi(g h) on natural textures of 32 pixels)."""


class Fields(Action):
    """Fields on a grid, (pi(g) f)(p) = rho(g) f(g^-1 p), with p measured from the middle of the grid.

    x points along the last axis, y against the one before it (up, as pictures are shown), z along the one before that.
    Translations of `semidirect(R(d), H)` are in pixels along (x, y[, z]).
    """

    dimensions: ClassVar[int]

    def __init__(
        self,
        group: Group,
        method: str | None = None,
        rho: Representation | None = None,
        mask: bool = True,
        boundary: str = "zero",
    ):
        super().__init__(group)
        self.motion = Motion(group, self.dimensions)
        self.rho = feature_representation(group, rho)
        self.method = self._method(method)
        self.mask = mask and self.method != "exact" and self.motion.linear is not None
        self.boundary = "cyclic" if isinstance(self.motion.translations, Grid) else check_boundary(boundary)

    def _method(self, method: str | None) -> str:
        turns = lattice.is_turn(self.motion.linear_generators).all() and not self.motion.is_continuous
        fits = bool(turns) and not isinstance(self.motion.translations, R)
        if method is None:
            return "exact" if fits else "fft"
        if method not in METHODS:
            raise IntertwineError(f"method is one of {', '.join(METHODS)} (or None to choose), got {method!r}")
        if method == "exact" and not fits:
            raise IntertwineError(
                f"{self.group} moves samples between samples, so its action on a grid cannot be exact: "
                'use method="fft" (smooth in the group parameter) or method="bilinear"'
            )
        return method

    @property
    def is_exact(self) -> bool:
        return self.method == "exact"

    def check(self, x: Data) -> None:
        axes = "N C H W" if self.dimensions == 2 else "N C D H W"
        require_tensor(self, x, axes)
        if x.ndim != len(axes.split()):
            raise IntertwineError(f"{self} moves ({', '.join(axes.split())}), got shape {tuple(x.shape)}")
        if not (x.is_floating_point() or x.is_complex()) and self.method != "exact":
            raise IntertwineError(f"{self} interpolates, and {x.dtype} cannot hold the result: convert x to floats")
        if self.rho is not None and x.shape[1] != self.rho.dim:
            raise IntertwineError(
                f"{self} has {self.rho.dim} channels of type {self.rho}, got {x.shape[1]} in shape {tuple(x.shape)}"
            )
        if self.method == "fft" and self.motion.linear is not None and len(set(x.shape[2:])) > 1:
            raise IntertwineError(
                f"Fourier rotations need equal sides, got {' x '.join(map(str, x.shape[2:]))}: pad the shorter side"
            )
        grid, translations = tuple(x.shape[2:]), self.motion.translations
        if isinstance(translations, Grid) and translations.lengths != grid[::-1]:
            raise IntertwineError(f"{self.group} translates grids {translations.lengths} in (x, y[, z]), got {grid}")

    def move(self, g: Element, x: Data) -> Tensor:
        window = disc(tuple(x.shape[2:]), x) if self.mask else None
        moved = x if window is None else x * window
        if self.motion.linear is not None:
            moved = self._rotate(moved, g)
        offset = self.motion.offset(g)
        if offset is not None:
            moved = translate(moved, self._index_offset(offset.to(x.device)), self.boundary)
        if self.rho is not None:
            values = moved.flatten(2).transpose(1, 2)
            moved = transform_features(self.group, self.rho, g, values).transpose(1, 2).reshape(moved.shape)
        return moved if window is None else moved * window

    def _rotate(self, x: Tensor, g: Element) -> Tensor:
        matrix = self.motion.matrix(g).to(x.device)
        frame = lattice.index_frame(self.dimensions, like=matrix)
        matrix = frame @ matrix @ frame.mT
        if self.method == "exact":
            return lattice.turn(x, matrix)
        if self.method == "fft":
            return fourier.rotate(x, matrix)
        return multilinear.resample(x, torch.linalg.inv(matrix))

    def _index_offset(self, offset: Tensor) -> Tensor:
        translations = self.motion.translations
        if isinstance(translations, Grid):
            steps = signed(offset, translations.lengths).double()
            return (steps @ lattice.index_frame(self.dimensions, like=steps).mT).round().long()
        return offset @ lattice.index_frame(self.dimensions, like=offset).mT

    def __repr__(self) -> str:
        values = "" if self.rho is None else f", {self.rho}"
        return f"{type(self).__name__}({self.group}, {self.method}{values})"


class Pictures(Fields):
    """Pictures (N, C, H, W) turned, mirrored and moved by a group of the plane.

    Args:
        group: a group whose `vector` is the plane (C(n), D(n), SO(2), O(2)), or a semidirect product of R(2) or a
            Grid(W, H) with one.
        method: "exact" moves samples onto samples (right-angle turns and flips); "fft" does the nearest right-angle
            turn exactly and the rest by three Fourier shears; "bilinear" interpolates. None takes "exact" where the
            group allows it and "fft" elsewhere.
        rho: the type of the C channels; None for scalars, any number of them.
        mask: keep the inscribed disc only (fft and bilinear), which a rotation maps to itself.
        boundary: what translations by R(2) bring in from outside, "zero" or "cyclic".

    A rotation by Fourier shears of a picture whose smallest detail is a Gaussian bump of width sigma is off by 2e-5
    (sigma = 1.5 pixels) or 8e-4 (1.2) of its norm; bilinear interpolation is off by 5e-2 and 8e-2.

    Example:
        >>> turn, x = Pictures(C(4)), torch.randn(2, 3, 28, 28)
        >>> torch.equal(turn(C(4).generators[0], x), torch.rot90(x, 1, (-2, -1)))
        True
    """

    dimensions = 2


class Volumes(Fields):
    """Volumes (N, C, D, H, W) turned, mirrored and moved by a group of space, as `Pictures` are in the plane.

    Exact for Cube(); "fft" takes nine Fourier shears after the nearest turn of the cube, "bilinear" is trilinear. The
    mask keeps the inscribed ball. A slice along D is a picture in x and y, and z grows with its number.
    """

    dimensions = 3


def disc(grid: tuple[int, ...], like: Tensor) -> Tensor:
    """The inscribed disc or ball: 1 inside, fading to 0 at the edge over MASK_EDGE pixels; shape `grid`."""
    real = torch.float64 if like.dtype in (torch.float64, torch.complex128) else torch.float32
    radius = (lattice.coordinates(grid, dtype=real, device=like.device) / 2).square().sum(0).sqrt()
    depth = ((min(grid) / 2 - radius) / MASK_EDGE).clamp(0, 1)
    window = (1 - torch.cos(math.pi * depth)) / 2
    return window.reshape(grid).to(like.dtype if like.is_floating_point() else real)
