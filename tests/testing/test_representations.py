"""`check_representation` on the whole catalogue, on random constructions, and on broken representations."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.testing.catalogue import COMPACT, FINITE, LARGE, OPEN, representations
from torch import Tensor

from intertwine.errors import IntertwineError
from intertwine.groups import SO, SU, C, D, Group, Lorentz, O, S
from intertwine.groups.elements import Element
from intertwine.representations import Representation, alt, sym
from intertwine.testing import check_representation

CASES = [rho for group in FINITE + COMPACT + OPEN for rho in representations(group)]


@pytest.mark.parametrize("rho", CASES, ids=lambda rho: f"{rho.group}: {rho}")
def test_the_catalogue(rho: Representation):
    check_representation(rho, samples=6)


@pytest.mark.parametrize("group", LARGE, ids=str)
def test_large_groups(group: Group):
    check_representation(group.vector)


SEEDS = [C(3), D(4), S(3), S(4), SO(2), SO(3), O(2), SU(2), Lorentz()]


@st.composite
def constructions(draw: st.DrawFn) -> Representation:
    """Sums, products, powers, duals of small representations, of dimension at most 12."""
    group = draw(st.sampled_from(SEEDS))
    rho = draw(st.sampled_from([group.trivial, group.vector]))
    for _ in range(draw(st.integers(1, 4))):
        step = draw(st.sampled_from(["+", "*", "dual", "conj", "copies", "sym", "alt"]))
        other = draw(st.sampled_from([group.trivial, group.vector, group.vector.dual]))
        made = {
            "+": lambda rho=rho, other=other: rho + other,
            "*": lambda rho=rho, other=other: rho * other,
            "dual": lambda rho=rho: rho.dual,
            "conj": lambda rho=rho: rho.conj,
            "copies": lambda rho=rho: 2 * rho,
            "sym": lambda rho=rho: sym(rho, 2),
            "alt": lambda rho=rho: alt(rho, 2) if rho.dim > 1 else rho,
        }[step]()
        rho = made if made.dim <= 12 else rho
    return rho


@given(rho=constructions(), seed=st.integers(0, 2**16))
def test_any_construction(rho: Representation, seed: int):
    check_representation(rho, samples=4, seed=seed)


class _Broken(Representation):
    """The vector representation of SO(3) with one thing wrong."""

    def __init__(self):
        super().__init__(SO(3), 3, ())

    def __reduce__(self):
        return type(self), ()

    def label(self) -> str:
        return type(self).__name__

    def matrix(self, g: Element) -> Tensor:
        return g

    def algebra(self, x: Element) -> Tensor:
        return x


class _Transposed(_Broken):
    def matrix(self, g: Element) -> Tensor:
        return g.mT


class _Single(_Broken):
    def matrix(self, g: Element) -> Tensor:
        return g.float()


class _WrongSign(_Broken):
    def algebra(self, x: Element) -> Tensor:
        return -x


class _WrongApply(_Broken):
    def apply(self, g: Element, x: Tensor) -> Tensor:
        return super().apply(self.group.inverse(g), x)


class _Promoting(_Broken):
    def apply(self, g: Element, x: Tensor) -> Tensor:
        return super().apply(g, x).double()


class _WrongCharacter(_Broken):
    def character(self, g: Element) -> Tensor:
        return super().character(g) + 1


class _WrongDual(_Broken):
    @property
    def dual(self) -> Representation:
        return 3 * SO(3).trivial


class _CallsItselfTrivial(_Broken):
    is_trivial = True  # pyright: ignore[reportAssignmentType]


class _CallsItselfAPermutation(_Broken):
    @property
    def phase_order(self) -> int:
        return 1

    def permutation(self, g: Element) -> Tensor:
        return torch.arange(3).expand(*g.shape[:-2], 3)


class _Unequal(_Broken):
    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = Representation.__hash__


def test_the_unbroken_original_passes():
    check_representation(_Broken())


@pytest.mark.parametrize(
    ("broken", "law"),
    [
        (_Transposed, r"rho\(g h\) = rho\(g\) rho\(h\)"),
        (_Single, "is_complex = False says"),
        (_WrongSign, r"rho\(exp X\)"),
        (_WrongApply, r"apply\(g, x\)"),
        (_Promoting, "single precision"),
        (_WrongCharacter, "character"),
        (_WrongDual, "dual"),
        (_CallsItselfTrivial, "is_trivial"),
        (_CallsItselfAPermutation, "permutation"),
        (_Unequal, "pickled copy"),
    ],
)
def test_broken_representations_are_caught(broken: type[_Broken], law: str):
    with pytest.raises(IntertwineError, match=law):
        check_representation(broken())
