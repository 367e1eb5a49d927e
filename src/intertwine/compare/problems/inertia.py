"""From point masses to the inertia tensor."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from ...actions import Vectors
from ...data import Labelled, draw_bodies
from ...representations.base import Representation
from ..points import PointItems
from ..problem import Problem, Split, Words, refuse_representations, register, vectors_in_space
from ..spec import Budget, Comparison

POINTS = 5
EXAMPLES, TEST_ITEMS = 1_000, 500
AXIS_SEED = 30_000


@register("inertia")
class Inertia(Problem):
    """Upright bodies of five point masses; the answer is the 3 x 3 inertia tensor, exact, and drawn anew each time."""

    words = Words("the inertia tensor of a body", "body", "bodies", "upright", "turned")
    source = (
        "Bodies of five random point masses, three times as tall as wide, with their inertia tensors "
        "I = Σ m (|r|² 1 − r rᵀ) in closed form."
    )
    shape = (POINTS, 4)
    points = PointItems(cutoff=6.0, neighbours=float(POINTS), origin=True)
    angles = tuple(float(degrees) for degrees in range(0, 181, 15))
    budget = Budget(epochs=60, batch_size=50, learning_rate=3e-3)

    def __init__(self, spec: Comparison) -> None:
        super().__init__(spec)
        refuse_representations(spec)
        vector = vectors_in_space(
            spec,
            "The inertia tensor turns and mirrors with a body",
            "SO(3), O(3), or a finite group of turns such as Cube() or Icosahedron()",
        )
        self.point = vector + spec.group.trivial
        self.action_in, self.action_out = Vectors(self.point), Vectors(vector * vector)
        self.examples = spec.examples or EXAMPLES

    @property
    def rho_in(self) -> Representation:
        return POINTS * self.point

    @property
    def rho_out(self) -> Representation:
        return self.group.vector * self.group.vector

    @property
    def classes(self) -> tuple[str, ...]:
        return ()

    def split(self, seed: int) -> Split:
        generator = torch.Generator().manual_seed(seed)
        return Split(*(draw_bodies(n, POINTS, generator=generator) for n in (self.examples, TEST_ITEMS)))

    def turn(self, degrees: float, items: Labelled) -> Labelled:
        """Each body turned by the angle about its own random axis (a rotation, also where the group is finite)."""
        g = _rotations(degrees, len(items)).to(items.x)
        position = torch.einsum("nij,npj->npi", g, items.x[..., :3])
        tensor = g @ items.y.unflatten(1, (3, 3)) @ g.mT
        return Labelled(torch.cat([position, items.x[..., 3:]], dim=-1), tensor.flatten(1))


def _rotations(degrees: float, count: int) -> Tensor:
    """Rotations by one angle about `count` random axes a, exp(angle [a]x), (count, 3, 3) float64."""
    generator = torch.Generator().manual_seed(AXIS_SEED)
    axis = torch.nn.functional.normalize(torch.randn(count, 3, generator=generator, dtype=torch.float64), dim=1)
    one = torch.eye(3, dtype=torch.float64)
    turning = torch.linalg.cross(axis[:, None], one[None].expand(count, 3, 3)).mT
    return torch.linalg.matrix_exp(math.radians(degrees) * turning)
