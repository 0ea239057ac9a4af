"""The HTTP API as another program meets it: tokens, scopes, keys, tags, pages, problems, limits."""

import json
import threading
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from alerts import Project
from alerts.config.load import load
from tests.conftest import Alerts
from tests.factories import add_subscribers
from tests.pages import Served, serve

API = "/api/v1"
ANA = {"email": "ana@example.org", "invite": False}


@dataclass
class Caller:
    """A program with a token."""

    served: Served
    token: str

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        """A request; `If_Match` is the header If-Match."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        given: dict[str, Any] = {} if body is None else {"json": body}
        if isinstance(body, bytes):
            given = {"content": body}
        named = {"Authorization": f"Bearer {self.token}", **named}
        return self.served.client.request(
            method, f"{API}{path}".lstrip("/"), headers=named, **given
        )

    def problem(self, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        """The problem that a request is answered with."""
        response = self(method, path, body, **headers)
        assert response.headers["content-type"] == "application/problem+json"
        told: dict[str, Any] = response.json()
        assert told["status"] == response.status_code
        assert told["type"].startswith("urn:problem:alerts:")
        assert told["detail"]
        assert told["remedy"]
        return told


def caller(served: Served, scope: str = "admin", **more: Any) -> Caller:
    """A program with a new token of that scope."""
    now = served.clock()
    with Project(served.settings.root, clock=lambda: now) as project:
        return Caller(served, project.tokens.add(scope, scope, **more))


@pytest.fixture
def admin(served: Served) -> Caller:
    """A program that may do everything."""
    return caller(served)


def test_a_token_is_printed_once_and_kept_as_a_hash(project: Path, alerts: Alerts) -> None:
    made = alerts("token", "add", "our site", "--scope", "write")
    assert made.code == 0
    token = made.stdout.splitlines()[-1]
    assert len(token) >= 24
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-")
    assert token.encode() not in (project / "subscribers.db").read_bytes()
    again = alerts("token", "add", "our site", "--scope", "read")
    assert again.code == 2
    assert "exists" in again.stderr
    (shown,) = alerts("token", "list", "--json").json
    assert (shown["name"], shown["scope"]) == ("our site", "write")
    assert "our site" in alerts("token", "list").stdout
    assert alerts("token", "revoke", "our site").code == 0
    assert alerts("token", "revoke", "our site").code == 2
    assert alerts("token", "add", "our site", "--scope", "read").code == 0


def test_nothing_opens_without_a_valid_token(served: Served) -> None:
    foreign = f"bearer alerts_{'A' * 43}"
    for header in ("", "Bearer", "Bearer x", "Basic eDp5", foreign, "Bearer é"):
        named = {"Authorization": header.encode("latin-1")} if header else {}
        response = served.client.get("api/v1/subscribers", headers=named)  # type: ignore[arg-type]
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith("Bearer")
        assert response.json()["type"] == "urn:problem:alerts:no-token"


def test_a_token_ends_when_it_is_revoked_or_expires(served: Served, alerts: Alerts) -> None:
    short = caller(served, "read", lasts=timedelta(days=30))
    assert short("GET", "/subscribers").status_code == 200
    served.clock.go(days=29)
    assert short("GET", "/subscribers").status_code == 200
    served.clock.go(days=2)
    assert short("GET", "/subscribers").status_code == 401
    lasting = caller(served, "write", lasts=None)
    assert lasting("GET", "/subscribers").status_code == 200
    assert alerts("token", "revoke", "write").code == 0
    assert lasting("GET", "/subscribers").status_code == 401


def test_a_scope_bounds_what_a_token_may_do(served: Served) -> None:
    reads, writes = caller(served, "read"), caller(served, "write")
    assert reads("GET", "/subscribers").status_code == 200
    told = reads.problem("POST", "/subscribers", ANA)
    assert (told["status"], "--scope write" in told["remedy"]) == (403, True)
    assert writes("POST", "/subscribers", ANA).status_code == 201
    assert writes.problem("DELETE", "/subscribers/ana@example.org")["status"] == 403
    assert writes.problem("POST", "/jobs", {"kind": "send"})["status"] == 403
    assert writes("POST", "/jobs", {"kind": "collect"}).status_code == 202


def test_no_token_is_ever_logged(served: Served, admin: Caller) -> None:
    admin("GET", "/subscribers")
    served.client.get(f"api/v1/subscribers?token={admin.token}")
    served.client.get("api/v1/subscribers", headers={"Authorization": f"Bearer {admin.token}x"})
    served.client.get(f"api/v1/{admin.token}")
    assert not [line for line in served.log if admin.token[:12] in line]
    assert [line for line in served.log if line.startswith("GET /api 200")]


def test_the_description_is_public_and_names_what_there_is(served: Served) -> None:
    told = served.client.get("api/v1/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert len(told["paths"]) >= 30
    parts = {path.split("/")[1] for path in told["paths"]}
    assert parts >= {"subscribers", "suppressions", "sources", "profiles", "articles"}
    assert parts >= {"issues", "statistics", "jobs", "sign-ups", "tokens"}


def test_a_person_is_added_shown_changed_and_erased(admin: Caller) -> None:
    made = admin("POST", "/subscribers", {**ANA, "name": "Ana", "language": "es", "tags": ["x"]})
    assert made.status_code == 201
    assert made.json()["status"] == "pending"
    assert made.headers["location"].endswith(f"{API}/subscribers/ana@example.org")
    shown = admin("GET", "/subscribers/ana@example.org")
    tag = shown.headers["etag"]
    changed = admin(
        "PATCH", "/subscribers/ana@example.org", {"name": "Ana B", "tags": ["y"]}, If_Match=tag
    )
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["tags"]) == ("Ana B", ["y"])
    gone = admin("POST", "/subscribers/ana@example.org/unsubscribe")
    assert gone.json()["status"] == "unsubscribed"
    assert admin("DELETE", "/subscribers/ana@example.org").status_code == 204
    assert admin.problem("GET", "/subscribers/ana@example.org")["status"] == 404


def test_nobody_is_active_without_a_stated_consent(served: Served, admin: Caller) -> None:
    told = admin.problem("POST", "/subscribers", {**ANA, "active": True, "consent": "I agree"})
    assert (told["status"], told["field"]) == (422, "consent")
    assert served.status() == ""
    stated = {"active": True, "consent": "I agree", "consent_source": "https://example.org/join"}
    assert admin("POST", "/subscribers", {**ANA, **stated}).json()["status"] == "active"
    rows = b"email,name\nben@example.org,Ben\n"
    assert admin("POST", "/imports/subscribers", rows).json()["added"] == 1
    assert served.status("ben@example.org") == "pending"
    asked = "/imports/subscribers?consent=I%20agree&consent_source=paper"
    assert admin("POST", asked, b"email\ncleo@example.org\n").json()["added"] == 1
    assert served.status("cleo@example.org") == "active"


def test_a_sign_up_of_another_site_is_confirmed_by_mail(project: Path) -> None:
    with serve(project, WEB__BASE_URL="https://example.org/alerts") as served:
        site = caller(served, "write")
        sign_up = {
            "email": "ana@example.org",
            "consent": "I agree",
            "page": "https://else.example/",
        }
        assert site("POST", "/sign-ups", sign_up).json() == {"state": "asked"}
        assert served.status() == ""
        (mail,) = served.post_office()
        assert mail.recipient == "ana@example.org"
        assert b"/confirm/" in mail.octets
        assert served.status() in ("", "pending")
        known = site("POST", "/sign-ups", sign_up)
        assert (known.status_code, known.json()) == (202, {"state": "asked"})
        assert not served.post_office()


def test_lists_come_in_pages_of_a_hundred_and_none_is_left_out(
    served: Served, admin: Caller
) -> None:
    emails = add_subscribers(served.db, 250)
    found: list[str] = []
    path, pages = "/subscribers", 0
    while path:
        page = admin("GET", path)
        told = page.json()
        found += [one["email"] for one in told["items"]]
        pages += 1
        if told["next"]:
            assert page.headers["link"] == f'<{told["next"]}>; rel="next"'
            assert len(told["items"]) == 100
        else:
            assert "link" not in page.headers
        if pages == 1:  # who leaves and who comes meanwhile moves nobody else
            admin("DELETE", f"/subscribers/{emails[0]}")
        path = (told["next"] or "").partition(API)[2]
    assert pages == 3
    assert found == emails
    few = admin("GET", "/subscribers?limit=7&status=active").json()
    assert len(few["items"]) == 7
    assert "limit=7" in few["next"]
    assert "status=active" in few["next"]


def test_a_change_needs_the_tag_of_what_was_seen(admin: Caller) -> None:
    admin("POST", "/subscribers", ANA)
    one = "/subscribers/ana@example.org"
    tag = admin("GET", one).headers["etag"]
    assert admin("GET", one, If_None_Match=tag).status_code == 304
    assert admin.problem("PATCH", one, {"name": "A"})["status"] == 428
    assert admin("PATCH", one, {"name": "A"}, If_Match=tag).status_code == 200
    told = admin.problem("PATCH", one, {"name": "B"}, If_Match=tag)
    assert (told["status"], told["field"]) == (412, "If-Match")
    assert admin("GET", one).json()["name"] == "A"
    assert admin("PATCH", one, {"name": "B"}, If_Match="*").status_code == 200
    assert admin.problem("PATCH", one, {"name": "B"}, If_Match="never")["status"] == 400
    assert admin.problem("DELETE", one, If_Match=tag)["status"] == 412


def test_of_two_editors_with_one_tag_one_wins(admin: Caller) -> None:
    admin("POST", "/profiles", {"slug": "lab", "name": "Lab"})
    tag = admin("GET", "/profiles/lab").headers["etag"]
    statuses: list[int] = []
    start = threading.Barrier(6)

    def edit(number: int) -> None:
        start.wait()
        sent = admin("PATCH", "/profiles/lab", {"name": f"Lab {number}"}, If_Match=tag)
        statuses.append(sent.status_code)

    threads = [threading.Thread(target=edit, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, *[412] * 5]


def test_the_same_key_is_carried_out_once(served: Served, admin: Caller) -> None:
    first = admin("POST", "/subscribers", ANA, Idempotency_Key="k1")
    admin("POST", "/subscribers/ana@example.org/unsubscribe")
    again = admin("POST", "/subscribers", ANA, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert served.status() == "unsubscribed"
    other = admin.problem("POST", "/subscribers", {**ANA, "name": "B"}, Idempotency_Key="k1")
    assert (other["status"], other["type"]) == (422, "urn:problem:alerts:reused-key")
    elsewhere = caller(served, "write")
    assert elsewhere("POST", "/subscribers", ANA, Idempotency_Key="k1").content != first.content


def test_a_refused_request_keeps_no_key_and_an_old_key_is_free(
    served: Served, admin: Caller
) -> None:
    bad = {**ANA, "email": "nobody"}
    assert admin.problem("POST", "/subscribers", bad, Idempotency_Key="k")["status"] == 422
    assert admin("POST", "/subscribers", ANA, Idempotency_Key="k").status_code == 201
    served.clock.go(hours=25)
    assert admin("POST", "/subscribers", ANA, Idempotency_Key="k").status_code == 200


def test_many_at_once_with_one_key_do_it_once(served: Served, admin: Caller) -> None:
    found: list[httpx2.Response] = []
    start = threading.Barrier(8)

    def add() -> None:
        start.wait()
        found.append(admin("POST", "/subscribers", ANA, Idempotency_Key="one"))

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.status_code for one in found} == {201}
    assert len({one.content for one in found}) == 1
    ((events,),) = served.db.execute("SELECT count(*) FROM events WHERE kind = 'subscriber.added'")
    assert events == 1


def test_kept_answers_do_not_outlive_an_erasure(served: Served, admin: Caller) -> None:
    admin("POST", "/subscribers", {**ANA, "name": "Anaximandra"}, Idempotency_Key="k")
    admin("DELETE", "/subscribers/ana@example.org")
    kept = served.db.execute("SELECT body FROM api_answers WHERE status <> 0").fetchall()
    assert not [body for (body,) in kept if b"Anaximandra" in body]


REFUSED: tuple[tuple[Any, int, str], ...] = (
    ({}, 400, "email"),
    ({"email": 1}, 400, "email"),
    ({**ANA, "nmae": "A"}, 400, "nmae"),
    ({**ANA, "name": "x" * 300}, 400, "name"),
    ({**ANA, "tags": ["a", 2]}, 400, "tags[1]"),
    ({**ANA, "language": "tlh"}, 422, ""),
    ({"email": "ana at example"}, 422, ""),
    ([], 400, ""),
)


def test_a_refusal_names_the_field_and_the_remedy(admin: Caller) -> None:
    for body, status, field in REFUSED:
        told = admin.problem("POST", "/subscribers", body)
        assert told["status"] == status
        assert told.get("field", "") == field or not field
        assert "`$" not in told["detail"]
        assert "Expected" not in told["detail"]


def test_what_is_no_request_of_ours_is_refused(admin: Caller) -> None:
    assert admin.problem("GET", "/nowhere")["status"] == 404
    assert admin.problem("GET", "/issues/x%0Ay/log")["status"] == 404
    wrong = admin("PUT", "/subscribers", {})
    assert wrong.status_code == 405
    assert wrong.headers["allow"] == "GET, POST, HEAD, OPTIONS"
    assert admin.problem("POST", "/subscribers", b"x", Content_Type="text/csv")["status"] == 415
    assert (
        admin.problem("POST", "/subscribers", b"{", Content_Type="application/json")["status"]
        == 400
    )
    large = json.dumps({**ANA, "consent": "x" * 300_000}).encode()
    told = admin.problem("POST", "/subscribers", large, Content_Type="application/json")
    assert told["status"] == 413
    assert admin.problem("POST", "/imports/subscribers", b"x" * 5_000_001)["status"] == 413
    assert admin.problem("GET", "/subscribers?limit=0")["status"] == 400
    assert admin.problem("GET", "/subscribers?limit=1&limit=2")["status"] == 400
    assert admin.problem("GET", "/subscribers?after=x")["status"] == 400
    assert admin.problem("GET", "/subscribers?where=%28%28")["status"] == 422
    assert admin("HEAD", "/subscribers").status_code == 200


def test_a_token_may_make_so_many_requests(project: Path) -> None:
    with serve(project, WEB__API_PER_HOUR="3") as served:
        first, second = caller(served, "read"), caller(served, "write")
        assert [first("GET", "/subscribers").status_code for _ in range(4)] == [200, 200, 200, 429]
        told = first("GET", "/subscribers")
        assert told.headers["retry-after"] == "1200"
        assert second("GET", "/subscribers").status_code == 200
        served.clock.go(minutes=21)
        assert first("GET", "/subscribers").status_code == 200
        guesses = [Caller(served, f"x{number}")("GET", "/jobs") for number in range(4)]
        assert [one.status_code for one in guesses] == [401, 401, 401, 429]


def test_scripts_of_named_sites_alone_may_read(project: Path) -> None:
    site = "https://site.example"
    with serve(project, WEB__API_ORIGINS=f'["{site}"]') as served:
        reads = caller(served, "read")
        named, foreign = ({"Origin": one} for one in (site, "https://else.example"))
        asks = served.client.request("OPTIONS", "api/v1/subscribers", headers=named)
        assert asks.status_code == 204
        assert asks.headers["access-control-allow-origin"] == site
        assert "Authorization" in asks.headers["access-control-allow-headers"]
        assert reads("GET", "/subscribers", **named).headers["access-control-allow-origin"] == site
        refused = reads("GET", "/subscribers", **foreign)
        assert "access-control-allow-origin" not in refused.headers
        assert refused.headers["vary"] == "Origin"


def test_no_site_is_named_by_default(served: Served) -> None:
    asks = served.client.request(
        "OPTIONS", "api/v1/subscribers", headers={"Origin": served.url.rstrip("/")}
    )
    assert not [name for name in asks.headers if name.startswith("access-control")]


@pytest.fixture
def story(admin: Caller) -> str:
    """The id of an article of October."""
    new = {
        "url": "https://example.org/rivers",
        "title": "Rivers",
        "month": "2026-10",
        "read": False,
    }
    made = admin("POST", "/articles", new)
    assert made.status_code == 201, made.text
    return str(made.json()["article"]["id"])


def test_an_article_is_edited_and_its_issue_approved(admin: Caller, story: str) -> None:
    one = f"/articles/{story}"
    tag = admin("GET", one).headers["etag"]
    change = {"summary": "What they carry.", "published": "2026-10-05", "tags": ["water"]}
    done = admin("PATCH", one, change, If_Match=tag)
    assert done.json()["article"]["summary"] == "What they carry."
    assert admin.problem("PATCH", one, {"title": "x"}, If_Match=tag)["status"] == 412
    said = {"title": "Ríos", "summary": ""}
    assert admin("PUT", f"{one}/translations/es", said, If_Match="*").status_code == 200
    assert admin("GET", one).json()["translations"]["es"]["title"] == "Ríos"
    assert admin("POST", f"{one}/exclude").json()["article"]["excluded"]
    assert not admin("POST", f"{one}/include").json()["article"]["excluded"]
    text = {"text": "Welcome."}
    written = admin("PUT", "/issues/2026-10/introductions/en", text, If_Match="*")
    assert written.json() == text
    issue = admin("GET", "/issues/2026-10").json()
    assert [section["articles"] for section in issue["sections"]] == [[story]]
    assert admin.problem("POST", "/issues/2026-10/approve", {"content": "0" * 64})["status"] == 409
    done = admin("POST", "/issues/2026-10/approve", {"content": issue["content"], "by": "Ana"})
    assert done.json()["approved_by"] == ["Ana"]
    voids = admin("POST", f"{one}/feature").json()
    assert voids["voided"] == [{"month": "2026-10", "names": ["Ana"]}]
    kinds = [event["kind"] for event in admin("GET", "/issues/2026-10/log").json()]
    assert "issue.approved" in kinds
    (edition, *_) = admin("GET", "/issues/2026-10/editions").json()
    assert "Rivers" in edition["html"]
    (listed,) = admin("GET", "/issues").json()
    assert (listed["month"], listed["kind"], listed["state"]) == ("2026-10", "month", "draft")


def test_files_of_the_server_are_no_sources_for_other_programs(admin: Caller) -> None:
    for location in ("/etc/passwd", "stories", "file:///etc/passwd", "imaps://mail.example/x"):
        told = admin.problem("POST", "/sources", {"location": location})
        assert (told["status"], told["field"]) == (409, "location")


def test_a_job_is_asked_for_once_and_looked_up(admin: Caller) -> None:
    asked = admin("POST", "/jobs", {"kind": "lint", "month": "2026-10", "links": False})
    assert asked.status_code == 202
    job = asked.json()
    assert (job["state"], job["started_by"]) == ("waiting", "token admin")
    assert admin("POST", "/jobs", {"kind": "lint", "month": "2026-10"}).json()["id"] == job["id"]
    where = asked.headers["location"].partition(API)[2]
    assert admin("GET", where).json() == job
    assert [one["id"] for one in admin("GET", "/jobs").json()["items"]] == [job["id"]]
    told = admin.problem("POST", "/jobs", {"kind": "collect", "where": "tag=x"})
    assert told["status"] == 422
    assert admin.problem("GET", "/jobs/0")["status"] == 404
    assert admin.problem("GET", "/jobs/1e3")["status"] == 404


def test_suppressed_addresses_are_listed_found_and_removed(served: Served, admin: Caller) -> None:
    served.subscriber()
    new = {"emails": ["ana@example.org", "ben@example.org"], "note": "asked by phone"}
    assert admin("POST", "/suppressions", new).json() == {"added": 2}
    assert admin("POST", "/suppressions", new).json() == {"added": 0}
    assert admin("GET", "/subscribers/ana@example.org").json()["status"] == "suppressed"
    assert len(admin("GET", "/suppressions").json()["items"]) == 2
    assert admin("GET", "/suppressions/ben@example.org").json()["note"] == "asked by phone"
    assert admin("DELETE", "/suppressions/ben@example.org").status_code == 204
    assert admin.problem("GET", "/suppressions/ben@example.org")["status"] == 404
    figures = admin("GET", "/statistics").json()
    assert figures["by_status"] == {"suppressed": 1}
    history = admin("GET", "/subscribers/ana@example.org/history").json()
    assert history["suppression"]["reason"] == "manual"


def test_settings_of_the_api_are_read(project: Path) -> None:
    assert load(project, {}).web.api_origins == ()
