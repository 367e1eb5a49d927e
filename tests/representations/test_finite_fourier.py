"""The Fourier transform of a finite group: an orthogonal basis, and convolution as a product of matrices."""

from __future__ import annotations

import pytest
import torch

from intertwine.groups import A, C, Cube, D, Grid, Group, Icosahedron, Q, S
from intertwine.groups.elements import take
from intertwine.representations.finite_fourier import fourier_blocks

GROUPS: list[Group] = [
    *[C(1), C(5), C(6), D(3), D(4), Q(8), A(4), S(4), S(5), Icosahedron(), Cube(full=True)],
    *[C(3) * S(3), Q(8) * C(3), Grid(3, 4), Group.from_presentation("a^4, b^3, b a b a^-1")],
]


@pytest.mark.parametrize("group", GROUPS, ids=str)
def test_the_transform_keeps_scalar_products(group: Group):
    n = int(group.order)
    parts = [block.part.flatten(1) * (block.shape[1] / n) ** 0.5 for block in fourier_blocks(group)]
    transform = torch.cat(parts, 1)
    torch.testing.assert_close(transform.T @ transform, torch.eye(n, dtype=torch.float64), rtol=0, atol=1e-12)


@pytest.mark.parametrize("group", [C(5), Q(8), A(4), C(3) * S(3)], ids=str)
def test_convolutions_become_products(group: Group):
    n, elements = int(group.order), group.elements()
    f, psi = torch.randn(2, n, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    convolved = torch.zeros(n, dtype=torch.float64)
    for h in range(n):  # [psi * f](h k) collects psi(k) f(h)
        convolved[group.index(group.multiply(take(elements, slice(h, h + 1)), elements))] += psi * f[h]
    for block in fourier_blocks(group):
        of = [torch.einsum("g,gkac->kac", v, block.matrices) for v in (f, psi, convolved)]
        torch.testing.assert_close(of[0] @ of[1], of[2], rtol=1e-12, atol=1e-12)
