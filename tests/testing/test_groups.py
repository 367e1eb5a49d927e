"""`check_group` on the whole catalogue, and on groups that are broken on purpose."""

from __future__ import annotations

import pytest
import torch
from tests.testing.catalogue import GROUPS

from intertwine.errors import IntertwineError
from intertwine.groups import SO, C, Group, S
from intertwine.groups.lie import LieGroup
from intertwine.groups.permutation import PermutationGroup
from intertwine.testing import check_group


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_the_catalogue(group: Group):
    check_group(group)


class _Wrong(PermutationGroup):
    """C(5) with one method replaced."""

    def __init__(self):
        good = C(5)
        # the list of elements of a broken group would never end, so samples come from the good one
        super().__init__(
            [good.generators[0]], "wrong", order=5, names=["r"], geometry=good.geometry,
            sampler=lambda n, generator: good.sample(n, generator=generator),
        )  # fmt: skip

    def __reduce__(self):
        return type(self), ()


class _WrongProduct(_Wrong):
    def multiply(self, g, h):
        return super().multiply(g, self.inverse(h))


class _WrongInverse(_Wrong):
    def inverse(self, g):
        return g


class _WrongOrder(_Wrong):
    def __init__(self):
        super().__init__()
        self._order = 6


class _WrongBatch(_Wrong):
    def multiply(self, g, h):
        out = super().multiply(g, h)
        return out.roll(1, 0) if out.ndim == 2 else out


class _WrongClasses(_Wrong):
    def classes(self):
        return super().classes()[1:]


class _Unequal(_Wrong):
    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = Group.__hash__


class _Unseeded(_Wrong):
    def sample(self, n, *, generator=None):
        return super().sample(n)


class _Lopsided(_Wrong):
    """Samples that prefer the identity."""

    def sample(self, n, *, generator=None):
        g = super().sample(n, generator=generator)
        return torch.where(torch.rand(n, 1, generator=generator) < 0.2, self.identity, g)


@pytest.mark.parametrize(
    ("group", "law"),
    [
        (_WrongProduct, r"e g = g|\(g h\) k"),
        (_WrongInverse, r"g g\^-1 = e"),
        (_WrongOrder, "`order` entries"),
        (_WrongBatch, "e g = g"),
        (_WrongClasses, "class sizes"),
        (_Unequal, "pickled copy"),
        (_Unseeded, "seeded sample"),
        (_Lopsided, "Haar"),
    ],
)
def test_broken_finite_groups_are_caught(group: type[_Wrong], law: str):
    with pytest.raises(IntertwineError, match=law):
        check_group(group())


def _so3(name: str, sampler, algebra=None) -> LieGroup:
    good = SO(3)
    return LieGroup(
        name,
        good.algebra if algebra is None else algebra,
        sampler=sampler,
        residual=lambda g: (g.mT @ g - torch.eye(3, dtype=g.dtype)).abs().amax((-2, -1)),
    )


@pytest.fixture
def _picklable(monkeypatch):
    """Groups made of local functions cannot travel; that law has its own negative control above."""
    monkeypatch.setattr("intertwine.testing.groups._check_value", lambda group: None)


def _angles(n, generator):
    """Uniform Euler angles: a common mistake, far from Haar measure near the poles."""
    a, b, c = (torch.rand(n, generator=generator, dtype=torch.float64) * 2 * torch.pi for _ in range(3))
    y, z = SO(3).algebra[1:]
    return torch.linalg.matrix_exp(a[:, None, None] * z) @ torch.linalg.matrix_exp(
        b[:, None, None] * y
    ) @ torch.linalg.matrix_exp(c[:, None, None] * z)  # fmt: skip


@pytest.mark.usefixtures("_picklable")
def test_a_sampler_that_is_not_haar_is_caught():
    with pytest.raises(IntertwineError, match="Haar"):
        check_group(_so3("euler angles", _angles))


@pytest.mark.usefixtures("_picklable")
def test_an_algebra_outside_the_group_is_caught():
    algebra = SO(3).algebra.clone()
    algebra[0, 0, 0] = 0.1
    with pytest.raises(IntertwineError, match="exp of the algebra"):
        check_group(_so3("scaled", lambda n, generator: SO(3).sample(n, generator=generator), algebra))


@pytest.mark.usefixtures("_picklable")
def test_a_dependent_basis_is_caught():
    algebra = SO(3).algebra[[0, 1, 1]]
    with pytest.raises(IntertwineError, match="independent"):
        check_group(_so3("doubled", lambda n, generator: SO(3).sample(n, generator=generator), algebra))


def test_messages_carry_the_numbers():
    with pytest.raises(IntertwineError, match=r"wrong: .* against .* a difference of"):
        check_group(_WrongProduct())
    assert "S(3)" in str(S(3))
