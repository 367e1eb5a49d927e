"""Weights of a representation of a reductive Lie group: simultaneous eigenvalues of its Cartan elements."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.elements import leaves, tree_map
from ..groups.exceptional import ExceptionalGroup
from .base import Representation
from .structure import TensorProduct


@dataclass(frozen=True, eq=False)
class WeightDiagram:
    """A representation in a basis of weight vectors.

    Attributes:
        weights: (dim, rank) integers: Dynkin labels with respect to the coroots, then central charges.
        basis: one unitary (d, d) for each tensor factor; its columns are weight vectors, and the whole basis is the
            Kronecker product.
        raising: for each tensor factor, (simple roots, d, d): the raising operators in that basis.
    """

    weights: Tensor
    basis: tuple[Tensor, ...]
    raising: tuple[Tensor, ...]


@lru_cache(maxsize=1024)
def weight_diagram(rho: Representation) -> WeightDiagram:
    """The weights of a unitary-form representation, factor by factor for a tensor product.

    Raises:
        IntertwineError: when the group is not reductive, or rho does not act unitarily for the compact form.
    """
    if isinstance(rho, TensorProduct):
        parts = [weight_diagram(factor) for factor in rho.factors]
        total = parts[0].weights
        for part in parts[1:]:
            total = (total[:, None] + part.weights).flatten(0, 1)
        bases = tuple(b for part in parts for b in part.basis)
        return WeightDiagram(total, bases, tuple(e for part in parts for e in part.raising))
    roots = rho.group.require_roots()
    raising = rho.algebra(roots.raising).to(torch.complex128)
    lowering = raising.mH
    dagger = tree_map(lambda leaf: leaf.mH if leaf.ndim > 2 else leaf, roots.raising)  # finite factors have none
    if raising.numel() and float((rho.algebra(dagger) - lowering).abs().max()) > 1e-9:
        raise IntertwineError(f"{rho} does not act unitarily for the compact form of {rho.group}")
    cartan = torch.cat([raising @ lowering - lowering @ raising, rho.algebra(roots.central).to(torch.complex128)])
    primes = [p for p in range(2, 8 * len(cartan) + 8) if all(p % q for q in range(2, p))]
    generic = torch.tensor(primes[: len(cartan)], dtype=torch.float64).sqrt().to(torch.complex128)
    _, basis = torch.linalg.eigh(torch.einsum("k,kij->ij", generic, cartan))
    diagonal = basis.mH @ cartan @ basis
    labels = diagonal.diagonal(dim1=-2, dim2=-1).real.T
    weights = labels.round()
    if float((diagonal - torch.diag_embed(weights.T)).abs().max() if len(cartan) else 0.0) > 1e-8:
        raise IntertwineError(f"{rho} of {rho.group} has no integer weights in a unitary basis")
    return WeightDiagram(weights.long(), (basis,), (basis.mH @ raising @ basis,))


@lru_cache(maxsize=256)
def cartan_matrix(group: Group) -> Tensor:
    """(simple roots, rank) integers: row i is the simple root alpha_i as a weight (its central charges are 0)."""
    roots = group.require_roots()
    if isinstance(group, ExceptionalGroup):
        return torch.tensor(group.system.cartan)
    # The Lie algebra acts faithfully on its own matrices; a product acts on the sum of its factors' matrices.
    leaves_ = [leaf for leaf in leaves(roots.raising) if leaf.ndim == 3 and leaf.shape[-1]]
    count = len(leaves_[0]) if leaves_ else 0
    raising = [leaf.to(torch.complex128) for leaf in leaves_]
    matrix = torch.zeros(count, count, dtype=torch.float64)
    norm = sum((e.abs().square().sum((-2, -1)) for e in raising), torch.zeros(count, dtype=torch.float64))
    for e in raising:
        h = e @ e.mH - e.mH @ e
        bracket = h[None] @ e[:, None] - e[:, None] @ h[None]  # [h_j, e_i] = alpha_i(h_j) e_i
        matrix += torch.einsum("iab,ijab->ij", e.conj(), bracket).real / norm[:, None]
    central = leaves(roots.central)[0].shape[0]
    return torch.cat([matrix.round().long(), torch.zeros(count, central, dtype=torch.int64)], 1)
