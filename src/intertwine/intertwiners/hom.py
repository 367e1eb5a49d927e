"""The space of equivariant linear maps between two representations: rho_in >> rho_out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..representations.base import Representation
from ..representations.expand import expand
from .solution import Solution
from .solve import solve

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class Block:
    """All copies of one elementary term of the input against all copies of one of the output.

    Coefficients start .. stop of the Hom, shaped (m_out, m_in, solution.dim), are the maps between every pair of
    copies; `rows` (m_out, dim B) and `columns` (m_in, dim A) are where the copies sit.
    """

    term_in: Representation
    term_out: Representation
    columns: Tensor
    rows: Tensor
    solution: Solution
    start: int

    @property
    def shape(self) -> tuple[int, int, int]:
        """(m_out, m_in, maps of one pair)."""
        return len(self.rows), len(self.columns), self.solution.dim

    def is_whole(self, shape: tuple[int, int]) -> bool:
        """Whether this block is the whole matrix, entry for entry."""
        ordered = all(torch.equal(index.flatten(), torch.arange(index.numel())) for index in (self.rows, self.columns))
        return ordered and self.solution.shape == shape

    @property
    def stop(self) -> int:
        """One past the last coefficient."""
        return self.start + self.shape[0] * self.shape[1] * self.shape[2]


class Hom:
    """All W with rho_out(g) W = W rho_in(g), as an orthonormal basis W_1 .. W_dim (Frobenius inner product).

    Sums are taken apart and every pair of elementary terms is solved once, whatever its multiplicities. Coefficients
    are real when both representations are real, complex otherwise.

    >>> V = SO(3).vector
    >>> V*V >> V
    SO(3): V*V -> V, 1 map by diagrams
    """

    def __init__(self, rho_in: Representation, rho_out: Representation, kept: Tensor | None = None):
        self.rho_in, self.rho_out, self._kept = rho_in, rho_out, kept

    def __reduce__(self) -> Any:
        """The specification alone: the basis is solved again where it is needed."""
        return Hom, (self.rho_in, self.rho_out, self._kept)

    @property
    def group(self) -> Any:
        """The group."""
        return self.rho_in.group

    @property
    def is_complex(self) -> bool:
        """Whether the maps and their coefficients are complex."""
        return self.rho_in.is_complex or self.rho_out.is_complex

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The pairs of elementary terms between which there are maps."""
        found, start = [], 0
        for term_out, rows in expand(self.rho_out).items():
            for term_in, columns in expand(self.rho_in).items():
                solution = solve(term_in, term_out)
                if solution.dim:
                    found.append(Block(term_in, term_out, columns, rows, solution, start))
                    start = found[-1].stop
        return tuple(found)

    @property
    def _total(self) -> int:
        return self.blocks[-1].stop if self.blocks else 0

    @property
    def dim(self) -> int:
        """Number of independent maps."""
        return self._total if self._kept is None else len(self._kept)

    @property
    def route(self) -> str:
        """The routes that solved the pairs of terms, joined by " + "; "none" when there is no map."""
        return " + ".join(dict.fromkeys(block.solution.route for block in self.blocks)) or "none"

    @property
    def shape(self) -> tuple[int, int]:
        """(rho_out.dim, rho_in.dim)."""
        return self.rho_out.dim, self.rho_in.dim

    def __repr__(self) -> str:
        maps = f"{self.dim:,} map{'' if self.dim == 1 else 's'}"
        where = "" if self._kept is None else ", local"
        return f"{self.group}: {self.rho_in} -> {self.rho_out}, {maps} by {self.route}{where}"

    # --- coefficients and matrices ---------------------------------------------------------------------------------

    def expand_coefficients(self, coefficients: Tensor) -> Tensor:
        """The coefficients of all maps, zero where a mask has removed some: (..., dim) -> (..., total)."""
        if coefficients.ndim == 0 or coefficients.shape[-1] != self.dim:
            raise IntertwineError(f"{self} takes coefficients (..., {self.dim}), got shape {tuple(coefficients.shape)}")
        if self._kept is None:
            return coefficients
        full = coefficients.new_zeros(*coefficients.shape[:-1], self._total)
        return full.index_copy(-1, self._kept.to(coefficients.device), coefficients)

    def keep(self, full: Tensor) -> Tensor:
        """One number for every map, without those that a mask has removed: (..., total) -> (..., dim)."""
        return full if self._kept is None else full[..., self._kept.to(full.device)]

    def keep_maps(self, maps: Tensor) -> Tensor:
        """Those of all basis maps (total, ...) that no mask has removed."""
        return maps if self._kept is None else maps[self._kept]

    def split(self, coefficients: Tensor) -> list[Tensor]:
        """One (..., m_out, m_in, maps) tensor of coefficients for each block."""
        full = self.expand_coefficients(coefficients)
        parts = full.split([block.stop - block.start for block in self.blocks], -1)
        return [part.unflatten(-1, block.shape) for part, block in zip(parts, self.blocks, strict=True)]

    def matrix(self, coefficients: Tensor) -> Tensor:
        """sum_k c_k W_k: (..., dim) -> (..., rho_out.dim, rho_in.dim), in the dtype and device of the coefficients."""
        parts = self.split(coefficients)
        dtype = coefficients.dtype
        if self.is_complex and not coefficients.is_complex():
            dtype = torch.promote_types(dtype, torch.complex64)
        out = torch.zeros(*coefficients.shape[:-1], *self.shape, dtype=dtype, device=coefficients.device)
        for block, part in zip(self.blocks, parts, strict=True):
            dense = block.solution.matrix(part.to(dtype) if block.solution.is_complex else part).to(dtype)
            dense = dense.transpose(-3, -2).flatten(-4, -3).flatten(-2)
            rows, columns = block.rows.flatten().to(out.device), block.columns.flatten().to(out.device)
            out[..., rows[:, None], columns] = dense
        return out

    def basis(self) -> Tensor:
        """The basis as matrices, (dim, rho_out.dim, rho_in.dim), float64 or complex128."""
        dtype = torch.complex128 if self.is_complex else torch.float64
        out = torch.zeros(self._total, *self.shape, dtype=dtype)
        for block in self.blocks:
            maps = block.solution.basis().to(dtype)
            if block.is_whole(self.shape):
                return self.keep_maps(maps)
            copies = out[block.start : block.stop].unflatten(0, block.shape)
            for o, rows in enumerate(block.rows):
                for i, columns in enumerate(block.columns):
                    copies[o, i, :, rows[:, None], columns] = maps
        return self.keep_maps(out)

    def coefficients(self, matrix: Tensor) -> Tensor:
        """<W_k, M> of any matrix M (..., rho_out.dim, rho_in.dim): the coefficients of its nearest equivariant map."""
        if matrix.shape[-2:] != self.shape:
            raise IntertwineError(f"{self} projects matrices (..., {self.shape}), got shape {tuple(matrix.shape)}")
        parts = []
        for block in self.blocks:
            rows, columns = block.rows.flatten().to(matrix.device), block.columns.flatten().to(matrix.device)
            inside = matrix[..., rows[:, None], columns]
            inside = inside.unflatten(-1, block.columns.shape).unflatten(-3, block.rows.shape).transpose(-3, -2)
            if self.is_complex and not inside.is_complex():
                inside = inside.to(torch.promote_types(inside.dtype, torch.complex64))
            parts.append(block.solution.coefficients(inside).flatten(-3))
        dtype = torch.promote_types(matrix.dtype, torch.complex64) if self.is_complex else matrix.dtype
        full = torch.cat(parts, -1) if parts else matrix.new_zeros(*matrix.shape[:-2], 0, dtype=dtype)
        return self.keep(full)

    def project(self, matrix: Tensor) -> Tensor:
        """The orthogonal projection of any matrix (..., rho_out.dim, rho_in.dim) onto the equivariant ones."""
        return self.matrix(self.coefficients(matrix))

    def apply(self, coefficients: Tensor, x: Tensor) -> Tensor:
        """W(c) x for x (..., rho_in.dim), without building W: coefficients (dim,) -> (..., rho_out.dim)."""
        if x.ndim == 0 or x.shape[-1] != self.rho_in.dim:
            raise IntertwineError(f"{self} maps features (..., {self.rho_in.dim}), got shape {tuple(x.shape)}")
        dtype = torch.promote_types(x.dtype, coefficients.dtype)
        if self.is_complex:
            dtype = torch.promote_types(dtype, torch.complex64)
        y = torch.zeros(*x.shape[:-1], self.rho_out.dim, dtype=dtype, device=x.device)
        for block, part in zip(self.blocks, self.split(coefficients), strict=True):
            kind = dtype if block.solution.is_complex else torch.promote_types(x.dtype, coefficients.dtype)
            copies = x[..., block.columns.flatten().to(x.device)].unflatten(-1, block.columns.shape)
            out = block.solution.apply(part.to(kind), copies.to(kind)).flatten(-2)
            y = y.index_add(-1, block.rows.flatten().to(x.device), out.to(dtype))
        return y

    # --- weight sharing ---------------------------------------------------------------------------------------------

    @cached_property
    def classes(self) -> Tensor:
        """The weight-sharing picture (rho_out.dim, rho_in.dim): which coefficient each entry holds, -1 for zero.

        Raises:
            IntertwineError: when some block was not solved by orbits, so that entries are not shared one by one.
        """
        out = torch.full(self.shape, -1, dtype=torch.int64)
        for block in self.blocks:
            labels = getattr(block.solution, "labels", None)
            if labels is None:
                raise IntertwineError(
                    f"{block.term_in} -> {block.term_out} was solved by {block.solution.route}: its maps share weights "
                    "in linear combinations, not entry by entry"
                )
            m_out, m_in, maps = block.shape
            offset = block.start + maps * torch.arange(m_out * m_in).reshape(m_out, m_in)
            labels = torch.as_tensor(labels).long()
            numbered = torch.where(labels >= 0, labels + offset[..., None, None], -1)
            rows, columns = block.rows.flatten(), block.columns.flatten()
            out[rows[:, None], columns] = numbered.transpose(1, 2).flatten(2).flatten(0, 1)
        if self._kept is not None:
            renumber = torch.full((self._total + 1,), -1, dtype=torch.int64)
            renumber[self._kept] = torch.arange(self.dim)
            out = renumber[out]
        return out

    def plot(self, axes: Axes | None = None) -> Axes:
        """Draw `classes`: one colour for each coefficient, white where the matrix is zero."""
        import matplotlib.pyplot as plt
        import numpy as np

        axes = axes or plt.subplots()[1]
        classes = self.classes.numpy()
        shuffled = np.random.default_rng(0).permutation(max(self.dim, 1))
        shown = np.where(classes >= 0, shuffled[classes], np.nan)
        axes.imshow(shown, cmap="turbo", interpolation="nearest")
        axes.set(xlabel=f"{self.rho_in}", ylabel=f"{self.rho_out}", title=f"{self.dim:,} shared weights")
        return axes

    def mask(self, allowed: Tensor) -> Hom:
        """The maps that vanish wherever `allowed` (rho_out.dim, rho_in.dim) is False, as those of a convolution do.

        Raises:
            IntertwineError: when the mask is not symmetric itself, so that it cuts a class of shared weights in two.
        """
        allowed = torch.as_tensor(allowed, dtype=torch.bool)
        if allowed.shape != self.shape:
            raise IntertwineError(f"the mask of {self} has shape {self.shape}, got {tuple(allowed.shape)}")
        classes = self.classes
        inside = torch.bincount(classes[allowed & (classes >= 0)], minlength=self.dim)
        outside = torch.bincount(classes[~allowed & (classes >= 0)], minlength=self.dim)
        cut = (inside > 0) & (outside > 0)
        if bool(cut.any()):
            raise IntertwineError(
                f"the mask is not symmetric under {self.group}: it keeps {int(inside[cut][0])} entries of a class of "
                f"shared weights and drops {int(outside[cut][0])}. Make it a function of invariant distances"
            )
        kept = (inside > 0).nonzero().flatten()
        return Hom(self.rho_in, self.rho_out, kept if self._kept is None else self._kept[kept])

    # --- words ------------------------------------------------------------------------------------------------------

    def explain(self) -> str:
        """Why the space is as large as it is: how many maps each pair of elementary terms contributes, and by what."""
        from .explain import explain

        return explain(self)
