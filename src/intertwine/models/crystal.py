"""Properties of crystals, such as spectra, from their atoms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..groups.classical import O
from ..nn.module import Device
from ..nn.points.neighbours import PointGraph
from .atoms import GREATEST, Atoms, SpeciesIndex, gather_atoms
from .tensor_field import TensorFieldNetwork

ATTRIBUTES = 8
"""Learned numbers that tell species apart in the self-connections."""
SMALLEST = 1e-3
"""Of a spectrum at the start: softplus reaches zero nowhere."""
KINDS = ("values", "spectrum")


class CrystalNetwork(nn.Module):
    """A crystal or molecule -> invariant numbers, the mean over its atoms of what each contributes.

    Args:
        outputs: how many numbers.
        kind: "values" as they are; "spectrum": positive, and divided by the greatest, as densities of states often are.
        species: atomic numbers that may occur; None for all elements.
        cutoff, channels, degree, harmonics, layers, parity, radial, hidden, neighbours, block: see
            `TensorFieldNetwork`.
        seed: of the initial weights.

    Shapes: numbers (N,), graph of S structures -> (S, outputs). `predict` takes whatever `gather_atoms` does.

    Example:
        >>> network = CrystalNetwork(51, kind="spectrum", cutoff=4.0, channels=8)

    Source: Z. Chen et al., Direct prediction of phonon density of states with Euclidean neural networks,
    arXiv:2009.05163.
    """

    def __init__(
        self,
        outputs: int,
        *,
        kind: str = "values",
        species: Sequence[int] | None = None,
        cutoff: float = 4.0,
        channels: int = 32,
        degree: int = 1,
        harmonics: int | None = None,
        layers: int = 2,
        parity: bool = False,
        radial: int = 8,
        hidden: Sequence[int] = (64,),
        neighbours: float = 16.0,
        block: str = "gate",
        seed: int = 0,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__()
        if kind not in KINDS or outputs < 1:
            raise IntertwineError(
                f"kind is one of {', '.join(KINDS)} with at least one output, got {kind!r}, {outputs}"
            )
        self.kind, self.cutoff = kind, cutoff
        self.index = SpeciesIndex(range(1, GREATEST + 1) if species is None else species)
        generator = torch.Generator().manual_seed(seed)
        count, scalar = len(self.index.species), O(3).trivial
        self.embedding = _normal(count, channels, generator)
        self.attributes = _normal(count, ATTRIBUTES, generator)
        self.network = TensorFieldNetwork(
            channels * scalar,
            2 * channels * scalar,
            cutoff=cutoff,
            channels=channels,
            parity=parity,
            degree=degree,
            harmonics=harmonics,
            layers=layers,
            attributes=ATTRIBUTES,
            radial=radial,
            hidden=hidden,
            neighbours=neighbours,
            block=block,
            generator=generator,
        )
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(seed)
            self.head = nn.Sequential(nn.SiLU(), nn.Linear(2 * channels, outputs))
        self.to(device=torch.get_default_device() if device is None else device, dtype=dtype)

    def forward(self, numbers: Tensor, graph: PointGraph) -> Tensor:
        index = self.index(numbers)
        attributes = self.attributes(index) * ATTRIBUTES**-0.5
        values = graph.mean(self.head(self.network(self.embedding(index), graph, attributes)))
        if self.kind == "values":
            return values
        positive = nn.functional.softplus(values)
        return positive / positive.amax(1, keepdim=True)

    @torch.no_grad()
    def start_at(self, values: Tensor) -> None:
        """Set the last bias so that an untrained network gives about these values (outputs,), such as a mean spectrum.

        Raises:
            IntertwineError: there are not as many values as outputs.
        """
        bias: Tensor = self.head[-1].bias  # type: ignore[assignment]
        if values.shape != bias.shape:
            raise IntertwineError(
                f"a network with {len(bias)} outputs starts at ({len(bias)},), got {tuple(values.shape)}"
            )
        if self.kind == "spectrum":
            values = values.double().clamp_min(SMALLEST).expm1().log()
        bias.copy_(values)

    def gather(self, structures: Any) -> Atoms:
        """Structures as a batch with the graph of this cutoff; see `gather_atoms`."""
        weight = self.embedding.weight
        return gather_atoms(structures, self.cutoff, dtype=torch.float64, device=weight.device)

    @torch.no_grad()
    def predict(self, structures: Any) -> Tensor:
        """The numbers of each structure, (structures, outputs)."""
        atoms = structures if isinstance(structures, Atoms) else self.gather(structures)
        return self(atoms.numbers, atoms.graph)


def _normal(count: int, width: int, generator: torch.Generator) -> nn.Embedding:
    return nn.Embedding.from_pretrained(torch.randn(count, width, generator=generator), freeze=False)
