"""How irreducible representations of a reductive Lie group arise: parents, types, bases, images of the Lie algebra.

Highest weights are tuples (Dynkin labels, then central charges). Everything is known on the Lie algebra alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from ..errors import IntertwineError
from ..groups.chevalley import real_basis, real_vectors, root_vectors
from ..groups.exceptional import ExceptionalGroup
from ..groups.lie import LieGroup
from ..groups.root_system import Weight
from .highest import multiplicities
from .module import Array, Module, coupled, match, semisimple_part

MAX_DIM = 1200
"""Largest dimension whose dense matrices are made; labels, weights and products have no such bound."""

MAX_LABELS = 200
"""Largest sum of a highest weight's labels: a representation is built from V one label at a time."""


@dataclass(frozen=True)
class Step:
    """How a representation arises: inside V_highest (x) V, or V_highest (x) V.dual; or it is V or V.dual itself."""

    highest: Weight
    is_dual: bool
    is_vector: bool


@lru_cache(maxsize=256)
def vector_weight(group: LieGroup) -> Weight:
    """The highest weight of the defining representation."""
    if isinstance(group, ExceptionalGroup):
        return group.highest
    found = multiplicities(group.vector)
    if len(found) != 1:
        raise IntertwineError(
            f"irreducible representations are built from an irreducible defining one; that of {group} splits"
        )
    return next(iter(found))


def dual_weight(group: LieGroup, highest: Weight) -> Weight:
    """The highest weight of the dual representation."""
    system = semisimple_part(group)
    return (*system.dual(highest[: system.rank]), *(-c for c in highest[system.rank :]))


def tensor_weights(group: LieGroup, a: Weight, b: Weight) -> dict[Weight, int]:
    """Highest weights in a tensor product, with multiplicities."""
    system = semisimple_part(group)
    charges = tuple(x + y for x, y in zip(a[system.rank :], b[system.rank :], strict=True))
    if not system.rank:
        return {charges: 1}
    return {(*w, *charges): m for w, m in system.tensor(a[: system.rank], b[: system.rank]).items()}


_COVERS = {
    "SO(3)": "SU(2)", "SO(4)": "SU(2)*SU(2)", "SO(5)": "USp(4)", "SO(6)": "SU(4)", "Lorentz()": "Spin(1,3)",
    "SO(1,3)": "Spin(1,3)", "SO(2,1)": "SL(2)", "SO(1,2)": "SL(2)",
}  # fmt: skip
"""Covering groups by name."""


@lru_cache(maxsize=4096)
def parent(group: LieGroup, highest: Weight) -> Step | None:
    """The smallest representation mu with lambda inside mu (x) V or mu (x) V.dual; None for dimension 1.

    Raises:
        IntertwineError: when there is none: the representation is one of a covering group; or when the labels are
            too large to be reached from V one by one.
    """
    if sum(map(abs, highest)) > MAX_LABELS:
        raise IntertwineError(
            f"the labels of the highest weight {highest} of {group} sum to more than {MAX_LABELS}; dimensions, "
            "weights and tensor products of larger ones come from its root system"
        )
    system = semisimple_part(group)
    dim = system.dimension(highest[: system.rank])
    if dim == 1:
        _check_charges(group, highest[system.rank :])
        return None
    v = vector_weight(group)
    dual = dual_weight(group, v)
    if highest in (v, dual):
        return Step(highest, highest != v, True)
    found = []
    for is_dual, factor in enumerate([dual, v] if dual != v else [v]):
        for mu in tensor_weights(group, highest, factor):
            if system.norm(mu[: system.rank]) < system.norm(highest[: system.rank]):
                found.append((system.dimension(mu[: system.rank]), is_dual, mu))
    if not found:
        raise _cover(group, highest)
    _, is_dual, mu = min(found)
    try:
        parent(group, mu)
    except IntertwineError as error:
        raise _cover(group, highest) from error
    return Step(mu, bool(is_dual), False)


def _cover(group: LieGroup, highest: Weight) -> IntertwineError:
    cover = _COVERS.get(group.name)
    where = f"; {cover} has it" if cover else " (as spin 1/2 belongs to SU(2), not to SO(3))"
    return IntertwineError(
        f"the highest weight {highest} belongs to a covering group of {group}, not to {group} itself{where}: it is in "
        "no tensor power of the defining representation"
    )


def _check_charges(group: LieGroup, charges: Weight) -> None:
    if charges and group.size > 2 - group.dtype.is_complex and charges[0] % group.size:
        raise _cover(group, charges)


def is_circle(group: LieGroup) -> bool:
    """Whether the group is SO(2), the one whose defining representation splits over the complex numbers."""
    return group.is_compact and group.size == 2 and group.algebra_dim == 1 and not group.dtype.is_complex


# --- types and bases ----------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def kind(group: LieGroup, highest: Weight) -> tuple[str, Weight]:
    """(type, highest weight of the complex conjugate)."""
    system = semisimple_part(group)
    if group.is_compact:
        conjugate = dual_weight(group, highest)
        sign = system.indicator(highest[: system.rank]) if conjugate == highest else 0
        return {1: "real", 0: "complex", -1: "quaternionic"}[sign], conjugate
    if is_split(group) or parent(group, highest) is None:
        return "real", highest
    raising = _conjugate_operators(group, highest)
    module = Module(system, highest[: system.rank])
    top = np.linalg.eigh(np.einsum("kab,kac->bc", raising.conj(), raising))[1][:, 0]
    labels = [float(np.linalg.norm(e.conj().T @ top)) ** 2 for e in raising]  # <h_i> = |f_i t|^2 as e_i t = 0
    conjugate = tuple(round(label) for label in labels)
    if conjugate != highest:
        return "complex", conjugate
    t = match(module, raising, raising.conj().transpose(0, 2, 1))
    return ("real" if (t.conj() @ t)[0, 0].real > 0 else "quaternionic"), highest


def is_split(group: LieGroup) -> bool:
    """Whether the raising operators are real: then every irreducible representation is real."""
    return group.roots is not None and not group.is_compact and not bool(group.roots.raising.imag.any())


def _conjugate_operators_of(group: LieGroup, highest: Weight) -> Array:
    """The raising operators in the complex conjugate of a representation, in its own basis: (rank, dim, dim)."""
    x = group.require_roots().raising.numpy()
    if group.is_compact:
        return -algebra_images(group, highest, x, frame(group, highest)).numpy().transpose(0, 2, 1)
    return algebra_images(group, highest, x.conj(), frame(group, highest)).numpy().conj()


def _conjugate_operators(group: LieGroup, highest: Weight) -> Array:
    """The raising operators in the complex conjugate representation, in the weight basis: (rank, dim, dim)."""
    return algebra_images(group, highest, group.require_roots().raising.numpy().conj()).numpy().conj()


@lru_cache(maxsize=64)
def _root_vectors(group: LieGroup) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """(positive root vectors, weights with charges) of V in its weight basis, (roots, n, n) and (n, labels)."""
    v = vector_weight(group)
    system = semisimple_part(group)
    module = Module(system, v[: system.rank])
    found = [e.toarray() for e in root_vectors(system.cartan, module.raising)]
    charges = np.tile(np.array(v[system.rank :], dtype=np.int64), (module.dim, 1))
    vectors = np.array(found).reshape(len(found), module.dim, module.dim)
    return vectors, np.concatenate([module.weights, charges], 1)


def algebra_images(group: LieGroup, highest: Weight, x: Array, own: Array | None = None) -> Tensor:
    """What Lie algebra elements (k, n, n) are sent to, in the weight basis or in that of the frame `own`.

    An element is a combination of root vectors and of diagonal ones; the same combination is taken in the image.
    """
    from scipy import sparse

    if is_circle(group):
        charge = np.einsum("ij,kji->k", group.require_roots().central[0].numpy(), x) / 2
        return torch.from_numpy(charge * highest[0]).reshape(-1, 1, 1)
    system = semisimple_part(group)
    module = Module(system, highest[: system.rank])
    p = _vector_frame(group, False)
    y = p.conj().T @ x @ p
    vectors, weights = _root_vectors(group)
    lengths = (vectors**2).sum((1, 2))
    up = np.einsum("rij,kij->kr", vectors, y, optimize=True) / lengths
    down = np.einsum("rji,kij->kr", vectors, y, optimize=True) / lengths
    cartan = np.linalg.lstsq(weights.astype(np.complex128), y.diagonal(axis1=1, axis2=2).T, rcond=None)[0].T
    charges = np.tile(np.array(highest[system.rank :], dtype=np.int64), (module.dim, 1))
    diagonal = cartan @ np.concatenate([module.weights, charges], 1).T
    images = root_vectors(system.cartan, module.raising)
    left = sparse.identity(module.dim) if own is None else sparse.csr_matrix(own)
    images = [(left @ e @ left.conj().T).tocoo() for e in images]
    out = np.zeros((len(x), module.dim, module.dim), dtype=np.complex128)
    for k in np.flatnonzero(np.abs(diagonal).max(1, initial=0.0) > 1e-14):
        out[k] = (left @ sparse.diags(diagonal[k]) @ left.conj().T).toarray()
    for k, r in np.argwhere(np.abs(up) > 1e-14):
        out[k, images[r].row, images[r].col] += up[k, r] * images[r].data
    for k, r in np.argwhere(np.abs(down) > 1e-14):
        out[k, images[r].col, images[r].row] += down[k, r] * images[r].data.conj()
    return torch.from_numpy(out)


def check_size(group: LieGroup, highest: Weight, dim: int) -> None:
    """Raise for a representation too large for dense matrices."""
    if dim > MAX_DIM:
        raise IntertwineError(
            f"the representation {highest} of {group} has dimension {dim:,}; matrices are made up to {MAX_DIM:,}"
        )


@lru_cache(maxsize=256)
def frame(group: LieGroup, highest: Weight) -> Array:
    """Unitary W from the weight basis to the representation's own."""
    step, (type_, conjugate) = parent(group, highest), kind(group, highest)
    system = semisimple_part(group)
    module = Module(system, highest[: system.rank])
    check_size(group, highest, module.dim)
    if type_ == "complex" and highest < conjugate:
        raising = _conjugate_operators_of(group, conjugate)
        return match(module, raising, raising.conj().transpose(0, 2, 1))
    if step is not None and step.is_vector:
        return _vector_frame(group, step.is_dual)
    if type_ != "real" or step is None or is_split(group):
        return np.eye(module.dim, dtype=np.complex128)
    if group.is_compact:
        return real_basis(module.weights, module.involution().tocsc()).conj().T.toarray()
    raising = _conjugate_operators(group, highest)
    t = match(module, raising, raising.conj().transpose(0, 2, 1))
    return real_vectors(t.conj()).conj().T


@lru_cache(maxsize=256)
def _vector_frame(group: LieGroup, is_dual: bool) -> Array:
    """From the weight basis of V, or V.dual, to the basis of the matrices themselves."""
    v = vector_weight(group)
    system = semisimple_part(group)
    module = Module(system, (dual_weight(group, v) if is_dual else v)[: system.rank])
    raising = group.require_roots().raising.numpy()
    raising = -raising.transpose(0, 2, 1) if is_dual else raising
    return match(module, raising, raising.conj().transpose(0, 2, 1))


@lru_cache(maxsize=256)
def weight_isometry(group: LieGroup, highest: Weight) -> Array:
    """(dim mu * dim V, dim): the copy of lambda in mu (x) V, in own bases of these and the weight basis of lambda."""
    step = cast(Step, parent(group, highest))
    system = semisimple_part(group)
    v = vector_weight(group)
    factor = dual_weight(group, v) if step.is_dual else v
    modules = [Module(system, w[: system.rank]) for w in (step.highest, factor, highest)]
    inside = coupled(*modules)[0].tocsr()
    left, right = frame(group, step.highest), _vector_frame(group, step.is_dual)
    block = inside.toarray().reshape(modules[0].dim, modules[1].dim, -1)
    return np.einsum("ai,bj,ijk->abk", left, right, block, optimize=True).reshape(-1, modules[2].dim)
