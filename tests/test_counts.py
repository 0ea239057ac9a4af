"""Counts of opens and clicks: off unless asked for, of nobody, and no open redirect (X13)."""

import re
import secrets as chance
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest

from alerts import tokens
from alerts.settings import PrivacySettings
from alerts.store import archive, counts, outbox, secrets
from alerts.tokens import Purpose
from tests import past
from tests.conftest import Alerts
from tests.factories import add_subscribers, database
from tests.issues import ARTICLES, OCTOBER
from tests.pages import Served, serve
from tests.test_archive import SITE

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
    assert page.count(f'href="{ARTICLES[1].url}"') == 2


def test_copies_count_and_the_archive_does_not(project: Path) -> None:
    page = _queued(project, PrivacySettings(count_opens=True, count_clicks=True))
    assert page.count("/alerts/r/") == 2 * len(ARTICLES)
    assert page.count("/alerts/o/") == 1
    assert f'href="{ARTICLES[1].url}"' not in page
    db = database(project)
    kept = archive.edition(db, OCTOBER, "en")
    assert kept is not None
    assert "/alerts/r/" not in kept.html
    assert f'href="{ARTICLES[1].url}"' in kept.html
    db.close()


def test_a_link_leads_to_its_article_and_is_counted_for_nobody(
    counted: Served, alerts: Alerts
) -> None:
    keys = secrets.all_secrets(counted.db)
    rows = counts.rows(counted.db, 1, "en")
    token = tokens.sign(max(keys), keys[max(keys)], Purpose.CLICK, rows[ARTICLES[1].url])
    for _ in range(3):
        answer = counted.get(f"/r/{token}?url=https://evil.example")
        assert (answer.status_code, answer.headers["location"]) == (302, ARTICLES[1].url)
        assert "set-cookie" not in answer.headers
    assert counted.client.head(f"r/{token}").status_code == 302
    dot = tokens.sign(max(keys), keys[max(keys)], Purpose.OPEN, min(rows.values()))
    assert counted.get(f"/o/{dot}").headers["content-type"] == "image/gif"
    found = [(row["article"], row["number"]) for row in counts.of_month(counted.db, OCTOBER)]
    assert found == [("", 1), (ARTICLES[1].id, 3)]
    told = alerts("status", "--month", "2026-10")
    assert "en: 3 × followed: Commission votes" in told.stdout
    columns = {row[1] for row in counted.db.conn.execute("PRAGMA table_info(counts)")}
    assert columns == {"issue_id", "language", "archived_id", "day", "number"}


def test_old_links_lead_on_when_counting_is_off(project: Path) -> None:
    _queued(project, PrivacySettings(count_clicks=True))
    with serve(project, **SITE) as served:
        keys = secrets.all_secrets(served.db)
        row = counts.rows(served.db, 1, "es")[ARTICLES[0].url]
        token = tokens.sign(max(keys), keys[max(keys)], Purpose.CLICK, row)
        assert served.get(f"/r/{token}").headers["location"] == ARTICLES[0].url
        assert counts.of_month(served.db, OCTOBER) == []


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
    keys = secrets.all_secrets(counted.db)
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
