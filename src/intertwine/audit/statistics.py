"""Estimates with intervals that resample data points.

One data point moved by m group elements gives m numbers that hang together. Treating n points times m elements as n m
independent ones makes intervals too narrow; here each point enters with its own mean, and the points are resampled.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import NormalDist

import torch
from torch import Tensor

REPLICATES = 2000
"""Bootstrap replicates: the ends of a 95 % interval then wander by a few per cent of its width."""
_CHUNK = 250
MIN_POINTS = 10
"""With fewer data points no interval is given."""


@dataclass(frozen=True)
class Estimate:
    """A number with its confidence interval."""

    value: float
    low: float
    high: float

    def __float__(self) -> float:
        return self.value

    def __format__(self, spec: str) -> str:
        spec = spec or ".3g"
        return f"{self.value:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"

    def scaled(self, factor: float) -> Estimate:
        """The same estimate in other units."""
        return Estimate(self.value * factor, self.low * factor, self.high * factor)


def ratio(numerator: Tensor, denominator: Tensor, confidence: float, generator: torch.Generator) -> Estimate:
    """mean(numerator) / mean(denominator) over data points, with a studentised bootstrap interval on the log scale.

    Each replicate draws whole points, forms t* = (log R* - log R) / se* with the linearised standard error of a ratio,
    and the quantiles of t* replace those of Student's law (Efron and Tibshirani 1993, chapter 12). Over skewed
    populations of 30 to 500 points this covered 91 to 96 % where 95 were asked for; the plain percentile interval
    covered 88 to 95 %. Under 20 points, or where resampling finds no scatter (few points differ from zero), it is the
    percentile interval; under 10 points, NaN.

    Shapes: numerator and denominator (n,), one entry for each data point, both non-negative.
    """
    z, d = numerator.double(), denominator.double()
    moments = torch.stack([z, d, z * z, z * d, d * d], 1)
    value, error = _log_ratio(moments.sum(0)[None], len(z))
    centre = float(value[0])
    if centre == 0:
        return Estimate(0.0, 0.0, 0.0)
    if len(z) < MIN_POINTS or not float(d.sum()) > 0:
        return Estimate(centre, math.nan, math.nan)
    replicates = [_log_ratio(weights @ moments, len(z)) for weights in _resamples(len(z), generator)]
    values = torch.cat([v for v, _ in replicates])
    errors = torch.cat([e for _, e in replicates])
    tail = torch.tensor([(1 - confidence) / 2, (1 + confidence) / 2], dtype=torch.float64)
    width = float(error[0])
    if len(z) < 2 * MIN_POINTS or not bool(((values > 0) & (errors > 1e-3 * width)).all()):
        low, high = torch.quantile(values, tail).tolist()
        return Estimate(centre, low, high)
    low, high = torch.quantile((values.log() - math.log(centre)) / errors, tail).tolist()
    return Estimate(centre, centre * math.exp(-high * width), centre * math.exp(-low * width))


def _log_ratio(sums: Tensor, n: int) -> tuple[Tensor, Tensor]:
    """The ratio and the standard error of its logarithm from sums of (z, d, z^2, z d, d^2), (replicates, 5)."""
    z, d, zz, zd, dd = sums.unbind(1)
    value = z / d
    scatter = (zz - 2 * value * zd + value**2 * dd).clamp(min=0)
    return value, (scatter * n / (n - 1)).sqrt() / z if n > 1 else torch.full_like(value, math.nan)


def _resamples(n: int, generator: torch.Generator) -> Iterator[Tensor]:
    """How often each of n points is drawn in each bootstrap replicate: chunks of (replicates, n) float64."""
    for start in range(0, REPLICATES, _CHUNK):
        rows = min(_CHUNK, REPLICATES - start)
        drawn = torch.randint(n, (rows, n), generator=generator)
        yield torch.zeros(rows, n, dtype=torch.float64).scatter_add_(1, drawn, torch.ones(rows, n, dtype=torch.float64))


def wilson(success: Tensor, confidence: float) -> Estimate:
    """A proportion with Wilson's score interval, from shares of success per data point.

    Points that were tried several times count as more than one trial only as far as their shares scatter less than
    single trials would: the effective number of trials is p (1 - p) / var(mean), between n and the number of trials.

    Shapes: success (n, m) of zeros and ones.
    """
    n, m = success.shape
    share = success.double().mean(1)
    p = float(share.mean())
    trials = float(n)
    if m > 1 and 0 < p < 1:
        variance = float(share.var()) / n
        trials = min(max(p * (1 - p) / variance, n), n * m) if variance > 0 else float(n * m)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = (p + z * z / (2 * trials)) / (1 + z * z / trials)
    half = z * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials**2)) / (1 + z * z / trials)
    return Estimate(p, max(0.0, min(middle - half, p)), min(1.0, max(middle + half, p)))


def kappa(first: Tensor, second: Tensor, confidence: float, generator: torch.Generator) -> Estimate | None:
    """Cohen's kappa (agreement - chance) / (1 - chance), chance from the two marginal class frequencies.

    None where chance agreement is certain, as for a model that always gives one class.

    Shapes: first and second (n, m) int64 classes.
    """
    classes = int(torch.maximum(first.max(), second.max())) + 1
    one, two = _frequencies(first, classes), _frequencies(second, classes)
    agree = (first == second).double().mean(1)
    table = torch.cat([one, two, agree[:, None]], 1)
    value = float(_kappa(table.mean(0)[None], classes)[0])
    if math.isnan(value):
        return None
    n = len(first)
    replicates = torch.cat([_kappa(weights @ table / n, classes) for weights in _resamples(n, generator)])
    tail = torch.tensor([(1 - confidence) / 2, (1 + confidence) / 2], dtype=torch.float64)
    low, high = torch.nanquantile(replicates, tail).tolist()
    return Estimate(value, low, high)


def _frequencies(labels: Tensor, classes: int) -> Tensor:
    """How often each data point has each class: (n, m) -> (n, classes)."""
    share = torch.full(labels.shape, 1 / labels.shape[1], dtype=torch.float64)
    return torch.zeros(len(labels), classes, dtype=torch.float64).scatter_add_(1, labels, share)


def _kappa(means: Tensor, classes: int) -> Tensor:
    chance = (means[:, :classes] * means[:, classes : 2 * classes]).sum(1)
    undefined = chance > 1 - 1e-12
    return torch.where(undefined, torch.nan, (means[:, -1] - chance) / (1 - chance).clamp(min=1e-12))
