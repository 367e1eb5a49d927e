"""Weights of attention over the edges into each point, smooth where edges appear and disappear."""

from __future__ import annotations

import torch
from torch import Tensor

from ...errors import IntertwineError
from .edges import Edges


def segment_softmax(logits: Tensor, envelope: Tensor, edges: Edges) -> Tensor:
    """a_e = u_e exp(s_e) / (1 + sum over the edges f into the same point of u_f exp(s_f)).

    u is an envelope that vanishes at the cutoff: an edge comes and goes with weight zero and, because of the 1 in the
    denominator, takes its weight from nothing else all at once. A point with faint edges alone attends to nobody, and
    a point without edges divides by nothing. Exponents are taken relative to the greatest of a point's logits and 0.

    Shapes: logits (E, heads), envelope (E,) >= 0 -> (E, heads), in the order of `edges`.

    Raises:
        IntertwineError: when shapes do not fit.

    Example:
        >>> edges = Edges.of(torch.tensor([1, 2]), torch.tensor([0, 0]), 3)
        >>> segment_softmax(torch.zeros(2, 1), torch.tensor([1.0, 1.0]), edges)
        tensor([[0.3333],
                [0.3333]])
    """
    if logits.ndim != 2 or logits.shape[0] != edges.number or envelope.shape != logits.shape[:1]:
        raise IntertwineError(
            f"{edges.number} edges take logits ({edges.number}, heads) and an envelope ({edges.number},), got "
            f"{tuple(logits.shape)} and {tuple(envelope.shape)}"
        )
    target = edges.target
    with torch.no_grad():  # the result does not depend on it
        none = logits.new_zeros(edges.nodes, logits.shape[1])
        greatest = none.scatter_reduce(0, target[:, None].expand_as(logits), logits, "amax")
    weight = envelope.clamp_min(0.0)[:, None] * (logits - greatest.index_select(0, target)).exp()
    total = (-greatest).exp().index_add(0, target, weight)
    return weight / total.clamp_min(torch.finfo(logits.dtype).tiny).index_select(0, target)
