"""Choosing: language, pause, another address, one's data, being forgotten (S19, X12)."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.domain.subscriber import SubscriberStatus
from alerts.mail.tokens import Purpose
from alerts.store import audit_log, outbox_figures, subscribers
from alerts.subscribers.self_service import months_later
from tests.conftest import Alerts
from tests.factories import MONTH, queue_issue
from tests.pages import Served, fields, links, mailed_form, path_of, serve


def _link(served: Served, address: str = "ana@example.org") -> str:
    return f"/preferences/{served.token(Purpose.PREFERENCES, served.subscriber(address))}"


def _save(served: Served, path: str, **choice: str) -> int:
    form = fields(served.get(path).text)
    return served.post(path, data={"form": form["form"], **choice}).status_code


def test_name_and_language_are_saved(served: Served) -> None:
    path = _link(served)
    assert served.get(path).headers["content-language"] == "en"
    assert _save(served, path, name="Ana María", language="es") == 200
    person = subscribers.by_id(served.db, 1)
    assert person is not None
    assert (person.name, person.language) == ("Ana María", "es")
    assert served.get(path).headers["content-language"] == "es"
    assert served.get(f"{path}?lang=fr").headers["content-language"] == "fr"
    assert _save(served, path, name="x" * 201, language="es") == 422
    assert _save(served, path, name="Ana", language="tlh") == 200
    person = subscribers.by_id(served.db, 1)
    assert person is not None
    assert (person.name, person.language) == ("Ana", "es")


def test_x12_a_form_that_is_not_of_this_page_changes_nothing(served: Served) -> None:
    path, other = _link(served), _link(served, "bo@example.org")
    foreign = fields(served.get(other).text)["form"]
    own = fields(served.get(path).text)["form"]
    for wrong in ("", foreign, own[:-1] + ("0" if own[-1] != "0" else "1")):
        answer = served.post(path, data={"form": wrong, "name": "Evil", "language": "fr"})
        assert answer.status_code == 422
        assert served.post(f"{path}/erase", data={"form": wrong}).status_code == 422
        moved = served.post(f"{path}/address", data={"form": wrong, "email": "e@example.org"})
        assert moved.status_code == 422
    served.clock.go(days=1, seconds=1)
    assert served.post(path, data={"form": own, "name": "Late"}).status_code == 422
    person = subscribers.by_id(served.db, 1)
    assert person is not None
    assert (person.name, person.status) == ("", SubscriberStatus.ACTIVE)
    assert served.post_office() == []


def test_a_pause_skips_issues_and_says_why(served: Served, alerts: Alerts) -> None:
    path = _link(served)
    served.subscriber("bo@example.org")
    assert _save(served, path, pause="2") == 200
    assert "20 January 2027" in served.get(path).text.replace("January 20, 2027", "20 January 2027")
    assert queue_issue(served.settings.root, served.db, now=served.clock()) == 2
    counts = outbox_figures.counts(served.db, MONTH)
    assert (counts["queued"], counts["skipped"]) == (1, 1)
    why = alerts("why", "ana@example.org", "--month", str(MONTH))
    assert "pause" in why.stdout
    assert _save(served, path, pause="") == 200  # as it is
    assert _save(served, path, pause="99") == 200  # not offered
    person = subscribers.by_id(served.db, 1)
    assert person is not None
    assert person.paused_until == "2027-01-20T12:00:00Z"
    assert _save(served, path, pause="0") == 200
    later = MONTH.plus(1)
    assert queue_issue(served.settings.root, served.db, later, now=served.clock()) == 2
    assert outbox_figures.counts(served.db, later)["queued"] == 2


def test_a_pause_ends_by_itself(served: Served) -> None:
    path = _link(served)
    _save(served, path, pause="1")
    served.clock.go(days=31)
    queue_issue(served.settings.root, served.db, now=served.clock())
    assert outbox_figures.counts(served.db, MONTH)["queued"] == 1
    assert 'id="paused"' not in served.get(path).text


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        ("2026-11-20", 1, "2026-12-20"),
        ("2026-11-30", 3, "2027-02-28"),
        ("2026-12-31", 12, "2027-12-28"),
        ("2028-02-29", 12, "2029-02-28"),
    ],
)
def test_months_later(day: str, months: int, later: str) -> None:
    moment = datetime.fromisoformat(f"{day}T09:30:00").replace(tzinfo=UTC)
    assert months_later(moment, months).isoformat() == f"{later}T09:30:00+00:00"


def test_another_address_is_confirmed_at_that_address(served: Served) -> None:
    path = _link(served)
    form = fields(served.get(path).text)["form"]
    answer = served.post(f"{path}/address", data={"form": form, "email": "new@example.org"})
    assert answer.status_code == 200
    (mail,) = served.post_office()
    assert mail.recipient == "new@example.org"
    assert served.status() == "active"
    confirm = path_of(links(mail.octets)[0], served)
    page = served.get(confirm)
    assert served.post(confirm, data=fields(page.text)).status_code == 200
    person = subscribers.by_id(served.db, 1)
    assert person is not None
    assert (person.email, person.status) == ("new@example.org", SubscriberStatus.ACTIVE)
    assert served.get(path).status_code == 200  # the old link is theirs still
    details = [e["detail"] for e in audit_log.of_subscriber(served.db, 1)]
    assert "new@example.org" not in json.dumps(details)


@pytest.mark.parametrize("taken", ["active", "unsubscribed"])
def test_x10_an_address_of_another_subscriber(served: Served, taken: str) -> None:
    path = _link(served)
    number = served.subscriber("bo@example.org")
    served.becomes(SubscriberStatus(taken), "bo@example.org")
    texts = set()
    for address in ("bo@example.org", "nobody@example.org"):
        form = fields(served.get(path).text)["form"]
        answer = served.post(f"{path}/address", data={"form": form, "email": address})
        texts.add((answer.status_code, answer.text))
    assert len(texts) == 1
    mails = {mail.recipient: mail for mail in served.post_office()}
    link = path_of(links(mails["bo@example.org"].octets)[0], served)
    if taken == "active":
        assert link.startswith("/preferences/")  # their own, not the asker's
        assert link == f"/preferences/{served.token(Purpose.PREFERENCES, number)}"
        return
    assert served.post(link, data=fields(served.get(link).text)).status_code == 200
    person = subscribers.by_id(served.db, 1)
    assert person is not None
    assert person.email == "bo@example.org"
    other = subscribers.by_id(served.db, number)
    assert other is not None
    assert other.status is SubscriberStatus.ERASED


@pytest.mark.parametrize("what", ["data", "erase"])
def test_a_forwarded_link_neither_shows_the_data_nor_erases_them(served: Served, what: str) -> None:
    path = _link(served)
    for page in (path, f"{path}/data", f"{path}/erase"):
        text = served.get(page).text
        assert "ana@example.org" not in text
        assert "a•••@example.org" in text
    form = fields(served.get(f"{path}/{what}").text)
    assert "proof" not in form
    forged = served.token(Purpose.MAILBOX, 1)
    for proof in ("", "x", forged):
        answer = served.post(f"{path}/{what}", data={**form, "proof": proof})
        assert "ana@example.org" not in answer.text
        assert served.status() == "active"
    assert served.get(f"{path}/{what}?proof={forged}").status_code == 410


@pytest.mark.parametrize("what", ["data", "erase"])
def test_the_mailed_link_is_good_for_its_reader_and_its_purpose_within_an_hour(
    served: Served, what: str
) -> None:
    path, other = _link(served), _link(served, "bo@example.org")
    form = mailed_form(served, f"{path}/{what}")
    wrong = {"data": "erase", "erase": "data"}[what]
    for elsewhere in (f"{path}/{wrong}", f"{other}/{what}"):
        token = fields(served.get(elsewhere).text)["form"]
        answer = served.post(elsewhere, data={"form": token, "proof": form["proof"]})
        assert answer.status_code == 410
    served.clock.go(minutes=61)
    again = {**form, "form": fields(served.get(path).text)["form"]}
    assert served.post(f"{path}/{what}", data=again).status_code == 410
    assert (served.status(), served.status("bo@example.org")) == ("active", "active")


def test_the_mailed_link_works_once_and_opening_it_does_not_use_it_up(served: Served) -> None:
    path = f"{_link(served)}/data"
    form = mailed_form(served, path)
    for _ in range(3):
        assert served.get(f"{path}?proof={form['proof']}").status_code == 200
    assert served.post(path, data=form).json()["subscriber"]["email"] == "ana@example.org"
    assert served.post(path, data=form).status_code == 410
    assert served.get(f"{path}?proof={form['proof']}").status_code == 410


def test_no_more_than_three_links_a_day_are_mailed(served: Served) -> None:
    path = f"{_link(served)}/data"
    for _ in range(6):
        assert served.post(path, data=fields(served.get(path).text)).status_code == 200
    assert len(served.post_office()) == 3
    served.sign_up("new@example.org")
    assert [mail.recipient for mail in served.post_office()] == ["new@example.org"]


def test_s19_the_download_holds_all_that_is_known(served: Served) -> None:
    path = _link(served)
    _save(served, path, name="Ana")
    queue_issue(served.settings.root, served.db)
    answer = served.post(f"{path}/data", data=mailed_form(served, f"{path}/data"))
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["cache-control"] == "no-store"
    data = answer.json()
    assert data["subscriber"]["email"] == "ana@example.org"
    assert data["subscriber"]["name"] == "Ana"
    assert [d["month"] for d in data["deliveries"]] == [str(MONTH)]
    assert [e["kind"] for e in data["events"]] == ["subscriber.changed"]
    columns = {row[1] for row in served.db.conn.execute("PRAGMA table_info(subscribers)")}
    assert columns - {"email_key", "updated_at", "mark", "old_links"} <= set(data["subscriber"])


def test_s19_erasing_leaves_no_byte_of_the_address(served: Served) -> None:
    served.sign_up("canary@example.org", name="Canary Person")
    (mail,) = served.post_office()
    confirm = path_of(links(mail.octets)[0], served)
    served.post(confirm, data=fields(served.get(confirm).text))
    path = f"/preferences/{served.token(Purpose.PREFERENCES, 1)}"
    form = fields(served.get(path).text)["form"]
    served.post(f"{path}/address", data={"form": form, "email": "canary2@example.org"})
    assert _count(served, b"canary") > 0
    proved = mailed_form(served, f"{path}/erase")
    assert served.status("canary@example.org") == "active"
    assert served.post(f"{path}/erase", data=proved).status_code == 200
    served.post_office()
    assert _count(served, b"canary") == 0
    assert served.get(path).status_code == 404
    assert served.get(f"{path}/data").status_code == 404
    served.sign_up("canary@example.org")
    assert served.post_office() == []
    assert [line for line in served.log if "canary" in line.lower()] == []


def _count(served: Served, word: bytes) -> int:
    return served.settings.database_path.read_bytes().lower().count(word)


def test_who_left_finds_the_way_to_join_and_to_their_data(served: Served) -> None:
    path = _link(served)
    served.becomes(SubscriberStatus.UNSUBSCRIBED)
    page = served.get(path).text
    assert "join?lang=en" in page
    assert "/data" in page
    assert 'name="pause"' not in page


# --- sections -------------------------------------------------------------------------------------


def _articles(alerts: Alerts, *sections: str) -> None:
    for section in sections:
        url = f"https://www.example.org/{section}"
        added = alerts(
            *("article", "add", "--url", url, "--title", f"About {section}", "--section", section),
            *("--month", str(MONTH)),
        )
        assert added.code == 0, added.stderr


def _choose(served: Served, address: str, *sections: str) -> None:
    path = _link(served, address)
    form = fields(served.get(path).text)
    assert form["choose"] == "yes"
    sent = {**form, "language": "en", "sections": list(sections)}
    assert served.post(path, data=sent).status_code == 200


def test_the_edition_follows_the_sections_wanted(served: Served, alerts: Alerts) -> None:
    _articles(alerts, "news", "publications", "events")
    _choose(served, "all@example.org", *served.settings.alert.sections)
    _choose(served, "none@example.org")
    _choose(served, "news@example.org", "news")
    _choose(served, "news2@example.org", "news", "members")
    _choose(served, "both@example.org", "events", "news")
    _choose(served, "members@example.org", "members")
    assert alerts("queue", "--month", str(MONTH)).code == 0
    assert alerts("send", "--month", str(MONTH)).code == 0
    got = {}
    for path in (served.settings.root / "outbox" / "new").iterdir():
        text = path.read_text(encoding="utf-8")
        to = text.partition("Delivered-To: ")[2].partition("\n")[0].partition("@")[0]
        words = ("news", "publications", "events")
        got[to] = [word for word in words if f"About {word}" in text]
    everything = ["news", "publications", "events"]
    assert got == {
        "all": everything,
        "none": everything,
        "news": ["news"],
        "news2": ["news"],
        "both": ["news", "events"],
    }
    counts = outbox_figures.counts(served.db, MONTH)
    assert (counts["sent"], counts["skipped"]) == (5, 1)
    why = alerts("why", "members@example.org", "--month", str(MONTH)).stdout
    assert "nothing in the sections" in why
    status = alerts("status", "--month", str(MONTH), "--json").json
    assert [e["language"] for e in status["editions"]] == list(served.settings.alert.languages)
    made = served.db.conn.execute("SELECT count(*) FROM editions").fetchone()[0]
    assert made == len(status["editions"]) + 2  # one for news, one for both: not one a reader


def test_what_is_featured_is_for_everyone(served: Served, alerts: Alerts) -> None:
    _articles(alerts, "news", "events")
    listed = alerts("article", "list", "--month", str(MONTH), "--json").json
    (news,) = [article["id"] for article in listed if article["section"] == "news"]
    assert alerts("article", "feature", news).code == 0
    _choose(served, "events@example.org", "events")
    _choose(served, "members@example.org", "members")
    alerts("queue", "--month", str(MONTH))
    rows = served.db.conn.execute(
        """SELECT e.sections, e.articles, d.state FROM deliveries AS d
             JOIN editions AS e ON e.id = d.edition_id ORDER BY d.id"""
    )
    assert [tuple(row) for row in rows] == [("[]", 2, "queued"), ('["featured"]', 1, "queued")]


def test_no_more_editions_than_can_be_made(
    served: Served, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is beyond the limit gets all sections, and nobody is left out."""
    monkeypatch.setattr("alerts.outbox.prepared.MOST_PARTS", 1)
    _articles(alerts, "news", "publications", "events")
    for number, section in enumerate(("news", "news", "events")):
        _choose(served, f"reader{number}@example.org", section)
    alerts("queue", "--month", str(MONTH))
    rows = served.db.conn.execute(
        "SELECT e.sections FROM deliveries AS d JOIN editions AS e ON e.id = d.edition_id ORDER BY d.id"
    )
    assert [row[0] for row in rows] == ['["news"]', '["news"]', "[]"]


def test_a_time_zone_is_asked_for_where_something_depends_on_it(
    served: Served, project: Path
) -> None:
    path = _link(served)
    assert "timezone" not in served.get(path).text
    with serve(project, WINDOWS__OPEN="08:00-18:00") as by_day:
        assert '<option value="America/Bogota" dir="auto">Bogot' in by_day.get(path).text
        assert "Ciudad de México (America/Mexico_City)" in by_day.get(f"{path}?lang=es").text
        for chosen, kept in (
            ({"placed": "asked", "timezone": "America/Bogota"}, "America/Bogota"),
            ({}, "America/Bogota"),  # a page that was open before
            ({"placed": "asked", "timezone": "Mars/Base"}, "America/Bogota"),
            ({"placed": "asked", "timezone": "Asia/Calcutta"}, "Asia/Calcutta"),
            ({"placed": "asked", "timezone": ""}, ""),
        ):
            assert _save(by_day, path, name="Ana", language="en", **chosen) == 200
            person = subscribers.by_id(by_day.db, 1)
            assert person is not None
            assert person.timezone == kept
            if kept:
                chosen_option = f'<option value="{kept}" dir="auto" selected>'
                assert chosen_option in by_day.get(path).text
