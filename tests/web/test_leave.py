"""Leaving: RFC 8058, the button, the way back; and what was answered is on disk (S5–S7, X8, P6)."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from alerts.domain.address import Address
from alerts.domain.subscriber import SubscriberStatus, SuppressionReason
from alerts.mail.tokens import Purpose, sign
from alerts.store import (
    audit_log,
    link_numbers,
    outbox_figures,
    signing_keys,
    subscribers,
    suppressions,
)
from tests.factories import add_subscribers, database, database_at, queue_issue
from tests.pages import PROCESS_ENVIRONMENT, Served, fields, links, path_of, serve

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
        e for e in audit_log.of_subscriber(served.db, 1) if e["kind"] == "subscriber.unsubscribed"
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


def _multipart(*parts: bytes, end: bytes = b"--b--\r\n") -> bytes:
    return b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + end


_FIELD = b'Content-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click'
_FILE = b'Content-Disposition: form-data; name="List-Unsubscribe"; filename="a"\r\n\r\nOne-Click'
_MULTIPART, _FORM = "multipart/form-data; boundary=b", "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (_MULTIPART, _multipart(_FIELD)),
        (_MULTIPART, _multipart(_FILE)),
        (_MULTIPART, _multipart(*[_FILE] * 50)),
        (_MULTIPART, _multipart(_FIELD, end=b"")),
        (_MULTIPART, _multipart(b"no header at all")),
        (_MULTIPART, b""),
        (_MULTIPART, b"\x00\xff" * 500),
        ("multipart/form-data", _multipart(_FIELD)),
        ("multipart/form-data; boundary=" + "x" * 500, _multipart(_FIELD)),
        ("multipart/mixed; boundary=b", _multipart(_FIELD)),
        (_FORM, b"&".join(b"a%d=1" % n for n in range(101))),
        (_FORM, b"a=" + b"1" * 64_001),
        (_FORM, b"List-Unsubscribe=One-Click&a=" + b"1" * 1_000_000),
        (_FORM, b"List-Unsubscribe=%ff%zz%"),
        (f"{_FORM}; charset=utf-16", b"List-Unsubscribe=One-Click"),
        (f"{_FORM}; charset=nonsense", b"\xff\xfe"),
        ("application/json", b'{"List-Unsubscribe": "One-Click"}'),
        ("nonsense", b"\x00"),
    ],
    ids=str,
)
@pytest.mark.parametrize("chunked", [False, True])
def test_s5_a_post_acts_with_any_body(
    leaving: Served, kind: str, body: bytes, chunked: bool
) -> None:
    leaving.becomes(SubscriberStatus.ACTIVE)
    path = f"/unsubscribe/{leaving.token(Purpose.UNSUBSCRIBE, 1)}"
    content = iter([body[:9], body[9:]]) if chunked else body
    answer = leaving.post(path, content=content, headers={"Content-Type": kind})
    assert answer.status_code == 200
    assert leaving.status() == "unsubscribed"


@pytest.fixture(scope="module")
def leaving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server with one reader, for many ways to leave."""
    from tests.conftest import _call

    root = tmp_path_factory.mktemp("leaving") / "project"
    assert _call("init", str(root)).code == 0
    with serve(root) as served:
        served.subscriber()
        yield served


@pytest.mark.parametrize("sent", [b"", b"List-Unsub"])
@pytest.mark.parametrize("hang_up", [False, True])
def test_s5_a_post_acts_though_its_body_never_comes(
    leaving: Served, sent: bytes, hang_up: bool
) -> None:
    leaving.becomes(SubscriberStatus.ACTIVE)
    base, token = leaving.client.base_url, leaving.token(Purpose.UNSUBSCRIBE, 1)
    with socket.create_connection((base.host, base.port or 80)) as slow:
        head = f"POST /unsubscribe/{token} HTTP/1.1\r\nHost: x\r\nContent-Length: 26\r\n"
        slow.sendall(f"{head}Content-Type: {_FORM}\r\n\r\n".encode() + sent)
        if not hang_up:
            assert slow.recv(12) == b"HTTP/1.1 200"
    until = time.monotonic() + 20
    while leaving.status() != "unsubscribed" and time.monotonic() < until:
        pass
    assert leaving.status() == "unsubscribed"


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
    signing_keys.add(served.db, b"n" * 32, served.clock())
    served.clock.go(days=3650)
    assert served.get(path).status_code == 200
    assert served.post(path, data=ONE_CLICK).status_code == 200
    keys = signing_keys.all_secrets(served.db)
    assert len(keys) == 2
    for key in keys:  # the new one signs, both verify
        token = sign(key, keys[key], Purpose.UNSUBSCRIBE, 999)
        assert served.post(f"/unsubscribe/{token}").status_code == 200
        assert served.get(f"/unsubscribe/{token}").status_code == 200
    assert served.status() == "unsubscribed"


def test_s7_nothing_is_sent_after_leaving_not_even_what_is_queued(served: Served) -> None:

    add_subscribers(served.db, 3)
    assert queue_issue(served.settings.root, served.db) == 3
    for number in (1, 3):
        path = f"/unsubscribe/{served.token(Purpose.UNSUBSCRIBE, number)}"
        assert served.post(path, data=ONE_CLICK).status_code == 200
    from tests.conftest import _call
    from tests.factories import MONTH

    assert _call("send", "--month", str(MONTH)).code == 0
    assert outbox_figures.counts(served.db, MONTH)["sent"] == 1
    assert outbox_figures.counts(served.db, MONTH)["skipped"] == 2


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


@pytest.mark.parametrize("data", [ONE_CLICK, {"form": "unsubscribe"}])
def test_whoever_leaves_by_a_link_is_told_where_settings_want_it(
    project: Path, data: dict[str, str]
) -> None:
    """A friend to whom a mail was forwarded may have pressed the button."""
    with serve(project, WEB__TELL_LEAVERS="true") as served:
        path = _link(served)
        for _ in range(2):
            served.post(path, data=data)
        (mail,) = served.post_office()
        assert mail.recipient == "ana@example.org"
        undo = path_of(links(mail.octets)[0], served)
        for _ in range(2):  # a scanner of mail
            page = served.get(undo)
            assert served.status() == "unsubscribed"
        served.clock.go(days=6)
        answer = served.post(f"{path}/undo", data=fields(page.text))
        assert answer.status_code == 200
        assert served.status() == "active"
        served.clock.go(days=2)
        served.post(path, data=data)
        assert len(served.post_office()) == 1
        assert served.post(f"{path}/undo", data=fields(page.text)).status_code == 410


def test_nobody_is_told_by_default(served: Served) -> None:
    served.post(_link(served), data=ONE_CLICK)
    assert served.post_office() == []


def test_a_reason_is_kept_once_and_only_one_of_ours(served: Served) -> None:
    path = _link(served)
    assert served.post(f"{path}/reason", data={"reason": "too_many"}).status_code == 200
    served.post(path)
    for reason in ("<script>", "", "too_many", "other"):
        assert served.post(f"{path}/reason", data={"reason": reason}).status_code == 200
    told = [
        e["detail"]["reason"]
        for e in audit_log.of_subscriber(served.db, 1)
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
    keys = signing_keys.all_secrets(db)
    numbers = {one: link_numbers.number_of(db, one) for one in range(1, people + 1)}
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
            url = process.stderr.readline().partition(" | ")[2].split()[1].rstrip(",")
            for number in left[:20]:
                token = sign(max(keys), keys[max(keys)], Purpose.UNSUBSCRIBE, numbers[number])
                if httpx2.post(f"{url}unsubscribe/{token}", data=ONE_CLICK).is_success:
                    told.append(number)
            process.send_signal(signal.SIGKILL)
        left, rounds = left[20:], rounds + 1
        db = database_at(project / "subscribers.db")
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
        signing_keys.add(served.db, b"n" * 32, served.clock())
        (mail,) = served.post_office()
        assert b"/confirm/2-" in mail.octets.replace(b"=\r\n", b"")
