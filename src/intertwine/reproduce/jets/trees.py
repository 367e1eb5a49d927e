"""Gradient-boosted trees on invariants: what a table of well-chosen numbers can do without any network."""

from __future__ import annotations

import torch
from torch import Tensor

from ...data import Labelled
from ...errors import IntertwineError
from .invariants import invariants


class Trees:
    """scikit-learn's HistGradientBoostingClassifier on the invariants of jets.

    Raises:
        IntertwineError: scikit-learn is not installed.
    """

    def __init__(self, rounds: int, seed: int) -> None:
        try:
            from sklearn.ensemble import HistGradientBoostingClassifier
        except ImportError as error:
            raise IntertwineError("The trees come from scikit-learn: pip install 'intertwine[data]'.") from error
        self.forest = HistGradientBoostingClassifier(
            max_iter=rounds, learning_rate=0.05, max_leaf_nodes=15, l2_regularization=1.0, random_state=seed
        )

    def fit(self, items: Labelled) -> None:
        """Fit to jets x (N, n, 4) of the classes y (N,)."""
        self.forest.fit(invariants(items.x.cpu()).numpy(), items.y.cpu().numpy())

    def __call__(self, momenta: Tensor) -> Tensor:
        """The logit of the signal, (N, n, 4) -> (N,) float64."""
        return torch.from_numpy(self.forest.decision_function(invariants(momenta.cpu()).numpy()))
