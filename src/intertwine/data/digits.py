"""The handwritten digits that come inside scikit-learn's wheel."""

from __future__ import annotations

import torch

from ..errors import IntertwineError
from .labelled import Labelled

BRIGHTEST = 16.0
"""Each pixel counts the ink in a 4 x 4 block of the scanned 32 x 32 bitmap, so it runs from 0 to 16."""


def load_digits() -> Labelled:
    """1,797 real pictures of handwritten digits, 8 x 8 pixels, grey from 0 to 1: x (1797, 1, 8, 8), y (1797,).

    They are the test part of the UCI set "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak,
    1998), written by 13 people. They travel inside scikit-learn, so nothing is fetched.

    Raises:
        IntertwineError: scikit-learn is not installed.

    Example:
        >>> digits = load_digits()
        >>> digits.x.shape, digits.classes[3]
        (torch.Size([1797, 1, 8, 8]), '3')
    """
    try:
        from sklearn import datasets
    except ImportError as error:
        raise IntertwineError(
            "The digits come inside scikit-learn, which is not installed: pip install 'intertwine[data]'."
        ) from error
    pixels, numbers = datasets.load_digits(return_X_y=True)
    x = torch.tensor(pixels, dtype=torch.float32).reshape(-1, 1, 8, 8) / BRIGHTEST
    return Labelled(x, torch.tensor(numbers, dtype=torch.int64), tuple("0123456789"))
