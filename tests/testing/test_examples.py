"""The examples in the docstrings of actions, audits and batteries run and print what they say."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest
import torch

import intertwine.groups
import intertwine.nn

# By name: the attribute `intertwine.audit` is the function.
PACKAGES = tuple(importlib.import_module(f"intertwine.{name}") for name in ("actions", "audit", "testing"))
MODULES = [f"{p.__name__}.{m.name}" for p in PACKAGES for m in pkgutil.iter_modules(p.__path__)]
NAMES = {
    "torch": torch,
    **{name: getattr(p, name) for p in (*PACKAGES, intertwine.groups, intertwine.nn) for name in p.__all__},
}


@pytest.mark.parametrize("module", MODULES)
def test_examples(module: str):
    result = doctest.testmod(importlib.import_module(module), extraglobs=NAMES)
    assert result.failed == 0


def test_there_are_examples():
    found = [
        example
        for module in MODULES
        for test in doctest.DocTestFinder().find(importlib.import_module(module))
        for example in test.examples
    ]
    assert len(found) >= 20
