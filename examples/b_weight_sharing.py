"""
Pictures of shared weights
==========================

When a group permutes the inputs and outputs of a layer, equivariance means that some entries of the weight matrix are
equal: those that the group carries into one another. Each picture is such a matrix, with one colour for each weight
that is left to learn.
"""

import matplotlib.pyplot as plt
import torch

import intertwine as tw

# %%
# Shifts of a ring give the circulant matrix, which is a convolution. Adding mirror images makes the filter symmetric.
# All permutations leave two weights, "myself" and "the others", which is a layer of Deep Sets.

ring, necklace, everything = tw.C(8).points, tw.D(8).points, tw.S(8).vector
figure, axes = plt.subplots(1, 3, figsize=(8, 2.9))
for ax, rho in zip(axes, (ring, necklace, everything), strict=True):
    (rho >> rho).plot(ax)
    ax.set(title=f"{rho.group}: {(rho >> rho).dim} weights of 64", xlabel="", ylabel="")
figure.tight_layout()

# %%
# Pairs of points are the edges of a graph. Linear layers on them have 15 weights, whatever the number of nodes.

for n in (4, 5, 6, 7):
    edges = tw.S(n).vector ** 2
    print(edges >> edges)
edges = tw.S(4).vector ** 2
ax = (edges >> edges).plot()
ax.set(title="S(4): 15 weights of 256", xlabel="", ylabel="")

# %%
# Pixels that may be turned by quarter turns, and a lattice that may be shifted, turned and mirrored at once. A mask
# keeps the layer local, as the kernel of a convolution is: here, neighbours at most one step apart.

pixels = tw.pixels(tw.C(4), (5, 5))
lattice = tw.semidirect(tw.Grid(5, 5), tw.D(4)).vector
maps = lattice >> lattice
place = torch.cartesian_prod(torch.arange(5), torch.arange(5))
apart = (place[:, None] - place[None]).abs()
near = torch.minimum(apart, 5 - apart).amax(-1) <= 1
figure, axes = plt.subplots(1, 3, figsize=(8, 2.9))
for ax, hom in zip(axes, (pixels >> pixels, maps, maps.mask(near)), strict=True):
    hom.plot(ax)
    ax.set(title=f"{hom.dim} weights of 625", xlabel="", ylabel="")
figure.tight_layout()
