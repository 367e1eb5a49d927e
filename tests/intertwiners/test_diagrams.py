"""The diagrams route: the equation at random group elements, exact dimensions, and contraction against the matrix."""

from __future__ import annotations

import copy
import hashlib
import itertools
import math
import pickle
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.intertwiners.diagram_cases import F64, KINDS, element, equation_error, fixed_space

from intertwine.errors import IntertwineError
from intertwine.intertwiners import diagrams
from intertwine.intertwiners.counting import count_maps
from intertwine.intertwiners.diagram_enumeration import families, longest_increasing, matchings, set_partitions
from intertwine.intertwiners.diagram_gram import epsilon_gram, inverse_cholesky, line_gram
from intertwine.intertwiners.diagram_tensors import Entries
from intertwine.intertwiners.diagrams import DiagramSolution, count_diagrams, solve_diagrams

LIGHT_CONE = torch.tensor([[0.0, 1, 0], [1, 0, 0], [0, 0, -1]])
SPLIT_SYMPLECTIC = torch.block_diag(*[torch.tensor([[0.0, -1], [1, 0]])] * 2)

T = {power: (False,) * power for power in range(7)}
CASES = [
    ("symmetric", 4, T[2], T[2], None),
    ("symmetric", 3, T[3], T[2], None),
    ("symmetric", 2, (False, True), T[3], None),
    ("orthogonal", 3, T[3], T[3], None),
    ("orthogonal", 2, T[3], T[3], None),
    ("orthogonal", 2, T[4], T[4], None),
    ("orthogonal", 4, (False, True, False), (True, False, False), (1, -1, -1, -1)),
    ("orthogonal", 3, (True, True, False, False), (False, True), LIGHT_CONE),
    ("special-orthogonal", 2, T[2], T[2], None),
    ("special-orthogonal", 3, T[2], T[1], None),
    ("special-orthogonal", 3, T[4], T[3], None),
    ("special-orthogonal", 4, (False, True, True), (True, False, False), (1, -1, -1, -1)),
    ("special-orthogonal", 3, (True, False), (False, True, True), LIGHT_CONE),
    ("symplectic", 4, T[2], T[2], None),
    ("symplectic", 4, (True, False, True), (False, True, False), None),
    ("symplectic", 4, (True, False), (True, True), SPLIT_SYMPLECTIC),
    ("symplectic", 2, (True, True, False), (False,), None),
    ("general-linear", 3, (False, True, False), (False, False, True), None),
    ("general-linear", 2, T[4], T[4], None),
    ("general-linear", 2, (True, True, False), (True,), None),
    ("special-linear", 3, T[3], T[3], None),
    ("special-linear", 3, T[3], T[0], None),
    ("special-linear", 3, T[2], (True,), None),
    ("special-linear", 3, (False, True, True), (True, False, False, False), None),
    ("special-linear", 3, T[3], (True, True, True), None),
    ("special-linear", 2, (True, False, False), (False, True), None),
    ("special-linear", 4, (False, True), (False,) * 4, None),
]


def identifier(case: tuple) -> str:
    kind, n, into, out, metric = case
    sides = ["".join("d" if flag else "v" for flag in side) or "1" for side in (into, out)]
    return f"{kind}-{n}-{sides[0]}-to-{sides[1]}" + ("" if metric is None else "-metric")


every_case = pytest.mark.parametrize("case", CASES, ids=identifier)


def solved(case: tuple) -> DiagramSolution:
    kind, n, into, out, metric = case
    return solve_diagrams(kind, n, into, out, metric)


def basis(solution: DiagramSolution) -> torch.Tensor:
    return solution.matrix(torch.eye(solution.dim, dtype=F64)).reshape(solution.dim, math.prod(solution.shape))


@pytest.fixture
def contraction(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apply by contraction, however small the matrices are."""
    monkeypatch.setattr(diagrams, "LARGEST_BASIS_MATRIX", 0)
    monkeypatch.setattr(diagrams, "MATRIX_COST", math.inf)


# --- the equation -------------------------------------------------------------------------------------------------


@every_case
def test_maps_commute_with_random_elements(case):
    kind, n, into, out, metric = case
    solution = solved(case)
    matrix = solution.matrix(torch.randn(solution.dim, dtype=F64))
    for unitary in (False, True) if kind in ("general-linear", "special-linear") else (False,):
        for _ in range(3):
            g = element(kind, n, metric, unitary=unitary)
            assert equation_error(matrix, g, into, out) < 1e-10


def test_a_map_of_a_larger_group_is_told_from_one_of_a_smaller():
    """Negative control: the cross product is not equivariant under reflections, nor a random matrix under rotations."""
    cross = solve_diagrams("special-orthogonal", 3, T[2], T[1]).matrix(torch.ones(1, dtype=F64))
    reflection = torch.diag(torch.tensor([1.0, 1, -1], dtype=F64))
    assert equation_error(cross, element("special-orthogonal", 3), T[2], T[1]) < 1e-10
    assert equation_error(cross, reflection, T[2], T[1]) > 1e-2
    assert equation_error(torch.randn(3, 9, dtype=F64), element("special-orthogonal", 3), T[2], T[1]) > 1e-2


SMALL_CASES = [case for case in CASES if case[1] ** len(case[2] + case[3]) <= 260]


@pytest.mark.parametrize("case", SMALL_CASES, ids=identifier)
def test_the_space_is_the_one_found_by_brute_force(case):
    kind, n, into, out, metric = case
    solution = solved(case)
    samples = [element(kind, n, metric) for _ in range(8)]
    found = basis(solution)
    expected = torch.from_numpy(fixed_space(samples, into, out))
    torch.testing.assert_close(found.T @ found, expected, atol=1e-6, rtol=0)


def flags(most: int) -> st.SearchStrategy[tuple[bool, ...]]:
    return st.lists(st.booleans(), max_size=most).map(tuple)


@given(
    kind=st.sampled_from(KINDS), half=st.integers(1, 2), odd=st.booleans(), into=flags(3), out=flags(3),
    signs=st.lists(st.sampled_from([1.0, -1.0]), min_size=4, max_size=4), seed=st.integers(0, 99),
)  # fmt: skip
def test_any_small_space(kind, half, odd, into, out, signs, seed):
    torch.manual_seed(seed)
    n = 2 * half if kind == "symplectic" else 2 * half - odd
    assume(n ** len(into + out) <= 1024)
    metric = signs[:n] if kind in ("orthogonal", "special-orthogonal") else None
    solution = solve_diagrams(kind, n, into, out, metric)
    assert solution.dim == count_maps(kind, n, into, out)
    found = basis(solution)
    torch.testing.assert_close(found @ found.T, torch.eye(solution.dim, dtype=F64), atol=1e-12, rtol=0)
    coefficients = torch.randn(2, 3, solution.dim, dtype=F64)
    matrix = solution.matrix(coefficients)
    torch.testing.assert_close(solution.coefficients(matrix), coefficients, atol=1e-10, rtol=0)
    assert equation_error(matrix[0, 0], element(kind, n, metric), into, out) < 1e-10
    x = torch.randn(5, 3, solution.shape[1], dtype=F64)
    constants = {"change": solution._change, **solution._plan.constants()}
    contracted = solution._plan.apply(coefficients @ constants["change"], x, constants)
    torch.testing.assert_close(contracted, torch.einsum("oiba,nia->nob", matrix, x), atol=1e-10, rtol=0)


# --- the basis ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "n", "power_in", "power_out", "dim"),
    [
        ("orthogonal", 3, 4, 4, 91),
        ("orthogonal", 2, 4, 4, 35),
        ("orthogonal", 4, 5, 5, 903),
        ("special-orthogonal", 3, 5, 4, 232),
        ("special-orthogonal", 4, 4, 4, 196),
        ("symplectic", 4, 4, 4, 84),
        ("general-linear", 2, 5, 5, 42),
        ("general-linear", 3, 5, 5, 103),
        ("special-linear", 3, 3, 6, 47),
        ("symmetric", 10, 3, 3, 203),
        ("symmetric", 3, 3, 3, 122),
    ],
)
def test_bases_stay_orthonormal_where_diagrams_are_nearly_dependent(kind, n, power_in, power_out, dim):
    solution = solve_diagrams(kind, n, (False,) * power_in, (False,) * power_out)
    assert solution.dim == dim
    directions = torch.eye(dim, dtype=F64) if dim < 40 else torch.linalg.qr(torch.randn(dim, 8, dtype=F64)).Q.T
    again = solution.coefficients(solution.matrix(directions))
    torch.testing.assert_close(again, directions, atol=1e-12, rtol=0)


def test_the_metric_leaves_the_orthonormal_coefficients_as_they_are():
    euclidean = solve_diagrams("orthogonal", 4, T[2], T[2])
    minkowski = solve_diagrams("orthogonal", 4, T[2], T[2], (1, -1, -1, -1))
    torch.testing.assert_close(euclidean._change, minkowski._change, atol=0, rtol=0)


def test_coefficients_project_any_matrix():
    solution = solve_diagrams("symplectic", 4, T[2], T[2])
    anything = torch.randn(3, 16, 16, dtype=F64)
    projected = solution.matrix(solution.coefficients(anything))
    rest = (anything - projected).reshape(3, -1)
    torch.testing.assert_close(rest @ basis(solution).T, torch.zeros(3, 3, dtype=F64), atol=1e-12, rtol=0)


@pytest.mark.parametrize(
    ("kind", "epsilons"), [("symmetric", [0]), ("orthogonal", [0]), ("special-orthogonal", [0, 1])]
)
def test_diagrams_are_listed_in_lexicographic_order(kind, epsilons):
    found = families(kind, 4, (False,) * 6)
    assert [family.epsilons for family in found] == epsilons
    rows = found[0].labels.tolist()
    assert rows == sorted(rows)


def test_enumerations_match_their_numbers():
    assert [len(matchings([None] * slots)) for slots in range(0, 11, 2)] == [1, 1, 3, 15, 105, 945]
    assert [len(matchings([False] * half + [True] * half)) for half in range(6)] == [1, 1, 2, 6, 24, 120]
    assert [len(set_partitions(slots, slots)) for slots in range(7)] == [1, 1, 2, 5, 15, 52, 203]
    assert count_diagrams("special-orthogonal", 3, T[4], T[3]) == math.comb(7, 3) * 3
    assert count_diagrams("general-linear", 2, T[4], T[4]) == 24
    assert count_diagrams("symmetric", 3, T[2], T[2]) == 14


def test_longest_increasing_subsequences():
    words = torch.tensor(list(itertools.permutations(range(4)))).numpy()
    slow = [
        max(k for k in range(1, 5) for run in itertools.combinations(w, k) if list(run) == sorted(run)) for w in words
    ]
    assert longest_increasing(words).tolist() == slow


@pytest.mark.parametrize("symplectic", [False, True])
def test_loops_give_the_inner_products_of_the_entries(symplectic):
    case = ("symplectic", 4, T[3], T[3], None) if symplectic else ("orthogonal", 3, T[3], T[3], None)
    solution = solved(case)
    n, form = solution.geometry.n, solution.geometry.form
    tensors = Entries(solution.families, n, form, [False] * 6)
    dense = tensors.expand(torch.eye(solution.dim, dtype=F64), tensors.constants())
    gram = torch.from_numpy(line_gram(solution.families[0], n, symplectic))
    torch.testing.assert_close(dense @ dense.T, gram, atol=0, rtol=0)


def test_pairs_of_epsilons_are_independent():
    solution = solve_diagrams("special-linear", 3, T[3], (True, True, True))
    gram = epsilon_gram(solution.families[0], 3)
    assert solution.families[0].epsilons == 2
    assert gram.diagonal().tolist() == [36.0] * 5
    assert torch.linalg.matrix_rank(torch.from_numpy(gram)) == 5


@pytest.mark.parametrize(("n", "slots"), [(2, 10), (3, 8), (3, 10), (10, 6)])
def test_the_change_of_basis_is_good_to_the_last_digits(n, slots):
    """Checked in exact integers: diagrams of O(2) on 10 slots lose three digits to a plain Cholesky factorisation."""
    gram = line_gram(families("orthogonal", n, (False,) * slots)[0], n, symplectic=False).astype(np.int64)
    change = inverse_cholesky(torch.from_numpy(gram).double())
    scaled = [[round(value * 2**80) for value in row] for row in change.tolist()[-6:]]
    middle = [[sum(a * b for a, b in zip(row, column, strict=True)) for column in gram.tolist()] for row in scaled]
    for i, j in itertools.product(range(6), repeat=2):
        inner = sum(a * b for a, b in zip(middle[i], scaled[j], strict=True)) / 2**160
        assert abs(inner - (i == j)) < 1e-14


def test_blocks_name_the_slots_that_are_joined():
    assert solve_diagrams("orthogonal", 5, T[1], T[1]).blocks == [[[0, 1]]]
    assert solve_diagrams("special-orthogonal", 3, T[2], T[1]).blocks == [[[0, 1, 2]]]
    assert solve_diagrams("symmetric", 5, T[1], T[1]).blocks == [[[0, 1]], [[0], [1]]]


# --- weight sharing under S(n) ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("n", "power_in", "power_out"), [(4, 2, 2), (2, 2, 2), (5, 1, 2), (3, 3, 0), (1, 1, 1)])
def test_labels_are_orbits_in_order_of_first_occurrence(n, power_in, power_out):
    seen: dict[tuple[bool, ...], int] = {}
    slots = power_in + power_out
    expected = []
    for index in itertools.product(range(n), repeat=slots):
        pattern = tuple(a == b for a, b in itertools.combinations(index, 2))
        expected.append(seen.setdefault(pattern, len(seen)))
    solution = solve_diagrams("symmetric", n, T[power_in], T[power_out])
    assert solution.labels.shape == solution.shape
    assert solution.labels.flatten().tolist() == expected
    assert solution.dim == len(seen)


def test_labels_are_where_each_basis_map_is_constant():
    solution = solve_diagrams("symmetric", 4, T[2], T[1])
    for number, matrix in enumerate(solution.matrix(torch.eye(solution.dim, dtype=F64))):
        assert torch.equal(matrix != 0, solution.labels == number)
        assert len(matrix[matrix != 0].unique()) == 1


def test_other_kinds_have_no_labels():
    with pytest.raises(IntertwineError, match="overlap"):
        _ = solve_diagrams("orthogonal", 3, T[2], T[2]).labels


# --- application --------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("contraction")
@every_case
def test_contraction_is_multiplication_by_the_matrix(case):
    solution = solved(case)
    coefficients = torch.randn(3, 2, solution.dim, dtype=F64)
    x = torch.randn(2, 4, 2, solution.shape[1], dtype=F64)
    expected = torch.einsum("oiba,...ia->...ob", solution.matrix(coefficients), x)
    y = solution.apply(coefficients, x)
    torch.testing.assert_close(y, expected, atol=1e-11, rtol=0)
    torch.testing.assert_close(solution.apply(coefficients, x[0, 0]), expected[0, 0], atol=1e-11, rtol=0)
    assert solution.apply(coefficients, x[:0]).shape == expected[:0].shape


@pytest.mark.usefixtures("contraction")
@pytest.mark.parametrize("dtype", [torch.float32, torch.complex64, torch.complex128])
def test_contraction_keeps_the_precision_of_its_input(dtype):
    solution = solve_diagrams("special-orthogonal", 3, T[3], T[2])
    coefficients, x = torch.randn(2, 2, solution.dim, dtype=dtype), torch.randn(5, 2, 27, dtype=dtype)
    y = solution.apply(coefficients, x)
    assert y.dtype == solution.matrix(coefficients).dtype == dtype
    expected = torch.einsum("oiba,nia->nob", solution.matrix(coefficients), x)
    torch.testing.assert_close(y, expected)


GRADIENT_CASES = [CASES[1], CASES[11], CASES[14], CASES[23]]


@pytest.mark.usefixtures("contraction")
@pytest.mark.parametrize("case", GRADIENT_CASES, ids=identifier)
def test_contraction_is_differentiable_twice(case):
    solution = solved(case)
    dtype = torch.complex128 if case[0] == "special-linear" else F64
    coefficients = torch.randn(2, 1, solution.dim, dtype=dtype, requires_grad=True)
    x = torch.randn(2, 1, solution.shape[1], dtype=dtype, requires_grad=True)
    assert torch.autograd.gradcheck(solution.apply, (coefficients, x), fast_mode=True)
    assert torch.autograd.gradgradcheck(solution.apply, (coefficients, x), fast_mode=True)


class Layer(torch.nn.Module):
    """What a layer does with a solution: constants are buffers, coefficients are parameters."""

    def __init__(self, solution: DiagramSolution, m_out: int, m_in: int):
        super().__init__()
        self.solution = solution
        self.weight = torch.nn.Parameter(torch.randn(m_out, m_in, solution.dim, dtype=F64))
        for name, value in solution.constants().items():
            self.register_buffer(name, value)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.solution.apply(self.weight, x, dict(self.named_buffers()))


@pytest.mark.compile
@pytest.mark.usefixtures("contraction")
@pytest.mark.parametrize(("case", "backend"), [(CASES[9], "inductor"), (CASES[12], "aot_eager")])
def test_contraction_compiles_in_one_graph_and_exports(case, backend):
    layer = Layer(solved(case), 2, 3)
    x = torch.randn(4, 3, layer.solution.shape[1], dtype=F64)
    expected = layer(x)
    torch.testing.assert_close(torch.compile(layer, fullgraph=True, backend=backend)(x), expected)
    batch = torch.export.Dim("batch", min=2, max=64)
    exported = torch.export.export(layer, (x,), dynamic_shapes={"x": {0: batch}}).module()
    more = torch.randn(7, 3, layer.solution.shape[1], dtype=F64)
    torch.testing.assert_close(exported(more), layer(more))


def test_small_maps_are_one_dense_basis():
    assert set(solve_diagrams("special-orthogonal", 3, T[2], T[1]).constants()) == {"basis"}


def test_large_maps_are_contracted_and_small_channels_multiplied():
    solution = solve_diagrams("orthogonal", 4, T[4], T[4], (1, -1, -1, -1))
    assert solution._prefers_matrix(1, 1)
    assert not solution._prefers_matrix(32, 32)
    for channels in (1, 32):
        coefficients = torch.randn(channels, channels, 105, dtype=F64)
        x = torch.randn(2, channels, 256, dtype=F64)
        expected = torch.einsum("oiba,nia->nob", solution.matrix(coefficients[:1]), x)
        torch.testing.assert_close(solution.apply(coefficients, x)[:, :1], expected)


def test_work_grows_with_the_tensors_and_not_with_the_matrix():
    """Maps of order 2 on 1000 points: a matrix would have 10^12 entries, contraction multiplies 2 x 10^6 numbers."""
    solution = solve_diagrams("symmetric", 1000, T[2], T[2])
    assert solution.dim == 15
    assert solution._plan.products < 3 * 10**6
    assert sum(value.numel() for value in solution.constants().values()) < 10**4
    x, order = torch.randn(1, 1000, 1000), torch.randperm(1000)
    coefficients = torch.randn(1, 1, 15)
    y = solution.apply(coefficients, x.reshape(1, -1)).reshape(1000, 1000)
    turned = solution.apply(coefficients, x[0, order][:, order].reshape(1, -1)).reshape(1000, 1000)
    torch.testing.assert_close(turned, y[order][:, order], rtol=1e-3, atol=1e-3 * float(y.abs().max()))
    with pytest.raises(IntertwineError, match="use apply"):
        solution.matrix(coefficients)


def test_spaces_without_maps_give_zeros():
    for kind, n, power in (("orthogonal", 3, 2), ("general-linear", 12, 2)):
        solution = solve_diagrams(kind, n, T[power], T[1])
        assert solution.dim == 0
        y = solution.apply(torch.zeros(4, 2, 0), torch.randn(5, 2, n**power))
        assert torch.equal(y, torch.zeros(5, 4, n))
        assert torch.equal(solution.matrix(torch.zeros(0)), torch.zeros(n, n**power))


# --- the same again -----------------------------------------------------------------------------------------------

FINGERPRINT = """
import hashlib, torch
from intertwine.intertwiners.diagrams import solve_diagrams
F = False
for case in (("orthogonal", 3, (F,) * 4, (F,) * 3 + (True,)), ("special-linear", 3, (F,) * 3, (F,) * 6)):
    constants = solve_diagrams(*case).constants()
    print(hashlib.sha256(b"".join(constants[name].numpy().tobytes() for name in sorted(constants))).hexdigest())
"""


def test_the_basis_is_the_same_bit_for_bit_in_another_process():
    ours = []
    for case in (("orthogonal", 3, T[4], (*T[3], True)), ("special-linear", 3, T[3], T[6])):
        constants = solve_diagrams(*case).constants()
        raw = b"".join(constants[name].numpy().tobytes() for name in sorted(constants))
        ours.append(hashlib.sha256(raw).hexdigest())
    theirs = subprocess.run([sys.executable, "-c", FINGERPRINT], capture_output=True, text=True, check=True)
    assert theirs.stdout.split() == ours


@pytest.mark.parametrize("case", GRADIENT_CASES, ids=identifier)
def test_solutions_can_be_pickled_and_copied(case):
    solution = solved(case)
    coefficients, x = torch.randn(1, 1, solution.dim, dtype=F64), torch.randn(2, 1, solution.shape[1], dtype=F64)
    expected = solution.apply(coefficients, x)
    for other in (pickle.loads(pickle.dumps(solution)), copy.deepcopy(solution)):
        assert torch.equal(other.apply(coefficients, x), expected)


# --- bad input ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("unitary", 3, T[1], T[1]), "the kinds are symmetric"),
        (("orthogonal", 0, T[1], T[1]), "n must be at least 1"),
        (("orthogonal", 2.5, T[1], T[1]), "n must be an integer"),
        (("symplectic", 3, T[1], T[1]), "even dimension"),
        (("general-linear", 3, T[1], T[1], (1, 1, -1)), "preserves no metric"),
        (("orthogonal", 3, T[1], T[1], (1, -1)), "has shape"),
        (("orthogonal", 2, T[1], T[1], (1, 2)), "one \\+-1 in each row"),
        (("orthogonal", 2, T[1], T[1], (1, 0)), "one \\+-1 in each row"),
        (("orthogonal", 2, T[1], T[1], [[1, 1], [1, -1]]), "one \\+-1 in each row"),
        (("symplectic", 2, T[1], T[1], (1, -1)), "antisymmetric"),
        (("orthogonal", 2, T[1], T[1], [[0, 1], [-1, 0]]), "must be symmetric"),
        (("symmetric", 20, T[5], T[5]), "more than the diagrams route holds"),
        (("orthogonal", 1, (False,) * 8, (False,) * 8), "too many to list"),
    ],
)
def test_bad_input_is_refused_with_the_reason(arguments, message):
    with pytest.raises(IntertwineError, match=message):
        solve_diagrams(*arguments)


def test_a_basis_that_disagrees_with_the_count_is_refused(monkeypatch):
    monkeypatch.setattr(diagrams, "count_maps", lambda *_: 16)
    with pytest.raises(IntertwineError, match="15 independent diagrams but 16 maps"):
        solve_diagrams("orthogonal", 3, T[3], T[3])


def test_dependent_diagrams_are_noticed(monkeypatch):
    """Negative control: all 105 diagrams of O(3) on 8 slots, of which only 91 are independent."""
    everything = families("orthogonal", 4, (False,) * 8)
    monkeypatch.setattr(diagrams, "families", lambda *_: everything)
    monkeypatch.setattr(diagrams, "count_maps", lambda *_: 105)
    with pytest.raises(IntertwineError, match="dependent"):
        solve_diagrams("orthogonal", 3, T[4], T[4])
