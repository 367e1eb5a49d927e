"""Representations on other devices: elements on the CPU act on features wherever those are."""

from __future__ import annotations

import pytest
import torch
from tests.representations.constructions import SEEDS

import intertwine as tw

DEVICES = ["meta", *(["cuda"] if torch.cuda.is_available() else [])]
CASES = [
    rho
    for group, (first, *_) in SEEDS.items()
    for rho in (first, first * first, 2 * first + group.trivial, tw.sym(first, 2), first.dual + first.conj)
]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("rho", CASES, ids=lambda rho: f"{rho.group}: {rho}")
def test_features_stay_on_their_device(rho: tw.Representation, device: str) -> None:
    """apply gives features of the same device and precision, and on a real device the same numbers."""
    g = rho.group.sample(3)
    x = torch.randn(4, 1, rho.dim, dtype=torch.complex64 if rho.is_complex else torch.float32)
    y = rho.apply(g, x.to(device))
    assert y.shape == (4, 3, rho.dim)
    assert y.device.type == device
    assert y.dtype == x.dtype
    if device != "meta":
        assert torch.allclose(y.cpu(), rho.apply(g, x), atol=1e-4 * max(1.0, float(rho.matrix(g).abs().max())))


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
def test_half_precision(kind: torch.dtype) -> None:
    """Kept by apply; the numbers are those of double precision, rounded."""
    for rho in (tw.SO(3).vector ** 2, tw.S(4).regular, tw.D(4).vector + tw.D(4).trivial):
        g, x = rho.group.sample(2), torch.randn(2, rho.dim, dtype=torch.float64)
        y = rho.apply(g, x.to(kind))
        assert y.dtype == kind
        assert torch.allclose(y.double(), rho.apply(g, x), atol=0.1)
