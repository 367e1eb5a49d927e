"""Properties of irreducible representations with random highest weights up to a bound on the dimension."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.representations.couplings import check_coupling, check_decomposition, conjugated

import intertwine as tw
from intertwine.groups import Group
from intertwine.representations import Representation
from intertwine.representations.irrep_names import exists
from intertwine.representations.module import semisimple_part
from intertwine.representations.structure import direct_sum

GROUPS = [
    tw.SU(2), tw.SU(3), tw.SU(4), tw.SO(3), tw.SO(4), tw.SO(5), tw.SO(6), tw.USp(4), tw.USp(6), tw.G2(), tw.SL(2),
    tw.SL(3), tw.Sp(4), tw.SO(2, 1), tw.Lorentz(), tw.Spin(1, 3),
]  # fmt: skip


def irreps(group: Group, largest: int) -> list[Representation]:
    """All irreducible representations of dimension up to a bound, in a fixed order."""
    if group.name == "Spin(1,3)":
        return [group.irrep((f"{a}/2", f"{b}/2")) for a in range(4) for b in range(4) if (a + 1) * (b + 1) <= largest]
    if group.name == "Lorentz()":
        return [
            group.irrep((a / 2, b / 2)) for a in range(4) for b in range(a % 2, 4, 2) if (a + 1) * (b + 1) <= largest
        ]
    weights = [w for w in semisimple_part(group).highest_weights(largest) if exists(group, w)]  # type: ignore[arg-type]
    return [group.irrep(w) for w in sorted(weights)]


@settings(max_examples=40)
@given(st.sampled_from(GROUPS), st.data())
def test_couplings(group: Group, data: st.DataObject) -> None:
    pool = st.sampled_from(irreps(group, 16))
    a, b = data.draw(pool), data.draw(pool)
    found = tw.tensor_decomposition(a, b)
    assert sum(c.dim * m for c, m in found.items()) == a.dim * b.dim
    c = data.draw(st.sampled_from(sorted((c for c in found if c.dim <= 64), key=str) or [a]))
    check_coupling(a, b, c, found.get(c, 0))


@settings(max_examples=20)
@given(st.sampled_from(GROUPS), st.data())
def test_real_couplings_span_the_real_maps(group: Group, data: st.DataObject) -> None:
    pool = st.sampled_from([rho.real for rho in irreps(group, 6)])  # type: ignore[attr-defined]
    a, b, c = data.draw(pool), data.draw(pool), data.draw(pool)
    check_coupling(a, b, c)


@settings(max_examples=15)
@given(st.sampled_from([g for g in GROUPS if g.is_compact or g.name in ("Lorentz()", "SL(2)")]), st.data())
def test_sums_of_random_irreps_in_random_bases(group: Group, data: st.DataObject) -> None:
    pool = st.sampled_from([rho.real if data.draw(st.booleans()) else rho for rho in irreps(group, 6)])  # type: ignore[attr-defined]
    terms = [(data.draw(pool), data.draw(st.integers(1, 2))) for _ in range(2)]
    rho = direct_sum(terms)
    moved = conjugated(rho, data.draw(st.integers(0, 9)))
    check_decomposition(moved, 1e-9)
    assert moved.decompose().terms == rho.decompose().terms


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_characters_multiply_as_products_decompose(group: Group) -> None:
    small = irreps(group, 8)[1:3]
    g = group.sample(5, generator=torch.Generator().manual_seed(0))
    for a in small:
        for b in small:
            total = sum(m * c.character(g) for c, m in tw.tensor_decomposition(a, b).items())
            product = a.character(g) * b.character(g)
            assert float((total - product).abs().max()) < 1e-10 * float(product.abs().max().clamp(min=1.0))
