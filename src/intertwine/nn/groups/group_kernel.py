"""What the kernel of a group convolution is a function of, and where each of its values stands in the matrix."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from ...errors import IntertwineError
from ...groups.base import Group
from ...groups.elements import Element, leaves, stack, take, tree_map
from ...intertwiners.orbits import solve_orbits
from ...representations.base import Representation
from ...representations.leaves import Regular


@dataclass(frozen=True)
class GroupKernel:
    """A kernel psi between functions on two G-sets, W[y, x] = psi(value number `labels[y, x]`).

    Functions on G to functions on Y: psi lives on Y, W[y, h] = psi(h^-1 y). Functions on X to functions on G: psi lives
    on X, W[g, x] = psi(g^-1 x). Between other sets it has a value for every orbit of G on pairs (y, x).

    Attributes:
        space_in, space_out: permutation representations on functions on X and on Y.
        support: the points where psi may differ from zero, as numbers; None for all.
    """

    space_in: Representation
    space_out: Representation
    support: tuple[int, ...] | None

    @property
    def group(self) -> Group:
        return self.space_in.group

    @property
    def is_convolution(self) -> bool:
        """Whether functions on G go to functions on G."""
        return isinstance(self.space_in, Regular) and isinstance(self.space_out, Regular)

    @property
    def domain(self) -> Representation | None:
        """Functions on the set where psi lives; None where it lives on orbits of pairs."""
        if isinstance(self.space_in, Regular):
            return self.space_out
        return self.space_in if isinstance(self.space_out, Regular) else None

    @property
    def values(self) -> int:
        """How many numbers psi has for a pair of channels."""
        if self.support is not None:
            return len(self.support)
        return int(self._orbits.max()) + 1 if self.domain is None else self.domain.dim

    @cached_property
    def _orbits(self) -> Tensor:
        images = [
            [rho.permutation(g).tolist() for g in self.group.generators] for rho in (self.space_out, self.space_in)
        ]
        out, in_ = (torch.tensor(i).reshape(len(i), rho.dim) for i, rho in zip(images, self.spaces, strict=True))
        return solve_orbits(out, None, in_, None).labels.long()

    @property
    def spaces(self) -> tuple[Representation, Representation]:
        """(out, in), as the axes of W."""
        return self.space_out, self.space_in

    @cached_property
    def labels(self) -> Tensor:
        """(dim out, dim in) int64: which value of psi stands there, -1 for none."""
        if self.domain is None:
            return self._orbits
        inverses = self.group.inverse(self.group.elements())
        labels = self.domain.permutation(inverses)
        if isinstance(self.space_in, Regular):
            labels = labels.mT
        if self.support is None:
            return labels
        number = torch.full((self.domain.dim,), -1)
        number[list(self.support)] = torch.arange(len(self.support))
        return number[labels]

    @property
    def has_neighbours(self) -> bool:
        """Whether each value of psi stands once in every row of W."""
        return isinstance(self.space_out, Regular)

    @property
    def entries(self) -> float:
        """How many points of the input each point of the output depends on, on average."""
        return self.values if self.has_neighbours else float((self.labels >= 0).sum()) / len(self.labels)

    @cached_property
    def neighbours(self) -> Tensor | None:
        """(values, dim out): of each point g of the output, the point x with W[g, x] = psi(value).

        g k^-1 for the value at k of a convolution, and g z for the value at z of a lift; None in other spaces.
        """
        if self.domain is None or not self.has_neighbours:
            return None
        group, elements = self.group, self.group.elements()
        points = torch.tensor(self.support) if self.support is not None else torch.arange(self.domain.dim)
        if not self.is_convolution:
            return self.space_in.permutation(elements)[:, points].mT
        inverses = take(group.inverse(elements), points)
        products = group.multiply(_with_axis(elements, 0), _with_axis(inverses, 1))
        return group.index(products)

    def __repr__(self) -> str:
        return f"{self.group}: {self.space_in} -> {self.space_out}"


def _with_axis(g: Element, axis: int) -> Element:
    """A batch of elements with a second batch axis of length 1."""
    return tree_map(lambda leaf: leaf.unsqueeze(axis), g)


def group_kernel(space_in: Representation, space_out: Representation, support: Any = None) -> GroupKernel:
    """The kernel between two sets, with a support given by elements or by numbers of points.

    Raises:
        IntertwineError: for representations that are no permutations or of two groups, and for an impossible support.
    """
    for space in (space_in, space_out):
        if not space.is_permutation:
            raise IntertwineError(
                f"group convolution takes functions on a set that {space.group} permutes, such as G.regular, G.points "
                f"or G.quotient(H); {space} is no permutation representation: use Linear"
            )
    if space_in.group != space_out.group:
        raise IntertwineError(f"both sets belong to one group, got {space_in.group} and {space_out.group}")
    kernel = GroupKernel(space_in, space_out, None)
    if support is None:
        return kernel
    if kernel.domain is None:
        raise IntertwineError(
            f"the kernel from {space_in} to {space_out} lives on orbits of pairs and has no `support`; it takes one "
            "where one of the two is G.regular"
        )
    found = _read_support(kernel.domain, support)
    return GroupKernel(space_in, space_out, tuple(dict.fromkeys(found)))


def _read_support(domain: Representation, support: Any) -> list[int]:
    """Numbers of points of the domain; elements of the group where that is the group itself."""
    if isinstance(domain, Regular):
        group = domain.group
        is_sequence = isinstance(support, list) or (
            isinstance(support, tuple) and not isinstance(group.identity, tuple)
        )
        if is_sequence and not len(support):
            raise IntertwineError("an empty support leaves a kernel without values")
        elements = stack(support) if is_sequence else support
        if not isinstance(leaves(elements)[0], Tensor):
            raise IntertwineError(f"`support` is a list of elements of {group}, or one batch of them, got {support!r}")
        return group.index(elements).flatten().tolist()
    points = torch.as_tensor(support).flatten()
    if not len(points) or points.is_floating_point() or int(points.min()) < 0 or int(points.max()) >= domain.dim:
        raise IntertwineError(f"`support` numbers points of {domain}, 0 to {domain.dim - 1}, got {support!r}")
    return points.tolist()
