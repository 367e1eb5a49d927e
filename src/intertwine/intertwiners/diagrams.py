"""The diagrams route: every equivariant map between tensor powers of a classical group's defining representation.

For S(n), O(p, q), SO(p, q), Sp(n), GL(n), U(n), SL(n) and SU(n) the maps V^l -> V^k are spanned by diagrams that join
the k + l factors, so nothing is solved: diagrams are listed, counted, made orthonormal and applied by contraction.

Source: R. Brauer, On algebras which are connected with the semisimple continuous groups, Annals of Math. 38 (1937);
E. Pearce-Crump, Brauer's group equivariant neural networks, arXiv:2212.08630.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from functools import cached_property
from typing import SupportsIndex

import numpy as np
import torch
from torch import Tensor

from ..errors import IntertwineError
from .counting import KINDS, count_maps
from .diagram_application import Geometry, Plan
from .diagram_enumeration import Family, count_all, families
from .diagram_gram import orbit_change, orthonormal
from .diagram_orbits import Orbits
from .diagram_tensors import Entries, Form
from .solution import Constants, Solution, cast_like

LARGEST_DIM = 6000
"""The change of basis is a dense dim x dim matrix: 288 MB here."""
LARGEST_MATRIX = 2**30
"""Entries of a matrix that `matrix` agrees to build."""
LARGEST_APPLIED_MATRIX = 2**22
"""Entries of a matrix that `apply` may prefer to contraction."""
LARGEST_BASIS_MATRIX = 2**10
"""Entries of a matrix whose basis is kept dense, so that it is one matrix product away."""
MATRIX_COST = 3
"""Work of building a matrix and multiplying by it, over that of multiplying, for a batch of about 128 samples."""
COPY_COST = 100
"""Multiplications in the time that contraction takes to copy one number (CPU, float32: measured 75 to 180)."""


def solve_diagrams(
    kind: str,
    n: int,
    in_duals: Sequence[bool],
    out_duals: Sequence[bool],
    metric: Tensor | Sequence[float] | None = None,
    *,
    is_complex: bool = False,
) -> DiagramSolution:
    """All maps f with f(rho_in(g) x) = rho_out(g) f(x) between products of V and V.dual.

    Args:
        kind: "symmetric" (S(n) permuting n points), "orthogonal" (O(n), O(p, q)), "special-orthogonal", "symplectic",
            "general-linear" (GL, U), "special-linear" (SL, SU).
        n: dimension of V.
        in_duals, out_duals: one flag for each tensor factor, in order: False for V, True for V.dual, on which g acts
            by its inverse transpose (for unitary g, its conjugate).
        metric: the form F with g^T F g = F, a signed permutation matrix or the +-1 on its diagonal. The identity when
            left out; for Sp the matrix [[0, 1], [-1, 0]] of blocks.
        is_complex: whether the representations are complex. The basis is real in either case.

    Returns:
        The basis, orthonormal, by Gram-Schmidt in lexicographic order of the diagrams; for S(n) the orbits of index
        tuples in the order in which they first occur.

    Raises:
        IntertwineError: for a kind, dimension or metric that does not fit, or more than `LARGEST_DIM` maps.

    >>> solve_diagrams("orthogonal", 3, (False, False), (False, False)).dim
    3
    """
    if kind not in KINDS:
        raise IntertwineError(f"no diagrams for kind {kind!r}; the kinds are {', '.join(KINDS)}")
    n = _dimension(kind, n)
    into, out = (tuple(bool(flag) for flag in flags) for flags in (in_duals, out_duals))
    form = _read_form(kind, n, metric)
    if kind == "special-linear" and n == 2:
        kind, form = "symplectic", _standard_symplectic(2)
    geometry = Geometry(n, form, into, out, typed_lines=kind in ("general-linear", "special-linear"))
    return DiagramSolution(kind, geometry, _independent_diagrams(kind, geometry), is_complex)


def count_diagrams(kind: str, n: int, in_duals: Sequence[bool], out_duals: Sequence[bool]) -> int:
    """Number of diagrams before the dependent ones are dropped: the size of the enumeration.

    >>> count_diagrams("orthogonal", 3, (False,) * 4, (False,) * 4)
    105
    """
    return count_all(kind, n, _lower_slots(in_duals, out_duals))


class DiagramSolution(Solution):
    """An orthonormal basis of diagrams, kept as diagrams and a change of basis.

    Small matrices have a dense basis. Larger ones are applied by contraction where that is less work: it grows with
    the entries of the input and the output rather than with their product.
    """

    route = "diagrams"

    def __init__(self, kind: str, geometry: Geometry, found: Sequence[Family], is_complex: bool):
        n = geometry.n
        self.kind = kind
        self.geometry = geometry
        self.families = tuple(found)
        self.dim = sum(len(family.labels) for family in found)
        self.shape = (n ** len(geometry.out_duals), n ** len(geometry.in_duals))
        self.is_complex = is_complex
        if kind == "symmetric":
            self._change, self._scale = orbit_change(found[0].labels, n)
        else:
            self._change = orthonormal(found, n, kind == "symplectic")

    @property
    def blocks(self) -> list[list[list[int]]]:
        """Each diagram as lists of the slots it joins: the output's factors are 0 .. k - 1, then the input's."""
        rows = [row for family in self.families for row in family.labels.tolist()]
        return [[[s for s, b in enumerate(row) if b == block] for block in sorted(set(row))] for row in rows]

    @property
    def labels(self) -> Tensor:
        """The weight-sharing picture of S(n): the basis map that each matrix entry belongs to, (dim B, dim A).

        Raises:
            IntertwineError: for other kinds, whose maps overlap.
        """
        if not isinstance(self._entries, Orbits):
            raise IntertwineError(f"maps of kind {self.kind!r} overlap, so entries have no single label; see matrix()")
        return self._entries.labels.reshape(self.shape)

    def constants(self) -> Constants:
        return self._constants

    def matrix(self, coefficients: Tensor, constants: Constants | None = None) -> Tensor:
        given = self.resolve(constants, coefficients)
        if "basis" in given:
            flat = coefficients @ given["basis"]
        else:
            entries = self._entry_constants(given, coefficients)
            flat = self._entries.expand(self._on_entries(coefficients, given), entries)
        return flat.reshape(*coefficients.shape[:-1], *self.shape)

    def coefficients(self, matrix: Tensor) -> Tensor:
        given = self.resolve(None, matrix)
        flat = matrix.reshape(*matrix.shape[:-2], self._matrix_entries)
        if "basis" in given:
            return flat @ given["basis"].T
        sums = self._entries.collect(flat, self._entry_constants(given, matrix))
        return sums if self.kind == "symmetric" else sums @ given["change"].T

    def apply(self, coefficients: Tensor, x: Tensor, constants: Constants | None = None) -> Tensor:
        given = self.resolve(constants, coefficients)
        if "basis" in given or self._prefers_matrix(*coefficients.shape[:2]):
            return super().apply(coefficients, x, given)
        return self._plan.apply(coefficients @ given["change"], x, given)

    def _prefers_matrix(self, m_out: int, m_in: int) -> bool:
        """Whether one product with the matrix is less work than contraction, for each sample."""
        if self._matrix_entries > LARGEST_APPLIED_MATRIX:
            return False
        copied = self._plan.copies_in * m_in + self._plan.copies_out * m_out
        contraction = self._plan.products * m_in * m_out + COPY_COST * copied
        return MATRIX_COST * self._matrix_entries * m_in * m_out <= contraction

    def _on_entries(self, coefficients: Tensor, given: Constants) -> Tensor:
        """Coefficients of orbits, or of diagrams."""
        return coefficients if self.kind == "symmetric" else coefficients @ given["change"]

    def _entry_constants(self, given: Constants, like: Tensor) -> Constants:
        """The entries, which a layer is not given when they are too many for its matrices to be applied."""
        if self._matrix_entries <= LARGEST_APPLIED_MATRIX:
            return given
        return {name: cast_like(value, like) for name, value in self._entries.constants().items()}

    @property
    def _matrix_entries(self) -> int:
        return self.shape[0] * self.shape[1]

    @cached_property
    def _constants(self) -> Constants:
        found: dict[str, Tensor] = {"change": self._change}
        if self._matrix_entries <= LARGEST_APPLIED_MATRIX:
            found |= self._entries.constants()
        if self._matrix_entries <= LARGEST_BASIS_MATRIX:
            identity = torch.eye(self.dim, dtype=torch.float64)
            return {"basis": self._entries.expand(self._on_entries(identity, found), found).contiguous()}
        return found | self._plan.constants()

    @cached_property
    def _plan(self) -> Plan:
        return Plan(self.families, self.geometry)

    @cached_property
    def _entries(self) -> Entries | Orbits:
        geometry = self.geometry
        if self._matrix_entries > LARGEST_MATRIX:
            raise IntertwineError(
                f"a matrix {self.shape[0]} x {self.shape[1]} would not fit in memory: use apply(), which contracts "
                "without building it"
            )
        if self.kind == "symmetric":
            return Orbits(self.families[0].labels, geometry.n, self._scale)
        lower = _lower_slots(geometry.in_duals, geometry.out_duals)
        return Entries(self.families, geometry.n, geometry.form, lower)


def _independent_diagrams(kind: str, geometry: Geometry) -> tuple[Family, ...]:
    """A basis of diagrams, as many as the exact count."""
    n, into, out = geometry.n, geometry.in_duals, geometry.out_duals
    dim = count_maps(kind, n, into, out)
    if dim > LARGEST_DIM:
        raise IntertwineError(
            f"{dim} maps are more than the diagrams route holds ({LARGEST_DIM}): use lower tensor powers or the "
            "orbit or weight route"
        )
    found = families(kind, n, _lower_slots(into, out))
    listed = sum(len(family.labels) for family in found)
    if listed != dim:
        raise IntertwineError(f"{listed} independent diagrams but {dim} maps counted: please report this as a bug")
    return found


def _lower_slots(in_duals: Sequence[bool], out_duals: Sequence[bool]) -> tuple[bool, ...]:
    """The factors of the invariant tensor in B * A.dual that carry V.dual."""
    return (*(bool(dual) for dual in out_duals), *(not dual for dual in in_duals))


def _dimension(kind: str, n: SupportsIndex) -> int:
    try:
        size = operator.index(n)
    except TypeError:
        raise IntertwineError(f"n must be an integer, the dimension of V, not {n!r}") from None
    if size < 1:
        raise IntertwineError(f"n must be at least 1, the dimension of V, not {size}")
    if kind == "symplectic" and size % 2:
        raise IntertwineError(f"n = {size}: a symplectic form needs an even dimension (n = 2m for Sp(2m))")
    return size


def _read_form(kind: str, n: int, metric: Tensor | Sequence[float] | None) -> Form | None:
    if metric is None:
        return _standard_symplectic(n) if kind == "symplectic" else None
    if kind not in ("orthogonal", "special-orthogonal", "symplectic"):
        raise IntertwineError(f"kind {kind!r} preserves no metric: leave `metric` out")
    given = torch.as_tensor(metric, dtype=torch.float64).detach().cpu()
    matrix = (torch.diag(given) if given.ndim == 1 else given).numpy()
    if matrix.shape != (n, n):
        raise IntertwineError(
            f"metric has shape {tuple(given.shape)}, but V has dimension {n}: pass {n} diagonal "
            f"entries or an ({n}, {n}) matrix"
        )
    partner = np.abs(matrix).argmax(axis=1)
    sign = matrix[np.arange(n), partner]
    one_each = (np.abs(sign) == 1).all() and np.count_nonzero(matrix) == n and len(set(partner.tolist())) == n
    if not one_each:
        raise IntertwineError(
            "metric must have one +-1 in each row and column, like diag(1, -1, -1, -1) or [[0, 1], [-1, 0]]: change "
            "the basis of V so that the form takes that shape"
        )
    if not np.array_equal(matrix.T, -matrix if kind == "symplectic" else matrix):
        wanted = "antisymmetric" if kind == "symplectic" else "symmetric"
        raise IntertwineError(f"the metric of kind {kind!r} must be {wanted}")
    if np.array_equal(matrix, np.eye(n)):
        return None
    return Form(partner, sign)


def _standard_symplectic(n: int) -> Form:
    half = np.arange(n // 2)
    partner = np.concatenate([half + n // 2, half])
    return Form(partner, np.repeat([1.0, -1.0], n // 2))
