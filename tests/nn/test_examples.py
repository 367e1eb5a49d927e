"""The examples in the docstrings print what they say."""

from __future__ import annotations

import doctest
import importlib

import pytest
import torch

import intertwine


@pytest.mark.parametrize(
    "name",
    [
        "linear",
        "bilinear",
        "nonlinear",
        "emlp",
        "tensor_product",
        "tensor_square",
        "invariant_mlp",
        "fourier_net",
        "blur",
        "filters",
        "antialias",
        "on_fields",
        "field_norm",
        "field_pool",
        "fourier_activation",
        "conv",
        "group_conv",
        "spherical_conv",
        "sampling",
        "sampled_activation",
    ],
)
def test_docstrings(name: str):
    module = importlib.import_module(f"intertwine.nn.{name}")
    tests = doctest.DocTestFinder(exclude_empty=True).find(
        module, globs={**vars(intertwine), **vars(intertwine.nn), **vars(module), "torch": torch}
    )
    runner = doctest.DocTestRunner()
    for test in tests:
        runner.run(test)
    assert runner.summarize(verbose=False).attempted
    assert not runner.failures
