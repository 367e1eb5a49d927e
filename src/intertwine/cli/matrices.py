"""Matrices as text that a person can read: exact-looking numbers, and pictures of shared weights."""

from __future__ import annotations

import math
import string

from torch import Tensor

MAX_CELLS = 1_000
"""Entries of the largest matrix of numbers that is still worth printing."""
MAX_PICTURE = 3_600
"""Entries of the largest weight-sharing picture."""
_NEAR = 1e-9
_MAX_INTEGER = 24
_SYMBOLS = string.ascii_letters + string.digits
_COLOURS = ("cyan", "magenta", "yellow", "green", "blue", "red", "bright_cyan", "bright_magenta", "bright_yellow")


def matrix_lines(matrix: Tensor) -> list[str]:
    """The rows of a real or complex matrix (rows, columns), as a common factor times whole numbers where one exists.

    Example:
        >>> matrix_lines(torch.tensor([[0.0, 0.5], [-0.5, 0.0]]))
        ['1/2 *', '   .   1', '  -1   .']
    """
    found = _common_factor(matrix)
    if found is None:
        return _aligned([[_decimal(entry) for entry in row] for row in matrix.tolist()])
    factor, whole = found
    cells = [["." if entry == 0 else str(entry) for entry in row] for row in whole]
    return [*([f"{factor} *"] if factor != "1" else []), *_aligned(cells)]


def _common_factor(matrix: Tensor) -> tuple[str, list[list[int]]] | None:
    """(s, M) with matrix = s M and M of small whole numbers, where s is a fraction or the root of one."""
    if matrix.is_complex():
        if float(matrix.imag.abs().max()) > _NEAR:
            return None
        matrix = matrix.real
    sizes = matrix.abs()
    if float(sizes.max()) < _NEAR:
        return "1", [[0] * matrix.shape[1] for _ in matrix]
    smallest = float(sizes[sizes > _NEAR].min())
    for divisor in range(1, 5):
        ratio = matrix * (divisor / smallest)
        if float(ratio.abs().max()) > _MAX_INTEGER:
            return None
        if float((ratio - ratio.round()).abs().max()) < 1e-6:
            name = _surd(smallest / divisor)
            return None if name is None else (name, [[int(v) for v in row] for row in ratio.round().tolist()])
    return None


def _surd(value: float) -> str | None:
    """The positive number as "1/2", "1/√6" or "√(2/3)", when it is one of these with a small denominator."""
    square = value * value
    for denominator in range(1, 1000):
        numerator = square * denominator
        if numerator > 0.5 and abs(numerator - round(numerator)) < 1e-9 * denominator:
            return _root(round(numerator), denominator)
    return None


def _root(numerator: int, denominator: int) -> str:
    top, bottom = math.isqrt(numerator), math.isqrt(denominator)
    if top * top == numerator:
        over = str(bottom) if bottom * bottom == denominator else f"√{denominator}"
        return str(top) if over == "1" else f"{top}/{over}"
    return f"√{numerator}" if denominator == 1 else f"√({numerator}/{denominator})"


def _decimal(entry: float | complex) -> str:
    if abs(entry) < _NEAR:
        return "."
    if isinstance(entry, complex):
        return f"{entry.real:.3f}{entry.imag:+.3f}i"
    return f"{entry:.4f}"


def _aligned(cells: list[list[str]]) -> list[str]:
    width = max(len(cell) for row in cells for cell in row)
    return ["  " + "  ".join(cell.rjust(width) for cell in row) for row in cells]


def class_lines(classes: Tensor) -> list[str]:
    """The weight-sharing picture of an integer matrix (out, in): equal letters share a weight, "." is always zero.

    The lines carry rich's colour markup. There are 62 letters and digits; further classes start over.
    """
    return ["  " + " ".join(_symbol(int(label)) for label in row) for row in classes.tolist()]


def _symbol(label: int) -> str:
    if label < 0:
        return "[dim].[/dim]"
    colour = _COLOURS[label % len(_COLOURS)]
    return f"[{colour}]{_SYMBOLS[label % len(_SYMBOLS)]}[/{colour}]"
