"""The report by mailbox provider, the page of a year, and the advice on how fast to send."""

from pathlib import Path

from alerts.domain.mailbox_provider import provider_of
from alerts.library.advice import advice, first_send
from alerts.library.providers import ProviderFigures
from alerts.store import bounces, stamp, transaction
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, add_subscribers, database, queue_issue


def figures(provider: str = "Gmail", **more: int) -> ProviderFigures:
    """Those of a provider to which 1,000 copies went."""
    given = {"sent": 1000, "deferred": 0, "failed": 0, "hourly": 3600, "complaints": 0} | more
    named = {name: given[name] for name in ("sent", "deferred", "failed")}
    return ProviderFigures(
        provider, ("gmail.com",), **named, hard=0, soft=0, ours=0,
        complaints=given["complaints"], hourly=given["hourly"],
    )  # fmt: skip


def test_domains_of_one_provider_are_counted_together(project: Path, alerts: Alerts) -> None:
    assert [provider_of(one) for one in ("googlemail.com", "hotmail.co.uk", "a.example", "")] == [
        "Gmail", "Outlook.com", "a.example", "(erased)",
    ]  # fmt: skip
    db = database(project)
    for domain in ("gmail.com", "googlemail.com", "example.org"):
        add_subscribers(db, 2, domain=domain)
    queue_issue(project, db)
    assert alerts("send", "--month", str(MONTH)).code == 0
    first = bounces.copy(db, 1)
    assert first is not None
    with transaction(db):
        bounces.hear(db, first, NOW, bounces.BOUNCED, {"kind": "hard"})
        bounces.hear(db, first, NOW, bounces.COMPLAINED, {})
        db.conn.execute("UPDATE deliveries SET attempts = 3 WHERE id IN (1, 3)")
        db.conn.execute("UPDATE deliveries SET state = 'failed' WHERE id = 4")
    found = alerts("report", "--year", str(MONTH.year), "--json").json["providers"]
    told = {one["provider"]: one for one in found}
    assert (told["Gmail"]["sent"], told["Gmail"]["deferred"], told["Gmail"]["failed"]) == (3, 2, 1)
    assert (told["Gmail"]["hard"], told["Gmail"]["complaints"]) == (1, 1)
    assert told["Gmail"]["domains"] == ["gmail.com", "googlemail.com"]
    assert told["example.org"]["sent"] == 2
    one = ("report", "--providers", "--month", str(MONTH))
    assert alerts(*one, "--csv").stdout.splitlines()[1] == "Gmail,3,2,1,1,0,0,1"
    assert "Outlook" not in alerts(*one).stdout
    assert "no issue" in alerts("report", "--providers", "--month", "2020-01").stderr
    assert alerts("report", "--month", str(MONTH)).code == 2
    page = alerts("report", "--year", str(MONTH.year), "--html").stdout
    assert page.startswith("<!DOCTYPE html>")
    assert '<th scope="row">Gmail</th><td>3</td>' in page
    assert "http" not in page  # nothing is loaded
    assert stamp(NOW)  # the send was long ago, and is found by its month
    db.execute("UPDATE subscribers SET email = '<b>x</b>@<i>' WHERE id = 5")
    assert "<i>" not in alerts("report", "--year", str(MONTH.year), "--html").stdout


def test_a_provider_that_defers_is_sent_to_more_slowly() -> None:
    ((seen, remedy),) = advice([figures(deferred=300), figures("GMX", deferred=90)])
    assert (
        seen
        == "Gmail deferred 300 of 1,000 copies of the last issue, which went there at 3,600 an hour"
    )
    assert remedy == (
        'send it at most 1,800 an hour: [[destinations]] domains = ["gmail.com"], rate = 0.5'
    )
    assert list(advice([figures(deferred=19, sent=20), figures(complaints=2)])) == []
    ((seen, _),) = advice([figures(complaints=4)])
    assert seen == "4 of 1,000 readers at Gmail complained"


def test_a_first_issue_begins_slowly() -> None:
    assert first_send(12_000, ever_sent=False, warm_up=()) == "200, 500, 1000, 2000, 5000, 10000"
    assert first_send(12_000, ever_sent=True, warm_up=()) == ""
    assert first_send(12_000, ever_sent=False, warm_up=(100,)) == ""
    assert first_send(1_000, ever_sent=False, warm_up=()) == ""


def test_the_doctor_says_how_fast_to_send(project: Path, alerts: Alerts) -> None:
    assert "nothing was sent yet" in alerts("doctor", "--offline", "-v").stdout
    db = database(project)
    add_subscribers(db, 40, domain="gmail.com")
    queue_issue(project, db)
    assert alerts("send", "--month", str(MONTH)).code == 0
    db.execute("UPDATE deliveries SET attempts = 2 WHERE id <= 25")
    told = alerts("doctor", "--offline")
    assert "Gmail deferred 25 of 40 copies of the last issue" in told.stdout + told.stderr
