"""Convolution over a finite group, lifting to it, projecting from it, and pooling."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ...errors import IntertwineError
from ...groups.base import Group, on_cpu
from ...representations.base import Representation
from ..module import Device, EquivariantModule, in_precision
from .group_forms import AsMatrix, choose_form
from .group_kernel import group_kernel


class GroupConv(EquivariantModule):
    """Convolution of functions on a finite group, or on sets that it permutes:

        [psi * f](g) = sum_h psi(h^-1 g) f(h) + b        G -> G
        [psi * f](g) = sum_x psi(g^-1 x) f(x) + b        X -> G, a lift
        [psi * f](y) = sum_h psi(h^-1 y) f(h) + b        G -> Y, a projection

    and between other sets a value of psi for every orbit of pairs (y, x). It is every linear map that commutes with
    (g f)(x) = f(g^-1 x): the space of `Linear(channels_in*space_in, channels_out*space_out)`, with the values of psi
    for weights. Features of that type are (..., channels, points), flattened.

    Args:
        group: a finite group whose elements can be listed.
        channels_in, channels_out: how many functions.
        space_in, space_out: functions on what: permutation representations such as `G.points`, `G.quotient(H)` or
            `pixels(G, (H, W))`; None for the group itself, `G.regular`.
        support: where psi may differ from zero. For G -> G a list of elements, such as `list(G.generators)`, or a batch
            of them; for lifts and projections numbers of points of the set.
        bias: whether to add a number to every channel (to each orbit of it, where the group has several).
        gain: standard deviation of outputs at first, for white noise of variance 1; sqrt(2) makes up for a ReLU.
        generator: random numbers for the initial weights.

    Shapes: (..., channels_in, space_in.dim) -> (..., channels_out, space_out.dim), points in the order of the
    representation, elements in that of `G.elements()`. Any pointwise function may follow.

    The work is done by one matrix product with looked-up entries, by neighbours where the support is small, or by
    the Fourier transform of the group where it is large, whichever takes least.

    Raises:
        IntertwineError: for a group that cannot be listed, spaces that are no permutation representations, or a
            support that is not in the space.

    Example:
        >>> G = S(4)
        >>> GroupConv(G, 3, 8, space_in=G.points)
        GroupConv(S(4): 3xV -> 8xregular, 4 values a kernel, as matrix)
        >>> GroupConv(G, 8, 8, support=list(G.generators))(torch.randn(5, 8, 24)).shape
        torch.Size([5, 8, 24])

    Source: T. Cohen, M. Welling, Group equivariant convolutional networks, arXiv:1602.07576; R. Kondor, S. Trivedi,
    arXiv:1802.03690.
    """

    orbit: Tensor

    @on_cpu
    def __init__(
        self,
        group: Group,
        channels_in: int,
        channels_out: int,
        *,
        space_in: Representation | None = None,
        space_out: Representation | None = None,
        support: Any = None,
        bias: bool = True,
        gain: float = 1.0,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        if not group.is_finite:
            raise IntertwineError(
                f"{group} is infinite: SphericalConv convolves over SO(3), Conv2d and Conv3d over turns of a grid"
            )
        space_in, space_out = space_in or group.regular, space_out or group.regular
        super().__init__(channels_in * space_in, channels_out * space_out)
        if space_in.group != group:
            raise IntertwineError(f"the spaces belong to {space_in.group}, not to {group}")
        self.channels_in, self.channels_out, self.gain = channels_in, channels_out, gain
        self.kernel = group_kernel(space_in, space_out, support)
        self.form = choose_form(self.kernel, channels_in, channels_out)
        self.weight = nn.Parameter(torch.empty(channels_out, channels_in, self.kernel.values))
        self.bias = None
        orbits = (group.trivial >> space_out).dim
        self._is_transitive = orbits == 1
        if bias:
            self.bias = nn.Parameter(torch.zeros(channels_out, orbits))
            if not self._is_transitive:
                self.hold("orbit", (group.trivial >> space_out).classes.flatten())
        self.reset_parameters(generator)
        self.place(device, dtype)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the weights anew: outputs then have variance gain^2 for white noise of variance 1; the bias is zero."""
        with torch.no_grad():
            normal = torch.randn(self.weight.shape, generator=generator)
            self.weight.copy_(self.gain * normal / (self.channels_in * self.kernel.entries) ** 0.5)
            if self.bias is not None:
                self.bias.zero_()

    def check(self, x: Tensor) -> None:
        """Raise unless x is (..., channels_in, space_in.dim)."""
        wanted = (self.channels_in, self.kernel.space_in.dim)
        if x.ndim < 2 or x.shape[-2:] != wanted:
            raise IntertwineError(
                f"GroupConv takes {wanted[0]} functions on {wanted[1]} points, (..., {wanted[0]}, {wanted[1]}), "
                f"got shape {tuple(x.shape)}"
            )

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        batch = x.shape[:-2]
        y = self.form(in_precision(x, self.weight, self).reshape(-1, *x.shape[-2:]), self.weight)
        y = y.reshape(*batch, *y.shape[1:])
        bias = self._bias()
        return y if bias is None else y + bias

    def _bias(self) -> Tensor | None:
        """(channels_out, 1), or (channels_out, space_out.dim)."""
        if self.bias is None or self._is_transitive:
            return self.bias
        return self.bias.index_select(1, self.orbit)

    def matrix(self) -> Tensor:
        """The current W, (channels_out * space_out.dim, channels_in * space_in.dim)."""
        form = self.form if isinstance(self.form, AsMatrix) else AsMatrix(self.kernel).to(self.weight.device)
        return form.matrix(self.weight)

    def to_plain(self) -> nn.Module:
        """The same map by layers of torch, with numbers of their own: for inference on (batch, channels_in, points)."""
        weight, bias = self.matrix().detach(), self._bias()
        layer = nn.Linear(*weight.mT.shape, bias=bias is not None, device="meta")
        layer.weight = nn.Parameter(weight)
        points = self.kernel.space_out.dim
        if bias is not None:
            layer.bias = nn.Parameter(bias.detach().expand(-1, points).flatten())
        return nn.Sequential(nn.Flatten(-2), layer, nn.Unflatten(-1, (self.channels_out, points)))

    def __repr__(self) -> str:
        how = {"AsMatrix": "as matrix", "ByNeighbours": "by neighbours", "ByFourier": "by Fourier"}
        values = f"{self.kernel.values} value{'' if self.kernel.values == 1 else 's'} a kernel"
        types = f"{self.rho_in.group}: {self.rho_in} -> {self.rho_out}"
        return f"{type(self).__name__}({types}, {values}, {how[type(self.form).__name__]})"


class CosetPool(EquivariantModule):
    """The greatest or the mean value of a function on each coset g H, or on the whole of G:

        [pool f](g H) = max_{h in H} f(g h),            [pool f] = max_{g in G} f(g)

    Args:
        group: a finite group.
        subgroup: H; None for all of G, which leaves one invariant number of each function.
        how: "max" or "mean".

    Shapes: (..., |G|) -> (..., |G| / |H|) in the order of `G.quotient(H)`; (..., |G|) -> (...) without H.

    Raises:
        IntertwineError: for another `how`, or a subgroup that has no natural embedding in G.

    Example:
        >>> CosetPool(S(4))(torch.randn(5, 8, 24)).shape
        torch.Size([5, 8])
    """

    order: Tensor

    @on_cpu
    def __init__(self, group: Group, subgroup: Group | None = None, how: str = "max"):
        quotient = group.trivial if subgroup is None else group.quotient(subgroup)
        super().__init__(group.regular, quotient)
        if how not in ("max", "mean"):
            raise IntertwineError(f'CosetPool takes the "max" or the "mean", got {how!r}')
        self.how, self.subgroup = how, subgroup
        if subgroup is not None:
            coset = quotient.permutation(group.elements())[:, 0]  # of g: where g takes the coset of the identity
            self.hold("order", coset.argsort(stable=True))

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        if self.subgroup is not None:
            x = x.index_select(-1, self.order).unflatten(-1, (self.rho_out.dim, -1))
        return x.amax(-1) if self.how == "max" else x.mean(-1)

    def extra_repr(self) -> str:
        return f"{self.rho_in.group}: {self.rho_in} -> {self.rho_out}, {self.how}"
