"""Constructors that make one group for each set of arguments."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial, wraps
from typing import Any, ParamSpec, TypeVar

from .base import Group, on_cpu

Named = TypeVar("Named", bound=Group)
Arguments = ParamSpec("Arguments")


def catalogued(constructor: Callable[Arguments, Named]) -> Callable[Arguments, Named]:
    """Make one group for each set of arguments, which remembers how to make itself again."""

    @cache
    @wraps(constructor)
    def make(*args: Any, **kwargs: Any) -> Named:
        group = on_cpu(constructor)(*args, **kwargs)
        if group.recipe is None:  # else it came from another constructor of the catalogue, which keeps its name
            group.recipe = (partial(make, **kwargs) if kwargs else make, args)
        return group

    return make  # type: ignore[return-value]
