"""Molecular dynamics at constant energy: what a potential whose forces are its exact slope must keep."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np

from ...data import Structure
from ...models import InteratomicPotential, ase_calculator

FEMTOSECONDS = 0.5
KELVIN = 300.0


def drift(potential: InteratomicPotential, structure: Structure, steps: int, seed: int) -> dict[str, float] | None:
    """The total energy along steps of velocity Verlet, from a structure with velocities of 300 K.

    Returns:
        drift: slope of a straight line in meV per atom and ps; spread: about that line, root mean square, in meV per
        atom; hottest: greatest temperature met, in K. None where ASE is missing.
    """
    if importlib.util.find_spec("ase") is None:
        return None
    from ase import Atoms, units
    from ase.md.velocitydistribution import MaxwellBoltzmannDistribution, Stationary
    from ase.md.verlet import VelocityVerlet

    atoms: Any = Atoms(structure.numbers.numpy(), structure.positions.numpy())
    atoms.calc = ase_calculator(potential, energy_unit=units.kcal / units.mol)
    MaxwellBoltzmannDistribution(atoms, temperature_K=KELVIN, rng=np.random.default_rng(seed))
    Stationary(atoms)
    dynamics = VelocityVerlet(atoms, timestep=FEMTOSECONDS * units.fs)
    energies, hottest = [atoms.get_total_energy()], 0.0
    for _ in range(steps):
        dynamics.run(1)
        energies.append(atoms.get_total_energy())
        hottest = max(hottest, atoms.get_temperature())
    values = 1e3 * np.array(energies) / len(atoms)
    time = np.arange(len(values)) * FEMTOSECONDS * 1e-3
    line = np.polyfit(time, values, 1)
    spread = float(np.sqrt(np.mean((values - np.polyval(line, time)) ** 2)))
    return {"drift": float(line[0]), "spread": spread, "hottest": float(hottest), "picoseconds": float(time[-1])}
