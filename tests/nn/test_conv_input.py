"""What convolutions refuse, and the sizes they take."""

from __future__ import annotations

from typing import Any, cast

import pytest
import torch
from tests.nn.convolutions import MIRROR

from intertwine.errors import IntertwineError
from intertwine.groups import SO, C, D, Group, O
from intertwine.nn import Conv1d, Conv2d, Conv3d, ConvTranspose2d

G4 = C(4)
one, V, R = G4.trivial, G4.vector, G4.regular


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Conv2d(one, C(8).trivial, 3), "one group"),
        (lambda: Conv2d(cast(Any, 3), one, 3), "takes representations"),
        (lambda: Conv2d(one, G4.irrep(1, real=False), 3), "real"),
        (lambda: Conv2d(one, one, 0), "kernel_size of Conv2d"),
        (lambda: Conv2d(one, one, (3, 3, 3)), r"kernel_size of Conv2d is one integer, or 2 integers, >= 1, got \(3, 3"),
        (lambda: Conv2d(one, one, cast(Any, 3.0)), "kernel_size of Conv2d"),
        (lambda: Conv2d(one, one, 3, stride=0), "stride of Conv2d"),
        (lambda: Conv2d(one, one, 3, padding=-1), "padding of Conv2d"),
        (lambda: Conv2d(one, one, 3, dilation=0), "dilation of Conv2d"),
        (lambda: Conv2d(one, one, (3, 5)), r"C\(4\) mixes axes 0 and 1 of the grid, so that kernel_size"),
        (lambda: Conv2d(one, one, 3, stride=(1, 2)), r"stride must be the same on both, got \(1, 2\)"),
        (lambda: Conv2d(one, one, 3, padding=(1, 0)), "padding must be the same"),
        (lambda: Conv2d(one, one, 3, dilation=(1, 2)), "dilation must be the same"),
        (lambda: Conv2d(SO(2).trivial, SO(2).trivial, (3, 5)), "kernel_size must be the same"),
        (lambda: Conv2d(one, one, 4, padding="same"), "half a pixel"),
        (lambda: Conv2d(one, one, 3, padding="same", stride=2), '"same"'),
        (lambda: Conv2d(one, one, 3, padding="full"), '"valid"'),
        (lambda: ConvTranspose2d(one, one, 3, padding="same"), "padding of ConvTranspose2d"),
        (lambda: Conv2d(one, one, 3, padding_mode="mirror"), '"zeros", "reflect"'),
        (lambda: ConvTranspose2d(one, one, 3, padding_mode="circular"), '"zeros"'),
        (lambda: Conv2d(one, one, 3, output_padding=1), "output_padding"),
        (lambda: Conv2d(3 * one, 2 * one, 3, groups=2), "2 groups need features that are 2 copies"),
        (lambda: Conv2d(2 * one, one + V, 3, groups=2), "2 groups need"),
        (lambda: Conv2d(2 * one, 2 * one, 3, groups=0), "groups"),
        (lambda: Conv2d(2 * one, 2 * one, 3, groups=cast(Any, "2")), "groups"),
        (lambda: Conv2d(one, one, 3, bandlimit=-1), "bandlimit"),
        (lambda: Conv2d(one, one, 3, bandlimit=(0, 1, 2)), "2 rings"),
        (lambda: Conv2d(one, one, 3, bandlimit=cast(Any, 1.5)), "bandlimit"),
        (lambda: Conv2d(one, one, 3, profile="bessel"), '"gaussian" or "free"'),
        (lambda: Conv3d(one, one, 3), "space="),
        (lambda: Conv1d(one, one, 3), "space="),
        (lambda: Conv2d(one, one, 3, space=R), "dimension 2"),
        (lambda: Conv2d(one, one, 3, space=C(8).vector), "`space` is an orthogonal representation of C"),
        (lambda: Conv2d(SO(3).trivial, SO(3).trivial, 3), "space="),
    ],
)
def test_what_is_refused(make, words: str):
    with pytest.raises(IntertwineError, match=words):
        make()


@pytest.mark.parametrize("shape", [(2, 3, 8, 8), (8, 8), (2, 4, 8, 8, 8), (4,)])
def test_inputs_of_the_wrong_shape(shape: tuple[int, ...]):
    layer = Conv2d(R, R, 3)
    with pytest.raises(IntertwineError, match=r"Conv2d takes"):
        layer(torch.randn(shape))


def test_inputs_of_another_precision():
    layer = Conv2d(R, R, 3)
    with pytest.raises(IntertwineError, match="float64"):
        layer(torch.randn(1, 4, 8, 8, dtype=torch.float64))
    with pytest.raises(IntertwineError):
        layer(torch.randn(1, 4, 8, 8, dtype=torch.complex64))


def test_unequal_sides_where_axes_do_not_mix():
    layer = Conv2d(D(2).regular, D(2).vector, (3, 4), stride=(1, 2), padding=(1, 0), dilation=(2, 1))
    assert layer(torch.randn(1, 4, 9, 8)).shape == (1, 2, 7, 3)
    assert Conv3d(one, R, (1, 3, 3), space=V + one)(torch.randn(1, 1, 2, 5, 5)).shape == (1, 4, 2, 3, 3)
    assert Conv1d(C(2).trivial, MIRROR, 4, space=MIRROR)(torch.randn(1, 1, 9)).shape == (1, 1, 6)


@pytest.mark.parametrize("group", [C(3), C(5), SO(2), O(2)], ids=str)
def test_layers_without_samples(group: Group):
    layer = Conv2d(group.trivial + group.vector, group.vector, 3)
    assert layer(torch.randn(0, 3, 8, 8)).shape == (0, 2, 6, 6)


@pytest.mark.parametrize(
    ("layer", "side", "words"),
    [
        (Conv2d(one, one, 7), 6, "a kernel of 7 samples reaches over 7, more than 6 samples with padding 0"),
        (Conv2d(one, one, 3, dilation=4, padding=1), 6, "a kernel of 3 samples 4 apart reaches over 9, more than 6"),
        (Conv2d(one, one, 9, padding=4, padding_mode="reflect"), 4, '4 samples have no padding of 4.*"reflect": 3'),
        (Conv2d(one, one, 9, padding=4, padding_mode="circular"), 3, '3 samples have no padding of 4.*"circular": 3'),
    ],
    ids=["kernel", "dilation", "reflect", "circular"],
)
def test_grids_too_small_are_refused(layer: Conv2d, side: int, words: str):
    with pytest.raises(IntertwineError, match=words):
        layer(torch.zeros(1, 1, side, side))
    assert layer(torch.zeros(1, 1, 9, 9)).numel()
