"""Energies of structures of atoms, with forces and stress as their exact derivatives."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from os import PathLike, fspath, replace
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from ..groups.classical import O
from ..nn.module import Device
from ..nn.points.neighbours import PointGraph
from .atoms import Atoms, SpeciesIndex, gather_atoms
from .tensor_field import TensorFieldNetwork

FEWEST_ATTRIBUTES = 4
"""Numbers that tell species apart in the self-connections; fewer where there are fewer species."""


@dataclass(frozen=True)
class Prediction:
    """Energies (structures,), forces (N, 3) = -dE/dr, and stress (structures, 3, 3) = dE/dstrain / volume.

    `stress` is None unless it was asked for. Units are those of the training data and of the positions.
    """

    energy: Tensor
    forces: Tensor
    stress: Tensor | None = None


class InteratomicPotential(nn.Module):
    """E = sum over atoms of (scale e(atom and its neighbourhood) + shift of its species).

    e is a tensor field network: embedded species, interactions, and an invariant of every atom. Interactions are of the
    MACE kind, products of many neighbours; `block="gate"` with `degree=2, harmonics=2, layers=3` is the NequIP kind.
    Energies do not change under rotations, reflections, translations and the exchange of like atoms; forces and stress
    turn along. Everything is smooth at the cutoff. Energies are summed in float64, so that shifts of any size cost no
    digits.

    Args:
        species: atomic numbers that occur.
        cutoff: in the unit of the positions.
        channels, degree, harmonics, layers, parity, radial, hidden, block: see `TensorFieldNetwork`.
        neighbours: mean number of neighbours in the training data.
        shifts: energy of a lone atom of each species; None for zeros. `fit_shifts` finds them.
        scale: typical force of the training data.
        seed: of the initial weights.

    Example:
        >>> water = InteratomicPotential([1, 8], cutoff=4.0, channels=8, layers=2)
        >>> class Molecule: ...
        >>> molecule = Molecule()
        >>> molecule.numbers, molecule.positions = [8, 1, 1], [[0, 0, 0.1], [0, 0.8, -0.5], [0, -0.8, -0.5]]
        >>> water.predict(molecule).forces.shape
        torch.Size([3, 3])

    Source: I. Batatia et al., MACE, arXiv:2206.07697; S. Batzner et al., NequIP, arXiv:2101.03164.
    """

    def __init__(
        self,
        species: Sequence[int],
        *,
        cutoff: float = 5.0,
        channels: int = 32,
        degree: int = 1,
        harmonics: int | None = 3,
        layers: int = 2,
        parity: bool = False,
        radial: int = 8,
        hidden: Sequence[int] = (64,),
        neighbours: float = 16.0,
        block: str = "many-body",
        shifts: Sequence[float] | None = None,
        scale: float = 1.0,
        seed: int = 0,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__()
        self.index = SpeciesIndex(species)
        self.arguments: dict[str, Any] = {
            "species": list(self.index.species),
            "cutoff": float(cutoff),
            "channels": channels,
            "degree": degree,
            "harmonics": harmonics,
            "layers": layers,
            "parity": parity,
            "radial": radial,
            "hidden": list(hidden),
            "neighbours": float(neighbours),
            "block": block,
            "shifts": [0.0] * len(species) if shifts is None else [float(s) for s in shifts],
            "scale": float(scale),
            "seed": seed,
        }
        self.cutoff = float(cutoff)
        if len(self.arguments["shifts"]) != len(species) or not all(map(isfinite, self.arguments["shifts"])):
            raise IntertwineError(f"{len(species)} species have as many finite shifts, got {self.arguments['shifts']}")
        generator = torch.Generator().manual_seed(seed)
        attributes = min(len(species), FEWEST_ATTRIBUTES)
        self.embedding = _embedding(len(species), channels, generator)
        self.attributes = _embedding(len(species), attributes, generator)
        scalar = O(3).trivial
        self.network = TensorFieldNetwork(
            channels * scalar,
            scalar,
            cutoff=cutoff,
            channels=channels,
            parity=parity,
            degree=degree,
            harmonics=harmonics,
            layers=layers,
            attributes=attributes,
            radial=radial,
            hidden=hidden,
            neighbours=neighbours,
            block=block,
            generator=generator,
        )
        self.to(device=torch.get_default_device() if device is None else device, dtype=dtype)

    def forward(self, numbers: Tensor, graph: PointGraph) -> Tensor:
        """Energies (structures,) float64 of atoms with these atomic numbers (N,) at the points of the graph."""
        index = self.index(numbers)
        local = self.network(self.embedding(index), graph, self.attributes(index)).squeeze(1).double()
        shifts = torch.tensor(self.arguments["shifts"], dtype=torch.float64, device=local.device)
        return graph.total(self.arguments["scale"] * local + shifts[index])

    def gather(self, structures: Any) -> Atoms:
        """Structures as `predict` takes them, with this cutoff, precision and device; see `gather_atoms`."""
        weight = self.embedding.weight
        return gather_atoms(structures, self.cutoff, dtype=torch.float64, device=weight.device)

    def predict(self, structures: Any, *, stress: bool = False, keep_graph: bool = False) -> Prediction:
        """Energies, forces and, where asked for, stress.

        Args:
            structures: a batch from `gather`, or what `gather` takes: ASE's Atoms, PyG's Data, `data.Structure`, or a
                list of them.
            stress: needs cells that are periodic in all directions.
            keep_graph: leave the result differentiable in the weights, to train on forces.

        Raises:
            IntertwineError: for an unknown species, or the stress of structures without volume.
        """
        atoms = structures if isinstance(structures, Atoms) else self.gather(structures)
        graph = atoms.graph
        with torch.enable_grad():
            positions = graph.positions.detach().requires_grad_()
            strain, volume, moved = None, None, graph.moved(positions)
            if stress:
                strain, volume, moved = _strained(graph, positions)
            energy = self(atoms.numbers, moved)
            wanted = [positions] if strain is None else [positions, strain]
            slopes = torch.autograd.grad(energy.sum(), wanted, create_graph=keep_graph, materialize_grads=True)
        if not keep_graph:
            energy = energy.detach()
        if strain is None or volume is None:
            return Prediction(energy, -slopes[0])
        symmetric = (slopes[1] + slopes[1].mT) / 2
        return Prediction(energy, -slopes[0], symmetric / volume[:, None, None])

    def save(self, path: str | PathLike[str]) -> None:
        """Write arguments and weights, and no code: `InteratomicPotential.load` reads them anywhere."""
        content = {"model": type(self).__name__, "arguments": json.dumps(self.arguments), "weights": self.state_dict()}
        # Beside it first: whoever is interrupted keeps the file that was there.
        part = f"{fspath(path)}.part"
        torch.save(content, part)
        replace(part, path)

    @classmethod
    def load(cls, path: str | PathLike[str], *, device: torch.device | str = "cpu") -> InteratomicPotential:
        """The potential that `save` wrote.

        Raises:
            IntertwineError: the file was cut off, or holds something else.
        """
        try:
            content = torch.load(path, map_location="cpu", weights_only=True)
        except FileNotFoundError:
            raise
        except (EOFError, RuntimeError, OSError, UnpicklingError) as error:
            raise IntertwineError(f"{path} is no whole file that `save` wrote; was it cut off? ({error})") from error
        if not isinstance(content, dict) or content.get("model") != cls.__name__:
            raise IntertwineError(f"{path} holds no {cls.__name__}")
        arguments = json.loads(content["arguments"])
        foreign = set(arguments) - set(inspect.signature(cls).parameters)
        if foreign:
            raise IntertwineError(f"{path} was written by another version, with {', '.join(sorted(foreign))}")
        weights = content["weights"]
        try:
            potential = cls(**arguments, dtype=weights["embedding.weight"].dtype)
            potential.load_state_dict(weights)
        except (KeyError, RuntimeError) as error:
            raise IntertwineError(f"{path} was written by another version: its layers differ") from error
        return potential.to(device)

    def __repr__(self) -> str:
        a = self.arguments
        weights = sum(p.numel() for p in self.parameters())
        return (
            f"InteratomicPotential(species {a['species']}, cutoff {a['cutoff']:g}, {a['channels']} channels, degree "
            f"{a['degree']}, harmonics {self.network.harmonics}, {a['layers']} layers of {a['block']}, "
            f"{weights:,} parameters)"
        )


def _embedding(species: int, width: int, generator: torch.Generator) -> nn.Embedding:
    """Normal vectors; where they are as many as species, the axes, which lets every species have weights of its own."""
    square = species == width
    weight = torch.eye(species) * species**0.5 if square else torch.randn(species, width, generator=generator)
    return nn.Embedding.from_pretrained(weight, freeze=False)


def _strained(graph: PointGraph, positions: Tensor) -> tuple[Tensor, Tensor, PointGraph]:
    """A strain of zero (structures, 3, 3), volumes, and the graph strained by it: r -> r (1 + strain)."""
    if graph.cell is None:
        raise IntertwineError("stress needs periodic cells: these structures have none")
    volume = torch.linalg.det(graph.cell).abs()
    if bool((volume < 1e-12).any()):
        raise IntertwineError("stress needs cells with a volume, periodic in all three directions")
    strain = torch.zeros_like(graph.cell).requires_grad_()
    even = (strain + strain.mT) / 2
    turned = positions + (positions.unsqueeze(1) @ even[graph.structure]).squeeze(1)
    return strain, volume, graph.moved(turned, graph.cell + graph.cell @ even)


def fit_shifts(species: Sequence[int], numbers: Sequence[Tensor], energies: Tensor) -> list[float]:
    """Energies of lone atoms that explain total energies best, by least squares; of smallest norm where it is open.

    Shapes: numbers, one (atoms,) for each structure; energies (structures,).

    Raises:
        IntertwineError: there are not as many energies as structures, or some are not finite.

    Example:
        >>> fit_shifts([1, 8], [torch.tensor([8, 1, 1]), torch.tensor([1, 1])], torch.tensor([-70.0, -30.0]))
        [-15.0, -40.0]
    """
    index = SpeciesIndex(species)
    if energies.shape != (len(numbers),) or not numbers or not bool(energies.isfinite().all()):
        raise IntertwineError(f"{len(numbers)} structures have as many finite energies, got {tuple(energies.shape)}")
    counts = torch.stack([index(z).bincount(minlength=len(species)) for z in numbers]).double()
    found = torch.linalg.pinv(counts) @ energies.double().cpu()
    return [round(value, 9) for value in found.tolist()]
