"""Finite groups from generators and relations."""

from __future__ import annotations

import re
from typing import Any

import torch

from ..errors import IntertwineError
from .base import Group
from .permutation import PermutationGroup

MAX_COSETS = 20_000
"""Rows of the coset table before the enumeration is given up."""

Word = tuple[tuple[str, int], ...]
_TOKEN = re.compile(r"\s*([A-Za-z]\w*|\^\s*-?\d+|[()*=,]|1)")


def group_from_presentation(presentation: str, name: str | None = None) -> Group:
    """The group of a presentation, for instance "r^4, f^2, (r f)^2" or "a b = b a, a^3, b^3".

    Relations are separated by commas; each is a word that equals 1, or an equation of two words. Words are products of
    names, powers `^k` (k may be negative) and brackets. The generators are the names in order of first appearance, and
    the group acts on its own elements (Todd-Coxeter).

    Raises:
        IntertwineError: when the text cannot be read, when the relations do not define a finite group of at most
            20,000 elements, or when a power stated in a relation is not the order they imply (an inconsistent
            presentation).
    """
    parser = _Parser(presentation)
    relators, names = parser.relations(), list(dict.fromkeys(token for token in parser.tokens if token[0].isalpha()))
    if not names:
        raise IntertwineError(f"no generators in the presentation {presentation!r}; write for instance 'r^4, f^2'")
    _require_finite_abelian_image(names, relators, presentation)
    images = _enumerate(names, relators, presentation)
    group = PermutationGroup(images, name or f"<{presentation}>", order=images.shape[1], names=names)
    _check_powers(group, names, relators)
    return group


def _require_finite_abelian_image(names: list[str], relators: list[Word], presentation: str) -> None:
    """Refuse at once the commonest infinite groups, those with a homomorphism onto the integers."""
    totals = torch.zeros(len(relators), len(names), dtype=torch.float64)
    for row, word in enumerate(relators):
        for letter, power in word:
            totals[row, names.index(letter)] += power
    if int(torch.linalg.matrix_rank(totals)) < len(names):
        raise IntertwineError(
            f"the relations {presentation!r} define an infinite group: even if all generators commuted, some product "
            "of them would have infinite order; add the missing relations"
        )


def _enumerate(names: list[str], relators: list[Word], presentation: str) -> torch.Tensor:
    """Permutations of the cosets of the trivial subgroup, (generators, order)."""
    from sympy.combinatorics.coset_table import CosetTable
    from sympy.combinatorics.fp_groups import FpGroup
    from sympy.combinatorics.free_groups import free_group

    free: Any = free_group(",".join(names))[0]
    letters: dict[str, Any] = dict(zip(names, free.generators, strict=True))

    def evaluate(word: Word) -> Any:
        value = free.identity
        for letter, power in word:
            value = value * letters[letter] ** power
        return value

    group = FpGroup(free, [evaluate(word) for word in relators])
    limit = CosetTable.coset_table_max_limit
    CosetTable.coset_table_max_limit = MAX_COSETS
    try:
        table = group.coset_enumeration([])
    except ValueError as error:
        raise IntertwineError(
            f"the relations {presentation!r} do not close within {MAX_COSETS:,} cosets: the group is infinite or too "
            "large; add the missing relations, or give permutations or matrices"
        ) from error
    finally:
        CosetTable.coset_table_max_limit = limit
    table.compress()
    table.standardize()
    rows = torch.tensor(table.table)
    # The table holds right multiplication; generator g acts from the left as right multiplication by its inverse.
    inverse_columns = [table.A_dict[letters[name] ** -1] for name in names]
    return rows[:, inverse_columns].T.contiguous()


def _check_powers(group: PermutationGroup, names: list[str], relators: list[Word]) -> None:
    """Refuse a relation w^k = 1 where the others already force a smaller power of w to be 1."""
    letters = dict(zip(names, group.generators, strict=True))
    for word in relators:
        root, power = _root(word)
        if power == 1:
            continue
        value = group.identity
        for letter, exponent in root:
            step = letters[letter] if exponent > 0 else group.inverse(letters[letter])
            for _ in range(abs(exponent)):
                value = group.multiply(value, step)
        order, product = 1, value
        while not torch.equal(product, group.identity):
            product, order = group.multiply(product, value), order + 1
        if order != power:
            text = " ".join(letter if k == 1 else f"{letter}^{k}" for letter, k in root)
            raise IntertwineError(
                f"the presentation is inconsistent: it states ({text})^{power} = 1, but its relations force "
                f"({text})^{order} = 1 (the group has {int(group.order)} elements)"
            )


def _root(word: Word) -> tuple[Word, int]:
    """word = root^power with the largest power."""
    if len(word) == 1:
        return ((word[0][0], 1),), abs(word[0][1])
    for length in range(1, len(word) // 2 + 1):
        if len(word) % length == 0 and word[:length] * (len(word) // length) == word:
            return word[:length], len(word) // length
    return word, 1


class _Parser:
    """Recursive descent over `relation, relation, ...`."""

    def __init__(self, text: str):
        self.text, self.tokens, at = text, [], 0
        while text[at:].strip():
            match = _TOKEN.match(text, at)
            if not match:
                raise IntertwineError(f"cannot read the presentation {text!r} at {text[at:].strip()[:12]!r}")
            self.tokens.append(match.group(1).replace(" ", ""))
            at = match.end()
        self.at = 0

    def relations(self) -> list[Word]:
        words = [self._relation()]
        while self._peek() == ",":
            self.at += 1
            words.append(self._relation())
        if self._peek() is not None:
            raise IntertwineError(f"unexpected {self._peek()!r} in the presentation {self.text!r}")
        return [word for word in words if word]

    def _peek(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _relation(self) -> Word:
        left = self._word()
        while self._peek() == "=":
            self.at += 1
            left = left + _invert(self._word())
        return _reduce(left)

    def _word(self) -> Word:
        word: Word = ()
        while (token := self._peek()) is not None and token not in ",=)":
            self.at += 1
            if token == "*":
                continue
            if token == "(":
                factor = self._word()
                if self._peek() != ")":
                    raise IntertwineError(f"a bracket is not closed in the presentation {self.text!r}")
                self.at += 1
            elif token == "1":
                factor = ()
            elif token.startswith("^"):
                raise IntertwineError(f"a power without a base in the presentation {self.text!r}")
            else:
                factor = ((token, 1),)
            if (power := self._peek()) is not None and power.startswith("^"):
                self.at += 1
                exponent = int(power[1:])
                factor = (factor if exponent >= 0 else _invert(factor)) * abs(exponent)
            word = word + factor
        return word


def _invert(word: Word) -> Word:
    return tuple((letter, -power) for letter, power in reversed(word))


def _reduce(word: Word) -> Word:
    """Collect neighbouring powers of one letter: r r r -> r^3. Cyclic cancellation is left to the enumeration."""
    reduced: list[tuple[str, int]] = []
    for letter, power in word:
        if reduced and reduced[-1][0] == letter:
            power += reduced.pop()[1]
        if power:
            reduced.append((letter, power))
    return tuple(reduced)
