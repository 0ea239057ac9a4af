"""`--anyway NAME`: obstacles that an admin lets through the gate, and those that a person is asked about."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from alerts.cli.context import asked
from alerts.domain.errors import RecipientsDoubted, Unfinished, UsageError
from alerts.outbox.gate import Fatal

T = TypeVar("T")


def known(names: Iterable[str]) -> frozenset[str]:
    """Check the names of obstacles; raises `UsageError` for an unknown one."""
    found = frozenset(names)
    for name in sorted(found - frozenset(Fatal)):
        import difflib

        near = difflib.get_close_matches(name, list(Fatal), 1)
        hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(Fatal)}"
        raise UsageError(f"--anyway: nothing is called “{name}”{hint}")
    return found


def asking(act: Callable[[frozenset[str]], T], anyway: frozenset[str]) -> T:
    """What `act` returns for these names; a person at a terminal is asked about what it doubts, and if they
    say yes, it is called again with that let through. Raises what it doubts where nobody can be asked."""
    try:
        return act(anyway)
    except (Unfinished, RecipientsDoubted) as fault:
        if not asked(f"{str(fault).split(';')[0]}. Send it all the same?"):
            raise
        name = Fatal.UNFINISHED if isinstance(fault, Unfinished) else Fatal.RECIPIENTS
    return asking(act, anyway | {name.value})
