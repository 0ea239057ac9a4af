"""Where an error of this program is, for whoever reports it. Pure."""

import traceback
from pathlib import Path


def place_of(fault: BaseException) -> str:
    """The kind of an exception and the line that raised it; not its text, which may hold anything."""
    steps = traceback.extract_tb(fault.__traceback__)
    where = f" in {Path(steps[-1].filename).name}, line {steps[-1].lineno}" if steps else ""
    return f"{type(fault).__name__}{where}"
