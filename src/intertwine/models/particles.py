"""What networks on particles share: checked input, references that break the symmetry, padding and pooling."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from .minkowski import compress, product

Device = torch.device | str | int | None

NORM_FLOOR = 1e-2
"""Added to the variance in layer norms, so that rounding errors of features that vanish stay small."""


class Particles(NamedTuple):
    """A padded batch of jets with the references appended as further nodes.

    Fields, with n = particles + references: momenta (batch, n, 4) float64, zero where padded; mask (batch, n) bool;
    pooled (batch, n) bool, the mask without the references; total (batch, 4) float64, the sum of the particles'
    momenta; scalars (batch, n, s) and logarithm (batch, 1), of the number of particles, in the parameters' dtype.
    """

    momenta: Tensor
    mask: Tensor
    pooled: Tensor
    total: Tensor
    scalars: Tensor
    logarithm: Tensor

    def mean(self, x: Tensor) -> Tensor:
        """Mean over the true particles: (batch, n, c) -> (batch, c)."""
        weights = self.pooled / self.pooled.sum(1, keepdim=True)
        return torch.einsum("bn,bnc->bc", weights.to(x.dtype), torch.where(self.pooled[..., None], x, 0))

    def neighbours(self, dtype: torch.dtype) -> Tensor:
        """(batch, n, n): 1 / (number of true nodes) where i != j are both true, else 0."""
        true = self.mask.to(dtype)
        pairs = true[:, :, None] * true[:, None, :] / true.sum(1)[:, None, None]
        return pairs * (1 - torch.eye(self.mask.shape[1], dtype=dtype, device=true.device))


class ParticleNetwork(nn.Module, ABC):
    """f(p_1, ..., p_n) for a set of four-momenta, invariant under permutations and a group of Lorentz transformations.

    Args:
        outputs: how many numbers to return for a jet.
        scalars: how many invariant numbers come with each particle, such as its charge.
        references: fixed four-vectors (k, 4), such as beams (1, 0, 0, 1) and (1, 0, 0, -1) or the time axis
            (1, 0, 0, 0). They enter as further nodes, and only transformations that fix them remain symmetries.

    Subclasses build on `inputs` invariant numbers a node, `embed` a batch as `Particles`, and end with `place`.
    """

    references: Tensor

    def __init__(self, outputs: int, scalars: int, references: Tensor | Sequence[Sequence[float]] | None):
        super().__init__()
        for name, number, least in (("outputs", outputs, 1), ("scalars", scalars, 0)):
            if number < least:
                raise IntertwineError(f"{type(self).__name__} takes {name} >= {least}, got {name}={number}")
        self.outputs, self.scalars = outputs, scalars
        self._exact = _references(references)
        self.register_buffer("references", self._exact, persistent=False)
        kinds = len(self._exact) + 1
        self.inputs = scalars + 3 + (kinds if kinds > 1 else 0)

    @abstractmethod
    def group(self) -> str:
        """The group of transformations under which outputs stay the same, were there no references."""

    def place(self, generator: torch.Generator | None, device: Device, dtype: torch.dtype | None) -> None:
        """Draw the weights and move to device and dtype; the last line of every `__init__`."""
        draw_weights(self, generator)
        self.to(device=torch.get_default_device() if device is None else device, dtype=dtype)

    def embed(self, momenta: Tensor, mask: Tensor | None, scalars: Tensor | None, dtype: torch.dtype) -> Particles:
        """Check a batch and make it `Particles`, with invariants of the nodes in `dtype`."""
        if mask is None:
            mask = torch.ones(momenta.shape[:-1], dtype=torch.bool, device=momenta.device)
        self._check_shapes(momenta, mask, scalars)
        if not torch.compiler.is_compiling():
            _check_values(momenta, mask, scalars)
        batch, n = mask.shape
        k = len(self.references)
        # Padding may hold anything, NaN included; from here on it is zero.
        p = torch.where(mask[..., None], momenta.to(torch.float64), 0)
        total = p.sum(1)
        p = torch.cat([p, self.references.expand(batch, k, 4)], 1)
        nodes = torch.cat([mask, mask.new_ones(batch, k)], 1)
        pooled = torch.cat([mask, mask.new_zeros(batch, k)], 1)
        count = mask.sum(1, keepdim=True).to(dtype).log()
        features = [compress(product(p, p)), compress(product(p, total[:, None])), count.expand(-1, n + k)]
        columns = [torch.stack([f.to(dtype) for f in features], -1)]
        if scalars is not None:
            given = torch.where(mask[..., None], scalars.to(dtype), 0)
            columns.append(nn.functional.pad(given, (0, 0, 0, k)))
        if k:
            kinds = torch.cat([torch.zeros(n, dtype=torch.long), torch.arange(1, k + 1)])
            columns.append(nn.functional.one_hot(kinds, k + 1).to(p.device, dtype).expand(batch, -1, -1))
        return Particles(p, nodes, pooled, total, torch.cat(columns, -1), count)

    def _check_shapes(self, momenta: Tensor, mask: Tensor, scalars: Tensor | None) -> None:
        name = type(self).__name__
        if momenta.ndim != 3 or momenta.shape[-1] != 4 or not momenta.is_floating_point():
            raise IntertwineError(
                f"{name} takes real four-momenta (batch, particles, 4) in the order (E, px, py, pz), "
                f"got shape {tuple(momenta.shape)} of {momenta.dtype}"
            )
        if momenta.shape[1] == 0:
            raise IntertwineError(f"{name} got jets without particles: momenta of shape {tuple(momenta.shape)}")
        if mask.shape != momenta.shape[:2] or mask.dtype != torch.bool:
            raise IntertwineError(
                f"the mask says which particles are real: {tuple(momenta.shape[:2])} of torch.bool, "
                f"got {tuple(mask.shape)} of {mask.dtype}"
            )
        given = None if scalars is None else tuple(scalars.shape)
        if given != ((*momenta.shape[:2], self.scalars) if self.scalars else None):
            expected = (*momenta.shape[:2], self.scalars) if self.scalars else None
            raise IntertwineError(
                f"{name}(scalars={self.scalars}) takes scalars of shape {expected}, got {given}; "
                "the number for each particle is set when the network is made"
            )

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Any:
        super()._apply(fn, recurse)
        # Four-vectors stay in float64 whatever the dtype of the parameters.
        self.references = self._exact.to(self.references.device)
        return self

    def extra_repr(self) -> str:
        parts = [f"{self.group()}, {sum(p.numel() for p in self.parameters()):,} parameters"]
        if len(self.references):
            parts.append(f"{len(self.references)} reference{'s' if len(self.references) > 1 else ''}")
        return ", ".join(parts)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.extra_repr()})"


def perceptron(inputs: int, width: int, outputs: int) -> nn.Sequential:
    """A layer norm and two linear layers on invariant numbers."""
    return nn.Sequential(
        nn.LayerNorm(inputs, eps=NORM_FLOOR), nn.Linear(inputs, width), nn.ReLU(), nn.Linear(width, outputs)
    )


def draw_weights(module: nn.Module, generator: torch.Generator | None) -> None:
    """Redraw every weight W of the last axis' fan-in n uniformly from +-sqrt(3 / n), and zero the biases.

    A weight may carry a `gain`, by which it is then multiplied.
    """
    for layer in module.modules():
        for name, weight in layer.named_parameters(recurse=False):
            if isinstance(layer, nn.LayerNorm):
                continue
            with torch.no_grad():
                if name == "bias":
                    weight.zero_()
                else:
                    bound = getattr(layer, "gain", 1.0) * (3 / weight.shape[-1]) ** 0.5
                    weight.uniform_(-bound, bound, generator=generator)


def _references(given: Tensor | Sequence[Sequence[float]] | None) -> Tensor:
    if given is None:
        return torch.zeros(0, 4, dtype=torch.float64)
    references = torch.as_tensor(given, dtype=torch.float64).detach().clone()
    if references.ndim != 2 or references.shape[1] != 4 or not bool(references.isfinite().all()):
        raise IntertwineError(
            "references are finite four-vectors (k, 4), such as [[1, 0, 0, 1], [1, 0, 0, -1]] for the beams or "
            f"[[1, 0, 0, 0]] for the time axis, got shape {tuple(references.shape)}"
        )
    return references


def _check_values(momenta: Tensor, mask: Tensor, scalars: Tensor | None) -> None:
    counts = mask.sum(1)
    if not bool((counts > 0).all()):
        jets = (counts == 0).nonzero().flatten().tolist()
        raise IntertwineError(f"every particle of jets {jets[:5]} is masked; drop empty jets from the batch")
    for name, x in (("momenta", momenta), ("scalars", scalars)):
        if x is None:
            continue
        good = x.isfinite().all(-1) | ~mask
        if not bool(good.all()):
            jet, particle = (~good).nonzero()[0].tolist()
            raise IntertwineError(f"{name} hold a NaN or infinity, first at jet {jet}, particle {particle}")
