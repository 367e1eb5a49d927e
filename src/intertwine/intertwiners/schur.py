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
            self._constants[f"in{k}"] = self._paired(block.incoming.conj(), block)
            self._constants[f"out{k}"] = self._paired(block.outgoing, block)

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
        for b, a, p, d in self._sizes:
            total += (
                m_in * self.shape[1] * a * d * p + m_out * self.shape[0] * b * d * p + m_out * m_in * b * a * d * p * p
            )
        return float(total)

    def apply(self, coefficients: Tensor, x: Tensor, constants: Constants | None = None) -> Tensor:
        fixed = self.resolve(constants, x)
        y = x.new_zeros(*x.shape[:-2], coefficients.shape[0], self.shape[0])
        for k, c in enumerate(self._mixing(coefficients)):
            features = torch.einsum("...iy,yasd->...iasd", x, fixed[f"in{k}"])
            mixed = torch.einsum("oibtas,...iasd->...obtd", c, features)
            y = y + torch.einsum("xbtd,...obtd->...ox", fixed[f"out{k}"], mixed)
        return y
