"""`--anyway NAME`: obstacles that an admin lets through the gate."""

import difflib
from collections.abc import Iterable

from alerts.domain.errors import UsageError
from alerts.outbox.gate import Fatal


def known(names: Iterable[str]) -> frozenset[str]:
    """Check the names of obstacles; raises `UsageError` for an unknown one."""
    found = frozenset(names)
    for name in sorted(found - frozenset(Fatal)):
        near = difflib.get_close_matches(name, list(Fatal), 1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(Fatal)}"
        raise UsageError(f"--anyway: nothing is called “{name}”{hint}")
    return found
