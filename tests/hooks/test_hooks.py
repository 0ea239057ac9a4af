"""What happens is told to endpoints and commands: signed, at least once, and without addresses."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from alerts.domain.errors import LockHeld, SettingsError
from alerts.hooks.backoff import next_wait
from alerts.hooks.signature import is_genuine, secret_of, secrets_of, signature
from alerts.library.project import Project
from alerts.store import bounces, transaction
from alerts.store.lock import project_lock
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, add_subscribers, database, queue_issue
from tests.http_server import serving
from tests.pages import serve
from tests.web.test_api import caller

DOCS = Path(__file__).resolve().parents[2] / "docs"
SECRET = secret_of(bytes(range(32)))


class Endpoint:
    """A receiver that keeps what it gets, and answers as it is told to."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/hook"
        self.status, self.headers = 204, {"Content-Length": "0"}
        self.got: list[tuple[dict[str, str], bytes]] = []

    @property
    def events(self) -> list[dict[str, Any]]:
        """What it was told, as JSON."""
        return [json.loads(body) for _, body in self.got]

    @property
    def kinds(self) -> list[str]:
        """The kinds of event, in order."""
        return [one["type"] for one in self.events]


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """One that runs for the time of a test."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            here.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(here.status)
            for name, value in here.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Tests look at `got`."""

    with serving(Handler) as server:
        here = Endpoint(server.server_address[1])
        yield here


@pytest.fixture
def there() -> Iterator[Endpoint]:
    with endpoint() as one:
        yield one


def hooked(project: Path, url: str, more: str = "", hooks: str = "") -> None:
    """Name an endpoint `site` in the settings; `hooks` are lines of [hooks]."""
    path = project / "alerts.toml"
    text = path.read_text("utf-8")
    for line in filter(None, hooks.splitlines()):
        key = line.partition(" =")[0]
        text = re.sub(rf"(?m)^{key} = .*$", line.replace("\\", "\\\\"), text)
    text += f'\n[[webhooks]]\nname = "site"\nurl = "{url}"\nsecret_file = "hook.secret"\n{more}'
    path.write_text(text, "utf-8")
    secret = project / "hook.secret"
    secret.write_text(SECRET, "utf-8")
    secret.chmod(0o600)


def test_a_signature_is_that_of_the_specification() -> None:
    """The example of the reference libraries."""
    secrets = secrets_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "x")
    at = datetime.fromtimestamp(1614265330, UTC)
    body = b'{"test": 2432232314}'
    name = "msg_p5jXN8AQM9LWM0D4loKWxJek"
    made = signature(secrets, name, at, body)
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert is_genuine(secrets, name, "1614265330", f"v1,AAAA {made}", body, at)
    assert not is_genuine(secrets, name, "1614265330", made, body + b" ", at)
    assert not is_genuine(secrets, name, "1614265330", made, body, at + timedelta(minutes=6))
    assert not is_genuine(secrets, name, "x", made, body, at)
    for bad in ("", "whsec_short", "no base64!"):
        with pytest.raises(SettingsError):
            secrets_of(bad, "x")


def test_an_issue_and_its_readers_are_told_without_addresses(
    project: Path, alerts: Alerts, there: Endpoint
) -> None:
    hooked(project, there.url)
    assert alerts("hook", "list", "--json").json[0]["waiting"] == 0
    db = database(project)
    emails = add_subscribers(db, 3)
    queue_issue(project, db)
    db.close()
    assert alerts("subscriber", "unsubscribe", emails[2]).code == 0
    assert alerts("send", "--month", str(MONTH)).code == 0
    assert there.kinds == [
        *["subscriber.joined"] * 3,
        "issue.queued",
        "subscriber.left",
        "issue.sent",
    ]
    sent = there.events[-1]
    assert sent["data"] == {
        "issue": str(MONTH),
        "version": 1,
        "recipients": 3,
        "deliveries": dict(sent["data"]["deliveries"], sent=2, skipped=1),
    }
    assert "@" not in b"".join(body for _, body in there.got).decode()
    now = datetime.now(UTC)
    for headers, body in there.got:
        name = headers["webhook-id"]
        assert json.loads(body)["id"] == name
        signed = (headers["webhook-timestamp"], headers["webhook-signature"])
        assert is_genuine(secrets_of(SECRET, "x"), name, *signed, body, now)
    assert len({headers["webhook-id"] for headers, _ in there.got}) == 6
    assert alerts("hook", "list", "--json").json[0]["delivered"] == 6


def test_an_issue_that_waits_and_one_that_is_paused_are_told_once(
    project: Path, alerts: Alerts, there: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    hooked(project, there.url)
    monkeypatch.setenv("ALERTS_ALERT__REVIEW", "required")
    month = ("--month", str(MONTH))
    inbox = project / "stories"
    inbox.mkdir()
    (inbox / "a.md").write_text(
        "---\ntitle: A vote\nurl: https://example.org/vote\ndate: 2026-10-05\n---\nIt was held.\n",
        "utf-8",
    )
    assert alerts("source", "add", str(inbox), "--kind", "folder").code == 0
    assert alerts("run", *month).code == 75
    assert alerts("run", *month).code == 75
    assert there.kinds == ["issue.collected", "issue.waiting"]
    assert "0 of 1" in there.events[1]["data"]["reason"]
    assert alerts("issue", "approve", *month).code == 0
    db = database(project)
    add_subscribers(db, 3)
    assert alerts("queue", *month).code == 0
    assert alerts("send", *month, "--limit", "1").code == 0
    monkeypatch.setenv("ALERTS_BOUNCES__ENOUGH", "1")
    ((number,),) = db.execute("SELECT id FROM deliveries WHERE state = 'sent'").fetchall()
    copy = bounces.copy(db, number)
    assert copy is not None
    with transaction(db):
        bounces.hear(db, copy, NOW, bounces.BOUNCED, {"kind": "hard", "status": "5.1.1"})
    assert alerts("send", *month).code == 75
    assert alerts("send", *month).code == 75
    assert there.kinds[2:] == [
        "issue.approved",
        *["subscriber.joined"] * 3,
        "issue.queued",
        "subscriber.bounced",
        "issue.paused",
    ]
    assert there.events[-2]["data"]["kind"] == "hard"
    assert there.events[-2]["data"]["status"] == "5.1.1"
    assert "bounced" in there.events[-1]["data"]["reason"]
    assert "@" not in b"".join(body for _, body in there.got).decode()


def test_who_asks_gets_addresses_and_only_the_events_named(
    project: Path, alerts: Alerts, there: Endpoint
) -> None:
    hooked(project, there.url, 'events = ["subscriber.joined"]\naddresses = true\n')
    assert alerts("subscriber", "add", "ana@example.org").code == 0
    assert alerts("subscriber", "add", "ben@example.org").code == 0
    assert alerts("subscriber", "erase", "ben@example.org").code == 0
    assert alerts("hook", "retry").code == 0
    assert there.kinds == ["subscriber.joined"] * 2
    assert [one["data"]["email"] for one in there.events] == ["ana@example.org", ""]


def test_an_endpoint_that_fails_is_tried_again_given_up_and_named(
    project: Path, alerts: Alerts, there: Endpoint
) -> None:
    hooked(project, there.url)
    there.status = 503
    assert alerts("subscriber", "add", "ana@example.org").code == 0
    assert alerts("subscriber", "add", "ben@example.org").code == 0
    moment = datetime.now(UTC) + timedelta(minutes=1)
    tries = []
    with Project(project, clock=lambda: moment) as opened:
        for _ in range(30):
            if opened.hooks.any_due():
                before = len(there.got)
                opened.hooks.deliver()
                assert len(there.got) == before + 1  # one attempt, and the rest waits
                tries.append(moment)
            moment += timedelta(hours=6)
        (site,) = opened.hooks.list()
        assert (site.figures.waiting, site.figures.given_up) == (0, 2)
    assert timedelta(days=3) < tries[-1] - tries[0] < timedelta(days=6)
    names = {one["id"] for one in there.events}
    assert len(names) == 1
    told = alerts("status").stdout
    assert "hook site: 2 events given up, the last answer: 503 Service Unavailable" in told
    found = alerts("doctor", "--offline")
    assert "2 events given up" in found.stdout + found.stderr
    assert alerts("hook", "retry", "site").code == 75
    there.status = 200
    assert alerts("hook", "retry", "site").code == 0
    assert {one["id"] for one in there.events} > names
    assert alerts("hook", "retry", "nobody").code == 2


@pytest.mark.parametrize(
    ("status", "words"), [(302, "redirect is not followed"), (410, "410 Gone")]
)
def test_a_redirect_is_not_followed_and_gone_is_believed(
    project: Path, alerts: Alerts, there: Endpoint, status: int, words: str
) -> None:
    hooked(project, there.url)
    with endpoint() as elsewhere:
        there.status, there.headers = status, {"Content-Length": "0", "Location": elsewhere.url}
        assert alerts("subscriber", "add", "ana@example.org").code == 0
        assert alerts("hook", "retry").code == 75
        assert elsewhere.got == []
    (site,) = alerts("hook", "list", "--json").json
    assert words in site["answer"]
    assert site["given_up"] == (status == 410)


def test_a_dead_endpoint_neither_stops_nor_fails_a_send(project: Path, alerts: Alerts) -> None:
    hooked(project, "http://127.0.0.1:9/", hooks='sent = "false"')
    db = database(project)
    add_subscribers(db, 2)
    queue_issue(project, db)
    db.close()
    assert alerts("send", "--month", str(MONTH)).code == 0
    db = database(project)
    ((sent,),) = db.execute("SELECT count(*) FROM deliveries WHERE state = 'sent'").fetchall()
    assert sent == 2
    found = {one["name"]: one for one in alerts("hook", "list", "--json").json}
    assert found["site"]["answer"] == "connection refused"
    assert "hook site" not in alerts("status").stdout  # it only waits


def test_nothing_is_noted_for_nobody_and_what_is_taken_out_is_dropped(
    project: Path, alerts: Alerts, there: Endpoint
) -> None:
    assert alerts("subscriber", "add", "ana@example.org").code == 0
    db = database(project)
    triggers = "SELECT count(*) FROM sqlite_master WHERE name GLOB 'hooks_of_*'"
    assert db.execute("SELECT count(*) FROM hook_events").fetchone() == (0,)
    assert db.execute(triggers).fetchone() == (0,)
    plain = (project / "alerts.toml").read_text("utf-8")
    hooked(project, there.url)
    assert alerts("subscriber", "add", "ben@example.org").code == 0
    (number,) = db.execute(triggers).fetchone()
    db.execute("DROP TRIGGER hooks_of_sent_issues")  # as with a table that a migration makes anew
    assert alerts("hook", "list").code == 0
    assert db.execute(triggers).fetchone() == (number,)
    (project / "alerts.toml").write_text(plain, "utf-8")
    assert alerts("hook", "list").code == 0
    assert db.execute("SELECT state FROM hook_deliveries").fetchall() == [("dropped",)]
    assert db.execute(triggers).fetchone() == (0,)
    assert there.got == []


def test_a_command_has_the_event_on_stdin_and_no_secret(
    project: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_RELAY_PASSWORD", "canary")
    program = project / "told.py"
    program.write_text(
        "import json, os, sys\n"
        "json.dump([json.load(sys.stdin), dict(os.environ)], open('told.json', 'w'))\n"
        "sys.exit(os.path.exists('broken') * 7)\n",
        "utf-8",
    )
    hooked(project, "http://127.0.0.1:9/", hooks=f'left = "{sys.executable} told.py"')
    (project / "broken").touch()
    assert alerts("subscriber", "add", "ana@example.org").code == 0
    assert alerts("subscriber", "unsubscribe", "ana@example.org").code == 0
    assert alerts("hook", "retry", "command-left").code == 75
    assert alerts("hook", "list", "--json").json[1]["answer"] == "exit code 7"
    (project / "broken").unlink()
    assert alerts("hook", "retry", "command-left").code == 0
    event, environ = json.loads((project / "told.json").read_text("utf-8"))
    assert event["type"] == "subscriber.left"
    assert "@" not in json.dumps(event)
    assert not [name for name in environ if name.startswith("ALERTS")]
    assert "canary" not in str(environ)
    assert alerts("hook", "test", "command-left").code == 0
    assert json.loads((project / "told.json").read_text("utf-8"))[0]["type"] == "alerts.test"


def test_a_command_that_hangs_is_ended_with_what_it_started(project: Path, alerts: Alerts) -> None:
    program = project / "hangs.sh"
    program.write_text("#!/bin/sh\nsleep 600 & echo $! > child\nwait\n", "utf-8")
    program.chmod(0o755)
    hooked(project, "http://127.0.0.1:9/", hooks='joined = "./hangs.sh"\ntimeout = "1s"')
    found = alerts("hook", "test", "command-joined")
    assert found.code == 1
    assert "not done within 1 s" in found.stdout
    child = int((project / "child").read_text())
    for _ in range(100):
        stat = Path(f"/proc/{child}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            break
        time.sleep(0.05)
    else:
        pytest.fail("what the command started still runs")


def test_one_process_delivers_at_a_time(project: Path, there: Endpoint) -> None:
    hooked(project, there.url)
    with (
        Project(project) as opened,
        project_lock(opened.settings.database_path, "x", NOW, "hooks"),
        pytest.raises(LockHeld),
    ):
        opened.hooks.deliver()


def test_waits_follow_the_specification_and_end() -> None:
    waits = [next_wait(n, timedelta(days=4), 0) for n in range(1, 12)]
    assert waits[:4] == [timedelta(seconds=s) for s in (5, 300, 1800, 7200)]
    assert waits[8] == timedelta(days=1)
    assert waits[-1] is None
    shorter = next_wait(2, timedelta(days=4), 0.99)
    assert shorter is not None
    assert timedelta(seconds=270) <= shorter < timedelta(seconds=271)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('url = "http://example.org/"', "write https://"),
        ('url = "ftp://example.org/"', "is no address"),
        ('url = "https://me@example.org/"', "is no address"),
        ('url = "https://example.org/"\nevents = ["issue.lost"]', "there is no event"),
        ('url = "https://example.org/"\nsecret_file = ""', "needs secret_env or secret_file"),
    ],
)
def test_a_wrong_endpoint_is_refused_with_a_remedy(
    project: Path, alerts: Alerts, line: str, words: str
) -> None:
    text = f'\n[[webhooks]]\nname = "site"\n{line}\n'
    if "secret_file" not in line:
        text += 'secret_file = "hook.secret"\n'
    with (project / "alerts.toml").open("a", encoding="utf-8") as file:
        file.write(text)
    found = alerts("hook", "list")
    assert found.code == 2
    assert words in found.stderr


def test_the_receiver_of_the_documents_works(project: Path, alerts: Alerts, tmp_path: Path) -> None:
    """Run as it stands in docs/hooks.md, in a process of its own."""
    page = (DOCS / "hooks.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    with endpoint() as free:  # a port that is free once it has ended
        port = free.url.split(":")[2].partition("/")[0]
    environ = {**os.environ, "HOOK_SECRET": SECRET, "PORT": port}
    with subprocess.Popen(
        [sys.executable, "-c", code], env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as receiver:
        try:
            hooked(project, f"http://127.0.0.1:{port}/")
            for _ in range(100):
                if alerts("hook", "test", "site").code == 0:
                    break
                time.sleep(0.05)
            assert alerts("subscriber", "add", "ana@example.org").code == 0
            assert alerts("hook", "retry").code == 0
            assert receiver.stdout is not None
            assert b"alerts.test" in receiver.stdout.readline()
            assert receiver.stdout.readline() == (
                b"subscriber.joined {'subscriber': 1, 'language': 'en'}\n"
            )
            (project / "hook.secret").write_text(secret_of(bytes(32)), "utf-8")
            assert "401" in alerts("hook", "test", "site").stdout
        finally:
            receiver.send_signal(signal.SIGKILL)


def test_the_api_shows_who_is_told_and_no_address(
    project: Path, alerts: Alerts, there: Endpoint
) -> None:
    hooked(project, f"{there.url}/secret-path", hooks='sent = "true"')
    assert alerts("subscriber", "add", "ana@example.org").code == 0
    token = alerts("token", "add", "monitor", "--scope", "read").stdout.strip()
    with serve(project) as served:
        served.clock.moment = datetime.now(UTC)
        headers = {"Authorization": f"Bearer {token}"}
        answer = served.get("/api/v1/hooks", headers=headers)
    assert answer.status_code == 200
    site, command = answer.json()
    assert (site["name"], site["waiting"], command["events"]) == ("site", 1, ["issue.sent"])
    assert "secret-path" not in answer.text


def test_the_api_tests_and_retries_a_hook_once_for_each_key(
    project: Path, alerts: Alerts, there: Endpoint
) -> None:
    hooked(project, there.url)
    there.status = 500
    assert alerts("subscriber", "add", "ana@example.org").code == 0
    with serve(project) as served:
        served.clock.moment = datetime.now(UTC)
        admin, writer = caller(served), caller(served, "write")
        for path in ("/hooks/site/test", "/hooks/site/retry"):
            assert writer("POST", path).status_code == 403
        assert admin("POST", "/hooks/nobody/test").status_code == 404
        assert there.got == []
        told = [admin("POST", "/hooks/site/test", Idempotency_Key="once") for _ in range(2)]
        assert [one.json() for one in told] == [told[0].json()] * 2
        assert (told[0].status_code, told[0].json()["taken"]) == (200, False)
        assert there.kinds == ["alerts.test"]
        assert admin("POST", "/hooks/site/retry").json()["waiting"] == 1
        there.status = 204
        assert admin("POST", "/hooks/site/test").json()["taken"] is True
        shown = admin("POST", "/hooks/site/retry").json()
    assert (shown["name"], shown["delivered"], shown["waiting"]) == ("site", 1, 0)
    assert there.kinds[-1] == "subscriber.joined"
    assert "hook" not in shown["answer"]
