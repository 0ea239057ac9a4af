"""The same hard answer for many readers is about us: nobody more is suppressed, and it is undone at once."""

from datetime import timedelta
from pathlib import Path

import pytest

from alerts.bounces.process import BounceProcessor
from alerts.store import bounces, transaction
from tests.bounces import returned
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, database


def _back(project: Path, number: int, *, of: int, providers: int = 1) -> set[str]:
    """So many of `of` copies come back, unknown user; who is suppressed then."""
    mails = returned.bounces(project, of)
    db = database(project)
    with transaction(db):
        db.execute("UPDATE deliveries SET state = 'sent'")
        for nth, mail in enumerate(mails):
            domain = f"provider{nth % providers}.example"
            for table, column in (("subscribers", "email"), ("subscribers", "email_key")):
                db.execute(
                    f"UPDATE {table} SET {column} = replace({column}, 'example.org', ?)"
                    f" WHERE {column} = ?",
                    (domain, mail.reader),
                )
    processor = BounceProcessor(db, soft_limit=3)
    for mail in mails[:number]:
        processor.process(
            mail.message.replace(b"To: postmaster@", f"To: {mail.path}, x@".encode()), NOW
        )
    db.close()
    return returned.suppressed(project)


@pytest.mark.parametrize(
    ("number", "of", "providers", "suppressed"),
    [
        (9, 9, 1, 9),  # a provider that closed, with few readers
        (15, 40, 1, 15),  # some dead addresses among the living
        (19, 19, 1, 9),  # more than half of a provider, looked at with the tenth
        (60, 60, 1, 19),  # more than a fifth of all, looked at with the twentieth
        (60, 60, 6, 19),
        (40, 60, 30, 19),
        (15, 100, 50, 15),
    ],
)
def test_who_is_suppressed_when_the_same_answer_spreads(
    project: Path, number: int, of: int, providers: int, suppressed: int
) -> None:
    found = _back(project, number, of=of, providers=providers)
    assert len(found) == suppressed


def test_what_was_suppressed_before_it_showed_is_forgiven_and_counts_as_ours(
    project: Path, alerts: Alerts
) -> None:
    assert 0 < len(_back(project, 30, of=30)) < 20
    db = database(project)
    blamed, said = bounces.faults_of_ours(db, MONTH)
    db.close()
    assert blamed == 11
    assert "user unknown" in said
    day = (NOW - timedelta(days=1)).date().isoformat()
    assert alerts("bounce", "forgive", "--since", day).code == 0
    assert returned.suppressed(project) == set()
