"""Relabelling: sets and graphs moved by permutations of their members."""

from __future__ import annotations

from torch import Tensor

from ..errors import IntertwineError
from ..groups.base import Group
from ..groups.elements import Element
from ..groups.permutation import PermutationGroup
from .action import Action, Data, require_tensor


class _Relabelled(Action):
    """Data with one or more axes of length n behind the first, all relabelled by one permutation of n points."""

    axes: str

    def __init__(self, group: Group):
        if not isinstance(group, PermutationGroup):
            raise IntertwineError(f"{type(self).__name__} needs a group of permutations such as S(n), got {group}")
        super().__init__(group)
        self.degree = group.degree

    @property
    def is_exact(self) -> bool:
        return True

    def check(self, x: Data) -> None:
        require_tensor(self, x, self.axes)
        count = len(self.axes.split()) - 1
        if x.shape[1 : 1 + count] != (self.degree,) * count:
            raise IntertwineError(
                f"{self} permutes {self.degree} members along axes {', '.join(self.axes.split()[1:])} of "
                f"({', '.join(self.axes.split())}, ...), got shape {tuple(x.shape)}"
            )

    def move(self, g: Element, x: Data) -> Tensor:
        source = self.group.inverse(g).to(x.device)
        for axis in range(1, len(self.axes.split())):
            shape = [len(x), *[1] * (axis - 1), self.degree, *[1] * (x.ndim - 1 - axis)]
            x = x.gather(axis, source.reshape(shape).expand(x.shape))
        return x


class Sets(_Relabelled):
    """Sets of n members with features, (N, n, ...): (pi(p) x)[p[i]] = x[i].

    Example:
        >>> Sets(S(3))(torch.tensor([1, 2, 0]), torch.tensor([[10, 20, 30]]))
        tensor([[30, 10, 20]])
    """

    axes = "N n"


class Graphs(_Relabelled):
    """Adjacency matrices and edge features of graphs with n nodes, (N, n, n, ...): (pi(p) x)[p[i], p[j]] = x[i, j].

    Node features are `Sets`; a graph with both is a tuple moved by `Tuples(Sets(G), Graphs(G))`.
    """

    axes = "N n n"
