"""Who gets to the desk: links, sessions, roles, forms."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Alerts
from tests.pages import fields, links, serve
from tests.web.desk.signed_in import Desk, desk_of, form_key, press


@pytest.fixture
def desk(project: Path) -> Iterator[Desk]:
    """A desk with an editor, a translator, an approver and an admin."""
    with desk_of(project) as running:
        yield running


def _ask(desk: Desk, email: str) -> tuple[str, int, list[str]]:
    """Ask for a link in a fresh browser; the page that answers, its status, and the links mailed."""
    with desk.browser() as browser:
        page = browser.get("/desk/sign-in")
        answer = browser.post("/desk/sign-in", data={**fields(page.text), "email": email})
        mailed = [
            link
            for mail in desk.served.post_office()
            for link in links(mail.octets)
            if "/desk/" in link
        ]
        return answer.text, answer.status_code, mailed


def test_without_people_there_is_no_desk(project: Path) -> None:
    with serve(project, WEB__BASE_URL="{here}") as served:
        for path in ("/desk", "/desk/sign-in", "/desk/enter/1-1-1-1", "/desk/send"):
            assert served.get(path).status_code == 404, path
        assert served.post("/desk/sign-in", data={"email": "a@example.org"}).status_code == 404


def test_who_asks_for_a_link_is_signed_in_by_it_once_and_in_that_browser_alone(desk: Desk) -> None:
    with desk.browser() as browser, desk.browser() as other:
        page = browser.get("/desk", follow_redirects=True)
        assert page.url.path == "/desk/sign-in"
        data = {**fields(page.text), "email": "Anna@example.org"}
        assert browser.post("/desk/sign-in", data=data).status_code == 200
        (mail,) = desk.served.post_office()
        assert mail.recipient == "anna@example.org"
        (link,) = [one for one in links(mail.octets) if "/desk/enter/" in one]
        assert other.get(link).status_code == 410  # a scanner, or somebody who reads the mail too
        assert other.post(link, data={"form": "enter"}).status_code == 410
        for _ in range(3):  # a GET uses nothing up
            assert browser.get(link).status_code == 200
        entered = browser.post(link, data=fields(browser.get(link).text))
        assert entered.status_code == 303
        cookie = entered.headers["set-cookie"]
        assert {"HttpOnly", "SameSite=lax", "Path=/desk"} <= set(cookie.split("; "))
        assert browser.get("/desk").status_code == 200
        assert browser.post(link, data={"form": "enter"}).status_code == 410
        assert other.get("/desk").status_code == 303


def test_x10_the_answer_tells_nobody_who_works_here(desk: Desk) -> None:
    known, status, mailed = _ask(desk, "anna@example.org")
    assert (status, len(mailed)) == (200, 1)
    stranger, status, none = _ask(desk, "stranger@example.org")
    assert (status, none) == (200, [])
    assert known == stranger


def test_a_person_is_mailed_a_few_links_an_hour_and_no_more(desk: Desk) -> None:
    people = desk.project().people
    for _ in range(12):
        people.ask_to_sign_in("anna@example.org", "en", "browser")
    assert len(desk.served.post_office()) == 5
    desk.served.clock.go(hours=2)
    desk.project().people.ask_to_sign_in("anna@example.org", "en", "browser")
    assert len(desk.served.post_office()) == 1


def test_links_and_sessions_end(desk: Desk) -> None:
    link = desk.project().people.link("anna@example.org")
    desk.served.clock.go(minutes=16)
    with desk.browser() as late:
        assert late.get(link).status_code == 410
        assert late.post(link, data={"form": "enter"}).status_code == 410
    with desk.browser("anna@example.org") as browser:
        desk.served.clock.go(days=13)
        assert browser.get("/desk").status_code == 200
        desk.served.clock.go(days=2)
        assert browser.get("/desk").status_code == 303


def test_signing_out_and_being_removed_end_the_session(desk: Desk, alerts: Alerts) -> None:
    with desk.browser("anna@example.org") as browser, desk.browser("lucia@example.org") as other:
        kept = dict(browser.cookies)
        assert press(browser, "/desk/sign-out").status_code == 303
        browser.cookies.update(kept)  # a thief's copy
        assert browser.get("/desk").status_code == 303
        assert other.get("/desk").status_code == 200
        assert alerts("person", "remove", "lucia@example.org").code == 0
        assert other.get("/desk").status_code == 303
    with desk.browser("dana@example.org") as browser:
        assert "1 session ended" in alerts("person", "sign-out", "dana@example.org").stdout
        assert browser.get("/desk").status_code == 303


def test_x7_a_form_of_another_session_changes_nothing(desk: Desk) -> None:
    with desk.browser("anna@example.org") as browser, desk.browser("dana@example.org") as other:
        theirs = form_key(other)
        for forged in ("", "x", theirs, "0" * 32, "é" * 16):
            answer = browser.post("/desk/sign-out", data={"form": forged})
            assert answer.status_code == 403, forged
            assert browser.get("/desk").status_code == 200


def test_forged_cookies_and_links_get_nobody_in(desk: Desk) -> None:
    with desk.browser("anna@example.org") as browser:
        name = "alerts_desk"
        good = browser.cookies[name]
    for forged in ("", "x", good[:-1] + ("A" if good[-1] != "A" else "B"), "a" * 5_000, "%00;=,"):
        with desk.browser() as browser:
            answer = browser.get("/desk", headers={"cookie": f"{name}={forged}"})
            assert answer.status_code == 303, forged
    for token in ("x", "1-1-1-1", "0" * 500, "%2e%2e", "1-1-ffffffffff-" + "0" * 30):
        with desk.browser() as browser:
            assert browser.post(f"/desk/enter/{token}").status_code in (404, 410), token


def test_no_role_sees_what_is_not_for_it(desk: Desk) -> None:
    with desk.browser("lucia@example.org") as browser:
        for path in ("approve", "stop", "reissue", "correct"):
            assert press(browser, f"/desk/send/{path}").status_code == 403
    with desk.browser("admin@example.org") as browser:
        assert press(browser, "/desk/send/approve").status_code == 403


def test_what_cannot_be_undone_wants_a_fresh_sign_in(desk: Desk) -> None:
    with desk.browser("anna@example.org") as browser:
        desk.served.clock.go(minutes=31)
        answer = press(browser, "/desk/send/stop", why="wrong")
        assert answer.status_code == 403
        assert "/desk/prove" in answer.text
        assert press(browser, "/desk/prove").status_code == 200
        (mail,) = desk.served.post_office()
        (link,) = [one for one in links(mail.octets) if "/desk/enter/" in one]
        assert browser.post(link, data={"form": "enter"}).status_code == 303
        assert "/desk/prove" not in press(browser, "/desk/send/stop", why="wrong").text


def test_the_policy_allows_no_foreign_script_and_no_inline_one(desk: Desk) -> None:
    with desk.browser("anna@example.org") as browser:
        answer = browser.get("/desk")
    policy = answer.headers["content-security-policy"]
    assert {"default-src 'none'", "script-src 'self'"} <= set(policy.split("; "))
    assert "unsafe" not in policy
    assert answer.headers["cache-control"] == "no-store"
    assert not re.search(r"<script[^>]*>[^<]|\son[a-z]+=|style=", answer.text)


def test_the_command_line_names_people_and_refuses_the_rest(project: Path, alerts: Alerts) -> None:
    assert "admin" in alerts("person", "add", "a@example.org", "--role", "admin").stdout
    assert "editor" in alerts("person", "add", "b@example.org", "--role", "editor").stdout
    again = alerts("person", "add", "b@example.org", "--role", "editor")
    assert (again.code, again.stdout) == (0, "b@example.org: editor (unchanged)\n")
    for wrong in (
        ("add", "c@example.org", "--role", "boss"),
        ("add", "c@example.org", "--role", "translator"),
        ("add", "c@example.org", "--role", "translator:tlh"),
        ("add", "c@example.org", "--role", "editor:es"),
        ("add", "no address", "--role", "editor"),
        ("add", "c@example.org"),
        ("remove", "a@example.org"),  # the only admin
        ("remove", "b@example.org", "--role", "editor"),  # all that they have
        ("link", "c@example.org"),
        ("sign-out", "c@example.org"),
    ):
        result = alerts("person", *wrong)
        assert result.code in (1, 2), wrong
        assert len(result.stderr.strip().splitlines()) == 1
    assert alerts("person", "list", "--json").json == [
        {"email": "a@example.org", "name": "", "roles": ["admin"]},
        {"email": "b@example.org", "name": "", "roles": ["editor"]},
    ]
    link = alerts("person", "link", "b@example.org").stdout
    assert "/desk/enter/" in link
    assert len(link.splitlines()) == 1
    assert alerts("person", "remove", "b@example.org").code == 0
    assert alerts("person", "remove", "a@example.org").code == 0
    assert alerts("person", "list", "--json").json == []
