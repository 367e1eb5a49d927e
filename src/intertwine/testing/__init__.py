"""Contract batteries: run them on groups, representations, maps, layers and actions of your own."""

from .actions import check_action
from .groups import check_group
from .homs import check_hom
from .layers import check_layer
from .representations import check_representation

__all__ = ["check_action", "check_group", "check_hom", "check_layer", "check_representation"]
