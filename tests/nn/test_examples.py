"""The examples in the docstrings print what they say."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest
import torch

import intertwine

MODULES = [module.name for module in pkgutil.walk_packages(intertwine.nn.__path__, "intertwine.nn.")]
WITH_EXAMPLES = [name for name in MODULES if ">>>" in inspect.getsource(importlib.import_module(name))]


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_docstrings(name: str):
    module = importlib.import_module(name)
    tests = doctest.DocTestFinder(exclude_empty=True).find(
        module, globs={**vars(intertwine), **vars(intertwine.nn), **vars(module), "torch": torch}
    )
    runner = doctest.DocTestRunner()
    for test in tests:
        runner.run(test)
    assert runner.summarize(verbose=False).attempted
    assert not runner.failures
