"""Maps between isotypic components, kept factored: a change of basis, a small mixing matrix, a change of basis back.

By Schur's lemma every equivariant map is a sum over irreducible representations of Q_out (C (x) 1) Q_in^dagger, where
C is any matrix between the multiplicity spaces. For real representations C is real, or C is complex and the real part
is taken; the latter covers irreducible representations of complex and of quaternionic type.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from .solution import Constants, Solution

ROUNDING = 1e-12
"""Entries closer than this to those of the identity are taken for its own."""


@dataclass(frozen=True, eq=False)
class IsotypicBlock:
    """One irreducible representation in the input and in the output.

    Attributes:
        incoming: (dim A, copies, d), orthonormal columns; real, or complex.
        outgoing: (dim B, copies, d).
        takes_real_part: whether C is complex and the map is Re(Q_out (C (x) 1) Q_in^dagger).
    """

    incoming: Tensor
    outgoing: Tensor
    takes_real_part: bool

    @property
    def parameters(self) -> int:
        """Number of coefficients: real ones for real maps."""
        return self.outgoing.shape[1] * self.incoming.shape[1] * (2 if self.takes_real_part else 1)


class SchurSolution(Solution):
    """Orthonormal maps E_ij (x) 1 / sqrt(d) between the copies of each irreducible representation.

    Complex numbers of real maps are kept as pairs of real ones (an axis s of length 2), so that a real network does
    real arithmetic.
    """

    def __init__(self, route: str, shape: tuple[int, int], blocks: Sequence[IsotypicBlock], *, is_complex: bool):
        self.route, self.shape, self.is_complex = route, shape, is_complex
        self.dim = sum(block.parameters for block in blocks)
        self._sizes = [
            (b.outgoing.shape[1], b.incoming.shape[1], 2 if b.takes_real_part else 1, b.incoming.shape[2])
            for b in blocks
        ]
        self._constants: dict[str, Tensor] = {}
        for k, block in enumerate(blocks):
            incoming, outgoing = self._paired(block.incoming.conj(), block), self._paired(block.outgoing, block)
            self._constants[f"in{k}"], self._constants[f"out{k}"] = _aligned(incoming, outgoing)
        self._is_plain = {name: _is_plain(q) for name, q in self._constants.items()}

    def _paired(self, q: Tensor, block: IsotypicBlock) -> Tensor:
        """(dim, copies, s, d): real and imaginary part of q, or q alone, with half of the norm of a basis map."""
        scale = (2.0 if block.takes_real_part else 1.0) ** 0.25 / block.incoming.shape[2] ** 0.25
        if block.takes_real_part:
            # Re(u conj(v)) pairs (Re u, -Im u) with (Re v, Im v) rotated by C; incoming already holds conj(Q).
            sign = torch.tensor([1.0, 1.0 if q is not block.outgoing else -1.0], dtype=torch.float64)
            pair = torch.stack([q.real, q.imag], 2) * sign[:, None]
        else:
            pair = q[:, :, None]
        if not self.is_complex:
            pair = pair.real if pair.is_complex() else pair
        else:
            pair = pair.to(torch.complex128)
        return (pair * scale).contiguous()

    def constants(self) -> Constants:
        return self._constants

    def _mixing(self, coefficients: Tensor) -> list[Tensor]:
        """Coefficients as one matrix (..., out, s', in, s) for each block."""
        counts = [b * a * p for b, a, p, _ in self._sizes]
        mixing = []
        for part, (b, a, p, _) in zip(coefficients.split(counts, -1), self._sizes, strict=True):
            c = part.unflatten(-1, (b, a, p))
            if p == 2:  # multiplication by the complex number c = (c_r, c_i)
                real, imaginary = c.unbind(-1)
                c = torch.stack([torch.stack([real, -imaginary], -1), torch.stack([imaginary, real], -1)], -3)
            else:
                c = c.unsqueeze(-3)
            mixing.append(c)
        return mixing

    def matrix(self, coefficients: Tensor, constants: Constants | None = None) -> Tensor:
        fixed = self.resolve(constants, coefficients)
        out = coefficients.new_zeros(*coefficients.shape[:-1], *self.shape)
        for k, c in enumerate(self._mixing(coefficients)):
            left = torch.einsum("xbtd,...btas->...xasd", fixed[f"out{k}"], c)
            out = out + torch.einsum("...xasd,yasd->...xy", left, fixed[f"in{k}"])
        return out

    def coefficients(self, matrix: Tensor) -> Tensor:
        fixed = self.resolve(None, matrix)
        parts = []
        for k, (_, _, p, _) in enumerate(self._sizes):
            half = torch.einsum("xbtd,...xy->...btdy", fixed[f"out{k}"].conj(), matrix)
            c = torch.einsum("...btdy,yasd->...btas", half, fixed[f"in{k}"].conj())
            if p == 2:
                real = c[..., 0, :, 0] + c[..., 1, :, 1]
                imaginary = c[..., 1, :, 0] - c[..., 0, :, 1]
                c = torch.stack([real, imaginary], -1)
            else:
                c = c[..., 0, :, :]
            parts.append(c.flatten(-3))
        return torch.cat(parts, -1) if parts else matrix.new_zeros(*matrix.shape[:-2], 0)

    def work(self, m_out: int, m_in: int) -> float:
        total = 0
        for k, (b, a, p, d) in enumerate(self._sizes):
            total += m_out * m_in * b * a * d * p * p
            total += 0 if self._is_plain[f"in{k}"] else m_in * self.shape[1] * a * d * p
            total += 0 if self._is_plain[f"out{k}"] else m_out * self.shape[0] * b * d * p
        return float(total)

    def apply(self, coefficients: Tensor, x: Tensor, constants: Constants | None = None) -> Tensor:
        """Mix channels by one matrix product for each irreducible representation, over pairs (channel, copy), with the
        entries of a copy as rows."""
        fixed = self.resolve(constants, x)
        y = None
        for k, c in enumerate(self._mixing(coefficients)):
            d = self._sizes[k][3]
            mixing = c.permute(0, 2, 3, 1, 4, 5).flatten(0, 2).flatten(1)  # (o b t, i a s)
            q_in, q_out = fixed[f"in{k}"], fixed[f"out{k}"]
            if self._is_plain[f"in{k}"]:
                rows, mixing = x.mT, mixing * q_in[0, 0, 0, 0]
            else:
                rows = _product(x, q_in.flatten(1)).unflatten(-1, (-1, d)).movedim(-1, -3).flatten(-2)
            mixed = _product(rows, mixing.mT)  # (.., d, o b t)
            if self._is_plain[f"out{k}"]:
                out = mixed.mT * q_out[0, 0, 0, 0]
            else:
                copies = mixed.unflatten(-1, (coefficients.shape[0], -1)).movedim(-3, -1)  # (.., o, b t, d)
                out = _product(copies.flatten(-2), q_out.flatten(1).mT)
            y = out if y is None else y + out
        return x.new_zeros(*x.shape[:-2], coefficients.shape[0], self.shape[0]) if y is None else y


def _product(x: Tensor, matrix: Tensor) -> Tensor:
    """x (.., n) times a matrix (n, m), as one product of two: views would take another kernel with gradients than
    without, whose last bits differ."""
    return (x.flatten(0, -2) @ matrix).unflatten(0, x.shape[:-1]) if x.numel() else x @ matrix


def _aligned(incoming: Tensor, outgoing: Tensor) -> tuple[Tensor, Tensor]:
    """A single copy that fills the whole input is taken in the input's own basis, and the outgoing one likewise."""
    dim, copies, parts, d = incoming.shape
    if copies != 1 or parts != 1 or dim != d:
        return incoming, outgoing
    size = float(incoming.abs().square().sum() / d) ** 0.5
    plain = size * torch.eye(d, dtype=incoming.dtype)[:, None, None]
    moved = torch.einsum("xbtd,yd->xbty", outgoing, incoming[:, 0, 0]) / size
    eye = torch.eye(d, dtype=moved.dtype) * moved[0, 0, 0, 0] if moved.shape == plain.shape else None
    if eye is not None and float((moved[:, 0, 0] - eye).abs().max()) < ROUNDING:
        moved = eye[:, None, None]
    return plain, moved.contiguous()


def _is_plain(q: Tensor) -> bool:
    """Whether q is a multiple of the identity."""
    dim, copies, parts, d = q.shape
    if copies != 1 or parts != 1 or dim != d:
        return False
    return torch.equal(q[:, 0, 0], q[0, 0, 0, 0] * torch.eye(d, dtype=q.dtype))
