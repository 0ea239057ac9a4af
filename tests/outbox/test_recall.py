"""An issue is recalled, mended and reissued: each reader gets exactly one version, and the books say which.

Recalls at random moments of a real send, with kills: `benchmarks.recalls`, of which a small form is here.
"""

import socket
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.domain.delivery import DeliveryState
from alerts.domain.issue import Actor
from alerts.outbox import recall
from alerts.store import archive, deliveries
from alerts.store.deliveries import DeliverySelection
from alerts.subscribers import admin
from benchmarks.recalls import trial
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, add_subscribers, database, edition, issue_frozen
from tests.outbox.test_dispatch import Sending, at
from tests.relay import TAKE_AND_CUT, Relay, Taken

M = ("--month", "2026-10")
EDITOR = Actor("editor", "issue recall")


@pytest.fixture
def half_sent(project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two of four have a wrong article."""
    monkeypatch.setenv("ALERTS_ALERT__LANGUAGES", "en")
    db = database(project)
    add_subscribers(db, 4)
    db.close()
    for title in ("Wrong claim", "Fine"):
        url = f"https://www.example.org/{title[0]}"
        assert alerts("article", "add", *M, "--url", url, "--title", title).code == 0
    refused = alerts("issue", "recall", *M)
    assert (refused.code, "is not queued" in refused.stderr) == (2, True)
    assert alerts("queue", *M).code == 0
    assert alerts("send", *M, "--limit", "2").code == 0
    return project


def _mails(project: Path) -> list[str]:
    """What is in the Maildir: readers, and whether they have the wrong version."""
    found = []
    for path in (project / "outbox" / "new").iterdir():
        text = path.read_text()
        to = text.partition("\nTo: ")[2].partition("\n")[0]
        found.append(f"{to} {'wrong' if 'Wrong' in text else 'right'}")
    return found


def test_a_wrong_article_found_when_half_of_the_list_has_it(
    half_sent: Path, alerts: Alerts
) -> None:
    refused = alerts("article", "exclude", "Wrong", *M)
    assert refused.code == 2
    assert "issue recall" in refused.stderr, "the remedy is named"
    found = alerts("issue", "recall", *M, "--why", "the wrong number", "--json").json
    assert (found["version"], found["mailed"], found["waiting"]) == (1, 2, 2)
    assert alerts("issue", "recall", *M, "--json").json["already"], "twice is harmless"

    for command, code in (("send", 0), ("run", 1), ("queue", 1), ("check", 1), ("status", 1)):
        done = alerts(command, *(() if command == "check" else M))
        told = done.stdout + done.stderr
        assert (done.code, "recalled" in told) == (code, True), f"{command}: {told}"
        assert "issue reissue" in told, command
    assert len(_mails(half_sent)) == 2, "nothing of it is sent unasked"
    assert "recalled" in alerts("doctor", "--offline").stdout
    assert "version 1, which was recalled" in alerts("why", "reader1@example.org", *M).stdout
    waiting = alerts("why", "reader4@example.org", *M)
    assert "before it left; they get the next version" in waiting.stdout
    assert "recalled" in waiting.stderr, "the next step"
    assert alerts("delivery", "retry", *M, "--state", "failed").code == 0
    db = database(half_sent)
    assert _shown(db) == ["Wrong", "Fine"], "who follows the link in the mail sees what is in it"

    assert alerts("article", "exclude", "Wrong", *M).code == 0
    again = alerts("issue", "reissue", *M, "--json").json
    assert _shown(db) == ["Fine"]
    assert (again["version"], again["articles"], again["deliveries"]) == (2, 1, 2)
    assert alerts("issue", "reissue", *M, "--json").json["already"]
    assert alerts("send", *M).code == 0
    assert Counter(line.split()[-1] for line in _mails(half_sent)) == {"wrong": 2, "right": 2}
    assert len({line.split()[0] for line in _mails(half_sent)}) == 4

    status = alerts("status", *M, "--json").json
    counts = [one["deliveries"]["sent"] for one in status["versions"]]
    assert (status["state"], status["deliveries"]["sent"], counts) == ("sent", 4, [2, 2])
    assert status["versions"][0]["why"] == "the wrong number"
    listed = alerts("delivery", "list", *M, "--json").json
    assert Counter(one["version"] for one in listed) == {1: 2, 2: 2}
    assert "2 editions, 0 altered" in alerts("archive", "verify").stdout
    db.execute("UPDATE editions SET html = html || 'x' WHERE version = 1")
    db.close()
    altered = alerts("archive", "verify")
    assert (altered.code, "en, version 1: altered" in altered.stderr) == (1, True)
    assert alerts("check").code == 0
    refused = alerts("issue", "recall", *M)
    assert (refused.code, "issue correct" in refused.stderr) == (2, True)
    log = [one["kind"] for one in alerts("issue", "log", *M, "--json").json]
    assert log[-3:] == ["issue.recalled", "article.excluded", "issue.queued"]


def _shown(db: Database) -> list[str]:
    """What is in the archive, by its pages and by its search."""
    page = archive.edition(db, MONTH, "en")
    pieces = archive.pieces(db, MONTH, "en")
    found = [name for name in ("Wrong", "Fine") if page and name in page.html]
    assert {*found} == {piece.title.split()[0] for piece in pieces}
    assert found == [name for name in ("Wrong", "Fine") if archive.search(db, name, "en", 9)]
    return found


def test_an_issue_of_which_nothing_was_sent_simply_opens_again(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_ALERT__LANGUAGES", "en")
    db = database(project)
    add_subscribers(db, 3)
    alerts("article", "add", *M, "--url", "https://www.example.org/w", "--title", "Wrong")
    assert alerts("queue", *M).code == 0
    assert alerts("issue", "recall", *M, "--json").json["mailed"] == 0
    assert db.execute("SELECT shown FROM issues").fetchone() == (0,), "nobody has it"
    assert alerts("run", *M).code == 1, "no cron sends the wrong one once more"
    alerts("article", "edit", "Wrong", *M, "--title", "Right")
    assert alerts("queue", *M).code == 0, "a person queues it, as any issue"
    assert alerts("send", *M).code == 0
    assert [line.split()[-1] for line in _mails(project)] == ["right"] * 3
    db.close()


def test_a_version_is_approved_by_itself(
    half_sent: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts("issue", "recall", *M)
    monkeypatch.setenv("ALERTS_ALERT__REVIEW", "required")
    assert alerts("issue", "reissue", *M).code == 75
    assert alerts("issue", "approve", *M, "--by", "Ana").code == 0
    assert "approved" in alerts("check").stdout
    assert alerts("issue", "reissue", *M).code == 0
    versions = alerts("status", *M, "--json").json["versions"]
    assert [one["approved_by"] for one in versions] == [[], ["Ana"]]
    assert alerts("send", *M).code == 0


# --- a send that is under way ----------------------------------------------------------------------


def _recalled_at(sending: Sending, relay: Relay, nth: int) -> Database:
    """Have another connection recall the issue when the relay has taken that many."""
    other = database(sending.root, threads=True)

    def taken(message: Taken) -> None:
        if len(relay.inbox) == nth:
            assert recall.recall(other, MONTH, "", EDITOR, NOW)

    relay.on_taken = taken
    return other


@pytest.mark.parametrize("offers", [("PIPELINING",), ()], ids=["pipelined", "plain"])
@pytest.mark.parametrize("connections", [1, 3])
@pytest.mark.parametrize("few", [False, True], ids=["long sessions", "short sessions"])
def test_a_running_send_ends_by_itself_with_one_message_a_connection_at_most(
    project: Path, connections: int, offers: tuple[str, ...], few: bool
) -> None:
    sending = Sending(project, readers=60)
    with Relay(offers=offers, script=_short_sessions if few else _content) as relay:
        other = _recalled_at(sending, relay, 20)
        report = sending.send(relay, connections=connections)
        assert 20 <= len(relay.inbox) < 20 + connections + 1
        assert not report.stopped
        assert not report.relay_fault
        assert sending.counts == {"sent": len(relay.inbox), "queued": 60 - len(relay.inbox)}
        assert not recall.disobeying(other, project / "subscribers.db", NOW)
        assert not +sending.send(relay, connections=connections).outcomes, "nothing is due"
        _reissue(sending)
        sending.send(relay, connections=connections)
    assert sending.counts == {"sent": 60}
    assert sorted(relay.recipients) == sorted(sending.emails)
    other.close()


_session = threading.local()


def _short_sessions(stage: str, recipient: str, nth: int) -> str | None:
    """The relay hangs up instead of taking the third message of a session, which has a thread to itself."""
    _session.mails = getattr(_session, "mails", 0) + (stage == "mail")
    return "421 4.7.0 enough" if stage == "mail" and _session.mails > 2 else None


def _content(stage: str, recipient: str, nth: int) -> None:
    """The relay takes everything."""


def _reissue(sending: Sending) -> None:
    recall.settle_left(sending.db, sending.now)
    issue_frozen(sending.root, sending.db, MONTH, NOW, edition(body="Mended, {slot:name|reader}"))


def test_a_send_that_waits_for_its_rate_heeds_a_recall_at_once(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One message a minute: the send must not sleep through the recall."""
    sending = Sending(project, readers=5)
    with Relay() as relay:
        other = _recalled_at(sending, relay, 1)
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", relay.url)
        assert alerts("send", *M, "--rate", "1/m").code == 0
        assert len(relay.inbox) == 1
    other.close()


@pytest.mark.parametrize("resend", [True, False])
def test_what_is_in_doubt_stays_with_its_version(project: Path, resend: bool) -> None:
    """Byte for byte the same again, or held; never both versions, never another's bytes."""
    sending = Sending(project, readers=5)
    with Relay(script=at("dot", TAKE_AND_CUT, until=1)) as relay:
        other = _recalled_at(sending, relay, 3)
        sending.send(relay, resend=False)
        assert sending.counts == {"sent": 2, "in_doubt": 1, "queued": 2}
        assert not +sending.send(relay, resend=True).outcomes, "nothing of a recalled issue"
        _reissue(sending)
        sending.now += timedelta(days=1)
        sending.send(relay, resend=resend)
    doubtful = [taken.octets for taken in relay.inbox if taken.recipient == "reader3@example.org"]
    assert len(doubtful) == 1 + resend
    assert len(set(doubtful)) == 1
    assert sending.counts == ({"sent": 5} if resend else {"sent": 4, "in_doubt": 1})
    mended = [taken.recipient for taken in relay.inbox if b"Mended" in taken.octets]
    assert mended == ["reader4@example.org", "reader5@example.org"]
    other.close()


def test_failed_stays_failed_leaving_is_honoured_and_who_is_new_gets_the_new_version(
    project: Path,
) -> None:
    sending = Sending(project, readers=6)
    with Relay(script=at("rcpt", "550 5.1.1 no such user", only="reader1@example.org")) as relay:
        other = _recalled_at(sending, relay, 1)
        sending.send(relay)
    assert sending.counts == {"failed": 1, "sent": 1, "queued": 4}
    admin.unsubscribe(sending.db, Address.parse("reader6@example.org"), now=NOW)
    db = sending.db
    db.execute(
        """INSERT INTO subscribers (email, email_key, language, status, created_at, updated_at)
           SELECT 'new@example.org', 'new@example.org', 'en', 'active', created_at, updated_at
             FROM subscribers LIMIT 1"""
    )
    sending.emails.append("new@example.org")
    _reissue(sending)
    assert sending.counts == {"failed": 1, "sent": 1, "queued": 4, "skipped": 1}
    with Relay() as relay:
        sending.send(relay)
        assert all(b"Mended" in taken.octets for taken in relay.inbox)
        assert sorted(relay.recipients)[0] == "new@example.org"
        assert sending.counts == {"failed": 1, "sent": 5, "skipped": 1}
        assert sending.row("reader1@example.org")["edition_id"] == 1, "it failed as version 1"
        which = DeliverySelection(MONTH, [DeliveryState.FAILED])
        assert deliveries.decide(db, which, DeliveryState.QUEUED, NOW) == 1
        sending.send(relay)
        assert relay.inbox[-1].recipient == "reader1@example.org"
        assert b"Mended" in relay.inbox[-1].octets, "nobody gets what was recalled"
    other.close()


def test_a_recall_settles_what_a_killed_sender_left(project: Path) -> None:
    """It waits for nobody who is dead; what may have been sent is in doubt."""
    sending = Sending(project, readers=6)
    db = sending.db
    lease = db.execute(
        "INSERT INTO leases (id, holder, host, expires_at) VALUES (7, 'process 999999999', ?, '2099')"
        " RETURNING id",
        (socket.gethostname(),),
    ).fetchone()[0]
    db.execute("UPDATE deliveries SET state = 'sending', lease_id = ? WHERE id <= 3", (lease,))
    assert recall.recall(db, MONTH, "", EDITOR, NOW)
    assert not recall.disobeying(db, project / "subscribers.db", NOW)
    found = recall.recalled(db, MONTH, already=False)
    assert (found.mailed, found.waiting) == (1, 5)
    assert sending.counts == {"in_doubt": 1, "queued": 5}


def test_recalls_at_random_moments_lose_nobody_and_mix_nothing(tmp_path: Path) -> None:
    """Two recalls of a send by another process, one of them with a kill -9."""
    found = trial(tmp_path, seed=2, readers=60, connections=3, delay=0.02, recalls=2)
    assert not found.faults
    assert found.recalls >= 1


def test_the_page_and_the_feeds_say_that_the_issue_is_being_corrected(
    half_sent: Path, alerts: Alerts, tmp_path: Path
) -> None:
    """From the recall to the reissue."""

    def said() -> list[bool]:
        assert alerts("archive", "export", str(tmp_path / "site")).code == 0
        names = ("2026-10/en/index.html", "feed.en.atom", "feed.en.json")
        found = [(tmp_path / "site" / "archive" / name).read_text() for name in names]
        return ["This issue is being corrected, " in text for text in found]

    assert said() == [False] * 3
    assert alerts("issue", "recall", *M, "--why", "a wrong claim").code == 0
    assert said() == [True] * 3
    page = (tmp_path / "site" / "archive" / "2026-10" / "en" / "index.html").read_text()
    assert "Wrong claim" in page, "what was sent stays there"
    assert "a wrong claim" not in page, "the reason is for the event log"
    assert alerts("article", "exclude", "Wrong claim", *M).code == 0
    assert alerts("issue", "reissue", *M).code == 0
    assert said() == [False] * 3


def test_the_page_of_an_issue_that_is_withdrawn_as_a_whole_announces_no_correction(
    half_sent: Path, alerts: Alerts, tmp_path: Path
) -> None:
    assert alerts("archive", "withdraw", "2026-10").code == 0
    assert alerts("issue", "recall", *M).code == 0
    assert alerts("archive", "export", str(tmp_path / "site")).code == 0
    page = (tmp_path / "site" / "archive" / "2026-10" / "en" / "index.html").read_text()
    assert "being corrected" not in page


def test_what_is_shown_of_a_recalled_issue_can_be_withdrawn_and_shown_again(
    half_sent: Path, alerts: Alerts, tmp_path: Path
) -> None:
    """Its next version is a draft, but its page is public."""

    def page() -> str:
        assert alerts("archive", "export", str(tmp_path / "site")).code == 0
        return (tmp_path / "site" / "archive" / "2026-10" / "en" / "index.html").read_text()

    assert alerts("issue", "recall", *M).code == 0
    assert "Wrong claim" in page()
    withdrawn = alerts("archive", "withdraw", "2026-10", "--why", "a court order")
    assert withdrawn.code == 0, withdrawn.stderr
    assert "Wrong claim" not in page()
    assert "a court order" in page()
    assert alerts("archive", "verify").code == 0
    assert alerts("archive", "withdraw", "2026-10", "--undo").code == 0
    assert "Wrong claim" in page()
