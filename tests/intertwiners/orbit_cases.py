"""Monomial actions to solve for, and a dense solver that knows nothing of orbits."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

Table = NDArray[np.integer]
Vector = tuple[int, ...]


def cycle(n: int) -> Table:
    return np.roll(np.arange(n), -1)


def transposition(n: int) -> Table:
    return np.array([1, 0, *range(2, n)])


def symmetric_tensors(n: int, power: int) -> Table:
    """S(n) by its two usual generators on the tensor power of its points."""
    return np.stack([tensor_power(cycle(n), power), tensor_power(transposition(n), power)])


def tensor_power(p: Table, power: int) -> Table:
    """The permutation of row-major multi-indices that moves every index by p."""
    result = np.zeros(1, dtype=np.int64)
    for _ in range(power):
        result = (result[:, None] * len(p) + p).ravel()
    return result


def cube_turns() -> Table:
    """The six quarter turns of Rubik's cube on its 48 moving stickers, from solid geometry.

    A sticker is a cubelet in {-1, 0, 1}^3 and an outward normal; a turn rotates those cubelets, with their normals,
    that lie in one face.
    """
    cubelets = [p for p in itertools.product((-1, 0, 1), repeat=3) if sum(map(abs, p)) >= 2]
    stickers = [(p, axis) for p in cubelets for axis in range(3) if p[axis]]
    place: dict[tuple[Vector, Vector], int] = {}
    for i, (p, axis) in enumerate(stickers):
        place[p, tuple(p[axis] * (k == axis) for k in range(3))] = i

    def quarter(v: Vector, axis: int) -> Vector:
        i, j = (axis + 1) % 3, (axis + 2) % 3
        turned = list(v)
        turned[i], turned[j] = -v[j], v[i]
        return tuple(turned)

    def turn(axis: int, side: int) -> list[int]:
        return [
            place[quarter(p, axis), quarter(normal, axis)] if p[axis] == side else i for (p, normal), i in place.items()
        ]

    return np.array([turn(axis, side) for axis in range(3) for side in (1, -1)])


def random_action(rng: np.random.Generator, generators: int, size: int, order: int) -> tuple[Table, Table]:
    """Any permutations with any phases: most orbits do not close."""
    perms = rng.permuted(np.tile(np.arange(size), (generators, 1)), axis=1)
    return perms, rng.integers(0, order, perms.shape)


def gauged_action(rng: np.random.Generator, perms: Table, order: int) -> tuple[Table, Table]:
    """A permutation representation in a basis with random phases, so that no orbit is dead.

    e_i -> w^t_i e_i turns e_i -> e_{p(i)} into phases t_{p(i)} - t_i.
    """
    turn = rng.integers(0, order, perms.shape[-1])
    return perms, (turn[perms] - turn) % order


def induced_action(cycle_length: int, blocks: int, order: int, character: int) -> tuple[Table, Table]:
    """Generators of the wreath product Z_order by C(cycle_length), induced from a character: blocks copies of it.

    One turns the cycle, the other multiplies the first point of the cycle by w^character.
    """
    turned = np.concatenate([cycle(cycle_length) + k * cycle_length for k in range(blocks)])
    first = (np.arange(len(turned)) % cycle_length == 0) * character
    return np.stack([turned, np.arange(len(turned))]), np.stack([0 * first, first % order])


def dense(perms: Table, phases: Table | None, order: int) -> NDArray[np.complexfloating]:
    """rho(g) for every generator, (generators, n, n): column i is w^phases[i] at row perms[i]."""
    generators, n = perms.shape
    matrices = np.zeros((generators, n, n), dtype=complex)
    for g in range(generators):
        power = 0 if phases is None else phases[g]
        matrices[g, perms[g], np.arange(n)] = np.exp(2j * np.pi * power / order)
    return matrices


def dense_projector(out: NDArray, in_: NDArray) -> NDArray[np.complexfloating]:
    """The orthogonal projector, on row-major vectors of matrices, on all W with out W = W in_: by a full SVD."""
    n_out, n_in = out.shape[-1], in_.shape[-1]
    rows = [np.kron(b, np.eye(n_in)) - np.kron(np.eye(n_out), a.T) for b, a in zip(out, in_, strict=True)]
    constraint = np.concatenate([np.zeros((1, n_out * n_in)), *rows])
    _, singular, v = np.linalg.svd(constraint)
    null = v[int((singular > 1e-9).sum()) :]
    return null.conj().T @ null
