"""How long `alerts --help` takes to start, against `sqlite-utils --help`: `python -m benchmarks.starting`.

Both are run in turn, many times, and the fastest of each is compared: what a machine can do, not what else
it was doing. Prints both and their ratio (goal: at most 1).
"""

import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 20


def main() -> None:
    """Measure and print."""
    programs = {
        name: str(Path(sys.executable).with_name(name)) for name in ("alerts", "sqlite-utils")
    }
    best = dict.fromkeys(programs, float("inf"))
    for _ in range(ROUNDS):
        for name, program in programs.items():
            began = time.perf_counter()
            subprocess.run([program, "--help"], check=True, stdout=subprocess.DEVNULL)
            best[name] = min(best[name], time.perf_counter() - began)
    for name, seconds in best.items():
        print(f"{name + ' --help':<20} {seconds * 1000:4.0f} ms")
    print(f"ratio {best['alerts'] / best['sqlite-utils']:.2f}")


if __name__ == "__main__":
    main()
