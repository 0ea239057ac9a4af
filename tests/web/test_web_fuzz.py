"""Every route against what nobody sends but somebody will: no fault, no change, no way out (X8, X12, X13).

`FUZZ=20000 python -m pytest tests/web/test_web_fuzz.py` tries more; docs/security.md has the figures.
"""

import http.client
import itertools
import json
import os
import socket
from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from alerts.mail.tokens import Purpose
from alerts.web.application import PAGES
from tests.pages import Served, fields, serve

EXAMPLES = int(os.environ.get("FUZZ", "400"))
EXPECTED = {200, 204, 308, 400, 404, 405, 410, 413, 414, 422, 429}
TRIED: Counter[str] = Counter()

METHODS = st.sampled_from(
    ["GET", "HEAD", "POST", "POST", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "X"]
)
NASTY = st.sampled_from(
    [
        *(
            "",
            " ",
            "\0",
            "\r\nSet-Cookie: a=b",
            "../../etc/passwd",
            "%2e%2e%2f",
            "{{1234*4321}}",
            "{slot:name}",
        ),
        *(
            "<script>alert(1)</script>",
            "' OR 1=1 --",
            '"><img src=x onerror=alert(1)>',
            "${1234*4321}",
        ),
        *("\u202e\u2066", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "9" * 400),
        *("-1", "1e999", "nan", "[]", "null", "One-Click", "javascript:alert(1)", "//evil.example"),
        *("=?utf-8?q?=0ABcc:_x@evil.example?=", "a@b.org\r\nBcc: c@d.org", "%n%s%x", "\\\\evil\\x"),
    ]
)
WORDS = st.one_of(NASTY, st.text(max_size=60))
NAMES = st.sampled_from(
    [
        *(
            "email",
            "name",
            "language",
            "form",
            "homepage",
            "lang",
            "pause",
            "undo",
            "reason",
            "sections",
        ),
        *("List-Unsubscribe", "token", "x"),
    ]
)
FORMS = st.lists(st.tuples(NAMES, WORDS), max_size=8)
KINDS = st.sampled_from(
    [
        *("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"),
        *(
            "application/json",
            "multipart/form-data",
            "",
            "application/x-www-form-urlencoded; charset=x",
        ),
    ]
)
HEADERS = st.dictionaries(
    st.sampled_from(
        [
            *(
                "Accept-Language",
                "Origin",
                "Referer",
                "Host",
                "X-Forwarded-For",
                "X-Forwarded-Proto",
            ),
            *(
                "X-Forwarded-Host",
                "Cookie",
                "Accept",
                "Range",
                "If-None-Match",
                "X-HTTP-Method-Override",
            ),
        ]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60),
    max_size=4,
)


@pytest.fixture(scope="module")
def hit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all examples, with people who must stay as they are."""
    from tests.conftest import _call

    root = tmp_path_factory.mktemp("fuzz") / "project"
    assert _call("init", str(root)).code == 0
    with serve(root) as served:
        for number in range(5):
            served.subscriber(f"reader{number}@example.org")
        served.sign_up("pending@example.org")
        served.post_office()
        yield served
    print(f"\n{dict(TRIED)}")  # noqa: T201 - figures for docs/security.md


def _people(served: Served) -> list[tuple[object, ...]]:
    """All that a forged link could change."""
    rows = served.db.conn.execute(
        "SELECT id, email, name, language, status, paused_until, consent FROM subscribers ORDER BY id"
    )
    return [tuple(row) for row in rows]


def _paths(word: str, other: str) -> list[str]:
    return [page.path.replace("{token}", quote(word, safe="")) for page in PAGES] + [
        "/" + quote(word),
        f"/{quote(word, safe='')}/{quote(other, safe='')}",
        "//" + quote(word),
        "/alerts" + quote(other),
    ]


def _sane(text: str) -> str:
    """Text that can be sent: lone surrogates cannot."""
    return text.encode("utf-8", "replace").decode()


def _forged(served: Served) -> list[str]:
    """Tokens that look like ours: of another purpose, another person, cut, lengthened."""
    made = []
    for purpose in Purpose:
        token = served.token(purpose, 1)
        if purpose not in (Purpose.UNSUBSCRIBE, Purpose.PREFERENCES):
            made.append(token)
        made += [token[:-1], f"{token}0", token.replace("-1-", "-2-", 1), token.upper() + "x"]
    return made


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@given(st.data())
def test_x12_no_request_makes_a_fault_or_changes_anybody(hit: Served, data: st.DataObject) -> None:
    before, logged = _people(hit), len(hit.log)
    word = data.draw(st.one_of(WORDS, st.sampled_from(_forged(hit))))
    path = data.draw(st.sampled_from(_paths(word, data.draw(WORDS))))
    query = data.draw(st.lists(st.tuples(NAMES, WORDS), max_size=3))
    form, kind = data.draw(FORMS), data.draw(KINDS)
    if "json" in kind:
        body = json.dumps(dict(form)).encode()
    elif "multipart" in kind:
        body = data.draw(st.binary(max_size=300))
    else:
        body = str(httpx2.QueryParams([(n, _sane(v)) for n, v in form])).encode()
    headers = {n.encode(): v.encode("latin-1") for n, v in data.draw(HEADERS).items()}
    if kind:
        headers[b"Content-Type"] = kind.encode()
    url = httpx2.URL(hit.url).copy_with(raw_path=path.encode("ascii", "replace")[:1500])
    try:
        request = hit.client.build_request(
            data.draw(METHODS),
            url,
            params=[(n, _sane(v)) for n, v in query] if query else None,
            content=body,
            headers=headers,
        )
        answer = hit.client.send(request)
    except (httpx2.RemoteProtocolError, httpx2.LocalProtocolError, httpx2.ReadError):
        TRIED["not HTTP"] += 1  # refused by the client or the server's parser
        return
    TRIED[str(answer.status_code)] += 1
    assert answer.status_code in EXPECTED
    assert "Traceback" not in answer.text
    assert "set-cookie" not in answer.headers
    if answer.status_code != 400 or answer.headers.get("content-security-policy"):
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers.get("location", "/alerts/") == "/alerts/"
    assert "<script>alert(1)" not in answer.text
    assert "5332114" not in answer.text or "1234*4321" not in word
    assert _people(hit) == before
    assert not [line for line in hit.log[logged:] if "fault" in line or "@" in line]


HOSTS = (
    "evil.example",
    "evil.example:80",
    "evil。example",
    "[::1]",
    "2130706433",
    "user@evil.example",
)
PREFIXES = (
    *("//", "///", "/\\", "\\\\", "/%09/", "/%5c", "%2f%2f", "/%2f/", "/./", "/../", "/;@", "/.//"),
    *(
        "https:",
        "https:/",
        "https://",
        "http:///",
        "javascript://",
        "data://",
        "/https://",
        "/http:/",
    ),
    *(
        "?next=https://",
        "?url=//",
        "#//",
        "/alerts//",
        "/alerts/%2e%2e//",
        "/alerts/..//",
        "/join?//",
    ),
    *("/unsubscribe/", "/preferences/", "/confirm/"),
)
SUFFIXES = ("", "/", "/%2e%2e", "?alerts", "#alerts")


def _raw(served: Served, method: str, target: str) -> tuple[int, str]:
    """Status and Location for a target that no client would write."""
    base = served.client.base_url
    with socket.create_connection((base.host, base.port or 80)) as connection:
        head = f"{method} {target} HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n"
        connection.sendall(head.encode("ascii"))
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        answer.read()
        return answer.status, answer.getheader("Location", "")


def test_x13_nothing_redirects_to_another_place(hit: Served) -> None:
    tried = through = 0
    for prefix, host, suffix in itertools.product(PREFIXES, HOSTS, SUFFIXES):
        raw = f"/{prefix.lstrip('/')}" if not prefix.startswith("/") else prefix
        target = quote((raw + host + suffix).encode(), safe="/%?#[]@:;\\=.")
        for method in ("GET", "POST"):
            status, location = _raw(hit, method, target)
            tried += 1
            assert status in EXPECTED
            through += location not in ("", "/alerts/")
    TRIED["redirects"] += tried
    assert through == 0
    assert tried >= 325


def test_x9_an_honest_form_still_works_after_all_that(hit: Served) -> None:
    hit.clock.go(days=2)
    form = fields(hit.get("/join").text)
    hit.clock.go(seconds=10)
    data = {**form, "email": "after@example.org"}
    assert hit.post("/join", data=data).status_code == 200
    assert "after@example.org" in [mail.recipient for mail in hit.post_office()]
