"""The orbits of S(n) on index tuples: a weight-sharing picture, one class for each set partition of the slots."""

from __future__ import annotations

import math

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .diagram_enumeration import Integers
from .solution import Constants


class Orbits:
    """Indicator functions of the orbits, scaled to unit norm; disjoint, so orthonormal."""

    def __init__(self, partitions: Integers, n: int, scale: Tensor):
        self.labels = tuple_labels(partitions, n)
        """The orbit of each index tuple, numbered by first occurrence in row-major order: (n^slots,)."""
        self.scale = scale

    def constants(self) -> dict[str, Tensor]:
        return {"labels": self.labels, "scale": self.scale}

    def expand(self, coefficients: Tensor, constants: Constants) -> Tensor:
        """sum_k c_k W_k, coefficients (..., orbits) -> (..., n^slots)."""
        return (coefficients * constants["scale"]).index_select(-1, constants["labels"])

    def collect(self, tensors: Tensor, constants: Constants) -> Tensor:
        """<W_k, M> for each orbit, tensors (..., n^slots) -> (..., orbits)."""
        lead, orbits = tensors.shape[:-1], len(self.scale)
        rows = tensors.reshape(math.prod(lead), tensors.shape[-1]).T
        sums = rows.new_zeros(orbits, rows.shape[1]).index_add(0, constants["labels"], rows)
        return sums.T.reshape(*lead, orbits) * constants["scale"]


def tuple_labels(partitions: Integers, n: int) -> Tensor:
    """The row of `partitions` that holds the equality pattern of each index tuple: (n^slots,) integers.

    Label 0 goes to the first index, and each further index takes the label of the first index equal to it, or the next
    new one: the restricted growth word of the tuple. Since that word is itself the first tuple of its orbit, partitions
    in lexicographic order are orbits in order of first occurrence.

    >>> tuple_labels(np.array([[0, 0], [0, 1]]), 3).tolist()
    [0, 1, 1, 1, 0, 1, 1, 1, 0]
    """
    slots = partitions.shape[1]
    axes = [np.arange(n, dtype=np.int32).reshape(np.where(unit, -1, 1)) for unit in np.eye(slots, dtype=bool)]
    words: list[NDArray[np.int8]] = []
    fresh = np.zeros((1,) * slots, dtype=np.int8)
    code = np.zeros((1,) * slots, dtype=np.int32)
    for slot in range(slots):
        word = fresh
        for earlier in range(slot):
            word = np.where(axes[slot] == axes[earlier], words[earlier], word)
        fresh = np.maximum(fresh, word + np.int8(1))
        code = code * np.int32(slot + 1) + word
        words.append(word)
    codes = np.zeros(len(partitions), dtype=np.int64)
    for slot in range(slots):
        codes = codes * (slot + 1) + partitions[:, slot]
    number = np.zeros(math.factorial(slots), dtype=np.int64)
    number[codes] = np.arange(len(partitions))
    return torch.from_numpy(number[np.broadcast_to(code, (n,) * slots)].reshape(-1))
