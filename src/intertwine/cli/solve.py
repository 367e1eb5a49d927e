"""`intertwine solve`: the space of equivariant linear maps between two representations."""

from __future__ import annotations

import time

from rich.console import Console

from ..intertwiners import Hom
from .expressions import parse_group, parse_representation
from .matrices import MAX_CELLS, MAX_PICTURE, class_lines, matrix_lines

MAX_MAPS = 8
"""Basis maps that are printed; more would scroll the answer off the screen."""
MAX_COLUMNS = 60


def solve(group_text: str, source: str, target: str, *, basis: bool, explain: bool) -> None:
    """Print the dimension, the route, the time and, where it can be read, the basis of Hom(source, target)."""
    console = Console(highlight=False, soft_wrap=True)
    group = parse_group(group_text)
    rho_in, rho_out = parse_representation(source, group), parse_representation(target, group)
    start = time.perf_counter()
    maps = rho_in >> rho_out
    dim, route = maps.dim, maps.route
    seconds = time.perf_counter() - start
    console.print(f"[bold]{maps}[/bold]", markup=True)
    shape = f"{rho_out.dim} x {rho_in.dim}"
    rows = {"matrix": shape, "dimension": str(dim), "route": route, "time": f"{seconds:.3f} s"}
    for name, value in rows.items():
        console.print(f"  {name:<10} {value}", markup=False)
    if explain:
        console.print()
        console.print("\n".join(maps.explain().splitlines()[1:]), markup=False)
    if basis and dim:
        _print_basis(console, maps)


def _print_basis(console: Console, maps: Hom) -> None:
    rows, columns = maps.shape
    console.print()
    shared = maps.rho_in.is_permutation and maps.rho_out.is_permutation
    if rows * columns > (MAX_PICTURE if shared else MAX_CELLS) or columns > MAX_COLUMNS:
        console.print(f"The {rows} x {columns} basis is too large to read here; in Python it is (a >> b).basis().")
        return
    if shared:
        console.print("Weight sharing (equal letters share a weight, . is always zero):")
        for line in class_lines(maps.classes):
            console.print(line)
        return
    for k, matrix in enumerate(maps.basis()[:MAX_MAPS]):
        console.print(f"W{k + 1} =")
        for line in matrix_lines(matrix):
            console.print(line, markup=False)
    if maps.dim > MAX_MAPS:
        console.print(f"... and {maps.dim - MAX_MAPS} more")
