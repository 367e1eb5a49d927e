"""The basis is the same bit for bit, in another process, after other work, and when it is asked for twice."""

from __future__ import annotations

import os
import subprocess
import sys

import torch

import intertwine as tw
from intertwine.intertwiners import clear_cache

SCRIPT = """
import hashlib, random, sys
import torch
torch.manual_seed(int(sys.argv[1]))
import intertwine as tw
pair = tw.SO(3) * tw.S(3)
motions = tw.semidirect(tw.R(2), tw.O(2))
V, W, L, D, Q = tw.SO(3).vector, tw.SU(3).vector, tw.Lorentz().vector, tw.D(5).vector, tw.Q(8)
cases = {
    "orbits": (tw.S(4).vector**2, tw.S(4).vector**2), "phases": (tw.C(4).representation([[[1j]]]), tw.C(4).regular),
    "diagrams": (V**3, V**2), "mirrors": (tw.O(3).vector**2, tw.alt(tw.O(3).vector, 2)),
    "weights": (tw.SU(3).adjoint, tw.SU(3).adjoint + W * W.conj), "quaternions": (Q.vector, Q.vector**2),
    "boosts": (L**2, tw.Lorentz().adjoint + L**2), "long chains": (V**4, tw.SO(3).adjoint**4),
    "null space": (D**2, D**2), "Schur": (D**5, D**5), "motions": (motions.vector**2, motions.vector),
    "factors": (pair.vector, pair.vector), "sums": (2 * V + V * V, V + tw.SO(3).adjoint),
    "sparse": (motions.vector**4, motions.vector),
}
names = list(cases)
if int(sys.argv[1]) % 2:
    names.reverse()
found = {}
for name in names:
    a, b = cases[name]
    basis = (a >> b).basis().contiguous()
    found[name] = (len(basis), hashlib.sha256(basis.numpy().tobytes()).hexdigest())
print(*sorted(found.items()), sep="\\n")
"""


def test_two_processes_find_the_same_bits() -> None:
    """With other hash seeds, another global random state and the cases in the opposite order."""
    runs = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-c", SCRIPT, seed]
        runs.append(
            subprocess.Popen(command, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        )
    (first, error), (second, _) = (run.communicate() for run in runs)
    assert all(run.returncode == 0 for run in runs), error
    assert len(first.splitlines()) == 14
    assert first == second


def test_solving_again_gives_the_same_bits() -> None:
    """After the cache is cleared, whatever torch's random state."""
    V, Z = tw.SO(3).vector, tw.C(5).vector
    cases = [
        (V**3, V * tw.SO(3).adjoint),
        (Z**2, Z),
        (tw.S(3).vector ** 2, tw.S(3).vector),
        (tw.Q(8).vector ** 3, tw.Q(8).vector ** 2),
    ]
    first = []
    for _ in range(2):
        clear_cache()
        torch.rand(3)
        bases = [(a >> b).basis() for a, b in cases]
        first = first or bases
        assert all(torch.equal(x, y) for x, y in zip(first, bases, strict=True))


def test_solving_leaves_the_random_state_alone() -> None:
    """A solver that draws numbers draws them from a generator of its own."""
    clear_cache()
    state = torch.random.get_rng_state()
    for group in (tw.SO(3), tw.SU(2), tw.D(5), tw.S(4), tw.semidirect(tw.R(2), tw.O(2)), tw.Icosahedron(), tw.O(1, 3)):
        V = group.vector
        assert (V * V >> V * V).dim > 0
        assert V.is_unitary is not None
    rho = tw.SO(3).representation(tw.SO(3).algebra)
    assert (rho >> tw.SO(3).vector).dim == 1
    assert torch.equal(state, torch.random.get_rng_state())
