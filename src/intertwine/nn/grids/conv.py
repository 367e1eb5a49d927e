"""Convolutions on grids that commute with translations and with a point group."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import partial
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ...errors import IntertwineError
from ...intertwiners.angular import fixed_vectors
from ...representations.base import Representation
from ...representations.expand import expand
from ..kernel import Kernel, point_space, split_type
from ..module import Device, EquivariantModule, in_precision
from .conv_sizes import ONE_SIDED, Size, left_out, read_padding, read_size, require_alike, require_room

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")
SIZES = ("kernel_size", "stride", "padding", "dilation", "output_padding")


class _Conv(EquivariantModule):
    """What convolutions of every dimension share; see `Conv2d`."""

    d: ClassVar[int]
    transposed: ClassVar[bool] = False
    invariants: Tensor | None

    def __init__(
        self,
        rho_in: Representation,
        rho_out: Representation,
        kernel_size: Size,
        *,
        stride: Size = 1,
        padding: Size | str = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        output_padding: Size = 0,
        bandlimit: int | Sequence[int] | None = None,
        profile: str | None = None,
        space: Representation | None = None,
        gain: float = 1.0,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(rho_in, rho_out, axis=1)
        if rho_in.is_complex or rho_out.is_complex:
            raise IntertwineError(f"fields on a grid are real; use the real forms of {rho_in} and {rho_out}")
        self.space = point_space(rho_in.group, self.d, space)
        self._hold_sizes(kernel_size, stride, padding, dilation, output_padding)
        if padding_mode not in PADDING_MODES or (self.transposed and padding_mode != "zeros"):
            known = '"zeros"' if self.transposed else ", ".join(f'"{mode}"' for mode in PADDING_MODES)
            raise IntertwineError(f"padding_mode of {type(self).__name__} is {known}, got {padding_mode!r}")
        self.groups, self.padding_mode, self.gain = groups, padding_mode, gain
        limit = tuple(bandlimit) if isinstance(bandlimit, Sequence) else bandlimit
        parts = split_type(rho_in, groups), rho_out
        self.kernel = Kernel(*parts, self.space, self.kernel_size, limit, profile)
        if groups > 1:
            split_type(rho_out, groups)
        self.weight = nn.Parameter(self.kernel.initial(gain, generator))
        self.bias = None
        self.register_buffer("invariants", None, persistent=False)
        if bias:
            self._hold_bias()
        self.place(device, dtype)

    def reset_parameters(self, generator: torch.Generator | None = None) -> None:
        """Draw the weights anew: outputs then have variance gain^2 for white noise of variance 1; the bias is zero."""
        with torch.no_grad():
            self.weight.copy_(self.kernel.initial(self.gain, generator))
            if self.bias is not None:
                self.bias.zero_()

    # --- what the layer is ----------------------------------------------------------------------------------------

    def weights(self) -> Tensor:
        """The current kernel as torch's convolutions hold it: (out, in / groups, *kernel_size), or for transposed ones
        (in, out / groups, *kernel_size)."""
        kernel = self.kernel(self.weight)
        if not self.transposed:
            return kernel
        parts = kernel.unflatten(0, (self.groups, -1)).transpose(1, 2)
        return parts.flatten(0, 1)

    def invariant_bias(self) -> Tensor | None:
        """The current b, (rho_out.dim,)."""
        return self.bias if self.bias is None or self.invariants is None else self.bias @ self.invariants

    def forward(self, x: Tensor) -> Tensor:
        self.check(x)
        x = in_precision(x, self.weight, self)
        self._warn(x)
        convolve: Any = _FUNCTIONS[self.d, self.transposed]
        bias = self.invariant_bias()
        if self.transposed:
            options = (self.stride, self.padding, self.output_padding, self.groups, self.dilation)
            return convolve(x, self.weights(), bias, *options)
        padding: Any = self.padding
        if self.padding_mode != "zeros" and any(padding):
            x = nn.functional.pad(x, [p for p in reversed(padding) for _ in range(2)], mode=self.padding_mode)
            padding = 0
        return convolve(x, self.weights(), bias, self.stride, padding, self.dilation, self.groups)

    def to_plain(self) -> nn.Module:
        """The same map as a layer of torch, with the kernel written out."""
        options: dict[str, Any] = {"output_padding": self.output_padding} if self.transposed else {}
        bias = self.invariant_bias()
        layer = _LAYERS[self.d, self.transposed](
            self.rho_in.dim,
            self.rho_out.dim,
            self.kernel_size,
            stride=self.stride,
            padding=self.padding,
            dilation=self.dilation,
            groups=self.groups,
            bias=bias is not None,
            padding_mode=self.padding_mode,
            device="meta",
            **options,
        )
        layer.weight = nn.Parameter(self.weights().detach().clone())
        if bias is not None:
            layer.bias = nn.Parameter(bias.detach().clone())
        return layer

    # --- checks ---------------------------------------------------------------------------------------------------

    def _hold_bias(self) -> None:
        """A parameter for each invariant vector of rho_out, and those vectors where they are not the unit vectors."""
        if all(term.is_trivial for term in expand(self.rho_out)):
            self.bias = nn.Parameter(torch.zeros(self.rho_out.dim))
            return
        invariants = fixed_vectors(self.rho_out)
        if len(invariants):
            self.hold("invariants", invariants)
            self.bias = nn.Parameter(torch.zeros(len(invariants)))

    def _hold_sizes(
        self, kernel_size: Size, stride: Size, padding: Size | str, dilation: Size, output_padding: Size
    ) -> None:
        read = partial(read_size, type(self).__name__, self.d)
        self.kernel_size, self.stride = read("kernel_size", kernel_size, 1), read("stride", stride, 1)
        self.dilation, self.output_padding = read("dilation", dilation, 1), read("output_padding", output_padding, 0)
        if isinstance(padding, str) and not self.transposed:
            padding = read_padding(padding, self.kernel_size, self.stride, self.dilation)
        self.padding = read("padding", padding, 0)
        reaches = (step * (k - 1) + 1 for step, k in zip(self.dilation, self.kernel_size, strict=True))
        self._roomy = max(*reaches, max(self.padding) + 1)
        """Samples along every axis that are always enough."""
        self._can_lose_samples = not self.transposed and max(self.stride) > 1 and not self.space.is_trivial
        require_alike(self.space, **{name: getattr(self, name) for name in SIZES})
        if max(self.output_padding) and not self.transposed:
            raise IntertwineError("output_padding is for transposed convolutions")
        if max(self.output_padding) and not self.space.is_trivial:
            warnings.warn(ONE_SIDED.format(type(self).__name__), stacklevel=4)

    def check(self, x: Tensor) -> None:
        """Raise unless x is a batch of fields (batch, rho_in.dim, *grid), or one without the batch axis."""
        if x.ndim not in (self.d + 1, self.d + 2) or x.shape[-self.d - 1] != self.rho_in.dim:
            raise IntertwineError(
                f"{type(self).__name__} takes (batch, {self.rho_in.dim}, *grid) with {self.d} grid axes and channels "
                f"of type {self.rho_in}, got shape {tuple(x.shape)}"
            )
        if self.transposed or torch.compiler.is_compiling() or min(x.shape[-self.d :]) >= self._roomy:
            return
        require_room(x.shape[-self.d :], self.kernel_size, self.padding, self.dilation, self.padding_mode)

    def _warn(self, x: Tensor) -> None:
        """Warn where the strided samples do not lie symmetrically, so that rotations are lost."""
        if not self._can_lose_samples or torch.compiler.is_compiling():
            return
        advice = left_out(x.shape[-self.d :], self.kernel_size, self.stride, self.padding, self.dilation)
        if advice:
            warnings.warn(f"{type(self).__name__} {advice}", stacklevel=3)

    def __repr__(self) -> str:
        size = "x".join(map(str, self.kernel_size))
        parts = [f"{self.rho_in.group}: {self.rho_in} -> {self.rho_out}", size, f"{self.kernel.number:,} weights"]
        if max(self.stride) > 1:
            parts.append(f"stride={'x'.join(map(str, self.stride))}")
        if self.groups > 1:
            parts.append(f"groups={self.groups}")
        return f"{type(self).__name__}({', '.join(parts)})"


class Conv2d(_Conv):
    """Cross-correlation with every kernel that commutes with a point group H of the plane.

        y(q) = sum_u K(u) x(q + u) + b,    K(h u) = rho_out(h) K(u) rho_in(h)^-1,    rho_out(h) b = b,

    so that f(pi(g) x) = pi'(g) f(x) for the group of translations and H, with (pi(g) x)(p) = rho(h) x(g^-1 p): exactly
    for what moves samples onto samples, up to the sampling of the kernel for other rotations.

    Args:
        rho_in, rho_out: types of the fields, representations of one group H <= O(2): C(n), D(n), SO(2), O(2), or C(1)
            for a plain convolution with all its weights.
        kernel_size, stride, padding, dilation, groups, padding_mode: as in `torch.nn.Conv2d`. With `groups` each type
            is written as that many copies of one.
        bias: whether to add an invariant vector of rho_out.
        bandlimit: the greatest angular frequency of the kernel, one number or one for each ring of pixels from the
            middle outwards. None for every symmetric kernel where H moves pixels onto pixels (C(4), D(4) and their
            subgroups), and elsewhere for r on the ring of radius r.
        profile: "gaussian" for rings one pixel apart, "free" for a radial profile with its own value at every distance
            on the grid. None chooses as for `bandlimit`.
        space: how H moves the plane, where it is not `H.vector`.
        gain: standard deviation of outputs at first, for white noise of variance 1; sqrt(2) makes up for a ReLU.
        generator: random numbers for the initial weights.

    Shapes: (batch, rho_in.dim, H, W) -> (batch, rho_out.dim, H', W').

    Raises:
        IntertwineError: for complex or mismatched types, a kernel of unequal sides where H mixes the axes, or sizes
            that are not positive.

    Example:
        >>> G = C(4)
        >>> Conv2d(3 * G.trivial, 8 * G.regular, 3, padding=1)
        Conv2d(C(4): 3x1 -> 8xregular, 3x3, 216 weights)

    Source: T. Cohen, M. Welling, Group equivariant convolutional networks, arXiv:1602.07576; D. Worrall et al.,
    Harmonic networks, arXiv:1612.04642; M. Weiler, G. Cesa, General E(2)-equivariant steerable CNNs, arXiv:1911.08251.
    """

    d = 2


class Conv1d(_Conv):
    """`Conv2d` on signals, for the mirror of the line: C(2) with `space` its sign, or C(1). (batch, channels, length).

    Example:
        >>> G = C(2)
        >>> sign = G.irrep(1)
        >>> Conv1d(G.trivial, 4 * sign, 5, space=sign)
        Conv1d(C(2): 1 -> 4xk=1, 5, 8 weights)
    """

    d = 1


class Conv3d(_Conv):
    """`Conv2d` on volumes (batch, channels, D, H, W), for H <= O(3): Cube(), Icosahedron(), SO(3), O(3); C(n) about the
    z axis with `space=C(n).vector + C(n).trivial`.

    Example:
        >>> G = Cube()
        >>> Conv3d(G.trivial, 2 * G.regular, 3, padding=1)
        Conv3d(Cube(): 1 -> 2xregular, 3x3x3, 54 weights)

    Source: M. Weiler et al., 3D Steerable CNNs, arXiv:1807.02547.
    """

    d = 3


class ConvTranspose1d(_Conv):
    """The transposed convolution of `Conv1d`, with `output_padding` as in torch."""

    d, transposed = 1, True


class ConvTranspose2d(_Conv):
    """The transposed convolution of `Conv2d`, with `output_padding` as in torch.

    Its output lies symmetrically, so that rotations are kept, where output_padding is 0.
    """

    d, transposed = 2, True


class ConvTranspose3d(_Conv):
    """The transposed convolution of `Conv3d`, with `output_padding` as in torch."""

    d, transposed = 3, True


_FUNCTIONS: dict[tuple[int, bool], Any] = {
    (1, False): nn.functional.conv1d,
    (2, False): nn.functional.conv2d,
    (3, False): nn.functional.conv3d,
    (1, True): nn.functional.conv_transpose1d,
    (2, True): nn.functional.conv_transpose2d,
    (3, True): nn.functional.conv_transpose3d,
}
_LAYERS: dict[tuple[int, bool], Any] = {
    (1, False): nn.Conv1d,
    (2, False): nn.Conv2d,
    (3, False): nn.Conv3d,
    (1, True): nn.ConvTranspose1d,
    (2, True): nn.ConvTranspose2d,
    (3, True): nn.ConvTranspose3d,
}
