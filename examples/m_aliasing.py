"""
A network that should not care where things are
===============================================

A convolutional network with strides and max-pooling gives other answers when its picture moves by one pixel. An audit
says how often, at which layer it happens and why; one call puts low-pass filters before the strides and keeps the
weights.

The pictures are scikit-learn's digits, enlarged to 16 x 16 in frames of 20 x 20, which may move all around. All padding
is circular, so that borders play no part.
"""

import matplotlib.pyplot as plt
import torch
from torch import Tensor, nn

import intertwine as tw
from intertwine.data import load_digits

digits = load_digits()
large = nn.functional.interpolate(digits.x, scale_factor=2, mode="bilinear")
x, y = nn.functional.pad(large, (2, 2, 2, 2)), digits.y
order = torch.randperm(len(x), generator=torch.Generator().manual_seed(0))
train, test = order[:1200], order[1200:]


class Block(nn.Module):
    """Two convolutions and a shortcut, as in a residual network."""

    def __init__(self, channels: int, out: int, stride: int):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, out, 3, stride, padding=1, padding_mode="circular")
        self.conv2 = nn.Conv2d(out, out, 3, padding=1, padding_mode="circular")
        self.norm1, self.norm2 = nn.BatchNorm2d(out), nn.BatchNorm2d(out)
        self.shortcut = nn.Conv2d(channels, out, 1, stride=stride)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        inner = self.relu(self.norm1(self.conv1(x)))
        return self.relu(self.shortcut(x) + self.norm2(self.conv2(inner)))


def network() -> nn.Sequential:
    """A small residual network: max-pooling, two blocks, the mean over positions, a linear layer."""
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 12, 3, padding=1, padding_mode="circular"), nn.ReLU(), nn.MaxPool2d(2),
        Block(12, 24, stride=2), Block(24, 24, stride=1), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(24, 10),
    )  # fmt: skip


def fit(model: nn.Module, passes: int) -> nn.Module:
    """Adam on digits that stay in the middle, with a step that falls to zero."""
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, passes)
    random = torch.Generator().manual_seed(0)
    model.train()
    for _ in range(passes):
        for batch in train[torch.randperm(len(train), generator=random)].split(64):
            loss = nn.functional.cross_entropy(model(x[batch]), y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        schedule.step()
    return model.eval()


def accuracy(model: nn.Module) -> float:
    with torch.no_grad():
        return float((model(x[test]).argmax(1) == y[test]).float().mean())


plain = fit(network(), passes=8)

# %%
# Two questions are told apart: what a shift by whole pixels does, and what one by a fraction does.

before = tw.audit_shifts(plain, x[test])
print(before)

# %%
# Where does it happen, and why? Each source of aliasing is taken away by itself, and left alone.

print(tw.audit_aliasing(plain, x[test], samples=100))

# %%
# One call: a blur before every stride, max-pooling with stride 1 before its blur. The weights are the same; five more
# passes over the data let them settle.

smooth = tw.nn.antialias(plain, circular=True)
untouched = tw.audit_shifts(smooth, x[test])
fit(smooth, passes=5)
after = tw.audit_shifts(smooth, x[test])

for name, model, report in (("as trained", plain, before), ("antialiased, trained on", smooth, after)):
    print(f"{name:24} accuracy {accuracy(model):.3f}   error {report.whole.error:.2f}   same class "
          f"{report.whole.agreement:.2f}")  # fmt: skip
print(f"antialiased at once: error {untouched.whole.error:.2f}")

# %%
# Against the distance, the network as trained shows its strides: the error vanishes at every fourth pixel.

figure, ax = plt.subplots(figsize=(5.5, 3))
for name, report in (("as trained", before), ("antialiased", after)):
    ax.plot([p.at for p in report.curve], [float(p.error) for p in report.curve if p.error], "o-", ms=3, label=name)
ax.set(xlabel="shift (pixels)", ylabel="relative error", ylim=(0, None))
ax.legend(frameon=False)
figure.tight_layout()
