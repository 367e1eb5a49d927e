"""Rubik's cube: its order, and what its turns do."""

from __future__ import annotations

import math

import pytest
import torch

import intertwine as tw

ORDER = 43_252_003_274_489_856_000


def word(text: str) -> torch.Tensor:
    """The element of a sequence of moves such as "R U R' U'", made one after the other."""
    group = tw.Rubik()
    turns = dict(zip(group.generator_names, group.generators, strict=True))
    element = group.identity
    for move in text.split():
        turn = turns[move[0]]
        for _ in range({"": 1, "2": 2, "'": 3}[move[1:]]):
            element = group.multiply(turn, element)
    return element


def order(element: torch.Tensor) -> int:
    """The least common multiple of the lengths of the cycles."""
    lengths, seen = [1], set()
    for start in range(len(element)):
        at, length = start, 0
        while at not in seen:
            seen.add(at)
            at, length = int(element[at]), length + 1
        lengths.append(max(length, 1))
    return math.lcm(*lengths)


def test_the_order_is_that_of_the_generators() -> None:
    """8! 12! 3^7 2^11 / 2, which the constructor states, by Schreier-Sims from the six turns alone."""
    from sympy.combinatorics import Permutation, PermutationGroup

    group = tw.Rubik()
    assert PermutationGroup([Permutation(turn.tolist()) for turn in group.generators]).order() == ORDER
    assert group.order == ORDER == math.factorial(8) * math.factorial(12) * 3**7 * 2**11 // 2
    assert tw.Group.from_permutations(torch.stack(group.generators)).order == ORDER


def test_turns() -> None:
    """Every turn has order 4, moves 20 stickers, and commutes with the turn of the opposite face only."""
    group = tw.Rubik()
    for name, turn in zip(group.generator_names, group.generators, strict=True):
        assert order(turn) == 4
        assert int((turn != torch.arange(48)).sum()) == 20
        partners = [
            other for other, h in zip(group.generator_names, group.generators, strict=True)
            if torch.equal(group.multiply(turn, h), group.multiply(h, turn))
        ]  # fmt: skip
        assert set(partners) == next(pair for pair in ({"R", "L"}, {"U", "D"}, {"F", "B"}) if name in pair)


@pytest.mark.parametrize(
    ("moves", "expected"),
    [("R U", 105), ("R U'", 63), ("R U R' U'", 6), ("R2 U2", 6),
     ("F R U R' U' F'", 6), ("R2 L2 U2 D2 F2 B2", 2), ("R2 L", 4)],
)  # fmt: skip
def test_orders_that_cubers_know(moves: str, expected: int) -> None:
    """Handedness matters: with some faces turned the other way R U would have order 63."""
    assert order(word(moves)) == expected


def test_the_superflip_is_the_centre() -> None:
    """It flips all twelve edges in place and commutes with every turn."""
    group = tw.Rubik()
    superflip = word("U R2 F B R B2 R U2 L B2 R U' D' R2 F R' L B2 U2 F2")
    assert int((superflip != torch.arange(48)).sum()) == 24
    assert order(superflip) == 2
    for turn in group.generators:
        assert torch.equal(group.multiply(superflip, turn), group.multiply(turn, superflip))


def stickers() -> list[tuple[int, int, tuple[int, int, int]]]:
    """(axis, sign, cubelet) of every sticker in the documented order."""
    places = (-1, 0, 1)
    cubelets = [(x, y, z) for x in places for y in places for z in places if abs(x) + abs(y) + abs(z) > 1]
    return sorted((axis, cubelet[axis], cubelet) for cubelet in cubelets for axis in range(3) if cubelet[axis])


def test_right_turns_bring_the_front_up() -> None:
    """R is +x, U is +y, F is +z; turns are clockwise as seen from outside."""
    at = {sticker: k for k, sticker in enumerate(stickers())}
    group = tw.Rubik()
    turns = dict(zip(group.generator_names, group.generators, strict=True))
    front, up = at[2, 1, (1, 0, 1)], at[1, 1, (1, 1, 0)]
    assert int(turns["R"][front]) == up
    assert int(turns["U"][front]) == front
    right, behind = at[0, 1, (1, 1, 0)], at[2, 1, (0, 1, 1)]
    assert int(turns["U"][right]) == behind


def test_samples_are_positions_of_the_cube() -> None:
    """Corners stay corners; on average two stickers stay where they are, one for each orbit."""
    group = tw.Rubik()
    g = group.sample(200)
    assert bool(group.contains(g[:5]).all())
    corners = torch.tensor([k for k, (_, _, cubelet) in enumerate(stickers()) if 0 not in cubelet])
    assert bool(torch.isin(g[:, corners], corners).all())
    fixed = (g == torch.arange(48)).sum(-1).double()
    assert abs(float(fixed.mean()) - 2) < 5 * float(fixed.std()) / 200**0.5


def test_a_lone_corner_cannot_be_twisted() -> None:
    """Nor two stickers swapped; two corners twisted against each other can be."""
    group = tw.Rubik()

    def twist(cubelet: tuple[int, int, int], way: int) -> torch.Tensor:
        around = [k for k, sticker in enumerate(stickers()) if sticker[2] == cubelet]
        element = torch.arange(48)
        element[around] = torch.tensor(around).roll(way)
        return element

    first, second = twist((1, 1, 1), 1), twist((-1, -1, 1), -1)
    swap = torch.arange(48)
    swap[:2] = swap[:2].flip(0)
    together = group.multiply(first, second)
    assert group.contains(torch.stack([first, second, swap, together])).tolist() == [False, False, False, True]
