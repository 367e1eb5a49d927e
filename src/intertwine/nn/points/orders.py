"""Maps that commute with rotations about the z axis: features sorted by order |m|, each order mixed by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ...groups.base import on_cpu
from ...representations.base import Representation
from ..module import Solved


@dataclass(frozen=True)
class Kind:
    """An irreducible representation: its degree, and whether its parity is that of Y_l."""

    degree: int
    natural: bool
    irrep: Representation


class Orders(Solved):
    """Features on edges, turned to the pole, scaled, mixed order by order, and turned back.

    Rows -m .. m of a term of degree l carry, for m > 0, a complex number x_m + i x_-m that rotations multiply by
    exp(i m angle). With `parity`, the reflection y -> -y takes x_-m to -x_-m in terms of natural parity, and x_m to
    -x_m in all others; times i these become alike, so that real weights are all that commute. Of m = 0 natural and
    other terms do not mix. Without `parity` weights are complex.

    Shapes: x (E, rows of `before`, U), frames, scales (E, `scales`, U) -> (E, rows of `after`, U).
    """

    order_before: Tensor
    sign_before: Tensor | None
    sign_after: Tensor | None
    scale_of: Tensor
    back: Tensor

    @on_cpu
    def __init__(
        self,
        before: Sequence[Kind],
        after: Sequence[Kind],
        channels: int,
        order: int,
        *,
        parity: bool,
        generator: torch.Generator | None,
    ):
        super().__init__()
        self.parity, self.channels = parity, channels
        self._before, self._after = _Sorted(before, order, parity), _Sorted(after, order, parity)
        self.hold("order_before", self._before.rows)
        for name, side in (("before", self._before), ("after", self._after)):
            self.hold_if(f"sign_{name}", None if bool((side.sign > 0).all()) else side.sign[:, None])
        self.hold("back", self._after.rows.argsort())
        self.hold("scale_of", self._before.scale_of)
        self.scales = int(self._before.scale_of.max()) + 1
        self.weights = nn.ParameterList()
        self._number = {key: n for n, key in enumerate(k for k in self._before.counts if k in self._after.counts)}
        for key in self._number:
            factors = 1 if parity or key[1] == 0 else 2
            shape = (factors * self._before.counts[key] * channels, self._after.counts[key] * channels)
            self.weights.append(torch.randn(shape, generator=generator) * shape[0] ** -0.5)

    def forward(self, x: Tensor, frames: Sequence[Tensor], scales: Tensor) -> Tensor:
        turned = self._before.turned(x, frames).index_select(1, self.order_before)
        if self.sign_before is not None:
            turned = turned * self.sign_before
        turned = turned * scales.index_select(1, self.scale_of)
        mixed = self._mixed(turned)
        if self.sign_after is not None:
            mixed = mixed * self.sign_after
        return self._after.turned_back(mixed.index_select(1, self.back), frames)

    def _mixed(self, x: Tensor) -> Tensor:
        """Rows sorted by order -> rows sorted by order."""
        found: dict[tuple[int, int], Tensor] = {}
        sizes = [count * (1 if m == 0 else 2) for (_, m), count in self._before.counts.items()]
        parts = dict(zip(self._before.counts, x.split(sizes, 1), strict=True))
        for (k, m), n in self._number.items():
            pair = parts[k, m].unflatten(1, (1 if m == 0 else 2, -1)).flatten(2)  # (E, real and imaginary, terms * U)
            if m and not self.parity:
                real, imaginary = pair.unbind(1)
                pair = torch.stack([torch.cat([real, -imaginary], 1), torch.cat([imaginary, real], 1)], 1)
            found[k, m] = (pair.flatten(0, 1) @ self.weights[n]).unflatten(0, pair.shape[:2])
        rows = []
        for (k, m), count in self._after.counts.items():
            part = found.get((k, m))
            if part is None:
                part = x.new_zeros(x.shape[0], 1 if m == 0 else 2, count * self.channels)
            rows.append(part.unflatten(2, (count, self.channels)).flatten(1, 2))
        return torch.cat(rows, 1)


class _Sorted:
    """Where rows stand when sorted by (class, order): natural terms, others, of m = 0; all terms of m > 0.

    Rows are those with |m| <= order of each term, first of all by term. Of each order the real parts come first.
    """

    def __init__(self, kinds: Sequence[Kind], order: int, parity: bool):
        self.kinds, self.order = kinds, order
        listed: list[tuple[tuple[int, int], bool, int, int, float]] = []
        start = 0
        for t, kind in enumerate(kinds):
            reach = min(kind.degree, order)
            twisted = parity and not kind.natural
            listed.append(((int(twisted), 0), False, t, start + reach, 1.0))
            for m in range(1, reach + 1):
                cosine, sine = start + reach + m, start + reach - m
                # i (x_m + i x_-m) = -x_-m + i x_m
                real, imaginary = ((sine, -1.0), (cosine, 1.0)) if twisted else ((cosine, 1.0), (sine, 1.0))
                listed.append(((0, m), False, t, *real))
                listed.append(((0, m), True, t, *imaginary))
            start += 2 * reach + 1
        listed.sort(key=lambda row: (row[0][1], *row[:3]))
        self.rows = torch.tensor([row[3] for row in listed])
        self.sign = torch.tensor([row[4] for row in listed], dtype=torch.float64)
        pairs = {pair: k for k, pair in enumerate(dict.fromkeys((row[0][1], row[2]) for row in listed))}
        self.scale_of = torch.tensor([pairs[row[0][1], row[2]] for row in listed])
        self.counts: dict[tuple[int, int], int] = {}
        for key, imaginary, *_ in listed:
            if not imaginary:
                self.counts[key] = self.counts.get(key, 0) + 1

    def _rows_of(self, frames: Sequence[Tensor], kind: Kind) -> Tensor:
        """The rows |m| <= order of a frame."""
        cut = max(0, kind.degree - self.order)
        return frames[kind.degree][:, cut : 2 * kind.degree + 1 - cut]

    def turned(self, x: Tensor, frames: Sequence[Tensor]) -> Tensor:
        """Rows by term -> those with |m| <= order, at the pole."""
        parts = x.split([2 * kind.degree + 1 for kind in self.kinds], 1)
        return torch.cat([self._rows_of(frames, k) @ part for k, part in zip(self.kinds, parts, strict=True)], 1)

    def turned_back(self, x: Tensor, frames: Sequence[Tensor]) -> Tensor:
        """The other way, with zeros at higher orders."""
        parts = x.split([2 * min(kind.degree, self.order) + 1 for kind in self.kinds], 1)
        return torch.cat([self._rows_of(frames, k).mT @ part for k, part in zip(self.kinds, parts, strict=True)], 1)
