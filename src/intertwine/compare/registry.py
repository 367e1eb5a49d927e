"""Names for the routes and problems, so that a new one is a new file and nothing else changes."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from ..errors import IntertwineError


class Named(Protocol):
    """What can be registered: a class whose name the registry sets."""

    name: str


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """A table of classes by name, filled by a decorator.

    Example:
        >>> routes = Registry("route")
        >>> @routes.register("plain")
        ... class Plain: name: str
        >>> routes.find("plian")
        Traceback (most recent call last):
        intertwine.errors.IntertwineError: There is no route 'plian'. Did you mean 'plain'? Known: plain.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._known: dict[str, type[T]] = {}

    def register(self, name: str) -> Callable[[type[T]], type[T]]:
        """A class decorator that enters the class under `name` and sets its attribute `name`.

        Raises:
            IntertwineError: another class has the name already.
        """

        def enter(entry: type[T]) -> type[T]:
            present = self._known.get(name)
            if present is not None and present.__qualname__ != entry.__qualname__:
                raise IntertwineError(f"The {self.kind} {name!r} is already {present.__module__}.")
            entry.name = name
            self._known[name] = entry
            return entry

        return enter

    def find(self, name: str) -> type[T]:
        """The class with this name.

        Raises:
            IntertwineError: there is none; the message lists all names and the nearest one.
        """
        if name in self._known:
            return self._known[name]
        near = difflib.get_close_matches(name, self._known, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise IntertwineError(f"There is no {self.kind} {name!r}.{hint} Known: {', '.join(self.names())}.")

    def names(self) -> list[str]:
        """All names, in the order of registration."""
        return list(self._known)
