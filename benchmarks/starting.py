"""How long `alerts --help` takes to start, against `sqlite-utils --help`: `python -m benchmarks.starting`.

Both are run in turn, many times. The fastest of each tells what the machine can do, the median what it
does beside other work. Prints both and their ratios (goal: at most 0.6).
"""

import statistics
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
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(ROUNDS):
        for name, program in programs.items():
            began = time.perf_counter()
            subprocess.run([program, "--help"], check=True, stdout=subprocess.DEVNULL)
            taken[name].append(time.perf_counter() - began)
    for figure, of in (("fastest", min), ("median", statistics.median)):
        found = {name: of(seconds) for name, seconds in taken.items()}
        for name, seconds in found.items():
            print(f"{name + ' --help':<20} {figure:<8} {seconds * 1000:4.0f} ms")
        print(f"{'ratio':<20} {figure:<8} {found['alerts'] / found['sqlite-utils']:.2f}")


if __name__ == "__main__":
    main()
