"""`audit` on models whose symmetry is known."""

from __future__ import annotations

import pytest
import torch
from tests.audit.pictures import C4, averaged, network, on_pictures, pictures
from torch import Tensor

from intertwine.actions import Pictures, Points, Trivial, Vectors
from intertwine.audit import audit
from intertwine.errors import IntertwineError
from intertwine.groups import SO, O

# --- the headline number ------------------------------------------------------------------------------------------


def test_the_relative_error_of_a_linear_map_is_known():
    """f(x) = A x on Gaussian x in the plane, as if it were invariant under C(4): all moments are exact sums."""
    A = torch.tensor([[2.0, 1.0], [0.0, 1.0]], dtype=torch.float64)
    action = Vectors(C4.vector)
    turns = C4.vector.matrix(C4.elements())
    eye = torch.eye(2, dtype=torch.float64)
    expected = sum(float((A @ (g - eye)).square().sum()) for g in turns) / 4 / float(2 * A.square().sum())
    x = torch.randn(4000, 2, dtype=torch.float64)
    report = audit(lambda x: x @ A.T, x, action, Trivial(C4), class_scores=False)
    assert report.error is not None
    assert report.error.low < expected < report.error.high
    assert report.error.value == pytest.approx(expected, rel=0.05)
    as_vectors = sum(float((A @ g - g @ A).square().sum()) for g in turns) / 4 / float(2 * A.square().sum())
    report = audit(lambda x: x @ A.T, x, action, action)
    assert report.error is not None
    assert report.error.value == pytest.approx(as_vectors, rel=0.05)


def test_output_unrelated_to_the_input_before_has_error_one():
    """The random features of a hash of the input: as far apart on moved data as on two inputs."""

    def scrambled(x: Tensor) -> Tensor:
        return torch.sin(1e6 * (x.flatten(1) @ torch.linspace(1, 2, 144, dtype=x.dtype))[:, None])

    report = on_pictures(scrambled, pictures(400, dtype=torch.float64))
    assert report.error is not None
    # one element in four is the identity
    assert report.error.value == pytest.approx(0.75, abs=0.12)


def test_an_exactly_invariant_model_is_found_to_be_one():
    report = on_pictures(averaged(network()), pictures())
    assert report.error is not None
    assert report.error.high < 1e-12
    assert report.is_exact
    report.assert_below(1e-6)
    report.assert_exact()
    assert "to rounding" in report.verdict


def test_a_plain_network_is_found_not_to_be_invariant():
    report = on_pictures(network(), pictures())
    assert report.error is not None
    assert report.error.low > 0.3
    assert not report.is_exact
    with pytest.raises(IntertwineError, match=r"relative error .* is not below 0\.1"):
        report.assert_below(0.1)
    with pytest.raises(IntertwineError, match="float64"):
        report.assert_exact()


def test_a_break_of_one_part_in_a_million_is_found_in_float64():
    model = averaged(network().double())
    assert on_pictures(model, pictures(dtype=torch.float64)).is_exact
    broken = on_pictures(
        lambda x: model(x) + 1e-6 * x[:, :, :3, 0].flatten(1).sum(1, True), pictures(dtype=torch.float64)
    )
    assert not broken.is_exact


def test_a_constant_predictor_is_undefined_and_not_perfect():
    report = on_pictures(lambda x: torch.ones(len(x), 5) * 0.3 + 0 * x.sum(), pictures())
    assert report.error is None
    assert report.floor is None
    assert report.kappa is None
    assert "undefined" in str(report)
    with pytest.raises(IntertwineError, match="undefined"):
        report.assert_below(0.5)


def test_a_constant_up_to_rounding_is_undefined_too():
    assert on_pictures(lambda x: 1 + 1e-8 * network()(x), pictures()).error is None


def test_the_assumed_representation_matters():
    """A rotation-equivariant map of vectors, wrongly audited as invariant."""
    G = SO(3)
    x = torch.randn(200, 3)
    right = audit(lambda x: x * x.norm(dim=1, keepdim=True), x, Vectors(G.vector), Vectors(G.vector))
    wrong = audit(lambda x: x * x.norm(dim=1, keepdim=True), x, Vectors(G.vector), Trivial(G))
    assert right.is_exact
    assert wrong.error is not None
    assert wrong.error.low > 0.5


def test_reflections_are_caught():
    """A model that is invariant under rotations and sees mirror images."""
    x = torch.randn(150, 4, 3, dtype=torch.float64)

    def chirality(x: Tensor) -> Tensor:
        return torch.linalg.det(x[:, :3] - x[:, 3:])[:, None]

    assert audit(chirality, x, Points(SO(3)), Trivial(SO(3))).is_exact
    report = audit(chirality, x, Points(O(3)), Trivial(O(3)))
    parts = {point.part: [] for point in report.curve}
    for point in report.curve:
        parts[point.part].append(point.error.value)
    assert max(parts["rotation"]) < 1e-20
    assert min(parts["reflection"]) > 0.1


# --- agreement of predictions -------------------------------------------------------------------------------------


def test_agreement_kappa_and_orbit_counts():
    """The class is the quadrant that holds the most, C(4) moves it on: only the identity agrees."""

    def quadrant(x: Tensor) -> Tensor:
        a, b = x[:, 0, :6], x[:, 0, 6:]
        return torch.stack([a[:, :, :6], a[:, :, 6:], b[:, :, 6:], b[:, :, :6]], 1).sum((2, 3))

    x = pictures(300)
    report = on_pictures(quadrant, x, elements="all")
    assert report.agreement is not None
    assert report.kappa is not None
    assert report.orbit_same is not None
    assert report.exhaustive
    assert report.agreement.value == pytest.approx(0.25)
    assert report.orbit_same.value == pytest.approx(1)
    assert report.kappa.value == pytest.approx(0, abs=1e-12)
    # the scores themselves are permuted cyclically: equivariant under the regular representation
    exact = audit(quadrant, x, Pictures(C4), Vectors(C4.regular))
    inverse = audit(lambda x: quadrant(x).flip(1), x, Pictures(C4), Vectors(C4.regular))
    assert exact.is_exact != inverse.is_exact


def test_orbit_counts_are_estimated_from_random_elements():
    report = on_pictures(network(), pictures(300))
    assert report.orbit_same is not None
    assert report.agreement is not None
    assert report.orbit_same.value == pytest.approx(4 * report.agreement.value)
    assert audit(network(), pictures(), Pictures(SO(2)), Trivial(SO(2))).orbit_same is None


def test_class_scores_are_recognised_or_said():
    x = pictures(60)
    assert on_pictures(network(), x).agreement is not None
    assert on_pictures(network(), x, class_scores=False).agreement is None
    with pytest.raises(IntertwineError, match="class scores"):
        on_pictures(lambda x: x, x, class_scores=True)


# --- floors -------------------------------------------------------------------------------------------------------


def test_an_exact_action_has_no_floor_and_interpolation_has_one():
    x = pictures()
    exact = on_pictures(network(), x)
    assert exact.floor is not None
    assert exact.floor.value == 0
    for method in ("fft", "bilinear"):
        report = audit(network(), x, Pictures(SO(2), method), Trivial(SO(2)))
        assert report.floor is not None
        assert 0.001 < report.floor.value < report.error.value  # type: ignore[union-attr]
        assert report.action_errors["round trip"] > 0.001
    with pytest.raises(IntertwineError, match="The action alone makes"):
        report.assert_below(1e-4)


def test_a_model_within_the_floor_is_told_so():
    """Ring sums about the middle are invariant but for interpolation."""
    at = torch.arange(16) - 7.5
    radius = (at[:, None] ** 2 + at[None] ** 2).sqrt()
    rings = torch.stack([torch.exp(-((radius - r) ** 2)) for r in (2.0, 4.0)])

    def model(x: Tensor) -> Tensor:
        return torch.einsum("nhw,rhw->nr", x[:, 0] ** 2, rings)

    report = audit(model, pictures(150, 16), Pictures(SO(2), "bilinear"), Trivial(SO(2)))
    assert "floor" in report.verdict


def test_masked_data_are_compared_with_masked_data():
    """The corners that a disc mask cuts off must not count as an error of the model."""
    x = pictures()
    x[..., 0, 0] = 100
    report = audit(lambda x: x.sum((1, 2, 3))[:, None], x, Pictures(C4, "fft"), Trivial(C4))
    assert report.error is not None
    assert report.error.high < 1e-9


def test_the_output_action_has_a_floor_too():
    report = audit(lambda x: x, pictures(), Pictures(SO(2)), Pictures(SO(2)))
    assert "composition of outputs" in report.floors
