"""Counts of opens and clicks: off unless asked for, of nobody, and no open redirect (X13)."""

import email
import email.policy
import re
import secrets as chance
import time
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from html import escape
from pathlib import Path

import pytest

from alerts.archive.click_links import counting
from alerts.config.declarations import PrivacySettings
from alerts.domain.delivery import Owed
from alerts.mail import tokens
from alerts.mail.issue_headers import Frame
from alerts.mail.merge import Merge, template
from alerts.mail.tokens import Purpose
from alerts.store import archive, clicks, link_numbers, outbox, signing_keys, subscribers
from tests import past
from tests.conftest import Alerts
from tests.factories import add_subscribers, database, sqlite_connection
from tests.issues import ARTICLES, OCTOBER
from tests.pages import Served, fields, serve
from tests.past import SITE

BASE = "https://example.org/alerts"
ON = {**SITE, "PRIVACY__COUNT_OPENS": "true", "PRIVACY__COUNT_CLICKS": "true"}


def _queued(project: Path, privacy: PrivacySettings) -> str:
    """The HTML of the English copies of an issue queued with these settings."""
    db = database(project)
    past.send(db, replace(past.settings_of(project), privacy=privacy))
    (octets,) = db.conn.execute("SELECT template FROM editions WHERE language = 'en'").fetchone()
    db.close()
    parts = message_from_bytes(octets.replace(b"\0", b"")).get_payload()
    return str(parts[1].get_payload(decode=True), "utf-8")  # type: ignore[union-attr, index, arg-type]


@pytest.fixture
def counted(project: Path) -> Iterator[Served]:
    """A project that counts, and has queued an issue."""
    _queued(project, PrivacySettings(count_opens=True, count_clicks=True))
    with serve(project, **ON) as running:
        yield running


def test_by_default_nothing_counts(project: Path) -> None:
    page = _queued(project, PrivacySettings())
    assert "/alerts/r/" not in page
    assert "/alerts/o/" not in page
    assert page.count(f'href="{ARTICLES[1].url}"') == 1


def test_copies_count_and_the_archive_does_not(project: Path) -> None:
    page = _queued(project, PrivacySettings(count_opens=True, count_clicks=True))
    assert page.count("/alerts/o/") == 1
    assert f'href="{ARTICLES[1].url}"' not in page
    db = database(project)
    kept = archive.edition(db, OCTOBER, "en")
    assert kept is not None
    assert "/alerts/r/" not in kept.html
    links = [kept.html.count(f'href="{escape(article.url)}"') for article in ARTICLES]
    assert min(links) > 0
    assert page.count("/alerts/r/") == sum(links)
    db.close()


def test_a_link_leads_to_its_article_and_is_counted_for_nobody(
    counted: Served, alerts: Alerts
) -> None:
    keys = signing_keys.all_secrets(counted.db)
    rows = clicks.numbers(counted.db, 1, "en")
    token = tokens.sign(max(keys), keys[max(keys)], Purpose.CLICK, rows[ARTICLES[1].url])
    for _ in range(3):
        answer = counted.get(f"/r/{token}?url=https://evil.example")
        assert (answer.status_code, answer.headers["location"]) == (302, ARTICLES[1].url)
        assert "set-cookie" not in answer.headers
    assert counted.client.head(f"r/{token}").status_code == 302
    dot = tokens.sign(max(keys), keys[max(keys)], Purpose.OPEN, min(rows.values()))
    assert counted.get(f"/o/{dot}").headers["content-type"] == "image/gif"
    _wait_for(counted, [("", 1), (ARTICLES[1].id, 3)])
    told = alerts("status", "--month", "2026-10")
    assert "en: 3 × followed: Commission votes" in told.stdout
    columns = {row[1] for row in counted.db.conn.execute("PRAGMA table_info(counts)")}
    assert columns == {"issue_id", "language", "archived_id", "day", "number"}


def test_a_reader_who_said_no_is_not_counted(counted: Served) -> None:
    """Of the same frozen bytes: only what their own copy fills in differs."""
    says_no, number = counted.subscriber("no@example.org"), counted.subscriber("yes@example.org")
    page = f"/preferences/{counted.token(Purpose.PREFERENCES, says_no)}"
    assert 'name="count"' in counted.get(page).text
    form = {key: value for key, value in fields(counted.get(page).text).items() if key != "count"}
    assert "uncounted" not in counted.post(page, data=form).text
    person = subscribers.by_id(counted.db, says_no)
    assert person is not None
    assert person.uncounted_since
    rows = clicks.numbers(counted.db, 1, "en")
    settings = replace(
        counted.settings, privacy=PrivacySettings(count_opens=True, count_clicks=True)
    )
    kept = archive.edition(counted.db, OCTOBER, "en")
    assert kept is not None
    mailed = counting(kept, rows, lambda one: f"{BASE}/r/{counted.token(Purpose.CLICK, one)}", "")
    frame = Frame.of(settings, OCTOBER)
    merge = Merge(template(mailed, frame, counted.clock()), frame, 1, bytes(32), "en")
    quiet, usual = (
        _page_of(merge.message(Owed(1, 1, n, "a@example.org", "", 0, uncounted=said)))
        for n, said in ((says_no, True), (number, False))
    )
    links_of = [re.findall(r'href="([^"]*/r/[^"]*)"', one) for one in (quiet, usual)]
    assert [f"{link}/n" for link in links_of[1]] == links_of[0]
    assert links_of[0]
    for link in (links_of[0][0], links_of[1][0]):
        answer = counted.get(link.removeprefix(BASE))
        assert (answer.status_code, answer.headers["location"]) == (302, ARTICLES[0].url)
    dot = counted.token(Purpose.OPEN, min(rows.values()))
    assert counted.get(f"/o/{dot}/n").headers["content-type"] == "image/gif"
    _wait_for(counted, [(ARTICLES[0].id, 1)])


def test_the_page_and_the_footer_say_that_there_are_counts(counted: Served) -> None:
    assert "We count how often" in counted.get("/join").text
    assert "No tracking" not in counted.get("/join").text
    kept = archive.edition(counted.db, OCTOBER, "en")
    assert kept is not None
    assert "Do not count me" in kept.html


def test_where_nothing_is_counted_nobody_is_asked(served: Served) -> None:
    page = f"/preferences/{served.token(Purpose.PREFERENCES, served.subscriber())}"
    assert 'name="count"' not in served.get(page).text
    assert "No tracking" in served.get("/join").text


def _page_of(message: bytes) -> str:
    part = email.message_from_bytes(message, policy=email.policy.default).get_body(("html",))
    assert part is not None
    return str(part.get_content())


def _wait_for(served: Served, numbers: list[tuple[str, int]]) -> None:
    """They are counted after the answer."""
    found: list[tuple[str, int]] = []
    until = time.monotonic() + 20
    while found != numbers and time.monotonic() < until:
        found = [(row["article"], row["number"]) for row in clicks.of_month(served.db, OCTOBER)]
    assert found == numbers


def test_no_reader_waits_for_a_writer_and_all_are_counted(counted: Served) -> None:
    """Far more opens than visits may read at once, while another program holds the database."""
    token = counted.token(Purpose.OPEN, min(clicks.numbers(counted.db, 1, "en").values()))
    writer = sqlite_connection(counted.settings.database_path, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    for _ in range(50):
        assert counted.get(f"/o/{token}").headers["content-type"] == "image/gif"
    writer.execute("COMMIT")
    writer.close()
    _wait_for(counted, [("", 50)])


def test_what_is_not_counted_yet_is_counted_when_the_pages_stop(project: Path) -> None:
    _queued(project, PrivacySettings(count_opens=True))
    with serve(project, **ON) as served:
        token = served.token(Purpose.OPEN, min(clicks.numbers(served.db, 1, "en").values()))
        served.get(f"/o/{token}")
        served.get("/o/1-1-nonsense")
    db = database(project)
    assert [row["number"] for row in clicks.of_month(db, OCTOBER)] == [1]
    db.close()


def test_old_links_lead_on_when_counting_is_off(project: Path) -> None:
    _queued(project, PrivacySettings(count_clicks=True))
    with serve(project, **SITE) as served:
        keys = signing_keys.all_secrets(served.db)
        row = clicks.numbers(served.db, 1, "es")[ARTICLES[0].url]
        token = tokens.sign(max(keys), keys[max(keys)], Purpose.CLICK, row)
        assert served.get(f"/r/{token}").headers["location"] == ARTICLES[0].url
        assert clicks.of_month(served.db, OCTOBER) == []


def test_a_link_of_an_issue_that_another_copy_of_the_database_froze_is_nobodys(
    counted: Served,
) -> None:
    """After a restore the same row is another article's; the numbers of before stay good."""
    link = clicks.numbers(counted.db, 1, "en")[ARTICLES[0].url]
    assert clicks.target(counted.db, link) == ARTICLES[0].url
    counted.db.conn.execute("UPDATE issues SET mark = mark + 1")
    assert counted.get(f"/r/{counted.token(Purpose.CLICK, link)}").status_code == 404
    counted.get(f"/o/{counted.token(Purpose.OPEN, link)}")
    row = link_numbers.which_archived(counted.db, link >> link_numbers.BITS)
    assert row is None  # a bare number is for issues of before alone
    counted.db.conn.execute("UPDATE issues SET mark = 0")
    old = counted.token(Purpose.CLICK, clicks.numbers(counted.db, 1, "en")[ARTICLES[0].url])
    assert counted.get(f"/r/{old}").headers["location"] == ARTICLES[0].url
    _wait_for(counted, [(ARTICLES[0].id, 1)])


TARGETS = (
    *(
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "https:evil.example",
    ),
    *(
        "javascript:alert(1)",
        "data:text/html,x",
        "%2f%2fevil.example",
        "..//evil.example",
        "@evil.example",
    ),
    *(
        "https://example.org@evil.example",
        "https%3A%2F%2Fevil.example",
        "/%09/evil.example",
        ".evil.example",
    ),
)


def test_x13_no_redirect_leads_off_the_list(counted: Served) -> None:
    keys = signing_keys.all_secrets(counted.db)
    good = tokens.sign(max(keys), keys[max(keys)], Purpose.CLICK, 1)
    allowed = {article.url for article in ARTICLES}
    tried = off = 0
    paths = [f"/r/{target}" for target in TARGETS]
    for name in (
        "",
        "?url=",
        "?u=",
        "?next=",
        "?to=",
        "?redirect=",
        "#",
        "/",
        "?token=",
        "&url=",
        ";",
        "?=",
    ):
        paths += [f"/r/{good}{name}{target}" for target in TARGETS]
    paths += [
        f"/r/{good[:n]}{letter}{good[n + 1 :]}" for n in range(len(good)) for letter in "0f-Z"
    ]
    for purpose in Purpose:
        if purpose is not Purpose.CLICK:
            paths.append(f"/r/{tokens.sign(max(keys), keys[max(keys)], purpose, 1)}")
    paths += [f"/r/1-{number:x}-{chance.token_hex(15)}" for number in range(50)]
    paths.append(f"/r/{tokens.sign(max(keys), keys[max(keys)], Purpose.CLICK, 10**6)}")
    for path in paths:
        answer = counted.get(path)
        there = answer.headers.get("location", "")
        tried += 1
        off += bool(there) and there not in allowed
        assert answer.status_code in (302, 404)
    assert (tried > 300, off) == (True, 0)


def test_copies_that_count_are_sent_as_ever(project: Path) -> None:
    db = database(project)
    add_subscribers(db, 2)
    assert outbox.audiences(db)
    db.close()
    page = _queued(project, PrivacySettings(count_clicks=True))
    links = re.findall(r"/alerts/r/[0-9a-f-]+", page)
    assert len(set(links)) == len(ARTICLES)
