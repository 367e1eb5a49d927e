"""One equivariant perceptron for each kind of hidden representation, all with about the same number of weights."""

from __future__ import annotations

from typing import ClassVar

from torch import nn

from ..hidden import make, sized
from ..problem import Problem
from ..route import Route, register


class HiddenRoute(Route):
    """The equivariant route with hidden layers of one kind, as many as give its number of weights."""

    kind: ClassVar[str]

    def note(self, problem: Problem, hidden: tuple[int, ...]) -> str:
        """What the hidden layers hold."""
        rho = sized(problem, self.kind, hidden)
        return f"Each hidden layer holds {rho}, {rho.dim} numbers."

    def model(self, problem: Problem, hidden: tuple[int, ...]) -> nn.Module:
        """The perceptron, of about as many weights as the equivariant route has."""
        return make(problem, sized(problem, self.kind, hidden), hidden)


@register("hidden-regular")
class HiddenRegular(HiddenRoute):
    """Functions on the group."""

    kind, title = "regular", "Regular"
    idea = "Hidden features are functions on the group, with ReLU entry by entry."


@register("hidden-irreps")
class HiddenIrreps(HiddenRoute):
    """Irreducible representations."""

    kind, title = "irreps", "Irreps"
    idea = "Hidden features are irreducible: every kind once, with products and gates between."


@register("hidden-quotient")
class HiddenQuotient(HiddenRoute):
    """Functions on cosets."""

    kind, title = "quotient", "Quotient"
    idea = "Hidden features are functions on the cosets of a subgroup, with ReLU entry by entry."


@register("hidden-unfaithful")
class HiddenUnfaithful(HiddenRoute):
    """Representations that forget a part of the group."""

    kind, title = "unfaithful", "Unfaithful"
    idea = "Hidden features are irreducible and do not tell some elements of the group from others."


@register("hidden-vectors")
class HiddenVectors(HiddenRoute):
    """Scalars and vectors."""

    kind, title = "vectors", "Vectors"
    idea = "Hidden features are scalars and vectors, with products and gates between."


@register("hidden-tensors")
class HiddenTensors(HiddenRoute):
    """Scalars, vectors and pairs of vectors."""

    kind, title = "tensors", "Tensors"
    idea = "Hidden features are scalars, vectors and tensor squares of vectors, with products and gates between."
