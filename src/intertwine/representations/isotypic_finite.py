"""The copies of every irreducible representation of a finite group inside another representation."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from ..errors import IntertwineError
from ..groups.elements import take
from .base import Representation
from .character_table import character_table
from .irreps_finite import PROBES, finite_irreps
from .structure import TensorProduct

Array = NDArray[Any]


@lru_cache(maxsize=1024)
def finite_character(rho: Representation) -> torch.Tensor:
    """The character on every conjugacy class of a listable group, (classes,)."""
    if isinstance(rho, TensorProduct):
        return torch.stack([finite_character(part) for part in rho.factors]).prod(0)
    first, _ = rho.group.class_table
    step = max(1, 2**24 // max(1, rho.dim) ** 2)
    return torch.cat([rho.character(take(rho.group.elements(), chunk)) for chunk in first.split(step)])


@lru_cache(maxsize=1024)
def normalised_character(rho: Representation) -> Array:
    """The character on every class times sqrt(class size / order): inner products are plain dot products."""
    sizes = rho.group.class_table[1].numpy()
    return finite_character(rho).numpy() * np.sqrt(sizes / int(rho.group.order))


def finite_multiplicities(rho: Representation) -> dict[int, int]:
    """Position in the character table -> multiplicity, without those that are zero."""
    table = character_table(rho.group)
    products = table.values.conj() @ (finite_character(rho).numpy() * table.sizes) / int(rho.group.order)
    return {k: int(m) for k, m in enumerate(np.real(products).round()) if m}


@lru_cache(maxsize=64)
def finite_isotypic_bases(rho: Representation) -> dict[int, Array]:
    """Position in the character table -> Q (dim, copies, d) complex, orthonormal: rho(g) Q = Q (1 (x) irrep(g)).

    Random matrices averaged over the group, T -> (T + rho(g) T irrep(g)^dagger) / 2, one for each copy.

    Raises:
        IntertwineError: when rho is not unitary.
    """
    if not rho.is_unitary:
        raise IntertwineError(f"{rho} of {rho.group} is not unitary, so its irreducible parts are not orthogonal")
    irreps = {irrep.characters[0]: irrep for irrep in finite_irreps(rho.group, real=False)}
    probes = rho.group.sample(PROBES, generator=torch.Generator().manual_seed(1))
    found = {}
    for k, copies in finite_multiplicities(rho).items():
        irrep = irreps[k]
        daggers = irrep.matrix(probes).to(torch.complex128).mH
        random = torch.Generator().manual_seed(2)
        t = torch.randn(copies, irrep.dim, rho.dim, generator=random, dtype=torch.complex128)  # (copy, d, dim)
        for p in range(PROBES):
            moved = rho.apply(take(probes, p), torch.einsum("cdx,de->cex", t, daggers[p]))
            t = (t + moved) / 2
        gram = torch.einsum("adx,bdx->ab", t.conj(), t) / irrep.dim
        factor = torch.linalg.inv(torch.linalg.cholesky(gram).mH)
        found[k] = torch.einsum("adx,ab->xbd", t, factor).numpy()
    return found
