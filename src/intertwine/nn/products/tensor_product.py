"""Tensor products of features: all couplings of two features, with weights of its own or given from outside."""

from __future__ import annotations

import torch
from torch import Tensor

from ...errors import IntertwineError
from ...groups.base import on_cpu
from ...representations.base import Representation
from ...representations.expand import expand
from ...representations.structure import direct_sum
from ..constituents import products
from ..module import Device, require_representation
from .channelwise import Channelwise
from .mixed import Mixed, product_entries
from .weighted import Weighted, require_reached


class TensorProduct(Weighted):
    r"""z = sum of w_p C_p(x, y) over all equivariant couplings C_p of the terms of rho1, rho2 and rho_out.

    Two forms, for elementary terms a of rho1, b of rho2 and c of rho_out with copies u, v and w:

        all channels mixed:     z^c_w = sum over a, b, p, u, v of  weight[v, p, u, w] C_p(x^a_u, y^b_v)
        channelwise=True:       z^c_u = sum over a, b, p, v    of  weight[v, p, u]    C_p(x^a_u, y^b_v)

    The second keeps channel u of x in channel u of the output, as convolutions over points do ("uvu", depthwise).
    There rho_out may be left out: every path then has an output of its own, none are summed, and `rho_out` of the
    layer says what came out: of term c, for every a and b in order, path by path, the copies of a.

    Normalisation: couplings are scaled so that z has mean square 1 where x and y are independent, have uncorrelated
    entries of mean square 1, and the weights too. Initial weights are normal with variance gain^2.

    Shapes: x (..., rho1.dim), y (..., rho2.dim), weight (..., weight_numel) -> (..., rho_out.dim); batches broadcast.

    Args:
        rho1, rho2, rho_out: representations of one group.
        channelwise: whether channels stay apart.
        keep: with channelwise=True and no rho_out, a representation whose terms are the outputs to keep.
        external: whether weights are given with every call, for all samples or one set for each sample (each edge of
            a graph), instead of being parameters. Weights lie as `layout` says.
        gain: what initial weights multiply products by.
        generator: random numbers for the initial weights.

    Raises:
        IntertwineError: when some term of rho_out is reached by no coupling and would be zero; in the channel-wise form
            also for different numbers of copies of a and c.

    Example:
        >>> V, one = SO(3).vector, SO(3).trivial
        >>> product = TensorProduct(8 * one + 8 * V, one + V, 8 * V)
        >>> product
        TensorProduct(SO(3): (8x1 + 8xV) * (1 + V) -> 8xV, 192 weights)
        >>> TensorProduct(8 * one + 8 * V, one + V, channelwise=True, keep=one + V, external=True)
        TensorProduct(SO(3): (8x1 + 8xV) * (1 + V) -> 16x1 + 24xV, channelwise, 40 external weights)

    Source: N. Thomas et al., Tensor field networks, arXiv:1802.08219; channelwise: S. Batzner et al., NequIP,
    arXiv:2101.03164.
    """

    def __init__(
        self,
        rho1: Representation,
        rho2: Representation,
        rho_out: Representation | None = None,
        *,
        channelwise: bool = False,
        keep: Representation | None = None,
        external: bool = False,
        gain: float = 1.0,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        kernel: Mixed | Channelwise
        for rho in (rho1, rho2) if rho_out is None else (rho1, rho2, rho_out):
            require_representation(self, rho)
        others = [rho for rho in (rho2, rho_out, keep) if rho is not None and rho.group != rho1.group]
        if others:
            raise IntertwineError(
                f"a tensor product joins representations of one group, got {rho1.group} and {others[0].group}"
            )
        if channelwise:
            kernel, rho_out = _channelwise(rho1, rho2, rho_out, keep)
        elif rho_out is None or keep is not None:
            raise IntertwineError(
                f"TensorProduct of {rho1} and {rho2} mixes all channels, so it takes the type of its output, rho_out; "
                "only channelwise=True can do without, or with keep= alone"
            )
        else:
            kernel = _mixed(rho1, rho2, rho_out, external)
        super().__init__(rho1, rho_out, kernel, external=external, gain=gain, generator=generator)
        self.rho1, self.rho2, self.channelwise = rho1, rho2, channelwise
        self.place(device, dtype)

    def forward(self, x: Tensor, y: Tensor, weight: Tensor | None = None) -> Tensor:
        self.check(x)
        if y.ndim == 0 or y.shape[-1] != self.rho2.dim:
            raise IntertwineError(
                f"the second factor of TensorProduct has {self.rho2.dim} features of type {self.rho2}, "
                f"got shape {tuple(y.shape)}"
            )
        return self.kernel(self.prepared(x), self.prepared(y), self.weights(weight))

    def extra_repr(self) -> str:
        form = ", channelwise" if self.channelwise else ""
        return f"({self.rho1}) * ({self.rho2}) -> {self.rho_out}{form}"


@on_cpu
def _mixed(rho1: Representation, rho2: Representation, rho_out: Representation, external: bool) -> Mixed:
    entries = product_entries(rho1, rho2, rho_out)
    require_reached(rho_out, {entry.term for entry in entries}, f"{rho1} and {rho2}")
    return Mixed(rho_out, entries, external=external, is_complex=_is_complex(rho1, rho2, rho_out))


@on_cpu
def _channelwise(
    rho1: Representation, rho2: Representation, rho_out: Representation | None, keep: Representation | None
) -> tuple[Channelwise, Representation]:
    """The kernel, and the type of what comes out of it."""
    if rho_out is not None and keep is not None:
        raise IntertwineError("keep= chooses outputs where rho_out is left out; give one of them")
    if rho_out is not None:
        terms = expand(rho_out)
        kernel = Channelwise(rho1, rho2, list(terms), list(terms.values()), is_complex=_is_complex(rho1, rho2, rho_out))
        reached = {c for c, copies in zip(terms, kernel.copies, strict=True) if copies}
        require_reached(rho_out, reached, f"{rho1} and {rho2}")
        return kernel, rho_out
    terms = list(expand(keep)) if keep is not None else _every_term(rho1, rho2)
    kernel = Channelwise(rho1, rho2, terms, None, is_complex=_is_complex(rho1, rho2, *terms))
    reached = [(c, copies) for c, copies in zip(terms, kernel.copies, strict=True) if copies]
    if not reached:
        raise IntertwineError(f"no equivariant bilinear map takes {rho1} and {rho2} to any term of {keep}")
    return kernel, direct_sum(reached)


def _every_term(rho1: Representation, rho2: Representation) -> list[Representation]:
    try:
        return products(list(expand(rho1)), list(expand(rho2)))
    except IntertwineError as error:
        raise IntertwineError(f"{error}; say which outputs to keep, keep=...") from error


def _is_complex(*representations: Representation) -> bool:
    return any(rho.is_complex for rho in representations)
