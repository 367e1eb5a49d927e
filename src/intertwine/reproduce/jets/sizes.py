"""How large each size of the reproduction is."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

FULL_EPOCHS = 35


@dataclass(frozen=True)
class Widths:
    """The networks of a size, chosen to have about as many weights as one another."""

    vector: Mapping[str, Any]
    """Arguments of `LorentzVectorNetwork`."""
    cg: Mapping[str, Any]
    """Arguments of `LorentzCGNetwork`."""
    flow: tuple[tuple[int, ...], int, tuple[int, ...]]
    """Arguments of `ParticleFlow`."""
    rounds: int
    """Trees of the boosted classifier."""


@dataclass(frozen=True)
class Size:
    """Data, networks and training of one size."""

    particles: Mapping[str, int]
    """The hardest particles of a jet that everyone is shown, for each data set."""
    train: Mapping[str, Mapping[int, int]]
    """For each data set: numbers of training jets, and the passes over them."""
    test: int
    """Test jets, at most."""
    seeds: int
    batch_size: int
    learning_rate: float
    widths: Widths
    follows_paper: bool = False
    """Whether the networks are trained as LorentzNet was: AdamW with its schedule, rather than Adam with a cosine."""


TINY = Widths({"width": 8, "layers": 2}, {"channels": (2, 2), "width": 8}, ((16,), 16, (16,)), 20)
SMALL = Widths({"width": 24, "layers": 3}, {"channels": (4, 4, 4), "width": 40}, ((64, 64), 64, (64,)), 200)
LARGE = Widths({"width": 72, "layers": 6}, {"channels": (8, 8, 8, 8), "width": 64}, ((256, 256), 256, (256,)), 1000)

SIZES: Mapping[str, Size] = MappingProxyType(
    {
        "quick": Size(
            particles={"top": 8, "quark-gluon": 8},
            train={"top": {200: 10, 400: 10}, "quark-gluon": {300: 10}},
            test=500,
            seeds=2,
            batch_size=25,
            learning_rate=5e-3,
            widths=TINY,
        ),
        "default": Size(
            particles={"top": 20, "quark-gluon": 32},
            train={"top": {500: 30, 2000: 15, 12000: 6}, "quark-gluon": {3000: 6}},
            test=8000,
            seeds=3,
            batch_size=32,
            learning_rate=3e-3,
            widths=SMALL,
        ),
        "full": Size(
            particles={"top-tagging": 200},
            train={"top-tagging": {60_550: 35, 1_211_000: 35}},
            test=404_000,
            seeds=3,
            batch_size=128,
            learning_rate=1e-3,
            widths=LARGE,
            follows_paper=True,
        ),
    }
)


@dataclass(frozen=True)
class PaperSchedule:
    """LorentzNet's: five epochs of warm-up, cosines of 4, 8 and 16 epochs, and halving from epoch 31 on, of 35.

    Source: Gong et al., arXiv:2201.08187, section 4, and the options of its published code.
    """

    epochs: int
    batch_size: int
    learning_rate: float

    def rate(self, progress: float) -> float:
        """The learning rate, the same throughout an epoch; a shorter training runs through the schedule faster."""
        epoch = min(math.floor(progress * FULL_EPOCHS), FULL_EPOCHS - 1)
        if epoch < 5:
            return self.learning_rate * (epoch + 1) / 5
        since, length = min(epoch, 31) - 5, 4
        while since >= length:
            since, length = since - length, 2 * length
        return self.learning_rate * 0.5 * (1 + math.cos(math.pi * since / length)) * 0.5 ** max(0, epoch - 31)
