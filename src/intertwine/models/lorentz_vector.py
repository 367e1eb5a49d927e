"""A message-passing network on four-vectors."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ..errors import IntertwineError
from .minkowski import pair_invariants
from .particles import Device, ParticleNetwork, Particles, perceptron

SMALL_STEP = 0.1
"""Steps of the four-vectors start small, so that depth does not raise momenta to high powers at once."""


class LorentzVectorNetwork(ParticleNetwork):
    """Invariants and four-vectors on the particles of a jet, exchanged along all pairs; invariant under O(1,3).

    With psi a logarithm, each layer computes, over the true nodes j != i of n,

        m_ij = F(h_i, h_j, psi <x_i, x_j>, psi (x_i - x_j)^2)
        x_i <- x_i + 1/n sum_j tanh(g(m_ij)) x_j
        h_i <- h_i + H(h_i, 1/n sum_j sigmoid(a(m_ij)) m_ij, s_i),

    where h are `width` invariant features, s the invariants of the input, and x starts as the momenta. The outputs are
    a perceptron of the mean of h and of log n. The tanh bounds an invariant factor, so no component is ever clamped.

    Precision: x and its Minkowski products are computed in float64 whatever the parameters' dtype, features in the
    latter. Boosts by gamma then change products by about 1e-16 gamma^2 of the energies squared, and outputs likewise.

    Args:
        outputs: how many numbers to return for a jet, such as logits.
        scalars: how many invariant numbers come with each particle, such as its charge.
        width: features of a node.
        layers: rounds of messages.
        references: fixed four-vectors (k, 4) that enter as further nodes and break the symmetry to those
            transformations that keep them: the beams (1, 0, 0, 1), (1, 0, 0, -1) or the time axis (1, 0, 0, 0).
        generator: random numbers for the initial weights.

    Shapes: momenta (batch, particles, 4) as (E, px, py, pz), mask (batch, particles) bool, true for real particles
    (None: all are), scalars (batch, particles, scalars) -> (batch, outputs). Cut a batch to its longest jet: the work
    grows as the square of the padded length, though the outputs do not depend on it.

    Raises:
        IntertwineError: for wrong shapes, NaN in a real particle, jets without particles (values are not looked at
            under torch.compile).

    Example:
        >>> network = LorentzVectorNetwork(outputs=2, width=16, layers=2)
        >>> network
        LorentzVectorNetwork(O(1,3), 4,243 parameters)
        >>> network(torch.randn(5, 30, 4)).shape
        torch.Size([5, 2])

    Source: S. Gong et al., An efficient Lorentz equivariant graph neural network for jet tagging, arXiv:2201.08187.
    """

    def __init__(
        self,
        outputs: int = 1,
        *,
        scalars: int = 0,
        width: int = 72,
        layers: int = 6,
        references: Tensor | Sequence[Sequence[float]] | None = None,
        generator: torch.Generator | None = None,
        device: Device = None,
        dtype: torch.dtype | None = None,
    ):
        super().__init__(outputs, scalars, references)
        if width < 1 or layers < 1:
            raise IntertwineError(f"LorentzVectorNetwork needs width, layers >= 1, got width={width}, layers={layers}")
        self.embedding = nn.Linear(self.inputs, width)
        moves = [k + 1 < layers for k in range(layers)]  # nothing reads the vectors after the last layer
        self.layers = nn.ModuleList([VectorLayer(width, self.inputs, move) for move in moves])
        self.head = perceptron(width + 1, width, outputs)
        self.place(generator, device, dtype)

    def group(self) -> str:
        return "O(1,3)"

    def forward(self, momenta: Tensor, mask: Tensor | None = None, scalars: Tensor | None = None) -> Tensor:
        particles = self.embed(momenta, mask, scalars, self.embedding.weight.dtype)
        h, x = self.embedding(particles.scalars), particles.momenta
        neighbours = particles.neighbours(h.dtype)
        for layer in self.layers:
            h, x = layer(h, x, particles, neighbours)
        return self.head(torch.cat([particles.mean(h), particles.logarithm], -1))


class VectorLayer(nn.Module):
    """One round of messages: h (batch, n, width), x (batch, n, 4) float64 -> the same.

    Args:
        width: features of a node.
        inputs: invariants of a node that every layer sees again.
        moves: whether the four-vectors change.
    """

    def __init__(self, width: int, inputs: int, moves: bool):
        super().__init__()
        # The first layer of F, on (h_i, h_j, products), as a sum: its large parts are computed once a node.
        self.source = nn.Linear(width, width)
        self.target = nn.Linear(width, width, bias=False)
        self.pair = nn.Linear(2, width, bias=False)
        self.message = nn.Linear(width, width)
        self.attention = nn.Linear(width, 1)
        self.update = perceptron(2 * width + inputs, width, width)
        self.step = nn.Sequential(nn.Linear(width, width), nn.ReLU(True), _Small(width, 1)) if moves else None

    def forward(self, h: Tensor, x: Tensor, particles: Particles, neighbours: Tensor) -> tuple[Tensor, Tensor]:
        m = self.messages(h, x)
        weight = torch.sigmoid(self.attention(m).squeeze(-1)).view_as(neighbours) * neighbours
        received = torch.matmul(weight.unsqueeze(2), m.unflatten(0, neighbours.shape)).squeeze(2)
        if self.step is not None:
            factor = torch.tanh(self.step(m).squeeze(-1)).view_as(neighbours) * neighbours
            x = x + torch.bmm(factor.to(x.dtype), x)
        return h + self.update(torch.cat([h, received, particles.scalars], -1)), x

    def messages(self, h: Tensor, x: Tensor) -> Tensor:
        """m_ij of all pairs, (batch n n, width)."""
        nodes = self.source(h)[:, :, None] + self.target(h)[:, None, :]
        invariants = pair_invariants(x).to(h.dtype).flatten(2).mT.reshape(-1, 2)
        pre = torch.addmm(nodes.flatten(0, 2), invariants, self.pair.weight.mT)
        return torch.relu_(self.message(torch.relu_(pre)))


class _Small(nn.Linear):
    """A linear layer whose weights start small."""

    gain = SMALL_STEP
