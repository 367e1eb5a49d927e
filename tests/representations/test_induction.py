"""Restriction, induction, quotients, lifts: Frobenius reciprocity and its relatives."""

from __future__ import annotations

import cmath

import pytest
import torch

import intertwine as tw
from intertwine.errors import IntertwineError
from intertwine.groups.elements import take
from intertwine.groups.subgroups import Embedding, inclusion
from intertwine.testing import check_representation

PAIRS: list[tuple[tw.Group, tw.Group]] = [
    (tw.C(1), tw.C(4)), (tw.C(2), tw.C(6)), (tw.C(3), tw.D(3)), (tw.C(4), tw.D(4)), (tw.D(2), tw.D(4)), (tw.S(2),
    tw.S(3)),
    (tw.S(3), tw.S(4)), (tw.A(4), tw.S(4)), (tw.D(4), tw.S(4)), (tw.C(5), tw.A(5)), (tw.Cube(), tw.Cube(full=True)),
    (tw.S(3), tw.S(3) * tw.C(2)), (tw.C(2), tw.S(3) * tw.C(2)), (tw.Grid(3, 3), tw.semidirect(tw.Grid(3, 3),
    tw.C(4))),
    (tw.C(4), tw.semidirect(tw.Grid(3, 3), tw.C(4))),
]  # fmt: skip


def some(group: tw.Group) -> list[tw.Representation]:
    """A few representations of a small group, with complex and signed ones where there are any."""
    found = [group.trivial, group.vector]
    if group.order <= 24:
        found.append(group.regular)
    if isinstance(group, tw.groups.PermutationGroup) and group.name.startswith("C("):
        found.append(group.representation([[[cmath.exp(2j * cmath.pi / group.order)]]]))
    return [rho for rho in dict.fromkeys(found) if rho.dim <= 12]


@pytest.mark.parametrize(("subgroup", "group"), PAIRS, ids=repr)
def test_frobenius_reciprocity(subgroup: tw.Group, group: tw.Group) -> None:
    """dim Hom_G(Ind rho, sigma) = dim Hom_H(rho, Res sigma), and the same with the arrows turned round."""
    for rho in some(subgroup):
        induced = subgroup.induce(rho, group)
        assert induced.dim == rho.dim * group.order // subgroup.order
        for sigma in some(group):
            restricted = sigma.restrict(subgroup)
            assert (induced >> sigma).dim == (rho >> restricted).dim
            assert (sigma >> induced).dim == (restricted >> rho).dim


@pytest.mark.parametrize(("subgroup", "group"), PAIRS, ids=repr)
def test_induced_characters(subgroup: tw.Group, group: tw.Group) -> None:
    """chi_Ind(g) = (1 / |H|) sum over x in G with x^-1 g x in H of chi(x^-1 g x)."""
    embedding, elements = inclusion(subgroup, group), group.elements()
    members = group.index(embedding(subgroup.elements()))
    place = torch.full((int(group.order),), -1)
    place[members] = torch.arange(int(subgroup.order))
    for rho in some(subgroup):
        values = rho.character(subgroup.elements()) + 0j
        for g, _ in group.classes()[:4]:
            turned = place[group.index(group.multiply(group.multiply(group.inverse(elements), g), elements))]
            expected = values[turned[turned >= 0]].sum() / subgroup.order
            assert torch.allclose(subgroup.induce(rho, group).character(g) + 0j, expected, atol=1e-9)


@pytest.mark.parametrize(("subgroup", "group"), PAIRS, ids=repr)
def test_the_contract_of_induced_representations(subgroup: tw.Group, group: tw.Group) -> None:
    """Homomorphism, dual, conjugate, monomial form."""
    for rho in some(subgroup):
        check_representation(subgroup.induce(rho, group), samples=5)
    check_representation(group.quotient(subgroup), samples=5)


@pytest.mark.parametrize(("subgroup", "group"), PAIRS, ids=repr)
def test_quotients_are_induced_from_the_trivial_representation(subgroup: tw.Group, group: tw.Group) -> None:
    """Functions on cosets; the group moves them transitively, and the regular representation is induced from 1."""
    quotient = group.quotient(subgroup)
    induced = subgroup.induce(subgroup.trivial, group)
    representatives = [g for g, _ in group.classes()]
    for g in representatives:
        assert torch.allclose(quotient.character(g), induced.character(g))
    assert quotient.is_permutation
    assert (group.trivial >> quotient).dim == 1
    assert (quotient >> induced).dim == (quotient >> quotient).dim


def test_induction_in_stages() -> None:
    """From C(2) to D(2) to D(4) as from C(2) to D(4) at once; induced from the whole group is the group's own."""
    sign = tw.C(2).representation([[[-1.0]]])
    staged = tw.D(2).induce(tw.C(2).induce(sign, tw.D(2)), tw.D(4))
    direct = tw.C(2).induce(sign, tw.D(4))
    elements = tw.D(4).elements()
    assert torch.allclose(staged.character(elements), direct.character(elements))
    assert (staged >> direct).dim == (direct >> direct).dim
    whole = tw.D(4).induce(tw.D(4).vector, tw.D(4))
    assert torch.allclose(whole.character(elements), tw.D(4).vector.character(elements), atol=1e-12)


def test_regular_representations_induce_to_regular_ones() -> None:
    """Character |G| at the identity and 0 elsewhere."""
    induced = tw.A(4).induce(tw.A(4).regular, tw.S(4))
    values = induced.character(tw.S(4).elements())
    assert values.tolist() == [24.0] + [0.0] * 23


def test_sums_are_induced_and_restricted_term_by_term() -> None:
    """So that equal terms are solved once."""
    G, H = tw.D(4), tw.C(4)
    rho = H.vector + 2 * H.trivial
    assert H.induce(rho, G) == H.induce(H.vector, G) + 2 * H.induce(H.trivial, G)
    sigma = G.vector * G.vector + 3 * G.trivial
    assert sigma.restrict(H) == G.vector.restrict(H) * G.vector.restrict(H) + 3 * H.trivial
    assert sigma.restrict(G) is sigma


def test_restriction_to_a_point_and_to_the_whole() -> None:
    """Of a group's vector to C(1): as many fixed vectors as dimensions."""
    V = tw.D(4).vector
    alone = V.restrict(tw.C(1))
    assert alone.is_trivial
    assert (tw.C(1).trivial >> alone).dim == 2
    assert V.restrict(tw.D(4)) == V


def test_representations_become_unitary_on_compact_subgroups() -> None:
    """The Lorentz group's vector on rotations; a skew basis stays skew."""

    def in_space(g: torch.Tensor) -> torch.Tensor:
        out = torch.zeros(*g.shape[:-2], 4, 4, dtype=g.dtype)
        out[..., 0, 0], out[..., 1:, 1:] = 1, g
        return out

    V = tw.Lorentz().vector
    rotations = V.restrict(Embedding(tw.SO(3), tw.Lorentz(), in_space))
    assert not V.is_unitary
    assert rotations.is_orthogonal
    assert rotations.dual == rotations
    assert (rotations >> tw.SO(3).vector).dim == 1
    assert (rotations >> tw.SO(3).trivial).dim == 1
    skew = tw.Group.from_matrices([[0, -1], [1, -1]]).vector
    assert not skew.restrict(skew.group.subgroup([skew.group.generators[0]])).is_unitary


def test_branching_of_rotations_on_the_cube() -> None:
    """Traceless symmetric tensors, five of them, split into 2 + 3 under the cube and stay together under 60 turns."""
    V = tw.SO(3).vector
    for group, count in ((tw.Cube(), 3), (tw.Icosahedron(), 2)):
        symmetric = tw.sym(V.restrict(group), 2)
        assert (symmetric >> symmetric).dim == count


def test_lifted_representations() -> None:
    """A factor's representation does not see the other factors; equal factors need a position."""
    G = tw.SO(3) * tw.S(3)
    V, P = G.lift(tw.SO(3).vector), G.lift(tw.S(3).vector)
    g = G.sample(5)
    assert torch.equal(V.matrix(g), g[0])
    assert torch.equal(P.permutation(g), g[1])
    assert G.vector == V * P
    assert G.lift(tw.SO(3).vector + 2 * tw.SO(3).trivial) == V + 2 * G.trivial
    assert G.lift(tw.SO(3).vector ** 2) == V * V
    assert (V * P >> V).dim == 1
    assert (V >> P).dim == 0
    twice = tw.SO(3) * tw.SO(3)
    first, second = twice.lift(tw.SO(3).vector, 0), twice.lift(tw.SO(3).vector, 1)
    assert first != second
    assert (first >> second).dim == 0
    assert (first * second >> first * second).dim == 1


def test_induction_needs_a_subgroup() -> None:
    """Of finite groups, with an embedding."""
    with pytest.raises(IntertwineError, match="no natural embedding"):
        tw.C(3).induce(tw.C(3).vector, tw.D(4))
    with pytest.raises(IntertwineError, match="infinitely many"):
        tw.SO(2).induce(tw.SO(2).vector, tw.SO(3))
    with pytest.raises(IntertwineError, match="no natural embedding"):
        tw.D(4).quotient(tw.C(3))
    with pytest.raises(IntertwineError, match="embedding goes to"):
        tw.S(3).vector.restrict(Embedding(tw.C(3), tw.D(3), lambda g: g))


def test_coset_representatives_are_well_defined() -> None:
    """Acting on a coset does not depend on its member: g (t H) = (g t) H for the quotient of S(4) by D(4)."""
    G, H = tw.S(4), tw.D(4)
    quotient = G.quotient(H)
    members = inclusion(H, G)(H.elements())
    elements = G.elements()
    cosets = {frozenset(G.index(G.multiply(take(elements, k), members)).tolist()) for k in range(24)}
    assert len(cosets) == quotient.dim == 3
    assert not quotient.is_faithful  # the normal Klein group acts trivially
    assert int((quotient.character(elements) == 3).sum()) == 4
