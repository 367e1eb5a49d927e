"""
Elections: convolution over a permutation group
===============================================

Every voter ranks five candidates. An election is then a function on the 120 permutations: how many voters chose each
ranking. A fair rule does not look at names: relabelling the candidates relabels the winner. So a voting rule is an
equivariant map from functions on S(5) to scores of five candidates, and it can be learned from examples as one.
"""

import matplotlib.pyplot as plt
import torch
from torch import nn

import intertwine as tw

G = tw.S(5)
rankings = G.elements()  # (120, 5): the candidate in first place, in second place, ..
random = torch.Generator().manual_seed(0)


def elections(n: int, strength: torch.Tensor) -> torch.Tensor:
    """Counts (n, 1, 120) of 40 voters, who mostly agree that candidates with more strength are better."""
    appeal = strength + torch.randn(n, 1, 5, generator=random) + torch.randn(n, 40, 5, generator=random)
    ballots = appeal.argsort(-1, descending=True)
    return nn.functional.one_hot(G.index(ballots), 120).sum(1)[:, None].float()


# %%
# Kemeny's rule chooses the ranking that disagrees least with all voters, in pairs of candidates ordered differently.
# For two rankings that number is the inversions of h⁻¹g, so the disagreements of all rankings are one convolution,
#
# .. math:: [\psi * f](g) = \sum_h \psi(h^{-1} g) f(h), \qquad \psi(k) = \text{inversions of } k,
#
# which we can put into a layer by hand. With it we label our elections.

inversions = torch.stack([rankings[:, i] > rankings[:, j] for i in range(5) for j in range(i + 1, 5)]).sum(0)
kemeny = tw.nn.GroupConv(G, 1, 1, bias=False)
with torch.no_grad():
    kemeny.weight[0, 0] = inversions.float()
print(kemeny)


def winner(counts: torch.Tensor) -> torch.Tensor:
    return rankings[kemeny(counts)[:, 0].argmin(-1), 0]


# %%
# In the elections that we learn from, candidate 0 is strong and wins most of the time. In the test the names are dealt
# anew. The convolution network goes from functions on the group to functions on the
# candidates, ``space_out=G.points``.

bias = torch.tensor([2.5, 1.0, 0.0, -0.5, -1.0])
train = elections(200, bias)
names = G.sample(1000, generator=random)
same = elections(1000, bias)
renamed = G.regular.apply(names[:, None], same)
print("candidate 0 wins", f"{(winner(train) == 0).float().mean():.0%} of the training elections")

torch.manual_seed(0)
models = {
    "perceptron": nn.Sequential(
        nn.Flatten(), nn.Linear(120, 128), nn.ReLU(), nn.Linear(128, 128), nn.ReLU(), nn.Linear(128, 5)
    ),
    "group convolution": nn.Sequential(
        tw.nn.GroupConv(G, 1, 8),
        nn.ReLU(),
        tw.nn.GroupConv(G, 8, 8, gain=2**0.5),
        nn.ReLU(),
        tw.nn.GroupConv(G, 8, 1, space_out=G.points),
        nn.Flatten(),
    ),
}
figure, ax = plt.subplots(figsize=(5, 3))
for k, (name, model) in enumerate(models.items()):
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-4)
    for _ in range(150):
        loss = nn.functional.cross_entropy(model(train), winner(train))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        scores = [(model(x).argmax(-1) == winner(x)).float().mean().item() for x in (same, renamed)]
    size = sum(p.numel() for p in model.parameters())
    print(f"{name:18} {size:6,} parameters   same names {scores[0]:.1%}   new names {scores[1]:.1%}")
    ax.bar(torch.arange(2) + 0.4 * k - 0.2, scores, 0.38, label=name)
ax.set(xticks=[0, 1], xticklabels=["names as in training", "names dealt anew"], ylabel="right winners", ylim=(0, 1.05))
ax.legend(loc="lower left")
figure.tight_layout()

# %%
# The audit agrees: no relabelling changes what the convolution network decides.

report = tw.audit(models["group convolution"], same, tw.actions.Vectors(G.regular), tw.actions.Vectors(G.points))
print(f"equivariance error {report.error:.1e}")
