"""A layer on features, at every point of a grid."""

from __future__ import annotations

import math

from torch import Tensor

from ..errors import IntertwineError
from .module import EquivariantModule
from .points.point_conv import PointConv
from .products.tensor_product import TensorProduct


class OnFields(EquivariantModule):
    """y(p) = layer(x(p)) at every point p of a grid: any layer on features becomes one on fields.

    Tensor products are nonlinearities of fields by it, as are `Bilinear`, `FourierNet` and `EMLP`:

        f(pi(g) x)(p) = layer(rho_in(g) x(g^-1 p)) = rho_out(g) layer(x(g^-1 p)) = (pi'(g) f(x))(p).

    Layers that take `axis=1` themselves need no wrapper, and do without turning the axes around. Parameters have the
    names `layer.*`.

    Args:
        layer: an equivariant layer (..., rho_in.dim) -> (..., rho_out.dim) of one input.

    Shapes: (batch, rho_in.dim, *grid) -> (batch, rho_out.dim, *grid), with any number of grid axes.

    Raises:
        IntertwineError: for what is no equivariant layer on features.

    Example:
        >>> G = SO(2)
        >>> rho = 4 * G.trivial + 4 * G.vector
        >>> OnFields(TensorSquare(rho, rho))(torch.randn(2, 12, 7, 7)).shape
        torch.Size([2, 12, 7, 7])

    Source: R. Kondor, N-body networks, arXiv:1803.01588, for products as the only nonlinearity.
    """

    def __init__(self, layer: EquivariantModule):
        if not isinstance(layer, EquivariantModule):
            raise IntertwineError(
                f"OnFields takes an equivariant layer on features, such as TensorSquare, got {layer!r}; "
                "of a sequence wrap each layer"
            )
        if layer.axis != -1:
            raise IntertwineError(f"{layer} works on fields already")
        if isinstance(layer, (TensorProduct, PointConv)):
            raise IntertwineError(f"OnFields takes a layer of one input, such as TensorSquare, got {layer}")
        super().__init__(layer.rho_in, layer.rho_out, axis=1)
        self.layer = layer

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        points = x.reshape(x.shape[0], x.shape[1], math.prod(x.shape[2:])).mT
        return self.layer(points).mT.reshape(x.shape[0], self.rho_out.dim, *x.shape[2:])
