"""What this process does without: numpy and pandas, as far as sqlite-utils asks for them.

sqlite-utils imports both, where they are installed, to make tables of their values, which we never do;
numpy alone takes 100 ms at each start. Whoever needs them (the detection of languages) imports them as ever.
For the process of the command line alone: a program that uses the library may well make such tables.
"""

import sys
from collections.abc import Sequence
from types import ModuleType

_REFUSED = ("numpy", "pandas")


class _Finder:
    """Says that they are not installed, while `sqlite_utils.db` is being imported."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> None:
        if name in _REFUSED:
            asking = sys.modules.get("sqlite_utils.db")
            if asking is not None and not hasattr(asking, "Database"):
                raise ModuleNotFoundError(f"{name} is not needed here", name=name)


def lighten() -> None:
    """Keep sqlite-utils from importing them; called before it is imported."""
    sys.meta_path.insert(0, _Finder())
