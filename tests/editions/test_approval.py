"""Approval: editors get a preview, nothing goes out unsigned, and any change voids a signature."""

import html
import re
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from alerts.config.load import load
from alerts.domain.delivery import DeliveryState, Envelope
from alerts.domain.errors import AwaitingApproval, Conflict, RelayUnavailable, TryLater
from alerts.domain.issue import Actor
from alerts.domain.month import Month
from alerts.editions import approval, draft
from alerts.outbox import queue
from alerts.store.lock import project_lock
from alerts.transport import smtp_connect
from alerts.transport.send_one import SingleSender
from tests.conftest import Alerts, Result
from tests.factories import NOW, database
from tests.inlining import inlinings
from tests.relay import SILENCE, Relay, Taken

MONTH = ("--month", "2026-10")
SETTINGS = """
[alert]
name = "The Alert"
address = "1 Street"
languages = ["en", "es"]
review = "required"
approvals = {approvals}
editors = ["ann@desk.example", "bob@desk.example"]
[sender]
address = "alert@desk.example"
"""


@pytest.fixture
def relay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    with Relay() as there:
        monkeypatch.setenv("ALERTS_DELIVERY__RELAY", f"smtp://127.0.0.1:{there.port}?tls=never")
        yield there


@pytest.fixture
def october(project: Path, alerts: Alerts) -> Path:
    """A project with two articles and two readers, in which review is required."""
    require(project, 1)
    for name in ("one", "two"):
        add = ("article", "add", "--url", f"https://a.example/{name}", "--title", f"Title {name}")
        assert alerts(*add, "--summary", "S.", *MONTH).code == 0
    for reader in ("r1@x.example", "r2@x.example"):
        assert alerts("subscriber", "add", reader).code == 0
    return project


def require(project: Path, approvals: int) -> None:
    (project / "alerts.toml").write_text(SETTINGS.format(approvals=approvals))


def read(taken: Taken) -> EmailMessage:
    message = message_from_bytes(taken.octets, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def mailed(relay: Relay, domain: str) -> list[str]:
    return sorted(t.recipient for t in relay.inbox if t.recipient.endswith(domain))


def test_nothing_goes_out_before_it_is_approved(
    october: Path, alerts: Alerts, relay: Relay
) -> None:
    for _ in range(3):  # previews are mailed once a content, not at every tick of a clock
        got = alerts("run", *MONTH)
        assert (got.code, "waits for approval (0 of 1)" in got.stderr) == (75, True)
        assert mailed(relay, "desk.example") == ["ann@desk.example"] * 2 + ["bob@desk.example"] * 2
    assert mailed(relay, "x.example") == []
    got = alerts("queue", *MONTH)
    assert (got.code, "waits for approval" in got.stderr) == (75, True)
    assert alerts("status", *MONTH, "--json").json["state"] == "draft"
    assert alerts("issue", "approve", *MONTH, "--by", "Ann").code == 0
    assert alerts("status", *MONTH, "--json").json["state"] == "approved"
    assert alerts("run", *MONTH).code == 0
    assert mailed(relay, "x.example") == ["r1@x.example", "r2@x.example"]
    assert alerts("status", *MONTH, "--json").json["state"] == "sent"
    assert alerts("run", *MONTH).code == 0
    assert len(relay.inbox) == 6


def test_a_preview_is_the_edition_with_what_was_found_above_it(
    october: Path, alerts: Alerts, relay: Relay
) -> None:
    alerts("run", *MONTH)
    previews = [read(taken) for taken in relay.inbox if taken.recipient.startswith("ann")]
    assert all(m["Subject"].startswith("[PREVIEW] ") for m in previews)
    assert {m["Subject"].partition(" · ")[2] for m in previews} == {
        "The Alert, October 2026",
        "The Alert, octubre de 2026",
    }
    assert len({m["Message-ID"] for m in previews}) == 2
    contents: list[str] = []
    for message in previews:
        for kind in ("plain", "html"):
            part = message.get_body((kind,))
            assert part is not None
            body = part.get_content()
            assert "Title one" in body
            assert "no featured article" in body
            assert ("not in “es”: 2 of 2 titles, 2 summaries" in body) == (
                message["Content-Language"] == "es"
            )
            assert "{slot:" not in body
            contents += re.findall(r"approve --month 2026-10 --content ([0-9a-f]{12})", body)
    # what the previews say to do signs exactly what they showed
    assert len(contents) == 4
    (content,) = set(contents)
    assert alerts("issue", "approve", *MONTH, "--content", content).code == 0
    assert alerts("issue", "approve", *MONTH, "--content", content[:7]).code == 2
    assert alerts("article", "edit", "one", "--title", "Changed").code == 0
    got = alerts("issue", "approve", *MONTH, "--content", content)
    assert (got.code, "has changed since content" in got.stderr) == (1, True)


def test_a_preview_says_what_the_linter_found(october: Path, alerts: Alerts, relay: Relay) -> None:
    plain = ("article", "add", "--url", "http://a.example/three", "--title", "Title three")
    assert alerts(*plain, "--summary", "S.", *MONTH).code == 0
    linted = alerts("issue", "lint", *MONTH, "--no-spam", "--json").json["editions"]
    found = next(f for f in linted[0]["findings"] if f["code"] == "link-http")
    alerts("run", *MONTH)
    for taken in relay.inbox:
        part = read(taken).get_body(("html",))
        assert part is not None
        assert found["reason"] in " ".join(html.unescape(part.get_content()).split())
    assert found["reason"] in alerts("issue", "approve", *MONTH).stderr


CHANGES = (
    ("article", "edit", "one", "--title", "Changed"),
    ("article", "exclude", "one"),
    ("article", "feature", "two"),
    ("article", "translate", "one", "es", "--title", "Uno"),
    ("article", "move", "two", "--section", "events"),
    ("article", "move", "one", "--to", "2026-12"),
    ("article", "add", "--url", "https://a.example/new", "--title", "New", *MONTH),
    ("issue", "letter", "en", "--text", "Hello", *MONTH),
)


@pytest.mark.parametrize("change", CHANGES)
def test_any_change_voids_an_approval(
    october: Path, alerts: Alerts, relay: Relay, change: tuple[str, ...]
) -> None:
    assert alerts("issue", "approve", *MONTH, "--by", "Ann").code == 0
    got = alerts(*change)
    assert (got.code, "its approval by Ann is void" in got.stderr) == (0, True)
    assert alerts("status", *MONTH, "--json").json["state"] == "draft"
    assert alerts("run", *MONTH).code == 75
    assert mailed(relay, "x.example") == []
    kinds = [e["kind"] for e in alerts("issue", "log", *MONTH, "--json").json]
    assert "issue.voided" in kinds


def test_a_change_of_settings_or_templates_voids_it_too(
    october: Path, alerts: Alerts, relay: Relay
) -> None:
    template = october / "templates" / "email" / "issue" / "subject.txt"
    template.parent.mkdir(parents=True)
    for change in ("settings", "template"):
        assert alerts("issue", "approve", *MONTH, "--by", "Ann").code == 0
        if change == "settings":
            path = october / "alerts.toml"
            path.write_text(path.read_text().replace("The Alert", "Another Alert"))
        else:
            template.write_text("Another subject\n")
        shown = alerts("issue", "show", *MONTH)
        assert "2026-10: draft" in shown.stdout
        assert (
            "approval: 0 of 1; not known since a change whether that of Ann holds" in shown.stdout
        )
        assert alerts("render", *MONTH).code == 0
        shown = alerts("issue", "show", *MONTH)
        assert "approval: 0 of 1; void since a change: Ann" in shown.stdout
        got = alerts("run", *MONTH)
        assert (got.code, "waits for approval" in got.stderr) == (75, True)
        assert "has changed, so its approval by Ann is void" in got.stderr
        assert b"Void, because the issue has changed: the approval by Ann" in relay.inbox[-1].octets
        assert mailed(relay, "x.example") == []
    mails = [read(t)["Subject"] for t in relay.inbox if t.recipient.startswith("ann")]
    assert mails[-1] == "[PREVIEW] Another subject"


def test_what_does_not_show_voids_nothing(october: Path, alerts: Alerts, relay: Relay) -> None:
    assert alerts("issue", "approve", *MONTH).code == 0
    got = alerts("article", "edit", "one", "--note", "ask Ann")
    assert (got.code, "void" in got.stderr) == (0, False)
    assert alerts("subscriber", "add", "r3@x.example").code == 0
    assert alerts("run", *MONTH).code == 0
    assert len(mailed(relay, "x.example")) == 3


def test_two_different_people_must_approve_where_that_is_asked(
    october: Path, alerts: Alerts, relay: Relay
) -> None:
    require(october, 2)
    for by in ("Ánn", "ánn", " ÁNN "):
        got = alerts("issue", "approve", *MONTH, "--by", by, "--json")
        assert (got.code, got.json["by"], got.json["approved"]) == (0, ["Ánn"], False)
    assert alerts("run", *MONTH).code == 75
    got = alerts("issue", "approve", *MONTH, "--by", "Bob", "--json")
    assert (got.json["by"], got.json["approved"]) == (["Ánn", "Bob"], True)
    assert alerts("run", *MONTH).code == 0
    assert len(mailed(relay, "x.example")) == 2


def test_without_review_it_goes_straight_on(
    october: Path, alerts: Alerts, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_ALERT__REVIEW", "none")
    assert alerts("run", *MONTH).code == 0
    assert mailed(relay, "desk.example") == []
    assert len(mailed(relay, "x.example")) == 2


def test_an_empty_month_under_review_sends_nothing_and_says_so(
    october: Path, alerts: Alerts, relay: Relay
) -> None:
    got = alerts("run", "--month", "2026-09")
    assert (got.code, "no articles" in got.stderr) == (0, True)
    got = alerts("issue", "approve", "--month", "2026-09")
    assert (got.code, "nothing to approve" in got.stderr) == (2, True)
    assert relay.inbox == []


def test_while_the_preview_is_out_run_collects_nothing_into_the_issue(
    october: Path, alerts: Alerts, relay: Relay
) -> None:
    folder = october / "texts"
    folder.mkdir()
    (folder / "a.md").write_text(
        "---\ntitle: Early\nurl: https://a.example/e\npublished: 2026-10-05\n---\nText.\n"
    )
    assert alerts("source", "add", "texts", "--kind", "folder").code == 0
    assert alerts("run", *MONTH).code == 75
    (folder / "b.md").write_text(
        "---\ntitle: Late\nurl: https://a.example/l\npublished: 2026-10-30\n---\nText.\n"
    )
    assert alerts("issue", "approve", *MONTH).code == 0
    assert alerts("run", *MONTH).code == 0
    assert len(mailed(relay, "x.example")) == 2
    html = alerts("article", "list", *MONTH).stdout
    assert ("Early" in html, "Late" in html) == (True, False)


def test_a_preview_that_the_relay_does_not_take_is_mailed_next_time(
    october: Path, alerts: Alerts, relay: Relay
) -> None:
    relay.script = lambda stage, recipient, _n: (
        "450 4.2.0 later" if stage == "rcpt" and recipient.startswith("bob") else None
    )
    got = alerts("run", *MONTH)
    assert (got.code, "preview for bob@desk.example: not sent" in got.stderr) == (75, True)
    relay.script = lambda *_: None
    assert alerts("run", *MONTH).code == 75
    assert mailed(relay, "desk.example") == ["ann@desk.example"] * 2 + ["bob@desk.example"] * 2


def test_a_relay_that_takes_one_message_a_session_gets_all_previews(
    october: Path, alerts: Alerts, relay: Relay
) -> None:
    mails = 0

    def script(stage: str, recipient: str, nth: int) -> str | None:
        nonlocal mails
        mails = 0 if stage == "ehlo" else mails + (stage == "mail")
        return "421 4.7.0 one a session" if stage == "mail" and mails > 1 else None

    relay.script = script
    assert alerts("run", *MONTH).code == 75
    assert mailed(relay, "desk.example") == ["ann@desk.example"] * 2 + ["bob@desk.example"] * 2


def test_previews_need_no_list_of_editors(
    october: Path, alerts: Alerts, relay: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_ALERT__EDITORS", "")
    assert alerts("run", *MONTH).code == 75
    assert set(mailed(relay, "desk.example")) == {"alert@desk.example"}


# --- coverage -------------------------------------------------------------------------------------


@pytest.mark.parametrize("review", ["none", "required"])
def test_too_little_translated_keeps_an_issue_back(
    october: Path,
    alerts: Alerts,
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
    review: str,
) -> None:
    monkeypatch.setenv("ALERTS_ALERT__REVIEW", review)
    monkeypatch.setenv("ALERTS_ALERT__MIN_COVERAGE", "{ es = 0.5, all = 1 }")
    words = "0 of 2 titles in “es”, alert.min_coverage requires 50%"
    for command in (("issue", "approve", *MONTH), ("queue", *MONTH)):
        got = alerts(*command)
        assert (got.code, words in got.stderr) == (1, True), command
    assert alerts("run", *MONTH).code == 1
    assert mailed(relay, "x.example") == []
    assert bool(mailed(relay, "desk.example")) == (review == "required")  # they see what lacks
    assert alerts("article", "translate", "one", "es", "--title", "Uno").code == 0
    assert alerts("issue", "approve", *MONTH).code == 0
    assert alerts("run", *MONTH).code == 0
    assert len(mailed(relay, "x.example")) == 2


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("MIN_COVERAGE", "{ fr = 0.5 }", "no edition in “fr”"),
        ("MIN_COVERAGE", "{ es = 1.5 }", "from 0 to 1"),
        ("APPROVALS", "0", "at least one person"),
        ("EDITORS", "ann at desk", "alert.editors"),
        ("REVIEW", "maybe", "not one of none, required"),
    ],
)
def test_a_wrong_setting_is_named(
    october: Path,
    alerts: Alerts,
    monkeypatch: pytest.MonkeyPatch,
    key: str,
    value: str,
    words: str,
) -> None:
    monkeypatch.setenv(f"ALERTS_ALERT__{key}", value)
    got = alerts("issue", "show")
    assert (got.code, words in got.stderr) == (2, True), got.stderr


# --- tests ----------------------------------------------------------------------------------------


def test_a_test_is_the_real_edition_and_is_not_booked(
    october: Path, alerts: Alerts, relay: Relay
) -> None:
    assert alerts("issue", "test", *MONTH, "--to", "me@desk.example").code == 0
    assert alerts("issue", "test", *MONTH, "--to", "me@desk.example", "--language", "es").code == 0
    messages = [read(taken) for taken in relay.inbox]
    assert all(m["Subject"].startswith("[TEST] ") for m in messages)
    assert [m["Subject"].partition(" · ")[2] for m in messages] == [
        "The Alert, October 2026",
        "The Alert, octubre de 2026",
        "The Alert, octubre de 2026",
    ]
    assert all(m["To"] == "me@desk.example" for m in messages)
    assert len({m["Message-ID"] for m in messages}) >= 2
    status = alerts("status", *MONTH, "--json").json
    assert (status["state"], sum(status["deliveries"].values())) == ("draft", 0)
    got = alerts("issue", "test", *MONTH, "--to", "me@desk.example", "--language", "fr")
    assert (got.code, "no edition in “fr”" in got.stderr) == (2, True)
    assert alerts("issue", "test", *MONTH, "--to", "nobody").code == 2
    got = alerts("issue", "test", "--month", "2026-09", "--to", "me@desk.example")
    assert (got.code, "nothing to test" in got.stderr) == (0, True)


def test_a_test_says_what_the_relay_said(october: Path, alerts: Alerts, relay: Relay) -> None:
    relay.script = lambda stage, *_: "550 5.1.1 nobody here" if stage == "rcpt" else None
    got = alerts("issue", "test", *MONTH, "--to", "me@desk.example")
    assert (got.code, got.stderr.count("550 5.1.1 nobody here")) == (1, 2)
    relay.script = lambda stage, *_: "421 4.3.0 not now" if stage == "banner" else None
    got = alerts("issue", "test", *MONTH, "--to", "me@desk.example")
    assert (got.code, "not now" in got.stderr) == (75, True)
    kinds = [e["kind"] for e in alerts("issue", "log", *MONTH, "--json").json]
    assert "issue.tested" not in kinds


def test_post_waits_no_longer_than_the_relay_may_take() -> None:
    with Relay(lambda stage, *_: SILENCE if stage == "mail" else None) as there:
        where = smtp_connect.Relay.parse(f"smtp://127.0.0.1:{there.port}?tls=never", 0.2)
        with SingleSender(lambda: smtp_connect.connect(where, None)) as way:
            for _ in range(2):  # after a broken session comes another one
                message = b"Subject: x\r\n\r\nx\r\n"
                outcome = way.send(Envelope("a@b.example", "c@d.example"), message)
                assert outcome.state is DeliveryState.DEFERRED
        assert there.connections == 2
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gone = smtp_connect.Relay.parse(f"smtp://127.0.0.1:{port}?tls=never", 0.2)
    with (
        pytest.raises(RelayUnavailable),
        SingleSender(lambda: smtp_connect.connect(gone, None)) as way,
    ):
        way.send(Envelope("a@b.example", "c@d.example"), b"")


def test_run_under_review_holds_the_lock(october: Path, alerts: Alerts, relay: Relay) -> None:
    with project_lock(october / "subscribers.db", "run", NOW):
        got: Result = alerts("run", *MONTH)
    assert got.code == 75
    assert relay.inbox == []


@pytest.mark.proof
def test_trap_c_an_edition_is_rendered_once_whoever_asks_for_it(
    october: Path, alerts: Alerts, relay: Relay
) -> None:
    """The hash to queue by, the standing of the approval, the previews, and what the linter reads: in the
    first of these commands, and in no other until something has changed."""
    alerts("article", "edit", "Title one", "--section", "publications", *MONTH)
    for reader in ("p1@x.example", "p2@x.example"):
        alerts("subscriber", "add", reader)
    with closing(
        database(october)
    ) as db:  # a reader of one section: an edition more, once it is approved
        db.execute(
            """UPDATE subscribers SET sections = '["publications"]' WHERE email = 'p1@x.example'"""
        )
    for command, code, renderings in (
        (("issue", "show", *MONTH), 0, 0),  # nothing was rendered yet
        (("run", *MONTH), 75, 2),  # previews are mailed
        (("run", *MONTH), 75, 0),  # … and were mailed before
        (("status", *MONTH), 75, 0),  # it waits for its approval
        (("issue", "show", *MONTH), 0, 0),
        (("issue", "lint", *MONTH), 0, 0),
        (("render", *MONTH), 0, 0),
        (("issue", "approve", *MONTH, "--by", "Ann"), 0, 0),
        (("status", *MONTH), 75, 0),  # it waits for `run`
        (("article", "edit", "Title one", "--title", "Title three", *MONTH), 0, 2),  # void now?
        (("article", "edit", "Title three", "--title", "Title one", *MONTH), 0, 0),
        (("issue", "approve", *MONTH, "--by", "Ann"), 0, 0),
        (("run", *MONTH), 0, 1),  # the edition of one section
        (("run", *MONTH), 0, 0),
    ):
        with inlinings() as run:
            assert alerts(*command).code == code, command
        assert len(run) == renderings, command
    assert len(mailed(relay, "x.example")) == 4


def test_a_change_between_the_look_and_the_act_is_not_passed_over(
    october: Path, alerts: Alerts
) -> None:
    """A draft in hand is never acted on once the articles have moved on from it."""
    settings = load(october, {})
    month, actor = Month(2026, 10), Actor("Ann", "test")
    with closing(database(october)) as db:
        old = draft.drafted(db, settings, month)
        assert alerts("article", "edit", "Title one", "--title", "Title three", *MONTH).code == 0
        with pytest.raises(Conflict, match="at the same moment"):
            approval.approve(db, settings, old, actor, NOW)
        assert alerts("issue", "approve", *MONTH, "--by", "Bob").code == 0
        assert approval.recheck(db, settings, month, actor, NOW, old) == ()
        new = draft.drafted(db, settings, month)
        assert approval.approval_status(db, settings, new).names == ("Bob",)
        with pytest.raises(AwaitingApproval):
            queue.queue(db, settings, month, NOW, actor, old)
        none = replace(settings, alert=replace(settings.alert, review="none"))
        with pytest.raises(TryLater, match="while it was being queued"):
            queue.queue(db, none, month, NOW, actor, old)
        assert queue.queue(db, settings, month, NOW, actor, new).articles == 2
