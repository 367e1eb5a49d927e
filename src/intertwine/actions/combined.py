"""Actions made of actions: on tuples of data, and of the factors of a direct product."""

from __future__ import annotations

from ..errors import IntertwineError
from ..groups.elements import Element
from ..groups.products import Product
from .action import Action, Data, batch_size


class Tuples(Action):
    """A tuple of data moved part by part by one group, as for models with several inputs or outputs.

    Example:
        >>> G = S(5)
        >>> graph = Tuples(Sets(G), Graphs(G))
        >>> nodes, adjacency = graph(G.sample(2), (torch.randn(2, 5, 3), torch.randn(2, 5, 5)))
    """

    def __init__(self, *parts: Action):
        if not parts:
            raise IntertwineError("Tuples needs at least one action")
        groups = list(dict.fromkeys(part.group for part in parts))
        if len(groups) > 1:
            raise IntertwineError(
                f"the parts of a tuple are moved by one group, got {', '.join(map(str, groups))}; "
                "use Jointly for a direct product of groups"
            )
        super().__init__(groups[0])
        self.parts = parts

    @property
    def is_exact(self) -> bool:
        return all(part.is_exact for part in self.parts)

    def check(self, x: Data) -> None:
        if not isinstance(x, tuple | list) or len(x) != len(self.parts):
            got = f"{len(x)} parts" if isinstance(x, tuple | list) else type(x).__name__
            raise IntertwineError(f"{self} moves a tuple of {len(self.parts)} parts, got {got}")
        for part, value in zip(self.parts, x, strict=True):
            part.check(value)
        sizes = [batch_size(value) for value in x]
        if len(set(sizes)) > 1:
            raise IntertwineError(f"the parts of a tuple hold different numbers of items: {sizes}")

    def move(self, g: Element, x: Data) -> Data:
        return tuple(part.move(g, value) for part, value in zip(self.parts, x, strict=True))

    def __repr__(self) -> str:
        return f"Tuples({', '.join(map(repr, self.parts))})"


class Jointly(Action):
    """Actions of different groups on the same data that commute, as one action of their direct product.

    Example:
        >>> Jointly(Points(SO(3)), Sets(S(5))).group  # turn a cloud and relabel its points
        SO(3) x S(5)
    """

    def __init__(self, *parts: Action):
        if len(parts) < 2:
            raise IntertwineError("Jointly needs at least two actions")
        super().__init__(Product([part.group for part in parts]))
        self.parts = parts

    @property
    def is_exact(self) -> bool:
        return all(part.is_exact for part in self.parts)

    def check(self, x: Data) -> None:
        for part in self.parts:
            part.check(x)

    def move(self, g: Element, x: Data) -> Data:
        start = 0
        for part in self.parts:
            if isinstance(part.group, Product):  # a product of products is one flat product
                count = len(part.group.factors)
                x = part.move(g[start : start + count], x)
            else:
                count = 1
                x = part.move(g[start], x)
            start += count
        return x

    def __repr__(self) -> str:
        return f"Jointly({', '.join(map(repr, self.parts))})"
