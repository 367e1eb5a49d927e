"""The examples in the docstrings of the command line print what they say."""

from __future__ import annotations

import doctest

import pytest
import torch

from intertwine.cli import actions, expressions, matrices


@pytest.mark.parametrize("module", [actions, expressions, matrices], ids=lambda module: module.__name__)
def test_docstrings(module) -> None:
    names = {"torch": torch, "parse_group": expressions.parse_group}
    result = doctest.testmod(module, extraglobs=names)
    assert result.attempted
    assert not result.failed
