"""How fast subscribers are imported, and in how much memory: `python -m benchmarks.importing`.

In one run on one machine: `alerts subscriber import` of a made-up CSV (validated, deduplicated,
with events) against `sqlite-utils insert --csv` of the same file, which does none of that. Prints
the ratio of wall times (goal: at most 1), and the peak memory at --rows against 10,000 rows (goal:
at most 1.2 times, and 120 MB).
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SMALL = 10_000


def write_list(path: Path, rows: int) -> None:
    """The same CSV for the same number of rows, its addresses in no order, 1 in 100 repeated."""
    chance = random.Random(rows)
    with path.open("w", encoding="utf-8") as out:
        out.write("email,name,language,tags\n")
        for number in range(rows):
            person = number - 50 if number % 100 == 99 else number
            out.write(
                f"reader{person * 2_654_435_761 % 2**32}.{person}@example{person % 4999}.org,"
                f"Reader Number {person},{chance.choice(('en', 'es', 'fr'))},member\n"
            )


def measured(*command: str) -> tuple[float, float]:
    """Seconds of wall time and MB of peak memory of one command."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    return time.perf_counter() - begun, usage.ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Import speed and memory.")
    parser.add_argument("--rows", type=int, default=1_000_000)
    rows: int = parser.parse_args().rows
    python = sys.executable
    with tempfile.TemporaryDirectory() as folder:
        small, large = Path(folder, "small.csv"), Path(folder, "large.csv")
        write_list(small, SMALL)
        write_list(large, rows)
        for name in ("p1", "p2"):
            measured(python, "-m", "alerts", "-q", "init", f"{folder}/{name}")
        ours = ("-m", "alerts", "-q", "--project")
        plain, _ = measured(
            python, "-m", "sqlite_utils", "insert", f"{folder}/x.db", "t", str(large), "--csv", "--silent"
        )  # fmt: skip
        _, little = measured(python, *ours, f"{folder}/p1", "subscriber", "import", str(small))
        first, peak = measured(python, *ours, f"{folder}/p2", "subscriber", "import", str(large))
        again, _ = measured(python, *ours, f"{folder}/p2", "subscriber", "import", str(large))
    print(f"{rows:,} rows: sqlite-utils insert --csv {plain:.1f} s")
    print(f"  alerts subscriber import {first:.1f} s = {first / plain:.2f} x (goal: 1)")
    print(f"  the same again, unchanged {again:.1f} s = {again / plain:.2f} x")
    print(
        f"  peak memory {peak:.0f} MB = {peak / little:.2f} x of {little:.0f} MB at {SMALL:,} rows"
        " (goals: 120 MB, 1.2 x)"
    )


if __name__ == "__main__":
    main()
