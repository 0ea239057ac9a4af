"""A mailbox is a source: what members mail in waits for an editor, and names its sender to nobody else."""

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.sources import language_guess, mailbox
from alerts.sources.document import Fetched
from alerts.sources.local_files import PackedFile, packed
from alerts.sources.mail_text import links, subject, without_links, written
from alerts.sources.normalise import Intake, SourceContent
from tests.conftest import Alerts, Result
from tests.factories import database, opened_project
from tests.http_server import Site
from tests.imap import PASSWORD, Imap, imap_server
from tests.sources.mails import (
    ADDRESS,
    ANSWER,
    FORWARDED,
    OUTLOOK,
    PAGE,
    PLAIN,
    SENDER,
    STORY,
    URL,
    mail,
)

SUMMARY = " ".join(STORY.split())
TITLE = "Court overturns 4,200 convictions for possession"
M = ("--month", "2026-11")


@pytest.fixture(autouse=True, scope="module")
def _languages() -> None:
    language_guess.load()


@pytest.fixture
def maildir(project: Path) -> Path:
    """A Maildir beside the project, which is a source of it."""
    for name in ("new", "cur", "tmp"):
        (project / "inbox" / name).mkdir(parents=True)
    return project / "inbox"


@pytest.fixture
def imap(monkeypatch: pytest.MonkeyPatch) -> Iterator[Imap]:
    with imap_server() as server:
        monkeypatch.setenv("ALERTS_SOURCE_PASSWORD", PASSWORD)
        yield server


def _put(folder: Path, name: str, octets: bytes) -> None:
    (folder / "tmp" / name).write_bytes(octets)
    (folder / "tmp" / name).chmod(0o666)
    (folder / "tmp" / name).rename(folder / "new" / name)


def _read(*mails: bytes) -> SourceContent:
    files = [PackedFile(f"mail {n}", str(n), octets, "") for n, octets in enumerate(mails)]
    intake = Intake(Source(1, "inbox", SourceKind.MAILBOX), Settings(root=Path(".")))
    return mailbox.read(Fetched("", "", packed(files)), intake)


def _collect(alerts: Alerts) -> Result:
    result = alerts("collect", *M, "--json")
    assert result.code == 0, result.stderr + result.stdout
    return result


def _listed(alerts: Alerts) -> list[dict[str, Any]]:
    articles: list[dict[str, Any]] = alerts("article", "list", *M, "--json").json
    return articles


def _readers(project: Path, alerts: Alerts) -> bytes:
    """All that readers get of the month."""
    alerts("render", *M, "--out", "out")
    return b"".join(path.read_bytes() for path in (project / "out").rglob("*") if path.is_file())


# --- what a mail says -----------------------------------------------------------------------------


@pytest.mark.parametrize("text", [PLAIN, FORWARDED, ANSWER, OUTLOOK])
def test_a_mail_is_its_subject_its_first_link_and_what_its_sender_wrote(text: str) -> None:
    (article,) = _read(mail(text)).articles
    assert (article.url, article.title, article.summary) == (URL, TITLE, SUMMARY)
    assert (article.language, str(article.published)) == ("en", "2026-11-12 09:15:00+00:00")
    assert [one.field for one in article.confidence] == ["published", "summary", "language"]


def test_a_mail_in_html_is_read_without_quotation_and_footer() -> None:
    (article,) = _read(mail(page=PAGE, subject="Condenas anuladas")).articles
    assert (article.url, article.title, article.language) == (URL, "Condenas anuladas", "es")
    assert article.summary.endswith("antes de fin de año.")


def test_the_link_may_stand_in_the_html_alone() -> None:
    assert _read(mail(STORY, page=PAGE)).articles[0].url == URL


def test_a_declared_language_counts_where_the_text_does_not_say_another() -> None:
    declared = mail(f"Короткий текст: {URL}", "Новость", Content_Language="ru")
    assert _read(declared).articles[0].language == "ru"
    by_default = mail(page=PAGE, subject="Condenas anuladas", Content_Language="en-US")
    assert _read(by_default).articles[0].language == "es"


def test_mail_without_a_link_is_no_article_and_is_told() -> None:
    found = _read(mail("Has anybody seen the decision of the court? Call me."))
    assert found.articles == ()
    assert found.notes == (
        f"mail 0: “{TITLE}”: a mail without a link to a page; `alerts article add` makes one of it",
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"List_Id": "<alert.example.org>"},
        {"List_Unsubscribe": "<mailto:a@b.example>"},
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"Return_Path": "<>"},
        {"X_Failed_Recipients": "a@b.example"},
        {"sender": "Mail Delivery <MAILER-DAEMON@mx.example>"},
        {"sender": "no-reply@platform.example"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_mail_of_lists_and_programs_is_left_alone(fields: dict[str, str]) -> None:
    found = _read(mail(PLAIN, **fields), mail(PLAIN))
    assert len(found.articles) == 1
    assert found.notes == ("inbox: 1 mail of lists or programs left alone",)


def test_a_report_of_delivery_is_left_alone(corpus: Path) -> None:
    bounces = sorted((corpus / "bounces").glob("*.eml"))[:60]
    assert _read(*(path.read_bytes() for path in bounces)).articles == ()


def test_nobody_who_wrote_or_got_a_mail_is_in_its_article() -> None:
    text = f"{ADDRESS} found this: {URL}?by={ADDRESS.replace('@', '%40')}\n\n{STORY}\n\n{URL}\n"
    octets = mail(f"{text}\nWrite to {ADDRESS.upper()}.", subject=f"From {ADDRESS}: court")
    (article,) = _read(octets).articles
    told = json.dumps([article.url, article.title, article.summary, article.text, article.author])
    assert ADDRESS not in told.lower().replace("%40", "@")
    assert article.url == URL


# Mails that are made to break their reader, or that no program should have written.
HOSTILE = {
    "nothing": b"",
    "octets": bytes(range(256)) * 40,
    "no head": b"\n\nhttps://a.example/b and nothing else",
    "nested": b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\n\n--%d\n" % (n, n) for n in range(3000)
    ),
    "parts": b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\na\n" * 20_000,
    "a long field": b"Subject: " + b"=?utf-8?q?a?= " * 100_000 + b"\n\nhttps://a.example/b",
    "charset": b"Content-Type: text/plain; charset=idna\n\n"
    + b"https://a.example/"
    + b"b" * 60_000,
    "unknown": b"Content-Type: text/plain; charset=x-none\n\nhttps://a.example/b \xff\xfe",
    "brackets": b"Content-Type: text/html\n\n"
    + b"<div>" * 100_000
    + b"<a href=https://a.example/b>b",
    "addresses": b"From: " + b"a@" * 100_000 + b"\n\nhttps://a.example/b",
    "links": b"\n\n" + b"https://" * 200_000,
    "lines": b"\n\n" + b"> " * 400_000 + b"https://a.example/b",
    "answered": b"\n\n" + b"on " * 300_000 + b"wrote",
    "base64": b"Content-Transfer-Encoding: base64\n\n" + b"aHR0cHM6Ly9hLmV4YW1wbGUvYg" * 9,
    "date": b"Date: Fri, 99 Foo 99999 99:99:99 +9999\nSubject: x\n\nhttps://a.example/b",
    "url": b"Subject: x\n\nhttps://[::1/a https://a@b@c/d javascript:alert(1) https://a.example/b",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_x4_a_hostile_mail_costs_at_most_itself(name: str) -> None:
    found = _read(HOSTILE[name], mail(PLAIN))
    assert found.articles[-1].url == URL
    told = [*found.notes, *found.faults]
    assert len(told) <= 1
    assert all("\n" not in line for line in told)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Read it here: https://a.example/b", ""),
        ("It is over. More: https://a.example/b", "It is over."),
        ("The court <https://a.example/b> has decided.", "The court has decided."),
        ("It is over (https://a.example/b).", "It is over"),
        ("It is over.", "It is over."),
    ],
)
def test_words_that_only_lead_to_a_link_are_no_summary(text: str, kept: str) -> None:
    assert without_links(text) == kept


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Re: Fwd: News", "News"),
        ("[coalition] RV: TR: Noticias", "Noticias"),
        ("Re[2]: News [updated]", "News [updated]"),
        ("Regional news: more", "Regional news: more"),
        ("", ""),
    ],
)
def test_a_subject_is_a_title_without_its_prefixes(text: str, title: str) -> None:
    assert subject(text) == title


def test_links_end_before_the_marks_of_a_sentence() -> None:
    text = "(see https://a.example/b_(c)), <https://a.example/d>, https://a.example/e."
    assert list(links(text)) == [
        "https://a.example/b_(c)", "https://a.example/d", "https://a.example/e",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "end",
    [
        "-- \nAna",
        "Un saludo,\nAna\nCoordinadora",
        "С уважением,\nАна",
        "مع التحية\nآنا",
        "El mar, 10 nov 2026 a las 18:02, Editor (<e@x.example>) escribió:\n> Hola",
        "Le mar. 10 nov. 2026 à 18:02, Éditeur <e@x.example> a écrit :\n> Salut",
        "вт, 10 нояб. 2026 г. в 18:02, Editor <e@x.example> написал:\n> Привет",
        "-----Original Message-----\nFrom: a@x.example",
        "De: Editor\nEnviado el: martes\nPara: Ana\nAsunto: Hola\n\nHola",
        "Sent from my iPhone",
        "_______________________________________________\nlist mailing list\nhttps://l.example/",
    ],
)
def test_what_follows_the_text_of_a_mail_is_cut(end: str) -> None:
    assert written(f"{STORY}\n\n{end}\n") == [SUMMARY]


# --- what becomes of it ---------------------------------------------------------------------------


def test_a_mail_waits_until_an_editor_takes_it_in(
    project: Path, alerts: Alerts, maildir: Path
) -> None:
    assert alerts("source", "add", "inbox").stderr == "inbox: added as a mailbox\n"
    _put(maildir, "1", mail(PLAIN))
    told = _collect(alerts)
    assert told.json["new"] == 1
    assert ADDRESS not in told.stdout + told.stderr  # what cron mails and logs
    (article,) = _listed(alerts)
    assert article["excluded"]
    shown = alerts("issue", "show", *M, "--json")
    (held,) = shown.json["quarantine"]
    assert held["reasons"] == [f"it came by mail from {SENDER}"]
    (listed,) = alerts("source", "list", "--json").json
    assert listed["articles"] == 1
    assert b"overturned" not in _readers(project, alerts)
    assert _collect(alerts).json["new"] == 0
    assert alerts("article", "include", article["id"]).code == 0
    assert alerts("issue", "show", *M, "--json").json["quarantine"] == []
    assert alerts("source", "list", "--json").json[0]["articles"] == 1, "also once it is taken in"
    readers = _readers(project, alerts)
    assert b"overturned 4,200" in readers
    assert b"members.example" not in readers
    # once an editor has decided, nobody knows the sender any more
    assert ADDRESS not in "\n".join(database(project).conn.iterdump())


def test_the_same_mail_twice_is_one_candidate(project: Path, alerts: Alerts, maildir: Path) -> None:
    alerts("source", "add", "inbox")
    _put(maildir, "1", mail(PLAIN))
    _put(maildir, "2", mail(f"A footer came first: https://other.example/a\n\n{PLAIN}"))
    assert _collect(alerts).json["new"] == 1
    _put(maildir, "3", mail(PLAIN))
    result = _collect(alerts)
    assert (result.json["new"], result.stderr) == (0, "")
    assert len(_listed(alerts)) == 1
    assert sorted(path.name for path in (maildir / "new").iterdir()) == ["1", "2", "3"]


def test_a_source_that_brings_the_page_of_a_candidate_replaces_it(
    project: Path, alerts: Alerts, maildir: Path
) -> None:
    """Nobody keeps a story out of the issue, or writes into it, by mailing its address in first."""
    alerts("source", "add", "inbox")
    _put(maildir, "1", mail(f"Buy my pills at once, they are the best ones. {URL}", "Pills"))
    _collect(alerts)
    feed = project / "feed.json"
    feed.write_text(
        json.dumps({
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Court",
            "items": [{
                "id": "1", "url": URL, "title": TITLE, "summary": SUMMARY, "language": "en",
                "date_published": "2026-11-12T09:00:00Z",
            }],
        }),
        encoding="utf-8",
    )  # fmt: skip
    alerts("source", "add", "feed.json")
    _collect(alerts)
    (article,) = _listed(alerts)
    assert (article["title"], article["summary"]) == (TITLE, SUMMARY)
    assert not article["excluded"]
    shown = json.dumps(alerts("issue", "show", *M, "--json").json)
    assert "Pills" not in shown


def test_a_listing_reads_the_page_of_a_candidate(
    project: Path,
    alerts: Alerts,
    maildir: Path,
    web: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")
    for number in range(4):
        head = f"<title>Decision number {number} of the regional court</title>"
        text = f"<p>{SUMMARY} It was decision number {number} of the day, said the court.</p>" * 3
        page = f"<html lang=en>{head}<main><h1>Decision number {number} of the regional court</h1>"
        web.serve(f"/{number}.html", f"{page}{text}</main>".encode(), content_type="text/html")
    rows = "".join(
        f"<li><h3><a href=/{n}.html>Decision number {n} of the regional court</a></h3></li>"
        for n in range(4)
    )
    web.serve("/", f"<html><ul>{rows}</ul></html>".encode(), content_type="text/html")
    alerts("source", "add", "inbox")
    _put(maildir, "1", mail(f"Buy my pills at once. {web.url('/1.html')}", "Pills"))
    _collect(alerts)
    assert alerts("source", "add", web.url("/"), "--kind", "listing").code == 0
    _collect(alerts)
    assert "Pills" not in [article["title"] for article in _listed(alerts)]
    assert len(_listed(alerts)) == 4


def test_an_article_that_is_known_stays_as_it_was(
    project: Path, alerts: Alerts, maildir: Path
) -> None:
    alerts("article", "add", "--url", URL, "--title", "Ours", *M)
    alerts("source", "add", "inbox")
    _put(maildir, "1", mail(PLAIN))
    assert "it came by mail, and is an article already" in _collect(alerts).stderr
    (article,) = _listed(alerts)
    assert (article["title"], article["excluded"]) == ("Ours", False)


def test_who_is_erased_is_forgotten_as_a_sender_too(
    project: Path, alerts: Alerts, maildir: Path
) -> None:
    alerts("subscriber", "add", ADDRESS)
    alerts("source", "add", "inbox")
    _put(maildir, "1", mail(PLAIN))
    _collect(alerts)
    assert alerts("subscriber", "erase", ADDRESS).code == 0
    (held,) = alerts("issue", "show", *M, "--json").json["quarantine"]
    assert held["reasons"] == ["it came by mail"]


def test_a_sender_is_forgotten_after_sixty_days_though_nobody_decided(
    project: Path, alerts: Alerts, maildir: Path
) -> None:
    alerts("source", "add", "inbox")
    _put(maildir, "1", mail(PLAIN))
    _collect(alerts)
    assert ADDRESS in "\n".join(database(project).conn.iterdump())
    later = datetime.now(UTC) + timedelta(days=61)
    opened_project(project, clock=lambda: later, environ={}).collect("2026-11")
    assert ADDRESS not in "\n".join(database(project).conn.iterdump())
    (held,) = alerts("issue", "show", *M, "--json").json["quarantine"]
    assert held["reasons"] == ["it came by mail"]


# --- Maildir and IMAP -----------------------------------------------------------------------------


def test_of_a_maildir_old_and_thrown_away_mail_and_links_out_of_it_are_not_read(
    project: Path, alerts: Alerts, maildir: Path
) -> None:
    alerts("source", "add", "inbox")
    _put(maildir, "1", mail(PLAIN, number="1"))
    _put(maildir, "old", mail(PLAIN, number="2"))
    os.utime(maildir / "new" / "old", (0, 0))
    (maildir / "cur" / "1:2,ST").write_bytes(mail(PLAIN, number="3"))
    (project / "elsewhere").write_bytes(mail(ANSWER, number="4"))
    (maildir / "new" / "link").symlink_to(project / "elsewhere")
    os.mkfifo(maildir / "new" / "pipe")
    assert len(alerts("source", "check", "inbox", *M, "--json").json) == 1


def test_new_mail_is_read_over_imap_once_and_nothing_is_changed(
    project: Path, alerts: Alerts, imap: Imap
) -> None:
    url = imap.url.replace("bounces@", "items@")
    assert alerts("source", "add", url).stderr == f"{url}: added as a mailbox\n"
    assert _collect(alerts).json["new"] == 0
    _put(imap.maildir, "1", mail(PLAIN))
    _put(imap.maildir, "2", mail(ANSWER.replace("/2026/", "/2025/"), number="2"))
    assert _collect(alerts).json["new"] == 2
    again = _collect(alerts).json
    assert (again["new"], again["unchanged"], again["failed"]) == (0, 2, [])
    _put(imap.maildir, "3", mail(PLAIN, number="1@members.example"))
    assert _collect(alerts).json["new"] == 0
    seen = [
        path.name
        for path in (imap.maildir / "cur").iterdir()
        if "S" in path.name.partition(":2,")[2]
    ]
    assert seen == []
    assert len([p for name in ("new", "cur") for p in (imap.maildir / name).iterdir()]) == 3


def test_a_mailbox_that_cannot_be_read_fails_alone_and_tells_no_password(
    project: Path, alerts: Alerts, maildir: Path, imap: Imap, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerts("source", "add", "inbox")
    _put(maildir, "1", mail(PLAIN))
    away = imap.url.replace(str(imap.port), "1")
    for url in (imap.url, f"{imap.url}/nowhere", away):
        alerts("source", "add", url)
    monkeypatch.setenv("ALERTS_SOURCE_PASSWORD", "wrong-one")
    result = alerts("collect", *M, "--json")
    assert result.code == 1
    assert result.json["new"] == 1
    told = [one["reason"] for one in result.json["failed"]]
    assert len(told) == 3
    assert "refuses the login of bounces; check user and password" in told[0]
    assert told[2].endswith("connection refused")
    monkeypatch.setenv("ALERTS_SOURCE_PASSWORD", PASSWORD)
    told = [one["reason"] for one in alerts("collect", *M, "--json").json["failed"]]
    assert "the folder INBOX/nowhere: " in told[0]
    monkeypatch.delenv("ALERTS_SOURCE_PASSWORD")
    result = alerts("collect", *M, "--json")
    assert "no password; set the variable that mailbox.password_env names" in result.stdout
    assert PASSWORD not in result.stdout + result.stderr
    assert "wrong-one" not in result.stdout + result.stderr


def test_a_mailbox_may_have_a_password_of_its_own(
    project: Path, alerts: Alerts, imap: Imap, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, shared = imap.url.replace("bounces@", "items@"), imap.url
    for url in (own, shared):
        alerts("source", "add", url)
    monkeypatch.setenv("ALERTS_SOURCE_PASSWORD", "of-another")
    host = own.partition("@")[2].partition(":")[0]
    monkeypatch.setenv("ALERTS_MAILBOX__PASSWORD_ENVS", f'{{ "items@{host}" = "ITEMS_PASSWORD" }}')
    told = _failures(alerts)
    assert "mailbox.password_envs names (ITEMS_PASSWORD)" in told[own]
    monkeypatch.setenv("ITEMS_PASSWORD", PASSWORD)
    assert [*_failures(alerts)] == [shared]


def _failures(alerts: Alerts) -> dict[str, str]:
    failed = alerts("collect", *M, "--json").json["failed"]
    return {one["source"]: one["reason"] for one in failed}


@pytest.mark.parametrize(
    ("location", "kind", "words"),
    [
        ("imaps://a:secret@b.example/INBOX", "", "keep the password out of the URL"),
        ("imaps://b.example/INBOX", "", "imaps://user@host/INBOX"),
        ("imaps://a@b.example/INBOX", "feed", "a mailbox is imaps://user@host/FOLDER or a Maildir"),
        ("https://b.example/", "mailbox", "a mailbox is imaps://user@host/FOLDER or a Maildir"),
        ("pop3://a@b.example/", "", "imaps://user@host/FOLDER"),
    ],
)
def test_what_is_no_mailbox_is_a_usage_error(
    project: Path, alerts: Alerts, location: str, kind: str, words: str
) -> None:
    result = alerts("source", "add", location, *(("--kind", kind) if kind else ()))
    assert (result.code, result.stderr.count("\n")) == (2, 1)
    assert words in result.stderr
    assert "secret" not in result.stderr


def test_a_large_maildir_gives_its_newest_mails(
    project: Path, alerts: Alerts, maildir: Path
) -> None:
    for number in range(205):
        _put(maildir, str(number), mail(PLAIN, number=str(number), List_Id="<a.b>"))
    result = alerts("source", "check", "inbox", *M)
    assert "of 205 mails of these weeks, the newest 200 are read" in result.stderr
