"""Where does a model lose its equation under shifts: at which layer, and by which of four sources?"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from ..errors import IntertwineError
from .aliasing_report import AliasingReport, SourceError
from .equivariance import CONSTANT
from .idealize import SOURCES, Idealizer
from .layers import Recorder
from .operations import Watch
from .outputs import call, device_of, evaluation, flat, spread
from .resampling import move, resize
from .statistics import Estimate, ratio


def audit_aliasing(
    model: Callable[..., Any],
    data: Tensor,
    *,
    samples: int | None = 128,
    confidence: float = 0.95,
    seed: int = 0,
    batch_size: int = 32,
    progress: bool = False,
) -> AliasingReport:
    """Measure aliasing layer by layer, and tell its sources apart.

    The data are taken as samples of continuous periodic signals and moved by any distance. Under such shifts a network
    keeps the equation f(T x) = T f(x) but for four sources, each of which can be taken away while the weights stay:

    - a stride takes samples without an ideal low-pass filter before (taken away: with one);
    - a nonlinearity, max-pooling among them, makes frequencies that the grid cannot hold (taken away: applied on a grid
      four times as fine, followed by the low-pass filter);
    - padding brings in what was not there (taken away: the map goes on periodically);
    - a dense layer over positions has other weights at each (taken away: it sees the mean over positions).

    The report gives the error with every source alone and with every source taken away, and for every operation on
    maps the energy about to fold, the energy folded, its own error, and the error from the input on.

    Args:
        model: any callable or module from a batch (N, C, *grid) to one tensor. Operations are seen wherever they are
            called, in modules or as functions, but not within compiled or scripted models.
        data: signals, pictures or volumes (N, C, *grid), floats; used without the Nyquist frequency of even sides.
        samples: use that many random items of the data.
        confidence: of all intervals.
        seed: of the items, shifts and resampling.
        batch_size: items that pass through the model at once; all its maps are held for that many.
        progress: show a counter on standard error.

    Raises:
        IntertwineError: data of another shape or type, outputs that are no single finite tensor.

    Example:
        >>> net = torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.MaxPool2d(2), torch.nn.AdaptiveAvgPool2d(1))
        >>> report = audit_aliasing(net, torch.randn(40, 1, 18, 18))
        >>> list(report.sources)
        ['stride', 'nonlinearity']
        >>> [layer.name for layer in report.layers]
        ['0 conv2d', '1 max_pool2d']
    """
    if not isinstance(data, Tensor) or data.ndim not in (3, 4, 5) or not data.is_floating_point() or len(data) < 2:
        got = f"{data.dtype} of shape {tuple(data.shape)}" if isinstance(data, Tensor) else type(data).__name__
        raise IntertwineError(f"the data are at least two floating-point items (N, C, *grid), got {got}")
    generator = torch.Generator().manual_seed(seed)
    if samples is not None and samples < len(data):
        data = data[torch.randperm(len(data), generator=generator)[:samples]]
    grid = tuple(data.shape[2:])
    offset = torch.rand(len(data), len(grid), generator=generator, dtype=torch.float64) * torch.tensor(grid)
    ablation = _Ablation(model, resize(data, grid), offset, batch_size, confidence, seed, progress)
    with evaluation(model):
        layers = ablation.layers()
        error, met = ablation.error(())
        present = [name for name in SOURCES if name in met]
        sources = {
            name: SourceError(
                alone=ablation.error([other for other in SOURCES if other != name])[0],
                without=ablation.error([name])[0],
            )
            for name in present
        }
        ideal = ablation.error(SOURCES)[0]
    if progress:
        print(file=sys.stderr)
    return AliasingReport(
        model=getattr(model, "__name__", type(model).__name__),
        items=len(data),
        grid=grid,
        moves=ablation.moves,
        dtype=ablation.dtype,
        confidence=confidence,
        seed=seed,
        error=error,
        ideal=ideal,
        sources=sources,
        layers=layers,
    )


class _Ablation:
    """A model on data and on shifted data, with sources of aliasing taken away."""

    def __init__(
        self,
        model: Callable[..., Any],
        data: Tensor,
        offset: Tensor,
        batch: int,
        confidence: float,
        seed: int,
        progress: bool,
    ):
        self.model, self.data, self.offset, self.batch = model, data, offset, batch
        self.confidence, self.seed, self.progress = confidence, seed, progress
        self.d, self.grid, self.device = data.ndim - 2, tuple(data.shape[2:]), device_of(model)
        self.moves, self.dtype, self.runs = False, "", 0

    def layers(self) -> Any:
        """Measure every operation of the model as it is."""
        recorder = Recorder(self.model, self.d)
        for x, moved, offset in self._batches():
            recorder.run(x, moved, offset)
        return recorder.results(self.confidence, torch.Generator().manual_seed(self.seed))

    def error(self, ideal: Sequence[str]) -> tuple[Estimate | None, set[str]]:
        """The relative error with these sources taken away, and which sources the model has."""
        handler = Idealizer(ideal)
        stills, differences = [], []
        for x, moved, offset in self._batches():
            with Watch(self.model, self.d, handler).watching():
                still, shifted = (call(self.model, part, len(part), "the data") for part in (x, moved))
            if not isinstance(still, Tensor):
                raise IntertwineError("audit_aliasing compares one tensor: wrap the model so that it returns one")
            self.moves, self.dtype = still.ndim == x.ndim, str(still.dtype).removeprefix("torch.")
            expected = move(still, offset, self.grid) if self.moves else still
            stills.append(flat(still))
            differences.append((flat(shifted) - flat(expected)).square().sum(1))
        self.runs += 1
        if self.progress:
            print(f"\raudit: {self.runs} of up to 10 variants", end="", file=sys.stderr, flush=True)
        outputs = torch.cat(stills)
        around = spread(outputs)
        eps = torch.finfo(getattr(torch, self.dtype)).eps
        if float(around.mean()) / 2 <= (CONSTANT * eps) ** 2 * float(outputs.square().sum(1).mean()):
            return None, handler.met
        generator = torch.Generator().manual_seed(self.seed)
        return ratio(torch.cat(differences), around, self.confidence, generator), handler.met

    def _batches(self) -> Any:
        for start in range(0, len(self.data), self.batch):
            where = slice(start, start + self.batch)
            x, offset = self.data[where].to(self.device), self.offset[where]
            yield x, move(x, offset, self.grid), offset
