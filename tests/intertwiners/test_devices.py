"""Spaces of maps on other devices and in half precision: the solved constants follow the coefficients."""

from __future__ import annotations

import pytest
import torch

import intertwine as tw

DEVICES = ["meta", *(["cuda"] if torch.cuda.is_available() else [])]
PAIR = tw.SO(3) * tw.C(5)
SPACES = {
    "orbits": tw.S(4).vector ** 2 >> tw.S(4).vector,
    "signs": tw.C(4).vector >> tw.C(4).regular,
    "phases": tw.C(4).representation([[[1j]]]) >> tw.C(4).regular,
    "a mask": (tw.C(5).regular >> tw.C(5).regular).mask(torch.eye(5)),
    "diagrams": tw.SO(3).vector ** 2 >> tw.SO(3).vector ** 2,
    "diagrams by contraction": tw.S(6).vector ** 4 >> tw.S(6).vector ** 2,
    "weights": tw.SO(3).adjoint >> tw.SO(3).vector,
    "complex weights": tw.SU(3).adjoint + tw.SU(3).vector >> tw.SU(3).adjoint,
    "mirrors": tw.O(3).adjoint ** 2 >> tw.O(3).adjoint,
    "Schur": tw.D(5).vector ** 5 >> tw.D(5).vector ** 5,
    "null space": tw.C(5).vector >> tw.C(5).vector,
    "factors": PAIR.vector >> PAIR.vector,
    "nothing": tw.SO(3).vector >> tw.SO(3).trivial,
}


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("name", SPACES)
def test_the_device_of_the_coefficients(name: str, device: str) -> None:
    """matrix, apply, coefficients and project stay where their arguments are."""
    space = SPACES[name]
    kind = torch.complex64 if space.is_complex else torch.float32
    c, x = torch.randn(space.dim, dtype=kind), torch.randn(5, space.shape[1], dtype=kind)
    m = torch.randn(space.shape, dtype=kind)
    here = space.matrix(c), space.apply(c, x), space.coefficients(m), space.project(m)
    c, x, m = (t.to(device) for t in (c, x, m))
    there = space.matrix(c), space.apply(c, x), space.coefficients(m), space.project(m)
    for a, b in zip(here, there, strict=True):
        assert (b.device.type, b.dtype, b.shape) == (device, kind, a.shape)
        assert device == "meta" or torch.allclose(a, b.cpu(), atol=1e-4)


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", [name for name, space in SPACES.items() if not space.is_complex])
def test_half_precision(name: str, kind: torch.dtype) -> None:
    """Kept, with the numbers of double precision to a percent."""
    space = SPACES[name]
    c, x = torch.randn(space.dim, dtype=torch.float64), torch.randn(2, space.shape[1], dtype=torch.float64)
    w, y = space.matrix(c.to(kind)), space.apply(c.to(kind), x.to(kind))
    assert w.dtype == y.dtype == kind
    exact = space.apply(c, x)
    assert torch.allclose(w.double(), space.matrix(c), atol=0.05)
    assert float((y.double() - exact).norm()) < 0.05 * max(1.0, float(exact.norm()))
