"""What holds for every page: headers, limits, languages, proxies, the log, starting and stopping."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from tests.conftest import Alerts
from tests.pages import PROCESS_ENVIRONMENT, Served, serve

PATHS = ("/", "/join", "/style.css", "/nothing", "/../../etc/passwd", "/%00", "/%2e%2e/x")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "BREW"])
def test_x12_every_answer_is_guarded(served: Served, path: str, method: str) -> None:
    answer = served.client.request(method, served.url.rstrip("/") + path)
    assert answer.status_code in (200, 204, 404, 405, 422)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    assert "set-cookie" not in answer.headers
    assert "server" not in answer.headers
    if answer.status_code != 200 or "css" not in answer.headers["content-type"]:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-robots-tag"] == "noindex"


def test_hsts_is_for_tls_alone(project: Path) -> None:
    with serve(project, WEB__BASE_URL="http://lists.example.org") as served:
        assert "strict-transport-security" not in served.get("/").headers


def test_x12_the_host_header_is_never_believed(served: Served) -> None:
    for path in ("/", "/alerts", "/nothing", "/style.css"):
        answer = served.get(path, headers={"Host": "evil.example", "X-Forwarded-Host": "e.example"})
        assert "evil.example" not in answer.text + str(answer.headers)
        assert "e.example" not in answer.text + str(answer.headers)


def test_a_proxy_may_keep_the_prefix_or_cut_it(served: Served) -> None:
    assert served.settings.web.base_url == "https://example.org/alerts"
    assert served.get("/alerts/join").text == served.get("/join").text
    assert served.get("/alerts").headers["location"] == "/alerts/"
    assert served.get("/alertsjoin").status_code == 404


def test_x12_too_much_is_refused(served: Served) -> None:
    assert served.post("/join", content=b"a" * 64_001).status_code == 413
    spanish = served.post("/join?lang=es", content=b"a" * 64_001)
    assert spanish.headers["content-language"] == "es"
    assert spanish.text.startswith("El formulario es demasiado grande.")
    assert served.get("/join?" + "a" * 2_000).status_code == 414
    many = {"content-type": "application/x-www-form-urlencoded"}
    assert served.post("/join", content=b"a&" * 101, headers=many).status_code == 400

    def endless() -> object:
        for _ in range(70):
            yield b"a" * 1000

    assert served.post("/join", content=endless(), headers=many).status_code == 413


def test_a_page_speaks_the_language_asked_for(served: Served) -> None:
    def spoken(path: str, header: str = "") -> str:
        answer = served.get(path, headers={"Accept-Language": header.encode()})
        return str(answer.headers["content-language"])

    assert spoken("/join") == "en"
    assert spoken("/join?lang=es") == "es"
    assert spoken("/join?lang=xx") == "en"
    assert spoken("/join", "fr-CA,en;q=0.8") == "fr"
    assert spoken("/join", "de, es;q=0.5, fr;q=0.9") == "fr"
    assert spoken("/join", "es;q=0, de") == "en"
    assert spoken("/join?lang=en", "fr") == "en"
    assert spoken("/join", ";;q=,=,fr;q=x,é,;q=nan") == "en"


def test_x15_the_log_names_no_address(project: Path) -> None:
    with serve(project) as served:
        served.get("/canary@example.org")
        served.get("/join?email=canary@example.org")
        served.get("/unsubscribe/1-1-canary")
        served.client.request("CANARY", "/")
    assert len(served.log) == 4
    assert not [line for line in served.log if "canary" in line.lower()]


def test_pages_are_guarded_against_one_that_hangs(served: Served) -> None:
    """A visitor who announces a body and never sends it holds up nobody else."""
    host, port = served.client.base_url.host, served.client.base_url.port
    with socket.create_connection((host, port or 80)) as slow:
        head = b"POST /join HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n"
        slow.sendall(head + b"Content-Type: application/x-www-form-urlencoded\r\n\r\n")
        assert all(served.get("/join").status_code == 200 for _ in range(20))


def test_a_fault_is_one_line_in_the_log_and_tells_the_visitor_nothing(project: Path) -> None:
    folder = project / "templates" / "web"
    folder.mkdir(parents=True)
    (folder / "join.html").write_text("{{ email.no.such.thing }}", encoding="utf-8")
    with serve(project) as served:
        answer = served.get("/join")
        assert served.get("/widget").status_code == 200
    assert answer.status_code == 500
    assert "template" not in answer.text.lower()
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    (fault,) = [line for line in served.log if line.startswith("fault")]
    assert "TemplateFault" in fault
    assert "\n" not in fault


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_starts_answers_and_stops(project: Path, number: signal.Signals) -> None:
    command = [sys.executable, "-m", "alerts", "--project", str(project), "serve", "--port", "0"]
    with subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, env=PROCESS_ENVIRONMENT
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        url = line.partition(" | ")[2].split()[1].rstrip(",")
        answer = httpx2.get(f"{url}join")
        process.send_signal(number)
        heard = process.stderr.read()
    assert answer.status_code == 200
    assert process.returncode == 0
    assert heard.splitlines()[-1].endswith(" info serve.stop | stopped")
    assert "Traceback" not in heard


def test_a_port_that_is_taken_is_named(project: Path, alerts: Alerts) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        result = alerts("--project", str(project), "serve", "--port", port)
    assert result.code == 2
    assert port in result.stderr
    assert result.stderr.count("\n") == 1
