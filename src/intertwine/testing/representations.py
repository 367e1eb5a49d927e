"""The contract of a representation."""

from __future__ import annotations

import pickle

import torch
from torch import Tensor

from ..groups.elements import take
from ..representations.base import Representation
from .groups import combination
from .laws import TOLERANCE, equal, holds

FLOAT32 = 1e-4
"""For single precision applied to numbers of size 1, through a tensor product of several factors."""


def check_representation(rho: Representation, *, samples: int = 12, seed: int = 0) -> None:
    """Check a representation: homomorphism, derivative, `apply`, dual, conjugate, character and what it says of itself.

    Builds dense matrices (samples, dim, dim), so the dimension should stay in the hundreds.

    Raises:
        IntertwineError: the law that fails, with the numbers.

    Example:
        >>> V = SO(3).vector
        >>> check_representation(2 * V + V * V)
    """
    random = torch.Generator().manual_seed(seed)
    group = rho.group
    g, h = group.sample(samples, generator=random), group.sample(samples, generator=random)
    a, b = rho.matrix(g), rho.matrix(h)
    _check_matrices(rho, a, samples)
    equal(rho, "rho(g h) = rho(g) rho(h)", rho.matrix(group.multiply(g, h)), a @ b)
    equal(rho, "rho(e) = 1", rho.matrix(group.identity), torch.eye(rho.dim, dtype=a.dtype))
    equal(rho, "rho(g^-1) = rho(g)^-1", rho.matrix(group.inverse(g)), torch.linalg.inv(a), 1e3 * TOLERANCE)
    equal(rho, "a batch acts as its items do", a[1], rho.matrix(take(g, 1)))
    if group.algebra_dim:
        _check_derivative(rho, samples, random)
    _check_apply(rho, g, a, random)
    _check_relatives(rho, g, h, a, b)
    _check_claims(rho, g, a)
    copy = pickle.loads(pickle.dumps(rho))
    holds(rho, "a pickled copy is equal, with equal hash", copy == rho and hash(copy) == hash(rho), f"{copy}")


def _check_matrices(rho: Representation, a: Tensor, samples: int) -> None:
    shape = (samples, rho.dim, rho.dim)
    holds(rho, f"matrix(g) has shape {shape}", tuple(a.shape) == shape, f"{tuple(a.shape)}")
    dtype = torch.complex128 if rho.is_complex else torch.float64
    holds(rho, f"matrix(g) is {dtype}, as is_complex = {rho.is_complex} says", a.dtype == dtype, f"{a.dtype}")


def _check_derivative(rho: Representation, samples: int, random: torch.Generator) -> None:
    """exp of the derivative is the representation of the exponential; the derivative is linear."""
    group = rho.group
    weights = torch.randn(samples, group.algebra_dim, generator=random, dtype=torch.float64) / group.algebra_dim**0.5
    derivative = rho.algebra(combination(group, weights))
    exponential = torch.linalg.matrix_exp(derivative)
    equal(
        rho,
        "rho(exp X) = exp(d rho(X))",
        rho.matrix(group.exp(combination(group, weights))),
        exponential,
        1e2 * TOLERANCE,
    )
    basis = rho.algebra(group.algebra)
    linear = torch.einsum("nk,kij->nij", weights.to(basis.dtype), basis)
    equal(rho, "d rho is linear", derivative.to(linear.dtype), linear)


def _check_apply(rho: Representation, g: object, a: Tensor, random: torch.Generator) -> None:
    n = len(a)
    x = torch.randn(n, rho.dim, generator=random, dtype=torch.float64)
    x = x.to(a.dtype)
    equal(rho, "apply(g, x) = rho(g) x", rho.apply(g, x), (a @ x[..., None])[..., 0])
    equal(rho, "one element acts on a batch", rho.apply(take(g, 0), x), x @ a[0].mT)
    equal(rho, "a batch acts on one vector", rho.apply(g, x[0]), a @ x[0])
    spread = rho.apply(take(g, (slice(None), None)), x[None, :3])
    equal(rho, "batches broadcast", spread, torch.einsum("gij,nj->gni", a, x[:3]))
    single = x.to(torch.complex64 if x.is_complex() else torch.float32)
    moved = rho.apply(g, single)
    holds(rho, "apply keeps single precision", moved.dtype == single.dtype, f"{single.dtype} became {moved.dtype}")
    equal(rho, "apply in single precision", moved, rho.apply(g, x), FLOAT32)


def _check_relatives(rho: Representation, g: object, h: object, a: Tensor, b: Tensor) -> None:
    group = rho.group
    equal(rho, "dual(g) = rho(g^-1)^T", rho.dual.matrix(g), rho.matrix(group.inverse(g)).mT, 1e3 * TOLERANCE)
    equal(rho, "conj(g) is the complex conjugate", rho.conj.matrix(g), a.conj().resolve_conj())
    trace = a.diagonal(dim1=-2, dim2=-1).sum(-1)
    equal(rho, "character(g) = trace rho(g)", rho.character(g) + 0 * trace, trace)
    turned = group.multiply(group.multiply(h, g), group.inverse(h))
    equal(rho, "characters are constant on classes", rho.character(turned) + 0 * trace, trace, 1e3 * TOLERANCE)
    holds(rho, "the dual has the same dimension", rho.dual.dim == rho.dim)


def _check_claims(rho: Representation, g: object, a: Tensor) -> None:
    """What a representation says of itself must be true of its matrices."""
    eye = torch.eye(rho.dim, dtype=a.dtype)
    if rho.is_unitary:
        equal(rho, "is_unitary", a.mH @ a, eye.expand_as(a))
    else:
        holds(rho, "is_unitary = False", not rho.group.is_compact or _some_image_is_not_unitary(rho, a))
    if rho.is_trivial:
        equal(rho, "is_trivial", a, eye.expand_as(a))
    if rho.phase_order is not None:
        p, phases = rho.permutation(g), rho.phases(g)
        roots = torch.exp(2j * torch.pi * phases.to(torch.complex128) / rho.phase_order)
        monomial = torch.zeros_like(a, dtype=torch.complex128).scatter(-2, p[..., None, :], roots[..., None, :])
        equal(rho, "rho(g) e_i = w^phase[i] e_permutation[i]", monomial, a.to(torch.complex128))
        holds(rho, "is_permutation means phase_order 1", rho.is_permutation == (rho.phase_order == 1))


def _some_image_is_not_unitary(rho: Representation, a: Tensor) -> bool:
    images = [a, *(rho.matrix(s)[None] for s in rho.group.generators)]
    return any(float((m.mH @ m - torch.eye(rho.dim, dtype=m.dtype)).abs().max()) > TOLERANCE for m in images)
