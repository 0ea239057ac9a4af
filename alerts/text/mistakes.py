"""Where an error of this program, or of a plug-in, is, for whoever reports it. Pure."""

import traceback
from pathlib import Path


def place_of(fault: BaseException) -> str:
    """The kind of an exception, the module that is missing where one is, and the line that raised it; not
    its text, which may hold anything."""
    every = list(traceback.extract_tb(fault.__traceback__))
    steps = [step for step in every if not step.filename.startswith("<frozen ")] or every
    missing = f" {fault.name}" if isinstance(fault, ModuleNotFoundError) and fault.name else ""
    where = f" in {Path(steps[-1].filename).name}, line {steps[-1].lineno}" if steps else ""
    return f"{type(fault).__name__}{missing}{where}"
