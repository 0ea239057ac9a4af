"""The rule that nothing outside the database happens while a transaction is open.

A file that was cut, a message that was handed over and a page that was shown cannot be rolled back. So
the code for each of these calls `outside` first, which raises while a transaction is open: the mistake
is found by the first test that makes it, and not by a reader who is mailed twice. `store.transaction`
records when one is open. docs/adr/0017-decide-commit-then-show.md.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from alerts.domain.errors import TransactionFault

BEGUN: ContextVar[str] = ContextVar("the open transaction", default="")
"""Where in the code this thread's open transaction began: `file:line`, or empty."""


def outside(act: str) -> None:
    """Raise `TransactionFault` while a transaction is open; `act` names the action for the message."""
    if begun := BEGUN.get():
        raise TransactionFault(
            f"{act} inside the transaction begun at {begun}; this is a fault of alerts:"
            " do it before the transaction, or give it to `after_commit`"
        )


@contextmanager
def written_ahead() -> Iterator[None]:
    """Allow the one write outside the database in a transaction: to the departures ledger.

    A fact in the ledger is valid whether the transaction is committed or rolled back (docs/adr/0019).
    """
    begun = BEGUN.set("")
    try:
        yield
    finally:
        BEGUN.reset(begun)
