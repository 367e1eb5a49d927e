"""Characters of a finite group, exactly: sums of roots of unity with integer coefficients.

The class sums span the centre of the group algebra, and the irreducible characters are its simultaneous eigenvectors
(Burnside). They are found in floating point from one Hermitian combination of class sums, and made exact from the power
map: the multiplicity of exp(2 pi i t / m) among the eigenvalues of an element g of order m is
(1/m) sum_s chi(g^s) exp(-2 pi i s t / m), a natural number.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.elements import take

ROUNDING = 1e-4
"""Largest distance of a computed multiplicity from an integer; they are usually exact to 1e-10."""


@dataclass(frozen=True, eq=False)
class CharacterTable:
    """The irreducible characters of a finite group: sorted by degree, the trivial one first.

    Attributes:
        group: the group.
        sizes: (classes,) elements in each conjugacy class, in the order of `group.classes()`.
        orders: (classes,) order of the elements.
        eigenvalues: (characters, classes, exponent) natural numbers: chi(g) = sum_t eigenvalues[t] zeta^t with zeta the
            primitive root exp(2 pi i / exponent).
        types: "real", "complex" or "quaternionic", by the Frobenius-Schur indicator.
    """

    group: Group
    sizes: NDArray[np.int64]
    orders: NDArray[np.int64]
    eigenvalues: NDArray[np.int64]
    types: tuple[str, ...]

    @cached_property
    def values(self) -> NDArray[np.complex128]:
        """(characters, classes), in floating point."""
        exponent = self.eigenvalues.shape[-1]
        return self.eigenvalues @ np.exp(2j * np.pi * np.arange(exponent) / exponent)

    @property
    def degrees(self) -> list[int]:
        """The dimensions of the irreducible representations."""
        return self.eigenvalues[:, 0, 0].tolist()

    def conjugate(self, k: int) -> int:
        """The position of the complex conjugate of character k."""
        flipped = np.roll(self.eigenvalues[k, :, ::-1], 1, axis=-1)
        return int((self.eigenvalues == flipped).all((1, 2)).argmax())

    def __str__(self) -> str:
        header = ["", *(f"{size}x{order}" for size, order in zip(self.sizes, self.orders, strict=True)), "type"]
        rows = [header]
        for k, row in enumerate(self.eigenvalues):
            rows.append([f"chi{k + 1}", *(spell(entry) for entry in row), self.types[k]])
        widths = [max(len(row[c]) for row in rows) for c in range(len(header))]
        return "\n".join("  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in rows)


@lru_cache(maxsize=64)
def character_table(group: Group) -> CharacterTable:
    """The character table of a listable finite group.

    Source: W. Burnside, Theory of Groups of Finite Order (1911), ch. 15; J. D. Dixon, Numer. Math. 10 (1967) 446.

    Raises:
        IntertwineError: when the group is too large to list.

    >>> print(character_table(S(3)))
          1x1  3x2  2x3  type
    chi1    1    1    1  real
    chi2    1   -1    1  real
    chi3    2    0   -1  real
    """
    group.require_listable("the character table")
    _, sizes = group.class_table
    powers = _power_map(group)
    values = _irreducible_values(group, powers[:, -1])
    orders = np.array([len(set(_cycle(row))) for row in powers])
    exponent = math.lcm(*orders.tolist())
    eigenvalues = np.stack([_eigenvalues(row, powers, orders, exponent) for row in values])
    ranked = sorted(range(len(values)), key=lambda k: (eigenvalues[k, 0, 0], *(-eigenvalues[k]).ravel().tolist()))
    eigenvalues, values = eigenvalues[ranked], values[ranked]
    indicator = (values[:, powers[:, 2 % powers.shape[1]]] @ sizes.numpy() / group.order).real.round().astype(int)
    names = {1: "real", 0: "complex", -1: "quaternionic"}
    types = tuple(names[int(k)] for k in indicator)
    return CharacterTable(group, sizes.numpy(), orders, eigenvalues, types)


def _power_map(group: Group) -> NDArray[np.int64]:
    """(classes, exponent): the class of g^s for s = 0 .. exponent - 1; the last column is the inverse."""
    first, place = group.class_table[0], group.class_of
    representatives = take(group.elements(), first)
    columns, power = [place[torch.zeros_like(first)]], representatives
    position = first
    while True:
        columns.append(place[position])
        power = group.multiply(power, representatives)
        position = group.index(power)
        if bool((position == 0).all()):
            return torch.stack(columns, 1).numpy()


def _cycle(row: NDArray[np.int64]) -> list[int]:
    """Exponents below the order: positions until the row returns to the class of the identity."""
    returns = np.flatnonzero(row[1:] == row[0])
    return list(range(int(returns[0]) + 1 if len(returns) else len(row)))


def _irreducible_values(group: Group, inverse: NDArray[np.int64]) -> NDArray[np.complex128]:
    """(characters, classes): the eigenvectors of a Hermitian combination of class sums."""
    first, sizes = group.class_table
    count = len(first)
    random = np.random.default_rng(0)
    weights = random.standard_normal(count) + 1j * random.standard_normal(count)
    weights = weights + weights[inverse].conj()
    place = group.class_of
    weight_of = weights[place.numpy()]
    inverses = group.inverse(group.elements())
    matrix = np.zeros((count, count), dtype=np.complex128)
    for k, start in enumerate(first):
        quotient = place[group.index(group.multiply(inverses, take(group.elements(), start)))].numpy()
        matrix[:, k] = np.bincount(quotient, weight_of.real, count) + 1j * np.bincount(quotient, weight_of.imag, count)
    root = np.sqrt(sizes.numpy())
    _, vectors = np.linalg.eigh(matrix * root[None, :] / root[:, None])
    values = (vectors / root[:, None]).T
    values = values / values[:, :1]  # chi(1) = 1 for the moment
    degree = np.sqrt(int(group.order) / (np.abs(values) ** 2 @ sizes.numpy()))
    return np.asarray(values * degree[:, None], dtype=np.complex128)


def _eigenvalues(
    values: NDArray[np.complex128], powers: NDArray[np.int64], orders: NDArray[np.int64], exponent: int
) -> NDArray[np.int64]:
    """(classes, exponent): multiplicities of the roots of unity among the eigenvalues on each class."""
    out = np.zeros((len(orders), exponent), dtype=np.int64)
    for k, order in enumerate(orders.tolist()):
        spectrum = np.fft.fft(values[powers[k, :order]]) / order
        rounded = np.real(spectrum).round()
        if float(np.abs(spectrum - rounded).max()) > ROUNDING:
            raise IntertwineError("the characters did not come out as sums of roots of unity; please report this group")
        out[k, :: exponent // order] = rounded.astype(np.int64)
    return out


def spell(multiplicities: NDArray[np.int64]) -> str:
    """A sum of roots of unity as people write it: an integer where it is one, else in zn = exp(2 pi i / n)."""
    exponent = len(multiplicities)
    stride = math.gcd(exponent, *np.flatnonzero(multiplicities).tolist())
    shorter = multiplicities[::stride]
    reduced = _reduced(shorter)
    if not any(reduced[1:]):
        return str(reduced[0])
    single = _multiples_of_roots(reduced, len(shorter))
    return min((_spell_terms(c, len(shorter)) for c in single or (reduced, shorter.tolist())), key=len)


def _multiples_of_roots(reduced: list[int], exponent: int) -> list[list[int]]:
    """The ways to write a sum as a multiple of one root of unity: 1 - z6 is -z3."""
    size = math.gcd(*reduced)
    found = []
    for sign in (size, -size):
        power = _roots(exponent).get(tuple(c // sign for c in reduced))
        if power is not None:
            found.append([sign * (k == power) for k in range(exponent)])
    return found


@lru_cache(maxsize=64)
def _roots(exponent: int) -> dict[tuple[int, ...], int]:
    """The unique form of every root of unity -> its power."""
    rows = np.eye(exponent, dtype=np.int64)
    return {tuple(_reduced(row)): power for power, row in enumerate(rows)}


def _spell_terms(coefficients: list[int], exponent: int) -> str:
    text = ""
    for power, c in enumerate(coefficients):
        if c:
            size = "" if abs(c) == 1 and power else str(abs(c))
            text += ("-" if c < 0 else "+") + size + (_root(power, exponent) if power else "")
    return text.removeprefix("+")


def _root(power: int, exponent: int) -> str:
    divisor = math.gcd(power, exponent)
    order, k = exponent // divisor, power // divisor
    if order == 4 and k == 1:
        return "i"
    return f"z{order}" if k == 1 else f"z{order}^{k}"


def _reduced(multiplicities: NDArray[np.int64]) -> list[int]:
    """Coefficients modulo the cyclotomic polynomial: a unique form, an integer where the sum is one."""
    exponent = len(multiplicities)
    polynomial = [int(c) for c in multiplicities]
    divisor = _cyclotomic(exponent)
    for top in range(exponent - 1, len(divisor) - 2, -1):
        c = polynomial[top]
        if c:
            for k, d in enumerate(reversed(divisor)):
                polynomial[top - k] -= c * d
    return polynomial[: len(divisor) - 1]


@lru_cache(maxsize=256)
def _cyclotomic(n: int) -> tuple[int, ...]:
    """Coefficients of the n-th cyclotomic polynomial, constant term first."""
    dividend: list[Any] = [-1] + [0] * (n - 1) + [1]
    for d in range(1, n):
        if n % d == 0:
            divisor, quotient = _cyclotomic(d), []
            for top in range(len(dividend) - 1, len(divisor) - 2, -1):
                c = dividend[top]
                quotient.append(c)
                for k, value in enumerate(reversed(divisor)):
                    dividend[top - k] -= c * value
            dividend = quotient[::-1]
    return tuple(dividend)
