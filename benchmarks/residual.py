"""The equation itself, in numpy and apart from both libraries: how far is a basis from equivariance?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Matrices = Sequence[np.ndarray]


def residual(basis: np.ndarray, orders: tuple[int, int], discrete: Matrices, algebra: Matrices) -> float:
    """Largest entry of rho_out(g) W - W rho_in(g) and rho_out(X) W - W rho_in(X) over all W of a basis.

    rho_in = V^p and rho_out = V^q with (p, q) = orders; basis (maps, dim V^q, dim V^p); `discrete` and `algebra`
    hold matrices on V. Computed in the precision of `basis`: a basis of float32 is judged in float32.
    """
    n_in, n_out = orders
    d = [*discrete, *algebra][0].shape[0]
    maps = basis.reshape(-1, *[d] * (n_out + n_in))
    outputs, inputs = range(1, 1 + n_out), range(1 + n_out, 1 + n_out + n_in)
    errors = [0.0]
    for g in discrete:
        left, right = maps, maps
        for axis in outputs:
            left = _along(g, left, axis)
        for axis in inputs:
            right = _along(g.T, right, axis)
        errors.append(np.abs(left - right).max())
    for x in algebra:
        left = [_along(x, maps, axis) for axis in outputs]
        right = [_along(x.T, maps, axis) for axis in inputs]
        errors.append(np.abs(sum(left) - sum(right)).max())
    return float(np.max(errors))  # NaN, unlike Python's max, survives here


def _along(matrix: np.ndarray, tensor: np.ndarray, axis: int) -> np.ndarray:
    """Apply a matrix to one axis of a tensor, in the tensor's precision."""
    real = np.finfo(tensor.dtype).dtype
    cast = matrix.astype(np.result_type(real, np.complex64) if np.iscomplexobj(matrix) else real)
    return np.moveaxis(np.tensordot(cast, tensor, axes=(1, axis)), 0, axis)
