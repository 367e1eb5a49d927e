"""Every example in a docstring of the package runs and prints what it says."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
import re

import pytest
import torch

import intertwine

MODULES = [module.name for module in pkgutil.walk_packages(intertwine.__path__, "intertwine.")]
WITH_EXAMPLES = [
    name for name in MODULES if re.search(r"^ *>>> ", inspect.getsource(importlib.import_module(name)), re.M)
]


def _public() -> dict[str, object]:
    # By name: the attributes `intertwine.audit` and `intertwine.compare` are functions.
    packages = [intertwine] + [
        importlib.import_module(f"intertwine.{name}")
        for name in ("groups", "representations", "actions", "intertwiners", "nn", "models", "audit", "testing", "data")
    ]
    return {name: getattr(package, name) for package in packages for name in package.__all__}


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_examples(name: str):
    module = importlib.import_module(name)
    names = {**_public(), **vars(module), "torch": torch, "tw": intertwine}
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    report: list[str] = []
    for test in doctest.DocTestFinder(exclude_empty=True).find(module, globs=names):
        runner.run(test, out=report.append)
    assert runner.tries
    assert not runner.failures, "".join(report)


def test_there_are_examples_in_every_part():
    parts = {name.split(".")[1] for name in WITH_EXAMPLES}
    assert {"groups", "representations", "actions", "intertwiners", "nn", "models", "audit", "testing"} <= parts
    assert len(WITH_EXAMPLES) >= 70
