"""`check_hom` on the whole catalogue, and on a solver that is broken on purpose."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tests.testing.catalogue import GROUPS, pairs
from tests.testing.test_representations import constructions
from torch import Tensor

from intertwine.errors import IntertwineError
from intertwine.groups import SO, S
from intertwine.intertwiners import Hom
from intertwine.representations import Representation
from intertwine.testing import check_hom

CASES = [pair for group in GROUPS for pair in pairs(group)]


@pytest.mark.parametrize(("rho_in", "rho_out"), CASES, ids=lambda rho: f"{rho.group}: {rho}")
def test_the_catalogue(rho_in: Representation, rho_out: Representation):
    check_hom(rho_in, rho_out, samples=4)


@given(rho_in=constructions(), data=st.data())
def test_any_pair(rho_in: Representation, data: st.DataObject):
    rho_out = data.draw(constructions().filter(lambda rho: rho.group == rho_in.group))
    check_hom(rho_in, rho_out, samples=3)


class _NotEquivariant(Hom):
    def matrix(self, coefficients: Tensor) -> Tensor:
        return super().matrix(coefficients).cumsum(-1)


class _NotNormal(Hom):
    def basis(self) -> Tensor:
        return 2 * super().basis()


class _WrongApply(Hom):
    def apply(self, coefficients: Tensor, x: Tensor) -> Tensor:
        return super().apply(coefficients, x).flip(-1)


class _Incomplete(Hom):
    def __init__(self, rho_in: Representation, rho_out: Representation, kept: Tensor | None = None):
        super().__init__(rho_in, rho_out, torch.tensor([0]))


class _WrongProjection(Hom):
    def project(self, matrix: Tensor) -> Tensor:
        return super().project(matrix) if matrix.ndim == 3 else matrix


@pytest.mark.parametrize(
    ("broken", "law"),
    [
        (_NotEquivariant, "rho_out"),
        (_NotNormal, "orthonormal"),
        (_WrongApply, "apply"),
        (_Incomplete, "characters"),
        (_WrongProjection, "project"),
    ],
)
def test_broken_spaces_are_caught(broken: type[Hom], law: str, monkeypatch: pytest.MonkeyPatch):
    V = S(4).vector
    check_hom(V, V)
    monkeypatch.setattr("intertwine.representations.base.hom_constructor", broken)
    with pytest.raises(IntertwineError, match=law):
        check_hom(V, V)


def test_a_missing_map_of_a_lie_group_is_caught(monkeypatch: pytest.MonkeyPatch):
    V = SO(3).vector
    monkeypatch.setattr("intertwine.representations.base.hom_constructor", _Incomplete)
    with pytest.raises(IntertwineError, match="null space"):
        check_hom(V + V, V)
