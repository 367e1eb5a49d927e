"""Clebsch-Gordan coefficients of O(n), O(p, q) and SO(p, q): those of the identity component that reflections keep."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ..groups.chevalley import canonical_basis
from .base import Representation
from .clebsch_gordan_lie import couple_lie


def couple_mirror(a: Representation, b: Representation, c: Representation) -> Tensor:
    """`clebsch_gordan` for a group with several components: T = (a(s) (x) b(s)) T c(s)^-1 for each generator s.

    Raises:
        IntertwineError: for representations that are not known as irreducible ones.
    """
    found = couple_lie(a, b, c).to_dense()
    for s in a.group.generators:
        if not len(found):
            break
        left, right, inverse = a.matrix(s), b.matrix(s), torch.linalg.inv(c.matrix(s))
        dtype = found.dtype
        moved = torch.einsum("ai,pijk->pajk", left.to(dtype), found)
        moved = torch.einsum("bj,pajk,kl->pabl", right.to(dtype), moved, inverse.to(dtype))
        action = (found.flatten(1).conj() @ moved.flatten(1).mT / c.dim).numpy()
        projector = np.eye(len(found)) / 2 + (action + action.conj().T) / 4
        kept = canonical_basis(projector, round(float(projector.trace().real)))
        found = torch.einsum("pijk,pm->mijk", found, torch.from_numpy(kept).to(dtype))
    return found
