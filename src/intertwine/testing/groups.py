"""The contract of a group."""

from __future__ import annotations

import pickle

import torch
from torch import Tensor

from ..groups.base import Group
from ..groups.elements import Element, leaves, take, tree_map
from .laws import equal_elements, holds

SMALL = 2_000
"""Groups up to this order are gone through element by element."""
DRAWS = 4096
"""Elements drawn to test invariance of the sampler."""
SIGMAS = 7.0
"""Invariance is refused where a mean moves by more than this many standard errors: a chance of 1e-10 for a good
sampler, while a bias of a tenth of a standard deviation is found."""
LARGEST_VECTOR = 64


def check_group(group: Group, *, samples: int = 24, seed: int = 0) -> None:
    """Check a group: axioms, batches, sampling, the list of elements or the exponential map.

    The sampler of a compact group is tested for invariance under multiplication from both sides (Haar measure) through
    the second moments of random matrix elements of `vector`.

    Raises:
        IntertwineError: the law that fails, with the numbers.

    Example:
        >>> check_group(SO(3))
        >>> check_group(Group.from_presentation("r^4, f^2, (r f)^2"))
    """
    _check_axioms(group, samples, seed)
    _check_value(group)
    if group.is_finite and group.order <= SMALL:
        _check_list(group)
    if group.algebra_dim:
        _check_exponential(group, samples, seed)
    if group.is_compact and group.vector.dim <= LARGEST_VECTOR:
        _check_haar(group, seed)


def _draw(group: Group, n: int, seed: int) -> Element:
    return group.sample(n, generator=torch.Generator().manual_seed(seed))


def _check_axioms(group: Group, n: int, seed: int) -> None:
    g, h, k = (_draw(group, n, seed + i) for i in range(3))
    e, times, inverse = group.identity, group.multiply, group.inverse
    holds(group, "batch_shape of n samples is (n,)", tuple(group.batch_shape(g)) == (n,), f"{group.batch_shape(g)}")
    holds(group, "batch_shape of the identity is ()", tuple(group.batch_shape(e)) == ())
    ones = tree_map(lambda leaf: leaf.expand(n, *leaf.shape), e)
    equal_elements(group, "e g = g", times(ones, g), g)
    equal_elements(group, "g e = g", times(g, ones), g)
    equal_elements(group, "g g^-1 = e", times(g, inverse(g)), ones)
    equal_elements(group, "g^-1 g = e", times(inverse(g), g), ones)
    equal_elements(group, "(g h) k = g (h k)", times(times(g, h), k), times(g, times(h, k)))
    for name, element in (("a sample", g), ("g h", times(g, h)), ("g^-1", inverse(g)), ("e", ones)):
        holds(group, f"{name} is an element (contains)", bool(group.contains(element).all()))
    for generator in group.generators:
        holds(group, "a generator is an element (contains)", bool(group.contains(generator).all()))
    names = group.generator_names
    holds(group, "one name for each generator", len(names) == len(group.generators), f"{names}")
    equal_elements(group, "a batch multiplies as its items do", take(times(g, h), 0), times(take(g, 0), take(h, 0)))
    table = times(take(g, (slice(None), None)), take(h, (None, slice(None))))
    equal_elements(group, "batches broadcast", take(table, (1, 2)), times(take(g, 1), take(h, 2)))
    equal_elements(group, "a seeded sample repeats itself", _draw(group, n, seed), g, 0.0)


def _check_value(group: Group) -> None:
    copy = pickle.loads(pickle.dumps(group))
    holds(group, "a pickled copy is equal, with equal hash", copy == group and hash(copy) == hash(group), f"{copy}")
    holds(group, "it prints as its name", repr(group) == group.name)


def _check_list(group: Group) -> None:
    elements, order = group.elements(), int(group.order)
    holds(group, "elements() has `order` entries", tuple(group.batch_shape(elements)) == (order,))
    identity = take(elements, 0)
    equal_elements(group, "elements() begins with the identity", identity, group.identity)
    index = group.index(elements)
    holds(group, "index(elements()) counts 0, 1, ...", torch.equal(index.cpu(), torch.arange(order)))
    if order * order <= SMALL * SMALL // 4:
        table = group.index(group.multiply(take(elements, (slice(None), None)), take(elements, (None, slice(None)))))
        latin = torch.arange(order).expand(order, -1)
        rows, columns = table.sort(1).values, table.T.sort(1).values
        holds(
            group, "each row and column of the table holds every element", _same(rows, latin) and _same(columns, latin)
        )
        holds(group, "the generators reach every element", _reach(group, table) == order)
    classes = group.classes()
    sizes = [size for _, size in classes]
    holds(group, "class sizes sum to the order", sum(sizes) == order, f"{sizes}")
    holds(group, "class sizes divide the order", all(order % size == 0 for size in sizes), f"{sizes}")
    representative, size = classes[-1]
    conjugates = group.multiply(group.multiply(elements, representative), group.inverse(elements))
    found = len(torch.unique(group.index(conjugates)))
    holds(group, "a class holds the conjugates of its representative", found == size, f"{found} against {size}")


def _same(a: Tensor, b: Tensor) -> bool:
    return torch.equal(a.cpu(), b)


def _reach(group: Group, table: Tensor) -> int:
    """How many elements products of the generators reach."""
    seen = {0}
    frontier = [0]
    steps = [int(group.index(s)) for s in group.generators]
    while frontier:
        frontier = [p for p in {int(table[s, q]) for s in steps for q in frontier} if p not in seen]
        seen.update(frontier)
    return len(seen)


def _check_exponential(group: Group, n: int, seed: int) -> None:
    count = leaves(group.algebra)[0].shape[0]
    holds(group, "algebra has algebra_dim basis elements", count == group.algebra_dim, f"{count}")
    weights = torch.randn(n, count, generator=torch.Generator().manual_seed(seed), dtype=torch.float64) / count**0.5
    x = combination(group, weights)
    g = group.exp(x)
    holds(group, "exp of the algebra lies in the group", bool(group.contains(g).all()))
    zero = group.exp(combination(group, 0 * weights[:1]))
    equal_elements(group, "exp(0) = e", take(zero, 0), group.identity)
    half = group.exp(combination(group, weights / 2))
    equal_elements(group, "exp(X/2) exp(X/2) = exp(X)", group.multiply(half, half), g)
    equal_elements(group, "exp(-X) = exp(X)^-1", group.exp(combination(group, -weights)), group.inverse(g))
    flat = torch.cat(
        [torch.view_as_real(a).flatten(1) if a.is_complex() else a.flatten(1).double() for a in leaves(group.algebra)],
        1,
    )
    rank = int(torch.linalg.matrix_rank(flat))
    holds(group, "the algebra basis is independent", rank == count, f"rank {rank} of {count}")


def combination(group: Group, weights: Tensor) -> Element:
    """Lie algebra elements sum_k w_k X_k: weights (..., algebra_dim)."""
    return tree_map(lambda basis: torch.tensordot(weights.to(basis.dtype), basis, dims=1), group.algebra)


def _check_haar(group: Group, seed: int) -> None:
    """E phi(h g) = E phi(g) = E phi(g h) for phi = (u . rho(g) v)^k, by the mean of the paired difference."""
    random = torch.Generator().manual_seed(seed + 7)
    rho, g = group.vector, group.sample(DRAWS, generator=random)
    u, v = torch.randn(2, 6, rho.dim, generator=random, dtype=torch.float64)
    h = group.sample(3, generator=random)
    value = _matrix_elements(rho.matrix(g), u, v)
    for k in range(3):
        for side, moved in (("left", group.multiply(take(h, k), g)), ("right", group.multiply(g, take(h, k)))):
            other = _matrix_elements(rho.matrix(moved), u, v)
            for power in (1, 2, 4):
                shift = (other**power - value**power).mean(0)
                error = (other**power - value**power).std(0) / DRAWS**0.5
                worst = float((shift.abs() / (error + 1e-12)).where(shift.abs() > 1e-9, 0.0).max())
                holds(
                    group,
                    f"samples follow Haar measure ({side} multiplication, moment {power})",
                    worst < SIGMAS,
                    f"a mean over {DRAWS} samples moves by {worst:.1f} standard errors",
                )


def _matrix_elements(matrix: Tensor, u: Tensor, v: Tensor) -> Tensor:
    return torch.einsum("ki,nij,kj->nk", u.to(matrix.dtype), matrix, v.to(matrix.dtype)).real.contiguous()
