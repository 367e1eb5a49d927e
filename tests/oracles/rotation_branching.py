"""How the harmonic polynomials of degree l = 0 .. 8 split under the rotations of the cube and of the icosahedron.

Each line is {irreducible representation: multiplicity} in the chemists' names: A one-dimensional (A1 or A the
trivial one), E two-, T three-, G four- and H five-dimensional; all of them are of real type. These are the tables
of crystal-field theory, by characters: chi_l(angle) = sin((l + 1/2) angle) / sin(angle / 2).
"""

OCTAHEDRAL = [
    {"A1": 1},
    {"T1": 1},
    {"E": 1, "T2": 1},
    {"A2": 1, "T1": 1, "T2": 1},
    {"A1": 1, "E": 1, "T1": 1, "T2": 1},
    {"E": 1, "T1": 2, "T2": 1},
    {"A1": 1, "A2": 1, "E": 1, "T1": 1, "T2": 2},
    {"A2": 1, "E": 1, "T1": 2, "T2": 2},
    {"A1": 1, "E": 2, "T1": 2, "T2": 2},
]
ICOSAHEDRAL = [
    {"A": 1},
    {"T1": 1},
    {"H": 1},
    {"T2": 1, "G": 1},
    {"G": 1, "H": 1},
    {"T1": 1, "T2": 1, "H": 1},
    {"A": 1, "T1": 1, "G": 1, "H": 1},
    {"T1": 1, "T2": 1, "G": 1, "H": 1},
    {"T2": 1, "G": 1, "H": 2},
]
