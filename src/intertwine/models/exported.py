"""Potentials as programs of `torch.export`: energies and forces without the code of their models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.utils import _pytree as pytree

from .potential import InteratomicPotential

if TYPE_CHECKING:
    from torch.export import ExportedProgram


def export_potential(potential: InteratomicPotential, structures: Any) -> ExportedProgram:
    """A program (numbers, graph) -> energies (structures,) and forces (N, 3), for any number of atoms and neighbours.

    `torch.export.save` writes it. Whoever loads it needs `import intertwine`, for the operators and for graphs, which
    `gather_atoms(structures, cutoff)` makes; the model's own code is not needed. Unknown species are an error of torch.

    Args:
        structures: examples, as `predict` takes them: periodic or not as those to come, with a few neighbours.

    Example:
        >>> from intertwine.data import structure
        >>> from intertwine.models import gather_atoms
        >>> water = structure([8, 1, 1], [[0, 0, 0.1], [0, 0.8, -0.5], [0, -0.8, -0.5]])
        >>> potential = InteratomicPotential([1, 8], channels=4, layers=1)
        >>> program = export_potential(potential, water).module()
        >>> atoms = gather_atoms([water, structure([8, 1], [[0, 0, 0], [0, 0, 1]])], potential.cutoff)
        >>> energy, forces = program(atoms.numbers, atoms.graph)
        >>> energy.shape, forces.shape
        (torch.Size([2]), torch.Size([5, 3]))
    """
    # Here, for they load sympy.
    from torch.export import Dim, ShapesCollection
    from torch.fx.experimental.proxy_tensor import make_fx

    examples = list(structures) if isinstance(structures, (list, tuple)) else [structures]
    atoms = potential.gather(examples * 2)  # sizes of one would be taken for constants
    given = (atoms.numbers, atoms.graph)
    leaves, form = pytree.tree_flatten(given)
    shapes = ShapesCollection()
    for leaf in leaves:
        shapes[leaf] = {0: Dim.AUTO}
    free = shapes.dynamic_shapes(potential, given)
    energies = torch.export.export(potential, given, dynamic_shapes=free).module()

    def derived(*parts: Tensor) -> tuple[Tensor, Tensor]:
        numbers, graph = pytree.tree_unflatten(parts, form)
        positions = graph.positions.detach().requires_grad_()
        energy = energies(numbers, graph.moved(positions))
        (slope,) = torch.autograd.grad(energy.sum(), positions)
        return energy.detach(), -slope

    traced = make_fx(derived, tracing_mode="symbolic", _allow_non_fake_inputs=True)(*leaves)
    return torch.export.export(_Program(traced), given, dynamic_shapes=free)


class _Program(nn.Module):
    """What was traced, with its arguments as they were."""

    def __init__(self, traced: nn.Module):
        super().__init__()
        self.traced = traced

    def forward(self, numbers: Tensor, graph: Any) -> Any:
        return self.traced(numbers, *pytree.tree_leaves(graph))
