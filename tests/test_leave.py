"""Leaving: RFC 8058, the button, the way back; and what was answered is on disk (S5–S7, X8, P6)."""

import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from alerts.address import Address
from alerts.model import SubscriberStatus, SuppressionReason
from alerts.store import events, open_database, secrets, subscribers, suppressions
from alerts.tokens import Purpose, sign
from tests.factories import add_subscribers, database, queue_issue
from tests.pages import PROCESS_ENVIRONMENT, Served, fields, serve

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def _link(served: Served, address: str = "ana@example.org") -> str:
    return f"/unsubscribe/{served.token(Purpose.UNSUBSCRIBE, served.subscriber(address))}"


@pytest.mark.parametrize("form", ["urlencoded", "multipart"])
def test_s5_one_click_in_both_encodings_and_twice(served: Served, form: str) -> None:
    path = _link(served)
    for _ in range(2):
        if form == "urlencoded":
            answer = served.post(path, data=ONE_CLICK)
        else:
            answer = served.post(path, files={"List-Unsubscribe": (None, "One-Click")})
        assert answer.status_code == 200
        assert "location" not in answer.headers
        assert "set-cookie" not in answer.headers
        assert served.status() == "unsubscribed"
    (event,) = [
        e for e in events.of_subscriber(served.db, 1) if e["kind"] == "subscriber.unsubscribed"
    ]
    assert event["detail"] == {"by": "one-click"}


@pytest.mark.parametrize(
    "body", [b"", b"List-Unsubscribe=One-Click", b"\xff\x00", b"a=1&a=2", b"List-Unsubscribe=No"]
)
@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_s5_a_post_acts_whatever_it_says(served: Served, body: bytes, kind: str) -> None:
    path = _link(served)
    headers = {"Content-Type": kind} if kind else {}
    assert served.post(path, content=body, headers=headers).status_code == 200
    assert served.status() == "unsubscribed"


def test_s6_x8_only_a_post_acts(served: Served) -> None:
    path = _link(served)
    tried = 0
    for method in ("GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "PROPFIND", "QUERY"):
        for query in ("", "?List-Unsubscribe=One-Click", "?confirm=1", "?lang=es"):
            for suffix in ("", "/undo", "/reason"):
                served.client.request(method, f"{path}{suffix}{query}".lstrip("/"))
                tried += 1
    assert served.status() == "active"
    assert tried == 96
    page = served.get(path)
    assert page.text.count("<button") == 1
    assert page.headers["cache-control"] == "no-store"
    assert served.post(path, data=fields(page.text)).status_code == 200
    assert served.status() == "unsubscribed"


def test_s7_links_of_old_keys_and_of_people_who_are_gone_work(served: Served) -> None:
    path = _link(served)
    secrets.add(served.db, b"n" * 32, served.clock())
    served.clock.go(days=3650)
    assert served.get(path).status_code == 200
    assert served.post(path, data=ONE_CLICK).status_code == 200
    keys = secrets.all_secrets(served.db)
    assert len(keys) == 2
    for key in keys:  # the new one signs, both verify
        token = sign(key, keys[key], Purpose.UNSUBSCRIBE, 999)
        assert served.post(f"/unsubscribe/{token}").status_code == 200
        assert served.get(f"/unsubscribe/{token}").status_code == 200
    assert served.status() == "unsubscribed"


def test_s7_nothing_is_sent_after_leaving_not_even_what_is_queued(served: Served) -> None:
    from alerts.store import outbox

    add_subscribers(served.db, 3)
    assert queue_issue(served.settings.root, served.db) == 3
    for number in (1, 3):
        path = f"/unsubscribe/{served.token(Purpose.UNSUBSCRIBE, number)}"
        assert served.post(path, data=ONE_CLICK).status_code == 200
    from tests.conftest import _call
    from tests.factories import MONTH

    assert _call("send", "--month", str(MONTH)).code == 0
    assert outbox.counts(served.db, MONTH)["sent"] == 1
    assert outbox.counts(served.db, MONTH)["skipped"] == 2


def test_there_is_a_way_back_for_an_hour(served: Served) -> None:
    path = _link(served)
    page = served.post(path)
    form = fields(page.text)
    assert form["undo"]
    assert served.post(f"{path}/undo", data={"undo": form["undo"] + "0"}).status_code == 404
    served.clock.go(minutes=59)
    assert served.post(f"{path}/undo", data=form).status_code == 200
    assert served.status() == "active"
    served.post(path)
    served.clock.go(minutes=2)
    assert served.post(f"{path}/undo", data=form).status_code == 410
    assert served.status() == "unsubscribed"
    assert "undo" not in fields(served.post(path).text)  # had left before


def test_there_is_no_way_back_for_who_never_confirmed_or_is_suppressed(served: Served) -> None:
    path = _link(served)
    served.becomes(SubscriberStatus.PENDING)
    assert "undo" not in fields(served.post(path).text)
    assert served.status() == "unsubscribed"
    other = _link(served, "bo@example.org")
    form = fields(served.post(other).text)
    address = Address.parse("bo@example.org")
    suppressions.add(served.db, address, SuppressionReason.COMPLAINT, "", served.clock())
    assert served.post(f"{other}/undo", data=form).status_code == 410
    assert served.status("bo@example.org") == "unsubscribed"


def test_a_reason_is_kept_once_and_only_one_of_ours(served: Served) -> None:
    path = _link(served)
    assert served.post(f"{path}/reason", data={"reason": "too_many"}).status_code == 200
    served.post(path)
    for reason in ("<script>", "", "too_many", "other"):
        assert served.post(f"{path}/reason", data={"reason": reason}).status_code == 200
    told = [
        e["detail"]["reason"]
        for e in events.of_subscriber(served.db, 1)
        if e["kind"] == "subscriber.reason"
    ]
    assert told == ["too_many"]


def test_x12_a_bad_token_is_answered_like_any_page_that_is_not_here(served: Served) -> None:
    missing = served.get("/nothing/here")
    for path in ("unsubscribe", "preferences", "confirm"):
        answer = served.get(f"/{path}/1-1-{'0' * 30}")
        assert (answer.status_code, answer.text) == (404, missing.text)
        assert served.post(f"/{path}/1-1-{'0' * 30}").status_code == 404


def test_p6_what_was_answered_is_on_disk_after_a_kill(project: Path) -> None:
    """kill -9 right after the answer, many times: everyone who was told so is unsubscribed."""
    db = database(project)
    people = 60
    add_subscribers(db, people)
    keys = secrets.all_secrets(db)
    db.close()
    command = [sys.executable, "-m", "alerts", "--project", str(project), "serve", "--port", "0"]
    told: list[int] = []
    left = list(range(1, people + 1))
    rounds = 0
    while left:
        with subprocess.Popen(
            command, stderr=subprocess.PIPE, text=True, env=PROCESS_ENVIRONMENT
        ) as process:
            assert process.stderr is not None
            url = process.stderr.readline().split()[1].rstrip(",")
            for number in left[:20]:
                token = sign(max(keys), keys[max(keys)], Purpose.UNSUBSCRIBE, number)
                if httpx.post(f"{url}unsubscribe/{token}", data=ONE_CLICK).is_success:
                    told.append(number)
            process.send_signal(signal.SIGKILL)
        left, rounds = left[20:], rounds + 1
        db = open_database(project / "subscribers.db")
        for number in told:
            person = subscribers.by_id(db, number)
            assert person is not None
            assert person.status is SubscriberStatus.UNSUBSCRIBED
        assert db.conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        db.close()
    assert (len(told), rounds) == (people, 3)


def test_the_pages_survive_a_key_that_came_while_they_ran(project: Path) -> None:
    with serve(project) as served:
        served.sign_up()
        secrets.add(served.db, b"n" * 32, served.clock())
        (mail,) = served.post_office()
        assert b"/confirm/2-" in mail.octets.replace(b"=\r\n", b"")
