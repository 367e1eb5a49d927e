"""Why a space of equivariant maps is empty or large, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..representations.base import Representation
from ..representations.expand import expand
from ..representations.highest import multiplicities
from .solve import expected_dimension, has_weights, solve

if TYPE_CHECKING:
    from .hom import Hom


def explain(hom: Hom) -> str:
    """A line for each pair of elementary terms: copies x copies x maps, the route, and what meets."""
    lines = [f"{hom}"]
    for term_out, rows in expand(hom.rho_out).items():
        for term_in, columns in expand(hom.rho_in).items():
            solution = solve(term_in, term_out)
            copies = len(rows) * len(columns)
            count = f"{copies} x {solution.dim}" if copies > 1 else f"{solution.dim}"
            lines.append(f"  {term_in} -> {term_out}: {count} by {solution.route}. {_reason(term_in, term_out)}")
    return "\n".join(lines)


def _reason(a: Representation, b: Representation) -> str:
    group = a.group
    if a.is_monomial and b.is_monomial:
        labels = getattr(solve(a, b), "labels", None)
        dead = 0 if labels is None else int((labels < 0).sum())
        if dead:
            return (
                f"{dead:,} of {a.dim * b.dim:,} entries are forced to zero: going round their orbit multiplies them by "
                "a sign or phase"
            )
        return f"Each map is one orbit of {group} on the {a.dim * b.dim:,} entries."
    if group.roots is not None and has_weights(a) and has_weights(b):
        first, second = multiplicities(a), multiplicities(b)
        shared = [w for w in first if w in second]
        name = "the identity component of " + str(group) if group.generators else str(group)
        if not shared:
            return (
                f"No irreducible representation of {name} is in both: highest weights {_weights(list(first))} meet "
                f"{_weights(list(second))}."
            )
        terms = " + ".join(f"{second[w]}*{first[w]}" for w in shared[:6]) + (" + ..." if len(shared) > 6 else "")
        tail = f", before the {len(group.generators)} further component(s)" if group.generators else ""
        return f"Under {name} they share highest weights {_weights(shared)}: {terms} maps{tail}."
    if group.is_finite and expected_dimension(a, b) is not None:
        return f"The characters' inner product is {expected_dimension(a, b)}."
    return "Found as the null space of all generators; no theory of this group counts it in advance."


def _weights(weights: list[tuple[int, ...]]) -> str:
    names = [str(w[0]) if len(w) == 1 else str(w).replace(" ", "") for w in weights[:6]]
    return "{" + ", ".join(names) + (", ..." if len(weights) > 6 else "") + "}"
