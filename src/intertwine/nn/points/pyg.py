"""Graphs of points from PyTorch Geometric's `Data` and back.

PyG's names: `pos` (N, 3), `edge_index` (2, E) with sources above targets, `batch` (N,), and by the custom of potentials
`cell` (3, 3) or (structures, 3, 3), `pbc`, and `edge_cell_shift` (E, 3), how many cell vectors away the source lies.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from ...errors import IntertwineError
from .edges import Edges
from .neighbours import PointGraph, radius_graph


def from_pyg(data: Any, cutoff: float | None = None) -> PointGraph:
    """The graph of PyG's `Data` or `Batch`, or of any object with such fields; PyG itself is not needed.

    Args:
        data: with `pos`, and where there are any `batch`, `cell`, `pbc`, `edge_index`, `edge_cell_shift`.
        cutoff: None to take the edges that the data hold; otherwise their edges are left aside, and all pairs within
            the cutoff are found, see `radius_graph`.

    Values on edges in the order of `edge_index` are v[graph.edges.order] in that of the graph.

    Raises:
        IntertwineError: when fields are missing or do not fit each other.

    Example:
        >>> class Data: ...
        >>> data = Data()
        >>> data.pos, data.edge_index = torch.eye(3), torch.tensor([[0, 1, 2], [1, 2, 0]])
        >>> from_pyg(data).vectors[0]
        tensor([-1.,  0.,  1.])
    """
    pos = getattr(data, "pos", None)
    if not isinstance(pos, Tensor) or pos.ndim != 2 or pos.shape[1] != 3 or not pos.is_floating_point():
        raise IntertwineError(
            f"data of points have real positions `pos` (N, 3), got {type(data).__name__} with {_said(pos)}"
        )
    batch, cell, pbc = (getattr(data, name, None) for name in ("batch", "cell", "pbc"))
    cells = None if cell is None else torch.as_tensor(cell, dtype=pos.dtype, device=pos.device).reshape(-1, 3, 3)
    if cutoff is not None:
        owner = None if batch is None else batch.long()
        wrapped = None if pbc is None else torch.as_tensor(pbc, dtype=torch.bool).reshape(-1, 3)
        if cells is None or (wrapped is not None and not bool(wrapped.any())):
            return radius_graph(pos, cutoff, structure=owner)
        return radius_graph(pos, cutoff, cell=_single(cells), periodic=_single(wrapped), structure=owner)
    return _as_given(data, pos, batch, cells)


def _as_given(data: Any, pos: Tensor, batch: Tensor | None, cells: Tensor | None) -> PointGraph:
    index = getattr(data, "edge_index", None)
    if not isinstance(index, Tensor) or index.ndim != 2 or index.shape[0] != 2:
        raise IntertwineError(
            f"data without `edge_index` (2, E) need a cutoff, so that neighbours can be found; got {_said(index)}"
        )
    structure = torch.zeros(len(pos), dtype=torch.int64, device=pos.device) if batch is None else batch.long()
    if structure.shape != pos.shape[:1]:
        raise IntertwineError(f"`batch` has a number for each of {len(pos)} points, got {_said(batch)}")
    count = int(structure.max()) + 1 if len(structure) else 0
    if cells is not None and len(cells) not in (1, count):
        raise IntertwineError(f"cells of {count} structures are (3, 3) or ({count}, 3, 3), got {len(cells)} of them")
    edges = Edges.of(index[0], index[1], len(pos))
    shift = getattr(data, "edge_cell_shift", None)
    if shift is None:
        shift = torch.zeros(edges.number, 3, dtype=torch.int64, device=pos.device)
    elif cells is None or shift.shape != (edges.number, 3):
        raise IntertwineError(
            f"`edge_cell_shift` is ({edges.number}, 3) and needs `cell`; got {_said(shift)}, cell {_said(cells)}"
        )
    kept = None if cells is None else cells.expand(count, 3, 3)
    sizes = structure.bincount(minlength=count)
    return PointGraph(pos, kept, edges, shift.round().long()[edges.order], structure, sizes)


def to_pyg(graph: PointGraph, **fields: Any) -> Any:
    """PyG's `Data` with `pos`, `edge_index`, the `batch` of several structures, and what periodic ones need.

    Args:
        fields: whatever else it shall hold, such as x=features, z=numbers, y=targets; values on edges in the order of
            the graph's edges.

    Raises:
        IntertwineError: when PyG is missing.
    """
    try:
        from torch_geometric.data import Data  # pyright: ignore[reportMissingImports]
    except ImportError as error:
        raise IntertwineError("PyG is missing: pip install torch_geometric.") from error
    own: dict[str, Any] = {
        "pos": graph.positions,
        "edge_index": torch.stack([graph.edges.source, graph.edges.target]),
    }
    if graph.structures != 1:
        own["batch"] = graph.structure
    if graph.cell is not None:
        own["cell"], own["edge_cell_shift"] = graph.cell, graph.shift
    taken = sorted(set(own) & set(fields))
    if taken:
        raise IntertwineError(f"the graph itself gives {', '.join(taken)}: leave them out of the fields")
    return Data(**own, **fields)


def _single(values: Tensor | None) -> Tensor | None:
    """One for all structures, without the axis that counts them."""
    return values[0] if values is not None and len(values) == 1 else values


def _said(value: Any) -> str:
    return f"{value.dtype} {tuple(value.shape)}" if isinstance(value, Tensor) else repr(value)
