"""
Layers for Rubik's cube
=======================

The group of Rubik's cube has 43,252,003,274,489,856,000 elements. A layer that respects it needs only the six quarter
turns of the faces, because the solver follows orbits of the generators and never lists the group.
"""

import torch

import intertwine as tw

G = tw.Rubik()
V = G.vector
print(G.order)
print(V >> V)

# %%
# 48 stickers move, the six centres stay. Of the 2,304 entries of a layer from stickers to stickers, nine are free: a
# corner sticker tells itself, the two other stickers of its corner (clockwise or not), all other corners and all edges
# apart, and an edge sticker likewise.

(V >> V).plot().set(title="9 weights of 2,304", xlabel="sticker", ylabel="sticker")

# %%
# What do the classes mean? Take a corner sticker and count how many stickers each of its weights looks at.

classes = (V >> V).classes
row = classes[0]
print("one sticker sees", {int(label): int((row == label).sum()) for label in row.unique()})

# %%
# The layer commutes with every sequence of turns, here a random scramble of 100.

weights = torch.randn((V >> V).dim, dtype=torch.float64)
W = (V >> V).matrix(weights)
random = torch.Generator().manual_seed(0)
scramble = G.identity
for turn in torch.randint(len(G.generators), (100,), generator=random):
    scramble = G.multiply(G.generators[int(turn)], scramble)
x = torch.randn(V.dim, dtype=torch.float64)
print(float((W @ V.apply(scramble, x) - V.apply(scramble, W @ x)).abs().max()))

# %%
# Pairs of stickers, 2,304 of them, are no harder. A network on pairs can see which stickers belong to one piece.

print(V >> V * V)
