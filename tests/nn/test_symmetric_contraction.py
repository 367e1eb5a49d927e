"""SymmetricContraction: no path too many or too few, brute-force polynomials, the equation, derivatives."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from intertwine.errors import IntertwineError
from intertwine.groups import SO, SU, Cube, D, Group, Lorentz, O, S
from intertwine.nn import SymmetricContraction
from intertwine.nn.points import fused, horner, team
from intertwine.nn.products.polynomials import polynomials
from intertwine.representations import Representation, sym
from intertwine.representations.expand import expand
from intertwine.representations.structure import direct_sum as _direct_sum
from intertwine.testing import check_layer


def direct_sum(terms: list[Any]) -> Representation:
    return _direct_sum([term if isinstance(term, tuple) else (term, 1) for term in terms])


O3 = [O(3).irrep(name) for name in ("0e", "1o", "2e", "3o")]
CASES: dict[str, tuple[Representation, Representation]] = {
    "O(3)": (direct_sum(O3), direct_sum(O3[:3])),
    "O(3), both parities": (
        O(3).irrep("1o") + O(3).irrep("1e") + O(3).irrep("0o"),
        O(3).irrep("0o") + O(3).irrep("1e"),
    ),
    "SO(3), vectors as they come": (SO(3).vector + SO(3).irrep(2) + SO(3).trivial, SO(3).vector + SO(3).trivial),
    "SO(2)": (SO(2).trivial + SO(2).vector, SO(2).vector + SO(2).trivial),
    "Cube": (Cube().vector + Cube().trivial, Cube().vector + Cube().trivial),
    "D(4)": (D(4).regular, D(4).vector + D(4).trivial),
    "S(4)": (S(4).vector, S(4).vector + S(4).trivial),
    "Lorentz": (Lorentz().vector + Lorentz().trivial, Lorentz().vector + Lorentz().trivial),
}


def copies(rho: Representation, channels: int) -> Representation:
    return direct_sum([(term, channels) for term in expand(rho)])


@pytest.fixture(params=["machine code", "torch"])
def route(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each test runs on machine code and on torch's own operations."""
    if request.param == "torch":
        monkeypatch.setattr(horner, "_in_machine_code", lambda _: False)
    else:
        pytest.importorskip("llvmlite")
    return request.param


def layer(name: str, channels: int = 2, **options) -> SymmetricContraction:
    rho_in, rho_out = CASES[name]
    generator = torch.Generator().manual_seed(0)
    return SymmetricContraction(
        copies(rho_in, channels), copies(rho_out, channels), generator=generator, dtype=torch.float64, **options
    )


# --- how many paths ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_as_many_paths_as_the_symmetric_power_has_maps(name: str):
    rho_in, rho_out = CASES[name]
    if rho_in.dim > 9:
        rho_in = rho_in.group.trivial + O3[1] + O3[2]
    for c in expand(rho_out):
        for degree in (1, 2, 3):
            found = sum(len(part.coupling) for part in polynomials(tuple(expand(rho_in)), c, degree))
            assert found == (sym(rho_in, degree) >> c).dim, (c, degree)


def characters(greatest: int, angle: Tensor, parity: int) -> Tensor:
    """Of Y_0 + .. + Y_greatest at rotations by an angle, times -1 where parity is -1."""
    total = torch.zeros_like(angle)
    for l in range(greatest + 1):
        total += parity**l * torch.stack([(m * angle).cos() for m in range(-l, l + 1)]).sum(0)
    return total


@pytest.mark.parametrize(("greatest", "degree"), [(l, n) for l in (1, 2, 3, 4) for n in (1, 2, 3, 4) if l + n < 7])
def test_path_counts_by_characters(greatest: int, degree: int):
    """An oracle apart from the solver: the integral of the characters of a symmetric power over O(3)."""
    angle = (torch.arange(400) + 0.5).double() * (2 * math.pi / 400)
    measure = (1 - angle.cos()) / 400
    terms = tuple(O(3).irrep(f"{l}{'e' if l % 2 == 0 else 'o'}") for l in range(greatest + 1))
    for l, c in enumerate(terms):
        wanted = 0.0
        for parity in (1, -1):
            powers = [characters(greatest, k * angle, parity**k) for k in range(1, degree + 1)]
            complete = [torch.ones_like(angle)]  # Newton: n h_n = sum_k p_k h_(n - k)
            for n in range(1, degree + 1):
                complete.append(sum((powers[k - 1] * complete[n - k] for k in range(1, n + 1)), 0 * angle) / n)
            own = parity**l * torch.stack([(m * angle).cos() for m in range(-l, l + 1)]).sum(0)
            wanted += float((complete[degree] * own * measure).sum()) / 2
        found = sum(len(part.coupling) for part in polynomials(terms, c, degree))
        assert found == pytest.approx(wanted, abs=1e-6)


def test_exchanged_factors_are_counted_once():
    """Ordered triples of degrees up to 3 that couple to a scalar are 23, and 8 where order does not matter."""
    triples = [
        (a, b, c)
        for a in range(4)
        for b in range(4)
        for c in range(4)
        if (a + b + c) % 2 == 0 and abs(a - b) <= c <= a + b
    ]
    assert len(triples) == 23
    unordered = {tuple(sorted(triple)) for triple in triples}
    contraction = SymmetricContraction(direct_sum(O3), O3[0])
    assert contraction.paths[O3[0]] == (1, 4, len(unordered))


def test_paths_are_independent():
    terms = tuple(O3)
    for c in O3:
        for degree in (2, 3):
            for part in polynomials(terms, c, degree):
                flat = part.coupling.flatten(1)
                gram = flat @ flat.mT
                torch.testing.assert_close(gram, gram.diagonal().diag(), atol=1e-10, rtol=0)
                assert float(gram.diagonal().min()) > 1e-3


# --- values -----------------------------------------------------------------------------------------------------------


def by_force(contraction: SymmetricContraction, x: Tensor, weight: Tensor) -> Tensor:
    """Each polynomial as a dense tensor contracted with every factor: x (N, D, U) -> (N, K, U)."""
    terms = tuple(expand(contraction.rho_in))
    starts = [sum(t.dim for t in terms[:k]) for k in range(len(terms))]
    found, first = [], 0
    for c in expand(contraction.rho_out):
        total = x.new_zeros(len(x), c.dim, x.shape[2])
        for degree in range(1, contraction.degree + 1):
            for part in polynomials(terms, c, degree):
                value = part.coupling[None, ..., None].expand(len(x), *part.coupling.shape, x.shape[2])
                for t in part.terms:
                    factor = x[:, starts[t] : starts[t] + terms[t].dim]
                    value = (value * factor.view(len(x), 1, -1, *[1] * (value.ndim - 4), x.shape[2])).sum(2)
                w = weight[first : first + len(part.coupling)]
                total = total + (value * w[None, :, None]).sum(1)
                first += len(part.coupling)
        found.append(total)
    return torch.cat(found, 1)


def rows(rho: Representation, x: Tensor) -> Tensor:
    return torch.cat([x[:, index].transpose(1, 2) for index in expand(rho).values()], 1)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("degree", [1, 2, 3])
def test_brute_force(route: str, name: str, degree: int):
    contraction = layer(name, degree=degree)
    x = torch.randn(3, contraction.rho_in.dim).double()
    wanted = by_force(contraction, rows(contraction.rho_in, x), contraction.weight[0])
    torch.testing.assert_close(rows(contraction.rho_out, contraction(x)), wanted, atol=1e-10, rtol=1e-10)


def test_degree_four(route: str):
    G = SO(3)
    rho = direct_sum([(G.irrep(l), 2) for l in (1, 2)])
    contraction = SymmetricContraction(rho, 2 * G.irrep(1), degree=4, dtype=torch.float64)
    x = torch.randn(3, rho.dim).double()
    wanted = by_force(contraction, rows(rho, x), contraction.weight[0])
    torch.testing.assert_close(rows(contraction.rho_out, contraction(x)), wanted, atol=1e-10, rtol=1e-10)


def test_of_one_vector_there_is_one_cubic_vector():
    """|x|^2 x."""
    V = O(3).irrep("1o")
    contraction = SymmetricContraction(V, V, degree=3, dtype=torch.float64)
    assert contraction.paths[V] == (1, 0, 1)
    with torch.no_grad():
        contraction.weight.copy_(torch.tensor([0.0, 1.0]).view(1, 2, 1))
    x = torch.randn(4, 3).double()
    ratio = contraction(x) / (x.square().sum(1, keepdim=True) * x)
    torch.testing.assert_close(ratio, ratio[:1, :1].expand(4, 3))


def test_outputs_have_about_the_size_of_inputs():
    rho = direct_sum([(term, 16) for term in O3])
    out = SymmetricContraction(rho, rho, generator=torch.Generator().manual_seed(0))(torch.randn(500, rho.dim))
    assert 0.3 < float(out.detach().square().mean()) < 4


# --- the equation -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_the_equation(name: str):
    contraction = layer(name)
    check_layer(contraction, contraction.rho_in, contraction.rho_out, graphs=name in ("O(3)", "SO(2)"))


def test_a_broken_contraction_is_caught():
    contraction = layer("O(3)")
    held = contraction.horner.coefficients
    contraction.horner.coefficients = held + torch.randn_like(held) * 1e-3
    contraction.horner._exact["coefficients"] = contraction.horner.coefficients
    with pytest.raises(IntertwineError, match="rho_in"):
        check_layer(contraction, contraction.rho_in, contraction.rho_out, graphs=False)


def test_species_have_weights_of_their_own():
    contraction = layer("O(3)", species=3)
    x, species = torch.randn(7, contraction.rho_in.dim).double(), torch.tensor([2, 0, 2, 2, 0, 0, 2])
    out = contraction(x, species)
    alone = layer("O(3)")
    for s in (0, 2):
        with torch.no_grad():
            alone.weight.copy_(contraction.weight[s : s + 1])
        torch.testing.assert_close(out[species == s], alone(x[species == s]))
    batched = contraction(x[:6].view(2, 3, -1), species[:6].view(2, 3))
    torch.testing.assert_close(batched.flatten(0, 1), out[:6])
    assert contraction(x[:0], species[:0]).shape == (0, contraction.rho_out.dim)
    for g in O(3).sample(3):
        moved = contraction(contraction.rho_in.apply(g, x), species)
        torch.testing.assert_close(moved, contraction.rho_out.apply(g, out), atol=1e-10, rtol=1e-10)


@pytest.mark.compile
def test_species_are_captured():
    contraction = layer("SO(2)", species=3)
    given = torch.randn(7, contraction.rho_in.dim).double(), torch.tensor([2, 0, 2, 2, 0, 0, 2])
    torch._dynamo.reset()
    compiled = torch.compile(contraction, backend="eager", fullgraph=True)
    torch.testing.assert_close(compiled(*given), contraction(*given))
    exported = torch.export.export(contraction, given).module()
    torch.testing.assert_close(exported(*given), contraction(*given))


def test_made_on_another_device():
    with torch.device("meta"):
        contraction = layer("O(3)")
    assert contraction.weight.device.type == "meta"
    assert contraction(torch.randn(3, contraction.rho_in.dim, device="meta").double()).shape[0] == 3


# --- derivatives ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("species", [None, 2])
def test_derivatives(route: str, species: int | None):
    V, one = SO(3).vector, SO(3).trivial
    contraction = SymmetricContraction(V + one, V + one, species=species, dtype=torch.float64)
    x = torch.randn(3, 4).double().requires_grad_()
    kinds = () if species is None else (torch.tensor([1, 0, 1]),)

    def f(x: Tensor, weight: Tensor) -> Tensor:
        return torch.func.functional_call(contraction, {"weight": weight}, (x, *kinds))

    weight = contraction.weight.detach().clone().requires_grad_()
    assert gradcheck(f, (x, weight))
    assert gradgradcheck(f, (x, weight))


def test_many_points_are_done_in_parts(monkeypatch: pytest.MonkeyPatch):
    contraction = layer("O(3)")
    x = torch.randn(9, contraction.rho_in.dim).double().requires_grad_()

    def results() -> list[Tensor]:
        out = contraction(x)
        (slope,) = torch.autograd.grad(out.square().sum(), x, create_graph=True)
        return [out, slope, *torch.autograd.grad(slope.square().sum(), [x, contraction.weight])]

    whole = results()
    monkeypatch.setattr(horner, "_in_machine_code", lambda _: False)
    monkeypatch.setattr(horner, "MOST", 5000)
    for found, wanted in zip(results(), whole, strict=True):
        torch.testing.assert_close(found, wanted)


def derived(contraction: SymmetricContraction, x: Tensor) -> list[Tensor]:
    """Values, slopes, and what training on both changes."""
    x = x.detach().requires_grad_()
    out = contraction(x)
    (slope,) = torch.autograd.grad(out.square().sum(), x, create_graph=True)
    ends = torch.autograd.grad(slope.square().sum() + out.sin().sum(), [x, contraction.weight])
    return [out, slope, *ends]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("channels", "points"), [(1, 1), (3, 4), (8, 5), (16, 2), (21, 3), (4, 0)])
def test_both_routes_agree(channels: int, points: int, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("llvmlite")
    contraction = layer("O(3)", channels).to(dtype)
    x = torch.randn(points, contraction.rho_in.dim, dtype=dtype)
    found = derived(contraction, x)
    monkeypatch.setattr(horner, "_in_machine_code", lambda _: False)
    tolerance = 1e-12 if dtype == torch.float64 else 1e-4
    for a, b in zip(found, derived(contraction, x), strict=True):
        torch.testing.assert_close(a, b, rtol=tolerance, atol=tolerance * (1 + float(b.detach().abs().sum()) / 100))


@pytest.mark.compile
def test_captured_with_machine_code_and_run_without(monkeypatch: pytest.MonkeyPatch):
    """A program holds the operators, which give the same numbers where there is no machine code."""
    pytest.importorskip("llvmlite")
    contraction = layer("O(3)")
    x = torch.randn(3, contraction.rho_in.dim).double()
    wanted = derived(contraction, x)
    program = torch.export.export(contraction, (x,))
    assert "monomial_sums" in str(program.graph)
    monkeypatch.setattr(fused, "compiles", lambda _: False)
    for route in (contraction, program.module()):
        x = x.detach().requires_grad_()
        out = route(x)
        (slope,) = torch.autograd.grad(out.square().sum(), x, create_graph=True)
        (end,) = torch.autograd.grad(slope.square().sum() + out.sin().sum(), x)
        for found, value in zip((out, slope, end), wanted, strict=False):
            torch.testing.assert_close(found, value)


def test_threads_change_nothing(monkeypatch: pytest.MonkeyPatch):
    contraction = layer("O(3)")
    x = torch.randn(23, contraction.rho_in.dim).double()
    alone = derived(contraction, x)
    monkeypatch.setattr(team, "WORK_OF_A_SHARE", 100)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 3)
    for a, b in zip(derived(contraction, x), alone, strict=True):
        torch.testing.assert_close(a, b)


def test_further_derivatives(route: str):
    """Of the gradient of a gradient of a gradient, as the slope of a loss on forces' slopes takes."""
    contraction = layer("SO(2)", 1)

    def f(x: Tensor, weight: Tensor) -> Tensor:
        out = torch.func.functional_call(contraction, {"weight": weight}, (x,))
        (slope,) = torch.autograd.grad(out.square().sum(), x, create_graph=True)
        return torch.autograd.grad(slope.pow(3).sum(), x, create_graph=True)[0]

    x = torch.randn(2, contraction.rho_in.dim).double().requires_grad_()
    assert gradcheck(f, (x, contraction.weight.detach().clone().requires_grad_()))


def test_transforms(route: str):
    contraction = layer("O(3)", 1)
    x = torch.randn(2, contraction.rho_in.dim).double()
    torch.testing.assert_close(torch.vmap(contraction)(x), contraction(x))

    def f(x: Tensor) -> Tensor:
        return contraction(x).square().sum()

    wanted = torch.autograd.functional.hessian(f, x)
    torch.testing.assert_close(torch.autograd.functional.hessian(f, x, vectorize=True), wanted)
    torch.testing.assert_close(torch.func.jacrev(torch.func.grad(f))(x), wanted)
    torch.testing.assert_close(torch.vmap(torch.func.grad(f))(x), torch.func.grad(f)(x))


# --- cost and refusals ------------------------------------------------------------------------------------------------


def test_blocks_save_most_of_the_work():
    contraction = SymmetricContraction(direct_sum(O3), direct_sum(O3[:2]))
    dense = 153 * 16 * 4
    assert sum(a * b for a, b in contraction.horner._shapes) < dense / 7


def test_refusals():
    G: Group = O(3)
    one, V = G.irrep("0e"), G.irrep("1o")
    with pytest.raises(IntertwineError, match="all terms occur equally often"):
        SymmetricContraction(8 * one + 4 * V, 8 * one)
    with pytest.raises(IntertwineError, match="no polynomial of degree up to 2"):
        SymmetricContraction(V, G.irrep("0o"), degree=2)
    with pytest.raises(IntertwineError, match="real features"):
        SymmetricContraction(SU(2).vector, SU(2).vector)
    with pytest.raises(IntertwineError, match="at least 1"):
        SymmetricContraction(V, one, degree=0)
    contraction = SymmetricContraction(V, V, species=2)
    with pytest.raises(IntertwineError, match="points have species"):
        contraction(torch.randn(4, 3))
    with pytest.raises(IntertwineError, match=r"species are 0 \.\. 1"):
        contraction(torch.randn(2, 3), torch.tensor([0, 2]))
    with pytest.raises(IntertwineError, match="knows no species"):
        SymmetricContraction(V, V)(torch.randn(2, 3), torch.tensor([0, 1]))
