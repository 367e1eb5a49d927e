"""A potential as a calculator of ASE, for relaxation, molecular dynamics and phonons."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import IntertwineError
from .potential import InteratomicPotential

if TYPE_CHECKING:
    from ase.calculators.calculator import Calculator


def ase_calculator(
    potential: InteratomicPotential, *, energy_unit: float = 1.0, length_unit: float = 1.0
) -> Calculator:
    """A calculator of energies, forces and stress: `atoms.calc = ase_calculator(potential)`.

    Args:
        energy_unit, length_unit: what the potential's units are worth in ASE's, eV and A; for one trained in kcal/mol,
            `ase.units.kcal / ase.units.mol`.

    Raises:
        IntertwineError: when ASE is missing.
    """
    try:
        from ase.calculators.calculator import Calculator, all_changes
        from ase.stress import full_3x3_to_voigt_6_stress
    except ImportError as error:
        raise IntertwineError("ASE is missing: pip install 'intertwine[points]'.") from error

    class PotentialCalculator(Calculator):
        """Energies, forces and stress of one potential."""

        implemented_properties = ["energy", "free_energy", "forces", "stress"]  # noqa: RUF012  # ASE's own form

        def __reduce__(self) -> tuple[Any, ...]:
            """What pickle, and with it ASE in several processes, makes it of again."""
            return partial(ase_calculator, energy_unit=energy_unit, length_unit=length_unit), (potential,)

        def calculate(
            self, atoms: Any = None, properties: Any = ("energy",), system_changes: Any = all_changes
        ) -> None:
            super().calculate(atoms, properties, system_changes)
            scaled = self.atoms.copy()  # type: ignore[union-attr]
            scaled.set_cell(scaled.cell / length_unit)
            scaled.positions = scaled.positions / length_unit
            found = potential.predict(scaled, stress="stress" in properties)
            energy = energy_unit * float(found.energy)
            self.results = {
                "energy": energy,
                "free_energy": energy,
                "forces": (found.forces * (energy_unit / length_unit)).cpu().numpy(),
            }
            if found.stress is not None:
                stress = (found.stress[0] * (energy_unit / length_unit**3)).cpu().numpy()
                self.results["stress"] = full_3x3_to_voigt_6_stress(stress)

    return PotentialCalculator()
