"""Matrices as text: what is printed is the matrix."""

from __future__ import annotations

import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from intertwine.cli.matrices import class_lines, matrix_lines


def number(text: str) -> float:
    """The value of "3", "1/2", "1/√6" or "√(2/3)"."""
    rooted = re.fullmatch(r"√\(?(\d+)(?:/(\d+)\))?", text)
    if rooted:
        return (int(rooted[1]) / int(rooted[2] or 1)) ** 0.5
    top, _, bottom = text.partition("/")
    return int(top) / (int(bottom[1:]) ** 0.5 if bottom.startswith("√") else int(bottom or 1))


@given(
    st.lists(st.lists(st.integers(-6, 6), min_size=3, max_size=3), min_size=1, max_size=4),
    st.integers(1, 12),
    st.integers(1, 40),
)
def test_what_is_printed_is_the_matrix(rows: list[list[int]], numerator: int, denominator: int) -> None:
    matrix = torch.tensor(rows, dtype=torch.float64) * (numerator / denominator) ** 0.5
    lines = matrix_lines(matrix)
    factor = number(lines.pop(0)[:-2]) if lines[0].endswith("*") else 1.0
    cells = [[0.0 if cell == "." else float(cell) for cell in line.split()] for line in lines]
    assert torch.allclose(factor * torch.tensor(cells, dtype=torch.float64), matrix, atol=1e-4)


@pytest.mark.parametrize(
    ("matrix", "lines"),
    [
        ([[0.0, 0.5], [-0.5, 0.0]], ["1/2 *", "   .   1", "  -1   ."]),
        ([[1.0, 0.0]], ["  1  ."]),
        ([[0.0, 0.0]], ["  .  ."]),
        ([[3.0**-0.5] * 3], ["1/√3 *", "  1  1  1"]),
        ([[0.1234, 3.14159]], ["  0.1234  3.1416"]),
    ],
)
def test_examples(matrix: list[list[float]], lines: list[str]) -> None:
    assert matrix_lines(torch.tensor(matrix, dtype=torch.float64)) == lines


def test_complex_entries() -> None:
    matrix = torch.tensor([[1j, 0.5]], dtype=torch.complex128)
    assert matrix_lines(matrix) == ["  0.000+1.000i  0.500+0.000i"]
    assert matrix_lines(matrix.real + 0j) == ["1/2 *", "  .  1"]


def test_equal_classes_share_a_letter() -> None:
    first, second = class_lines(torch.tensor([[0, 1, -1], [1, 0, 99]]))
    plain = [re.sub(r"\[/?\w+\]", "", line).split() for line in (first, second)]
    assert plain[0] == ["a", "b", "."]
    assert plain[1][:2] == ["b", "a"]
