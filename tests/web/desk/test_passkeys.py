"""Passkeys at the desk: a device of a person signs them in, and nothing else does."""

import json
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2

from tests.browser import axe
from tests.pages import fields
from tests.web.desk.signed_in import Desk, desk_of, desk_with, press

if TYPE_CHECKING:
    from playwright.sync_api import Page

AT = {"WEB__BASE_URL": "http://localhost:{port}"}


def _device(page: "Page") -> None:
    """A device with a fingerprint reader that always knows its person."""
    page.set_default_timeout(15_000)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def _by_passkey(page: "Page") -> None:
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/desk")


def test_a_person_adds_a_passkey_signs_in_and_proves_who_they_are(
    project: Path, page: "Page"
) -> None:
    with desk_with(project, AT) as desk:
        here = desk.served.settings.web.public_url
        _device(page)
        sent: list[str] = []
        page.on(
            "request",
            lambda one: sent.append(one.post_data or "") if one.url.endswith("passkey") else None,
        )
        page.goto(desk.project().people.link("admin@example.org"))
        page.locator("main button").click()
        page.wait_for_url("**/desk")
        page.goto(f"{here}/desk/own")
        page.get_by_label("Name of the device").fill("Phone <b>")
        page.get_by_role("button", name="Add a passkey").click()
        page.wait_for_selector("text=The passkey is added")
        assert page.get_by_text("Phone <b>").count() >= 1
        assert not axe(page)
        page.get_by_role("button", name="Sign out").click()
        page.wait_for_url("**/desk/sign-in")
        assert not axe(page)
        _by_passkey(page)
        _replayed(desk, sent[-1], page.context.cookies())
        desk.served.clock.go(hours=2)
        page.goto(f"{here}/desk/people")
        page.get_by_role("button", name="End their sessions").first.click()
        page.wait_for_selector("text=Please sign in again")
        _by_passkey(page)
        page.goto(f"{here}/desk/own")
        page.get_by_role("button", name="Remove").click()
        page.wait_for_selector("text=The passkey is removed")
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_selector("text=did not sign you in")


def _replayed(desk: Desk, body: str, cookies: object) -> None:
    """The same answer again signs nobody in, in whatever browser."""
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    with httpx2.Client(base_url=desk.served.url) as thief:
        assert thief.post("/desk/passkey", content=body, headers=kind).status_code == 422
        form = {"form": fields(thief.get("/desk/sign-in").text)["form"]}
        assert (
            thief.post("/desk/passkey/begin", data=form).status_code == 200
        )  # a cookie of its own
        assert thief.post("/desk/passkey", content=body, headers=kind).status_code == 422


def test_no_answer_that_is_made_up_signs_in_or_breaks_anything(project: Path) -> None:
    def client(challenge: object) -> str:
        told = json.dumps({"challenge": challenge, "type": "webauthn.get"}).encode()
        return urlsafe_b64encode(told).decode().rstrip("=")

    with desk_with(project, AT) as desk, desk.browser() as stranger:
        form = {"form": fields(stranger.get("/desk/sign-in").text)["form"]}
        begun = stranger.post("/desk/passkey/begin", data=form)
        asked = begun.json()["challenge"]
        assert "admin" not in begun.text
        made: list[object] = [None, 1, [], {}, {"response": 1}, {"response": {"clientDataJSON": 7}}]
        for value in (asked, asked, "é", None, "=", "A" * 90):
            response = {"clientDataJSON": client(value), "authenticatorData": "AA", "signature": ""}
            made.append({"id": "AA", "rawId": "AA", "type": "public-key", "response": response})
        texts = [*map(json.dumps, made), "", "{", "[" * 9_000, "\u202e\0", "9" * 21_000]
        for answer in texts:
            refused = stranger.post("/desk/passkey", data={**form, "answer": answer})
            assert refused.status_code == 422, answer[:80]
        assert stranger.post("/desk/passkey/begin", data={"form": "0"}).status_code == 422
        assert stranger.get("/desk/own").status_code == 303
    with desk_with(project, AT) as desk, desk.browser("anna@example.org") as anna:
        for answer in texts:
            refused = press(anna, "/desk/own/add", answer=answer)
            assert refused.status_code == 422, answer[:80]
        desk.served.clock.go(hours=1)
        assert press(anna, "/desk/own/begin").status_code == 403  # prove first


def test_an_address_of_numbers_offers_none(project: Path) -> None:
    with desk_of(project) as desk, desk.browser("anna@example.org") as anna:
        assert "not available" in anna.get("/desk/own").text
        assert "passkey" not in anna.get("/desk/sign-in").text
        assert anna.post("/desk/passkey/begin").status_code == 404
        assert press(anna, "/desk/own/begin").status_code == 422
