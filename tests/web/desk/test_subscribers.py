"""Subscribers and people at the desk: finding, adding, editing, erasing, importing, exporting, roles."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from alerts.domain.subscriber import SubscriberStatus
from tests.conftest import Alerts
from tests.factories import add_subscribers
from tests.web.desk.signed_in import Desk, desk_of, form_key, press

LIST = "/desk/subscribers"


@pytest.fixture
def desk(project: Path, alerts: Alerts) -> Iterator[Desk]:
    """A desk with 120 readers, and one with a hostile name."""
    with desk_of(project, ALERT__LANGUAGES="en,es") as running:
        add_subscribers(running.served.db, 120)
        running.project().subscribers.add(
            "zoe@example.net", name="<b>Zoe</b>", language="es", tags=["member"]
        )
        yield running


@pytest.fixture
def admin(desk: Desk) -> Iterator[httpx2.Client]:
    """The browser of an admin."""
    with desk.browser("admin@example.org") as browser:
        yield browser


def _id(desk: Desk) -> str:
    found = desk.project().subscribers.find("zoe@example.net")
    assert found is not None
    return str(found.id)


def _seen(html: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', html)
    assert found
    return found[1].replace("&#34;", '"')


def test_only_admins_see_and_change_subscribers(desk: Desk) -> None:
    with desk.browser("anna@example.org") as anna:
        for path in (LIST, f"{LIST}/person?id={_id(desk)}", f"{LIST}/import", "/desk/people"):
            assert anna.get(path).status_code == 403, path
            assert press(anna, path, email="x@example.net", act="add").status_code == 403, path
        for path in ("erase", "unsubscribe", "export"):
            assert press(anna, f"{LIST}/{path}?id={_id(desk)}").status_code == 403
    assert desk.project().subscribers.find("zoe@example.net") is not None


def test_finding_paging_and_segments(desk: Desk, admin: httpx2.Client) -> None:
    html = admin.get(LIST).text
    assert html.count('class="nowrap"') == 50
    following = re.search(r'href="([^"]+after=\d+)"', html)
    assert following
    second = admin.get(following[1].replace("&amp;", "&")).text
    assert second.count('class="nowrap"') == 50
    found = admin.get(LIST, params={"q": "ZOE"}).text
    assert found.count('class="nowrap"') == 1
    assert "&lt;b&gt;Zoe&lt;/b&gt;" in found
    counted = admin.get(LIST, params={"where": "language=es and tag=member"}).text
    assert "In this segment: 1" in counted
    wrong = admin.get(LIST, params={"where": "shoe=7"})
    assert wrong.status_code == 422
    assert "fields are" in wrong.text
    for odd in ("-1", "x", "9" * 40, "²"):
        assert admin.get(LIST, params={"after": odd}).status_code == 200, odd


def test_adding_editing_leaving_and_erasing(desk: Desk, admin: httpx2.Client) -> None:
    wrong = press(admin, LIST, LIST, email="not an address", name="Ben")
    assert wrong.status_code == 422
    assert 'value="not an address"' in wrong.text
    added = press(admin, LIST, LIST, email="ben@example.net", language="es", tags="a, b")
    assert added.status_code == 303
    where = added.headers["location"]
    page = where.partition("&")[0]
    changed = press(
        admin, page, page, seen=_seen(admin.get(page).text),
        email="ben@example.net", name="Ben", language="en", tags="b, c",
    )  # fmt: skip
    assert changed.status_code == 303
    ben = desk.project().subscribers.find("ben@example.net")
    assert ben is not None
    assert (ben.name, ben.language, ben.tags) == ("Ben", "en", ("b", "c"))
    seen = _seen(admin.get(page).text)
    desk.project().subscribers.edit("ben@example.net", name="Benedict")
    late = press(
        admin,
        page,
        page,
        seen=seen,
        email="ben@example.net",
        name="Benny",
        language="en",
        tags="b, c",
    )
    assert late.status_code == 422
    assert "Benedict" in late.text
    assert "Benny" in late.text
    number = page.partition("?")[2]
    assert press(admin, f"{LIST}/unsubscribe?{number}", LIST).status_code == 303
    left = desk.project().subscribers.find("ben@example.net")
    assert left is not None
    assert left.status is SubscriberStatus.UNSUBSCRIBED
    assert "cannot be undone" in admin.get(f"{LIST}/erase?{number}").text
    desk.served.clock.go(minutes=31)  # the proof is too old
    assert press(admin, f"{LIST}/erase?{number}", LIST).status_code == 403
    assert desk.project().subscribers.find("ben@example.net") is not None
    with desk.browser("admin@example.org") as again:
        assert press(again, f"{LIST}/erase?{number}", LIST).status_code == 303
        assert again.get(page).status_code == 404
    assert desk.project().subscribers.find("ben@example.net") is None
    for odd in ("", "0", "x", "9" * 30):
        assert admin.get(f"{LIST}/person?id={odd}").status_code == 404, odd


def test_a_form_that_clashed_keeps_what_others_wrote_in_other_fields(
    desk: Desk, admin: httpx2.Client
) -> None:
    page = f"{LIST}/person?id={_id(desk)}"
    zoe = desk.project().subscribers.find("zoe@example.net")
    assert zoe is not None
    seen = _seen(admin.get(page).text)
    form = {"email": zoe.email, "language": zoe.language, "tags": ", ".join(zoe.tags)}
    desk.project().subscribers.edit(zoe.email, name="Theirs", language="fr")
    clashed = press(admin, page, page, seen=seen, name="Ours", **form)
    assert clashed.status_code == 422
    shown = re.search(r'<option value="(\w+)" selected', clashed.text)
    assert shown
    again = {**form, "language": shown[1], "seen": _seen(clashed.text)}
    assert press(admin, page, page, name="Ours", **again).status_code == 303
    now = desk.project().subscribers.find(zoe.email)
    assert now is not None
    assert (now.name, now.language) == ("Ours", "fr")


def _upload(client: httpx2.Client, octets: bytes, name: str = "list.csv") -> httpx2.Response:
    data = {"form": form_key(client, LIST), "consent_source": "the stand in May"}
    return client.post(f"{LIST}/import", data=data, files={"file": (name, octets)})


def test_a_file_is_tried_and_then_imported(desk: Desk, admin: httpx2.Client) -> None:
    octets = b"email,status\ndora@example.net,active\nnobody,active\nzoe@example.net,active\n"
    tried = _upload(admin, octets)
    assert tried.status_code == 200
    assert "dora@example.net" in tried.text
    assert desk.project().subscribers.find("dora@example.net") is None
    kept = re.search(r'name="kept" value="([^"]+)"', tried.text)
    assert kept
    with desk.browser("admin@example.org") as same_person:  # another session, whose person it is
        assert same_person.get(LIST).status_code == 200
    assert press(admin, f"{LIST}/import", LIST, kept=f"{kept[1]}x").status_code == 422
    done = press(admin, f"{LIST}/import", LIST, kept=kept[1])
    assert done.status_code == 303
    assert desk.project().subscribers.find("dora@example.net") is not None
    assert press(admin, f"{LIST}/import", LIST, kept=kept[1]).status_code == 422  # once
    for odd in (b"", b"\0\xff" * 900, b"PK\x03\x04 not a zip", b"a,b\n1,2\n"):
        assert _upload(admin, odd).status_code in (200, 422)
    big = b"email\n" + b"".join(b"p%d@example.net\n" % n for n in range(60_000))
    assert _upload(admin, big).status_code == 200  # more than other forms may be


def test_a_file_of_a_stranger_is_not_read(desk: Desk) -> None:
    with desk.browser() as stranger, desk.browser("anna@example.org") as anna:
        big = {"file": ("list.csv", b"email\nx@example.net\n" * 200_000)}
        answer = stranger.post(f"{LIST}/import", data={"form": "0" * 32}, files=big)
        assert answer.status_code == 303
        assert anna.post(f"{LIST}/import", files=big).status_code == 403
    assert desk.project().subscribers.find("x@example.net") is None


def test_an_export_reads_back(admin: httpx2.Client) -> None:
    answer = press(admin, f"{LIST}/export", LIST, where="tag=member")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    lines = answer.text.splitlines()
    assert len(lines) == 2
    assert lines[1].startswith("zoe@example.net")
    assert press(admin, f"{LIST}/export", LIST, where="shoe=7").status_code == 422


def test_people_get_and_lose_roles(desk: Desk, admin: httpx2.Client) -> None:
    page = "/desk/people"
    new = {"email": "eva@example.org", "name": "<i>Eva</i>"}
    assert press(admin, page, page, act="add", role="translator:es", **new).status_code == 303
    assert press(admin, page, page, act="add", role="approver", **new).status_code == 303
    html = admin.get(page).text
    assert "&lt;i&gt;Eva&lt;/i&gt;" in html
    assert press(admin, page, page, act="take", role="approver", **new).status_code == 303
    with desk.browser("eva@example.org") as eva:
        assert eva.get("/desk").status_code == 200
        ended = press(admin, page, page, act="sign-out", email="eva@example.org")
        assert "Sessions+ended" in ended.headers["location"]
        assert eva.get("/desk").status_code == 303
    for odd in (
        {"act": "add", "role": "king", "email": "k@example.org"},
        {"act": "add", "role": "translator:tlh", "email": "k@example.org"},
        {"act": "remove", "email": "admin@example.org"},  # the only one
        {"act": "take", "role": "admin", "email": "admin@example.org"},
    ):
        assert press(admin, page, page, **odd).status_code == 422, odd
    assert press(admin, page, page, act="burn", email="eva@example.org").status_code == 403
    assert press(admin, page, page, act="remove", email="eva@example.org").status_code == 303
    assert "eva@example.org" not in admin.get(page).text
