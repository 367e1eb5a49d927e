"""
The cross product, found by a computer
======================================

Which products of two vectors do not depend on the coordinate system? Ask for every linear map from pairs of vectors to
vectors that commutes with all rotations.
"""

import matplotlib.pyplot as plt
import torch

import intertwine as tw

G = tw.SO(3)
V = G.vector
maps = V * V >> V
print(maps)

# %%
# There is exactly one, up to a factor. A matrix of it has 3 rows and 9 columns, one for each product a_i b_j. Its three
# rows, drawn as 3 x 3 pictures, are the Levi-Civita symbol:

basis = maps.basis()[0]
figure, axes = plt.subplots(1, 3, figsize=(6, 2.3))
for k, ax in enumerate(axes):
    ax.imshow(basis[k].reshape(3, 3), cmap="coolwarm", vmin=-0.5, vmax=0.5)
    ax.set(title=f"component {'xyz'[k]}", xticks=range(3), yticks=range(3), xticklabels="xyz", yticklabels="xyz")
figure.tight_layout()

# %%
# Applied to two vectors, it is the cross product.

a, b = torch.randn(2, 3, dtype=torch.float64)
product = basis @ torch.kron(a, b) * 6**0.5
print(product)
print(torch.linalg.cross(a, b))

# %%
# With reflections the answer changes: a mirror turns the cross product of two vectors around, so nothing is left. Of
# three vectors there are three products, a (b.c) and its like. The same line answers for any group and dimension; only
# in space, it says, do two vectors have a product that is a vector.

O3 = tw.O(3).vector
print(O3 * O3 >> O3)
print(O3 * O3 * O3 >> O3)
for n in (2, 3, 4, 7):
    W = tw.SO(n).vector
    print(f"SO({n}):", ", ".join(f"{(W**k >> W).dim} from {k} vectors" for k in (1, 2, 3)))
