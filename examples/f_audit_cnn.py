"""
Auditing a CNN under rotations
==============================

A convolutional network is told about shifts and nothing about rotations. How far from rotation invariance is it after
training, and does training on turned pictures help? An audit answers for any model, with a confidence interval.

The pictures are scikit-learn's 8 x 8 digits with a margin of two pixels, so that no ink is lost when they turn.
"""

import matplotlib.pyplot as plt
import torch
from torch import nn

import intertwine as tw
from intertwine.data import Labelled, load_digits

digits = load_digits()
framed = Labelled(nn.functional.pad(digits.x, (2, 2, 2, 2)), digits.y, digits.classes)
order = torch.randperm(len(framed), generator=torch.Generator().manual_seed(0))
train, test = framed.take(order[:1200]), framed.take(order[1200:])


def network() -> nn.Module:
    """Two convolutions and a linear layer."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(16, 32, 3, padding=1), nn.ReLU(), nn.Flatten(), nn.Linear(32 * 36, 10),
    )  # fmt: skip


def fit(model: nn.Module, action: tw.actions.Action | None) -> nn.Module:
    """Adam, 25 passes; with an action, every picture is moved by a fresh random element first."""
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)
    random = torch.Generator().manual_seed(0)
    for _ in range(25):
        for batch in torch.randperm(len(train), generator=random).split(64):
            x = train.x[batch]
            if action is not None:
                x = action(action.group.sample(len(x), generator=random), x)
            loss = nn.functional.cross_entropy(model(x), train.y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


# %%
# The action is spelled out: quarter turns act on the picture, and do nothing to the class scores.

turns = tw.actions.Pictures(tw.C(4))
models = {"as given": fit(network(), None), "trained on turned digits": fit(network(), turns)}
invariant = tw.actions.Trivial(tw.C(4))
reports = {name: tw.audit(model, test.x, turns, invariant, elements="all") for name, model in models.items()}
for name, report in reports.items():
    print(f"{name:26} error {report.error:.3f}   same class {report.orbit_same:.2f} of {report.order}")

# %%
# The whole report of the second:

print(reports["trained on turned digits"])

# %%
# Below, the same models under the rotation group of the plane, whose elements turn a picture by any angle. The floor is
# the part of the error that resampling so small a picture causes by itself.

circle = tw.SO(2)
rotations = tw.actions.Pictures(circle)
for name, model in models.items():
    report = tw.audit(model, test.x, rotations, tw.actions.Trivial(circle))
    print(f"{name:26} error {report.error:.3f}   floor {report.floor:.3f}")

# %%
# Accuracy against the angle shows the same from the other side.

figure, ax = plt.subplots(figsize=(5, 3))
angles = torch.arange(0, 361, 15)
for name, model in models.items():
    correct = []
    for angle in torch.deg2rad(angles.double()):
        c, s = angle.cos(), angle.sin()
        turned = rotations(torch.stack([torch.stack([c, -s]), torch.stack([s, c])]), test.x)
        with torch.no_grad():
            correct.append(float((model(turned).argmax(1) == test.y).float().mean()))
    ax.plot(angles, correct, label=name)
ax.set(xlabel="turned by (degrees)", ylabel="accuracy", ylim=(0, 1.02), xticks=range(0, 361, 90))
ax.legend(frameon=False)
figure.tight_layout()
