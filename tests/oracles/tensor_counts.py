"""How many equivariant maps there are between tensor powers of the defining representation V.

Everything here is a closed formula of invariant theory, computed by character sums and not by any solver.
"""

# The number of partitions of p + q points into at most n blocks: {(n, p, q): dim Hom(V^p, V^q)} for S(n).
SYMMETRIC = {
    (2, 1, 2): 4,
    (2, 2, 2): 8,
    (2, 3, 2): 16,
    (2, 3, 3): 32,
    (3, 1, 1): 2,
    (3, 1, 2): 5,
    (3, 2, 2): 14,
    (3, 3, 2): 41,
    (3, 3, 3): 122,
    (4, 2, 2): 15,
    (4, 3, 3): 187,
    (5, 1, 1): 2,
    (5, 3, 3): 202,
    (6, 1, 1): 2,
    (6, 2, 2): 15,
    (6, 3, 3): 203,
    (10, 1, 2): 5,
    (10, 3, 3): 203,
}

# Invariants of V^p under O(n), {(n, p): count}: pairings of p points, (p - 1)!! of them, which are linearly
# independent as long as p <= 2n and dependent beyond (first and second fundamental theorem, Weyl).
ORTHOGONAL = {
    (1, 2): 1,
    (1, 10): 1,
    (2, 2): 1,
    (2, 6): 10,
    (2, 8): 35,
    (2, 10): 126,
    (3, 4): 3,
    (3, 8): 91,
    (3, 10): 603,
    (4, 2): 1,
    (4, 8): 105,
    (4, 10): 903,
    (5, 4): 3,
    (5, 10): 945,
    (10, 4): 3,
    (10, 6): 15,
    (10, 8): 105,
    (10, 10): 945,
}

# The same for SO(n): the determinant adds invariants once p >= n. For n = 3 these are the Riordan numbers, for n = 2
# the central binomial coefficients, for n = 4 the squares of Catalan numbers.
SPECIAL_ORTHOGONAL = {
    (2, 2): 2,
    (2, 3): 0,
    (2, 4): 6,
    (2, 5): 0,
    (2, 6): 20,
    (2, 8): 70,
    (3, 2): 1,
    (3, 5): 6,
    (3, 6): 15,
    (3, 7): 36,
    (3, 8): 91,
    (4, 5): 0,
    (4, 6): 25,
    (4, 7): 0,
    (5, 6): 15,
    (5, 7): 15,
    (5, 8): 105,
    (6, 2): 1,
    (6, 3): 0,
    (6, 4): 3,
    (6, 6): 16,
    (10, 2): 1,
    (10, 3): 0,
    (10, 4): 3,
    (10, 7): 0,
    (10, 8): 105,
}

# Invariants of V^p under Sp(2m), {(m, p): count}: pairings again, independent as long as p <= 2m; for m = 1 they
# are the Catalan numbers.
SYMPLECTIC = {
    (1, 2): 1,
    (1, 4): 2,
    (1, 6): 5,
    (2, 2): 1,
    (2, 4): 3,
    (2, 8): 84,
    (3, 8): 104,
    (4, 4): 3,
    (4, 6): 15,
    (4, 8): 105,
}

# Endomorphisms of V^k under U(n), {(n, k): count}: k! by Schur-Weyl duality where k <= n, else the number of
# permutations of k without a decreasing subsequence longer than n.
UNITARY = {
    (1, 3): 1,
    (1, 4): 1,
    (2, 1): 1,
    (2, 4): 14,
    (2, 5): 42,
    (3, 2): 2,
    (3, 3): 6,
    (3, 5): 103,
    (4, 1): 1,
    (4, 2): 2,
    (4, 3): 6,
    (4, 5): 119,
    (5, 1): 1,
    (5, 4): 24,
    (5, 5): 120,
}

# Maps V^p -> V^q under SU(n), {(n, p, q): count}: zero unless n divides p - q.
SPECIAL_UNITARY = {
    (2, 0, 0): 1,
    (2, 1, 0): 0,
    (2, 1, 1): 1,
    (2, 2, 2): 2,
    (2, 3, 0): 0,
    (2, 3, 1): 2,
    (2, 4, 0): 2,
    (2, 4, 1): 0,
    (2, 4, 2): 5,
    (2, 4, 4): 14,
    (3, 0, 0): 1,
    (3, 1, 0): 0,
    (3, 1, 1): 1,
    (3, 2, 1): 0,
    (3, 2, 2): 2,
    (3, 3, 1): 0,
    (3, 3, 2): 0,
    (3, 3, 3): 6,
    (3, 4, 0): 0,
    (3, 4, 3): 0,
    (3, 4, 4): 23,
    (4, 0, 0): 1,
    (4, 1, 0): 0,
    (4, 3, 0): 0,
    (4, 3, 1): 0,
    (4, 4, 3): 0,
    (4, 4, 4): 24,
}

# Invariants of V^p under the Lorentz groups, {p: count}. V = (1/2, 1/2) of SL(2, C), so the connected group has
# the squares of Catalan numbers; the full group O(1, 3) has those of O(4), by the unitarian trick.
LORENTZ_CONNECTED = {
    2: 1,
    4: 4,
    6: 25,
    8: 196,
    10: 1764,
}
LORENTZ_FULL = {
    2: 1,
    4: 3,
    6: 15,
    8: 105,
    10: 903,
}

# The true cube acts on 48 stickers, 24 on edges and 24 on corners: orbits on pairs, triples and quadruples of
# stickers, {(p, q): dim Hom(V^p, V^q)}.
RUBIK = {(1, 1): 9, (1, 2): 51, (2, 2): 350}
