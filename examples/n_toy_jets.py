"""
Jets seen by moving observers
=============================

A heavy particle that decays leaves two prongs of particles in a detector, a light one leaves a single prong. Which it
was does not depend on how fast the observer moves, so a network that tells them apart should not either.
"""

import matplotlib.pyplot as plt
import torch
from torch import Tensor

import intertwine as tw

random = torch.Generator().manual_seed(0)


def jets(count: int) -> tuple[Tensor, Tensor, Tensor]:
    """Jets of 4 to 12 massless particles: momenta (E, px, py, pz), which of 12 are real, and whether two-pronged."""
    label = torch.arange(count) % 2
    axes = 0.15 * torch.randn(count, 12, 2, generator=random, dtype=torch.float64)
    axes[..., 0] += 0.8 * label[:, None] * (torch.randint(0, 2, (count, 12), generator=random) - 0.5)
    directions = torch.nn.functional.normalize(torch.cat([torch.ones(count, 12, 1), axes], -1), dim=-1)
    directions = directions @ tw.SO(3).sample(count, generator=random).mT
    energy = 5 - 20 * torch.rand(count, 12, 1, generator=random, dtype=torch.float64).log()
    real = torch.arange(12) < torch.randint(4, 13, (count, 1), generator=random)
    return energy * torch.cat([torch.ones(count, 12, 1), directions], -1), real, label.float()


# %%
# Two networks that know the Lorentz group: one exchanges scalars and four-vectors between particles, the other holds
# larger irreducible representations and multiplies them. And one that sees only numbers: a sum over particles.


class Sum(torch.nn.Module):
    """A perceptron for each particle, their sum, and another perceptron."""

    def __init__(self) -> None:
        super().__init__()
        self.each = torch.nn.Sequential(torch.nn.Linear(4, 64), torch.nn.ReLU(), torch.nn.Linear(64, 64))
        self.all = torch.nn.Sequential(
            torch.nn.ReLU(), torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 1)
        )

    def forward(self, momenta: Tensor, real: Tensor) -> Tensor:
        """Momenta in units of 20 GeV."""
        return self.all((self.each(momenta.float() / 20) * real[..., None]).mean(1))


torch.manual_seed(0)
networks = {
    "four-vectors": tw.models.LorentzVectorNetwork(width=16, layers=3),
    "Clebsch-Gordan": tw.models.LorentzCGNetwork(channels=(4, 4), width=16),
    "no symmetry": Sum(),
}
print(networks["four-vectors"])
print(networks["Clebsch-Gordan"])


def train(network: torch.nn.Module, momenta: Tensor, real: Tensor, label: Tensor) -> None:
    """Adam, 150 steps of 64 jets."""
    optimizer = torch.optim.Adam(network.parameters(), lr=5e-3)
    for step in range(150):
        batch = torch.arange(64 * step, 64 * step + 64) % len(label)
        logits = network(momenta[batch], real[batch]).squeeze(1)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, label[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()


data, test = jets(1280), jets(500)
for network in networks.values():
    train(network, *data)

# %%
# Now the observer moves across the jets, up to 99.9 % of the speed of light. The first two networks keep their answers
# to a part in a million although their features are float32: four-vectors and their products stay in float64.


def boost(gamma: float) -> Tensor:
    """To an observer who moves along y."""
    matrix, speed = torch.eye(4, dtype=torch.float64), (1 - gamma**-2) ** 0.5
    matrix[0, 0] = matrix[2, 2] = gamma
    matrix[0, 2] = matrix[2, 0] = -gamma * speed
    return matrix


gammas = torch.logspace(0, 1.35, 10).tolist()
figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3))
momenta, real, label = test
for name, network in networks.items():
    with torch.no_grad():
        still = network(momenta, real)
        moving = [network(momenta @ boost(gamma).mT, real) for gamma in gammas]
    accuracy = [((y[:, 0] > 0) == (label > 0)).float().mean().item() for y in moving]
    drift = [(y - still).abs().max().item() for y in moving]
    print(f"{name:15} accuracy {accuracy[0]:.2f}, at gamma {gammas[-1]:.1f} {accuracy[-1]:.2f}; drift {drift[-1]:.0e}")
    left.plot(gammas, accuracy, label=name)
    right.loglog(gammas[1:], drift[1:])
left.set(xscale="log", xlabel="gamma", ylabel="accuracy")
right.set(xlabel="gamma", ylabel="largest change of a logit")
left.legend()
figure.tight_layout()

# %%
# A detector has a direction, and its beams may matter. References break the symmetry to the transformations that fix
# them, and no further: with the beams along z, jets may still be turned about z.

beams = [[1, 0, 0, 1], [1, 0, 0, -1]]
network = tw.models.LorentzVectorNetwork(width=16, layers=3, references=beams)
about_z, about_x = torch.eye(4, dtype=torch.float64), torch.eye(4, dtype=torch.float64)
turn = torch.tensor([[0.6, -0.8], [0.8, 0.6]], dtype=torch.float64)
about_z[1:3, 1:3], about_x[2:, 2:] = turn, turn
with torch.no_grad():
    still = network(momenta, real)
    for name, g in (("about z", about_z), ("about x", about_x)):
        print(f"turned {name}: logits change by {(network(momenta @ g.mT, real) - still).abs().max():.0e}")
