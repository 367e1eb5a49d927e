"""Which points are near which: graphs of all pairs within a cutoff, in free space and in periodic cells."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import torch
from torch import Tensor
from torch.utils import _pytree as pytree

from ...errors import IntertwineError
from .edges import Edges

CHUNK = 2**22
"""Pairs of points looked at at once by the search in plain torch."""
SEARCHES = ("vesin", "torch")

Pairs = tuple[Tensor, Tensor, Tensor]


@dataclass(frozen=True, eq=False)
class PointGraph:
    """Points of one or more structures with the edges between neighbours; made by `radius_graph`.

    Attributes:
        positions: (N, 3), and (structures, 3, 3) cells with their vectors as rows, or None where nothing is periodic.
        edges: directed, source -> target, both ways for every pair.
        shift: (E, 3) int64, how many cell vectors away the image of the source lies.
        structure: (N,) int64, which structure a point belongs to.
        sizes: (structures,) int64, how many points each has.
    """

    positions: Tensor
    cell: Tensor | None
    edges: Edges
    shift: Tensor
    structure: Tensor
    sizes: Tensor

    @property
    def structures(self) -> int:
        """Number of structures."""
        return self.sizes.shape[0]

    @property
    def vectors(self) -> Tensor:
        """(E, 3), from target to source, r_source + shift cell - r_target: differentiable in positions and cell."""
        found = self.positions[self.edges.source] - self.positions[self.edges.target]
        if self.cell is None:
            return found
        cells = self.cell[self.structure[self.edges.target]]
        return found + (self.shift.to(found).unsqueeze(1) @ cells).squeeze(1)

    def moved(self, positions: Tensor, cell: Tensor | None = None) -> PointGraph:
        """The same edges between points that moved a little; `cell` too where the cells changed shape."""
        return replace(self, positions=positions, cell=self.cell if cell is None else cell)

    def total(self, values: Tensor) -> Tensor:
        """Sums of values of points (N, ...) over each structure, (structures, ...)."""
        return values.new_zeros(self.structures, *values.shape[1:]).index_add(0, self.structure, values)

    def mean(self, values: Tensor) -> Tensor:
        """Means over each structure; zero for one without points."""
        return self.total(values) / self.sizes.clamp_min(1).to(values).view(-1, *[1] * (values.ndim - 1))


def radius_graph(
    positions: Tensor,
    cutoff: float,
    *,
    cell: Tensor | None = None,
    periodic: Tensor | Sequence[bool] | bool | None = None,
    structure: Tensor | None = None,
    search: str | None = None,
) -> PointGraph:
    """All pairs of points nearer than the cutoff, with every periodic image, cells of any shape and size.

    Args:
        positions: (N, 3), not necessarily inside the cell.
        cutoff: greatest distance, in the unit of the positions.
        cell: rows are the cell's vectors: (3, 3), or (structures, 3, 3). Vectors of directions that are not periodic
            may be zero.
        periodic: in which directions, (3,) or (structures, 3) booleans; None for all three where there is a cell.
        structure: (N,) int64 in rising order: which structure a point belongs to; None for a single one.
        search: "vesin" (time linear in N) or "torch" (quadratic, no further package); None for vesin where installed.

    Raises:
        IntertwineError: for shapes that do not fit, numbers that are not finite, a periodic direction without extent,
            and two points at one place, whose direction from each other is undefined.

    Example:
        >>> graph = radius_graph(torch.zeros(1, 3), 1.1, cell=torch.eye(3))  # a cubic crystal: six neighbours
        >>> graph.vectors.norm(dim=1)
        tensor([1., 1., 1., 1., 1., 1.])
    """
    structure, count = _structures(positions, structure, cutoff)
    cells, wrapped = _cells(positions, cell, periodic, count)
    if search is None:
        search = "vesin" if importlib.util.find_spec("vesin") else "torch"
    if search not in SEARCHES:
        raise IntertwineError(f"search is one of {', '.join(SEARCHES)}, got {search!r}")
    find = _by_vesin if search == "vesin" else _by_images
    sizes = structure.bincount(minlength=count)
    found: list[Pairs] = []
    start = 0
    points = positions.detach().to("cpu", torch.float64)
    for k, size in enumerate(sizes.tolist()):
        source, target, shift = find(points[start : start + size], cells[k], wrapped[k], cutoff)
        found.append((source + start, target + start, shift))
        start += size
    none = torch.zeros(0, dtype=torch.int64)
    source, target, shift = (
        torch.cat([pairs[k] for pairs in found]) if found else (none, none, none.view(0, 3))[k] for k in range(3)
    )
    device = positions.device
    edges = Edges.of(source.to(device), target.to(device), len(positions))
    kept = None if cell is None else cell.to(positions).expand(count, 3, 3)
    graph = PointGraph(positions, kept, edges, shift.to(device)[edges.order], structure, sizes)
    _refuse_coincident(graph, cutoff)
    return graph


def join_graphs(graphs: Sequence[PointGraph]) -> PointGraph:
    """Graphs side by side as one, without looking for neighbours again: for batches drawn from graphs made before.

    Raises:
        IntertwineError: for an empty list.

    Example:
        >>> graphs = [radius_graph(torch.randn(n, 3), 2.0) for n in (3, 5)]
        >>> join_graphs(graphs).sizes
        tensor([3, 5])
    """
    if not graphs:
        raise IntertwineError("there are no graphs to join")
    nodes, structures = ([0, *accumulate(sizes)] for sizes in zip(*map(_sizes, graphs), strict=True))
    cells = [g.positions.new_zeros(g.structures, 3, 3) if g.cell is None else g.cell for g in graphs]
    return PointGraph(
        torch.cat([g.positions for g in graphs]),
        torch.cat(cells) if any(g.cell is not None for g in graphs) else None,
        _join_edges([g.edges for g in graphs], nodes),
        torch.cat([g.shift for g in graphs]),
        torch.cat([g.structure + first for g, first in zip(graphs, structures, strict=False)]),
        torch.cat([g.sizes for g in graphs]),
    )


def _sizes(graph: PointGraph) -> tuple[int, int]:
    return graph.edges.nodes, graph.structures


def _join_edges(parts: Sequence[Edges], nodes: Sequence[int]) -> Edges:
    """Sorted edges of each part stay sorted: all that changes is where its nodes and edges begin."""
    edges = [0, *accumulate(part.number for part in parts)]

    def moved(values: Iterable[Tensor], starts: Sequence[int]) -> Tensor:
        return torch.cat([value + start for value, start in zip(values, starts, strict=False)])

    end = parts[0].starts.new_tensor(edges[-1:])
    return Edges(
        moved((part.source for part in parts), nodes),
        moved((part.target for part in parts), nodes),
        moved((part.order for part in parts), edges),
        torch.cat([moved((part.starts[:-1] for part in parts), edges), end]),
        moved((part.by_source for part in parts), edges),
        torch.cat([moved((part.outgoing[:-1] for part in parts), edges), end]),
    )


def _structures(positions: Tensor, structure: Tensor | None, cutoff: float) -> tuple[Tensor, int]:
    if positions.ndim != 2 or positions.shape[1] != 3 or not positions.is_floating_point():
        raise IntertwineError(f"positions are real, (N, 3), got {positions.dtype}, {tuple(positions.shape)}")
    if not bool(positions.isfinite().all()):
        raise IntertwineError(f"{int((~positions.isfinite()).any(1).sum())} of {len(positions)} points are not finite")
    if not 0 < cutoff < float("inf"):
        raise IntertwineError(f"the cutoff is a positive length, got {cutoff}")
    if structure is None:
        return torch.zeros(len(positions), dtype=torch.int64, device=positions.device), 1
    if structure.shape != positions.shape[:1] or structure.dtype != torch.int64:
        raise IntertwineError(
            f"structure gives an int64 number for each of {len(positions)} points, got {structure.dtype}, "
            f"{tuple(structure.shape)}"
        )
    if bool((structure.diff() < 0).any()) or (len(structure) and int(structure[0]) < 0):
        raise IntertwineError("structure numbers rise from 0: points of one structure stand together")
    return structure, int(structure[-1]) + 1 if len(structure) else 0


def _cells(
    positions: Tensor, cell: Tensor | None, periodic: Tensor | Sequence[bool] | bool | None, count: int
) -> tuple[Tensor, Tensor]:
    """Cells (count, 3, 3) completed to a basis of space, and periodic directions (count, 3), on the CPU in float64."""
    wrapped = torch.as_tensor(cell is not None if periodic is None else periodic, dtype=torch.bool, device="cpu")
    if cell is None:
        if bool(wrapped.any()):
            raise IntertwineError("periodic directions need a cell: give cell=, with its vectors as rows")
        return torch.eye(3, dtype=torch.float64).expand(count, 3, 3), torch.zeros(count, 3, dtype=torch.bool)
    if cell.shape not in ((3, 3), (count, 3, 3)):
        raise IntertwineError(f"cells of {count} structures are (3, 3) or ({count}, 3, 3), got {tuple(cell.shape)}")
    try:
        wrapped = wrapped.expand(count, 3)
    except RuntimeError as error:
        raise IntertwineError(f"periodic is (3,) or ({count}, 3) booleans, got {tuple(wrapped.shape)}") from error
    cells = cell.detach().to("cpu", torch.float64).expand(count, 3, 3)
    return torch.stack([_completed(c, w, k) for k, (c, w) in enumerate(zip(cells, wrapped, strict=True))]), wrapped


def _completed(cell: Tensor, wrapped: Tensor, number: int) -> Tensor:
    """Vectors of directions that are not periodic, replaced by unit vectors at right angles to the periodic ones."""
    kept = cell[wrapped]
    if not bool(cell.isfinite().all()) or (len(kept) and float(torch.linalg.svdvals(kept)[-1]) < 1e-8):
        raise IntertwineError(
            f"the periodic vectors of cell {number} span no volume: {kept.tolist()}; is `periodic` what you mean?"
        )
    rest = torch.linalg.qr(kept.mT, mode="complete").Q.mT[len(kept) :]
    completed = torch.empty(3, 3, dtype=torch.float64)
    completed[wrapped], completed[~wrapped] = kept, rest
    return completed


def _by_vesin(points: Tensor, cell: Tensor, wrapped: Tensor, cutoff: float) -> Pairs:
    import vesin

    if not len(points):
        return _by_images(points, cell, wrapped, cutoff)
    nearby = vesin.NeighborList(cutoff=cutoff, full_list=True, n_threads=1)
    i, j, s = nearby.compute(points.numpy(), cell.numpy(), wrapped.numpy(), "ijS")
    target, source, shift = (torch.from_numpy(value.astype("int64")) for value in (i, j, s))
    return source, target, shift


def _by_images(points: Tensor, cell: Tensor, wrapped: Tensor, cutoff: float) -> Pairs:
    """Every image of the cell that the cutoff can reach, all pairs of points in each."""
    inverse = torch.linalg.inv(cell)
    # The planes of a cell stand 1 / |column of the inverse| apart.
    reach = torch.where(wrapped, (cutoff * inverse.norm(dim=0)).floor() + 1, 0.0).tolist()
    home = torch.where(wrapped, (points @ inverse).floor(), 0.0)
    inside = points - home @ cell
    images = torch.cartesian_prod(*(torch.arange(-r, r + 1, dtype=torch.float64) for r in reach))
    rows = max(1, CHUNK // max(1, len(points) * len(images)))
    found: list[Pairs] = [tuple(torch.zeros(0, *n, dtype=torch.int64) for n in ((), (), (3,)))]  # type: ignore[list-item]
    for start in range(0, len(points), rows):
        targets = inside[start : start + rows]
        apart = inside[None, :, None] + (images @ cell)[None, None] - targets[:, None, None]
        near = apart.square().sum(-1) < cutoff**2
        itself = torch.arange(len(targets))
        near[itself, itself + start, len(images) // 2] = False
        target, source, image = near.nonzero(as_tuple=True)
        target = target + start
        shift = images[image] - home[source] + home[target]
        found.append((source, target, shift.round().long()))
    source, target, shift = (torch.cat([pairs[k] for pairs in found]) for k in range(3))
    return source, target, shift


def _refuse_coincident(graph: PointGraph, cutoff: float) -> None:
    with torch.no_grad():
        length = graph.vectors.norm(dim=1)
    closest = torch.finfo(length.dtype).eps * cutoff
    if len(length) and float(length.min()) <= closest:
        e = int(length.argmin())
        i, j = int(graph.edges.source[e]), int(graph.edges.target[e])
        image = "" if i != j and not bool(graph.shift[e].any()) else f" (image {graph.shift[e].tolist()})"
        raise IntertwineError(
            f"points {i} and {j}{image} of structure {int(graph.structure[j])} are at one place, "
            f"{graph.positions[j].tolist()}: no direction leads from one to the other. Is a point listed twice?"
        )


pytree.register_dataclass(PointGraph, serialized_type_name="intertwine.nn.PointGraph")
torch.serialization.add_safe_globals([PointGraph])
