"""
The mass of the Z boson
=======================

In 2011 the CMS detector measured pairs of muons, most of them from the decay of a Z boson. The mass of what decayed is
an invariant of the two four-momenta, ``m^2 = (E1 + E2)^2 - |p1 + p2|^2``. Here two networks learn it from examples, one
of them with the Lorentz symmetry built in, and are then asked by an observer who flies past.
"""

import matplotlib.pyplot as plt
import torch

import intertwine as tw
from intertwine.data import LEPTON_SETS, boost, draw_z_decays, load_leptons, local_folder

random = torch.Generator().manual_seed(0)
muons, folder = LEPTON_SETS["muons"], local_folder()
if folder is not None and (folder / muons.file.local).is_file():
    pairs, origin = load_leptons(muons), "muon pairs measured by CMS in 2011"
else:
    pairs, origin = draw_z_decays(10_000, generator=random), "invented decays (INTERTWINE_DATA has no CMS data)"
print(f"{len(pairs):,} {origin}, median mass {pairs.y.median():.2f} GeV")

# %%
# A network for two four-vectors, invariant under every boost and turn, and a plain one with as many weights. Momenta
# enter in units of 45 GeV, and four-vectors are kept in float64: their products cancel almost everything.

UNIT = 45.0
G = tw.Lorentz()
V = G.vector


def inputs(momenta: torch.Tensor) -> torch.Tensor:
    """Two four-momenta as one row of eight numbers."""
    return momenta.flatten(1) / UNIT


def fit(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.nn.Module:
    """Adam with a falling step size, 600 steps on random batches."""
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 600)
    for _ in range(600):
        chosen = torch.randint(len(x), (256,), generator=random)
        loss = (model(x[chosen]) - y[chosen]).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
    return model


torch.manual_seed(0)
order = torch.randperm(len(pairs), generator=random)
train, test = pairs.take(order[:-3000]), pairs.take(order[-3000:])
models = {
    "plain": torch.nn.Sequential(
        torch.nn.Linear(8, 48), torch.nn.SiLU(), torch.nn.Linear(48, 48), torch.nn.SiLU(), torch.nn.Linear(48, 1)
    ),
    "invariant": tw.nn.EMLP(2 * V, G.trivial, 24 * G.trivial + 6 * V),
}
for name, model in models.items():
    fit(model.double(), inputs(train.x), train.y / (2 * UNIT))
    print(f"{name:10} {sum(p.numel() for p in model.parameters()):,} weights")

# %%
# The test pairs as the laboratory sees them, and for observers at 90 % of the speed of light, each in a direction of
# their own. The mass is the same for all of them.

direction = torch.nn.functional.normalize(torch.randn(len(test), 3, generator=random, dtype=torch.float64), dim=1)
views = {"in the laboratory": test.x, "seen in flight": boost(test.x, 0.9 * direction)}
bins = torch.linspace(60, 120, 61).tolist()
figure, axes = plt.subplots(1, 2, figsize=(7.5, 3), sharex=True, sharey=True)
for ax, (view, momenta) in zip(axes, views.items(), strict=True):
    ax.hist(test.y[:, 0].tolist(), bins=bins, color="0.85", label="true")
    for name, model in models.items():
        with torch.no_grad():
            found = 2 * UNIT * model(inputs(momenta))
        wrong = (found - test.y).abs().median()
        print(f"{name:10} {view:18} median error {wrong:6.2f} GeV, median mass {found.median():6.2f} GeV")
        ax.hist(found[:, 0].tolist(), bins=bins, histtype="step", lw=1.5, label=name)
    ax.set(title=view, xlabel="mass of the pair in GeV")
axes[0].set_ylabel("pairs")
axes[0].legend()
figure.tight_layout()
