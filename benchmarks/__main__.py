"""All benchmarks, one after the other: python -m benchmarks [--quick]"""

from __future__ import annotations

import subprocess
import sys

MODULES = ["group_conv", "import_time", "linear_layer", "solver_scale", "solver_vs_emlp", "tensor_product"]


def main() -> int:
    """Run each benchmark in a process of its own; 1 when any of them missed a target."""
    codes = []
    for module in MODULES:
        extra = sys.argv[1:] if module == "solver_vs_emlp" else []
        print(f"\n# {module}\n", flush=True)
        codes.append(subprocess.run([sys.executable, "-m", f"benchmarks.{module}", *extra], check=False).returncode)
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main())
