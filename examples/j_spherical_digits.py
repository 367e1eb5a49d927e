"""
Digits on the globe: convolution over SO(3)
===========================================

Pictures on a sphere, such as weather maps or the view of an omnidirectional camera, have no preferred direction. Here
handwritten digits are wrapped around the globe, a network learns them all in one place, and reads them anywhere.
"""

import matplotlib.pyplot as plt
import torch
from sklearn.datasets import load_digits
from torch import nn

import intertwine as tw

G = tw.SO(3)
random = torch.Generator().manual_seed(0)
pictures, labels = (torch.from_numpy(a) for a in load_digits(return_X_y=True))

# %%
# Each picture covers the northern half of the sphere, seen from above. Its values on a grid, integrated against
# spherical harmonics up to degree 8, give the 81 coefficients that are the input.

space = tw.Sphere(8)
grid = tw.nn.Sampling(space, 12)
x, y, z = grid.points.unbind(-1)
radius = torch.sqrt(1 - z.clamp(min=0)) * 1.1  # areas are kept
angle = torch.atan2(y, x)
places = torch.stack([radius * angle.cos(), -radius * angle.sin()], -1).expand(len(pictures), -1, -1, -1)
values = nn.functional.grid_sample(pictures.view(-1, 1, 8, 8) / 16, places, align_corners=False)[:, 0] * (z > 0)
c = grid.double().coefficients(values).float()[:, None]
print(c.shape, tw.nn.Sampling(space))

# %%
# A lift correlates the function with kernels turned in every way, which makes functions on SO(3); a convolution over
# the group follows. Functions of the values are computed on samples. The mean over the group is the first coefficient,
# and invariant.

low, lower = tw.Rotations(5), tw.Rotations(3)


class Mean(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x[..., 0]


torch.manual_seed(0)
models = {
    "perceptron": nn.Sequential(nn.Flatten(), nn.Linear(81, 128), nn.ReLU(), nn.Linear(128, 10)),
    "spherical": nn.Sequential(
        tw.nn.SphericalConv(space, low, 1, 16),
        tw.nn.SampledActivation(low, lower, oversampling=1.2),
        tw.nn.SphericalConv(lower, lower, 16, 32),
        tw.nn.SampledActivation(lower, tw.Rotations(0), oversampling=1.5),
        Mean(),
        nn.BatchNorm1d(32),
        nn.Linear(32, 10),
    ),
}
print(models["spherical"])

# %%
# Training pictures lie on the north pole; the test pictures are turned by rotations drawn at random, each exactly, by
# Wigner's matrices.

train_x, train_y, test_x, test_y = c[:1200], labels[:1200], c[1200:], labels[1200:]
turned = space.representation.apply(G.sample(len(test_x), generator=random)[:, None], test_x)
for name, model in models.items():
    epochs = 11
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 2e-2, epochs * 19)
    model.train()
    for _ in range(epochs):
        for batch in torch.randperm(1200, generator=random).split(64):
            loss = nn.functional.cross_entropy(model(train_x[batch]), train_y[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    model.eval()
    with torch.no_grad():
        upright, moved = ((model(x).argmax(-1) == test_y).float().mean() for x in (test_x, turned))
    size = sum(p.numel() for p in model.parameters())
    print(f"{name:10} {size:6,} parameters   upright {upright:.1%}   turned {moved:.1%}")

# %%
# One of them, where it was learned and turned away from there:

figure, axes = plt.subplots(1, 2, figsize=(6.5, 3), subplot_kw={"projection": "3d"})
fine = tw.nn.Sampling(space, 40)
points = torch.cat([fine.points, fine.points[:1]])
turn = G.exp(G.algebra[0] - G.algebra[1])
for ax, coefficients in zip(axes, (test_x[4], space.representation.apply(turn, test_x[4])), strict=True):
    shade = fine.values(coefficients)[0]
    shade = torch.cat([shade, shade[:1]]).clamp(0, 1).numpy()
    ax.plot_surface(*points.unbind(-1), facecolors=plt.get_cmap("viridis")(shade), rstride=1, cstride=1, shade=False)
    ax.set_axis_off()
    ax.set_box_aspect((1, 1, 1), zoom=1.6)
    ax.view_init(75, -90)
figure.tight_layout()
