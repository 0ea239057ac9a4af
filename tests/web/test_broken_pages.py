"""Every page's template made to fail in turn, while each page is asked for and the other acts are done.

What `test_broken_templates.py` does for leaving, choosing and erasing, for joining, confirming, moving to
another address, coming back and downloading.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from alerts import cli
from alerts.editions.template_files import packaged_templates
from alerts.mail.tokens import Purpose
from alerts.store import audit_log
from tests.factories import queue_issue
from tests.pages import Served, fields, links, mailed_form, path_of, serve

TEMPLATES = packaged_templates()
NAMES = sorted(path.name for path in (TEMPLATES / "web").iterdir() if path.is_file())
BROKEN = "line one\n{{ goodbye }}\n"
DONE = (200, 302, 303)


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all, of a project with its own copy of each page and an issue in its archive."""
    root = tmp_path_factory.mktemp("broken") / "project"
    assert cli.call(["-q", "init", str(root)]) == 0
    shutil.copytree(TEMPLATES / "web", root / "templates" / "web")
    with serve(root) as running:
        queue_issue(root, running.db)
        yield running


class Visitor:
    """One reader with all the forms that they opened before a template broke."""

    def __init__(self, served: Served, name: str) -> None:
        self.served, self.name = served, name
        served.clock.go(days=3)  # past every limit of sign-ups
        self.number = served.subscriber(f"{name}@stay.example")
        self.choose = f"/preferences/{served.token(Purpose.PREFERENCES, self.number)}"
        self.move = {
            "form": fields(served.get(self.choose).text)["form"],
            "email": f"{name}@moved.example",
        }
        self.data = mailed_form(served, f"{self.choose}/data")
        leaver = served.subscriber(f"{name}@back.example")
        self.leave = f"/unsubscribe/{served.token(Purpose.UNSUBSCRIBE, leaver)}"
        self.undo = fields(served.post(self.leave).text)
        served.sign_up(f"{name}@confirms.example")
        self.confirm = self._link(f"{name}@confirms.example")
        self.confirming = fields(served.get(self.confirm).text)
        joining = fields(served.get("/join").text)
        served.clock.go(seconds=10)
        self.joining = {**joining, "email": f"{name}@joins.example"}

    def _link(self, recipient: str) -> str:
        """The first link of the only mail to that address."""
        (mail,) = [one for one in self.served.post_office() if one.recipient == recipient]
        return path_of(links(mail.octets)[0], self.served)

    def pages(self) -> list[str]:
        """Every page that there is to see."""
        c, u = self.choose, self.leave
        return [
            *("/", "/join", "/widget", "/style.css", "/archive", "/archive/en", "/archive/search?q=x"),
            *("/archive/2026-10/en", "/archive/feed.en.atom", "/sitemap.xml", "/robots.txt", "/none"),
            *(self.confirm, "/confirm/x", c, f"{c}/address", f"{c}/data", f"{c}/erase"),
            *(u, f"{u}/undo", f"{u}/reason", "/preferences/x", "/unsubscribe/x"),
        ]  # fmt: skip

    def statuses(self) -> dict[str, int]:
        """What each page answers now; no page says more than its visitors should see."""
        found = {}
        for path in self.pages():
            answer = self.served.get(path)
            assert "goodbye" not in answer.text
            assert "Traceback" not in answer.text
            found[path] = answer.status_code
        return found

    def acts(self) -> None:
        """Do everything; each act is answered, and stands."""
        served, name = self.served, self.name
        answer = served.post(self.confirm, data=self.confirming)
        assert (answer.status_code, served.status(f"{name}@confirms.example")) == (200, "active")
        answer = served.post(f"{self.leave}/undo", data=self.undo)
        assert (answer.status_code, served.status(f"{name}@back.example")) == (200, "active")
        answer = served.post(f"{self.choose}/data", data=self.data)
        assert answer.json()["subscriber"]["email"] == f"{name}@stay.example"
        assert served.post("/join", data=self.joining).status_code in DONE
        self._link(f"{name}@joins.example")
        assert served.status(f"{name}@joins.example") == "pending"
        assert served.post(f"{self.choose}/address", data=self.move).status_code == 200
        self.moving = self._link(f"{name}@moved.example")

    def kinds(self) -> list[str]:
        """The events of all of them."""
        places = ("stay", "moved", "back", "confirms", "joins")
        addresses = [f"{self.name}@{place}.example" for place in places]
        rows = self.served.db.query(
            f"SELECT id FROM subscribers WHERE email IN ({','.join('?' * len(addresses))})",
            addresses,
        )
        return [
            event["kind"]
            for row in rows
            for event in audit_log.of_subscriber(self.served.db, row["id"])
        ]


@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_asked_for_and_every_act_done_whatever_is_broken(
    readers: Served, name: str
) -> None:
    path = readers.settings.root / "templates" / "web" / name
    visitor = Visitor(readers, name.replace(".", "-").replace("_", "-"))
    before, readers.log[:] = visitor.statuses(), []
    path.write_text(BROKEN, encoding="utf-8")
    try:
        broken = visitor.statuses()
        visitor.acts()
        moving = fields(readers.get(visitor.moving).text) or None
    finally:
        path.write_bytes((TEMPLATES / "web" / name).read_bytes())
    worse = {page for page, status in broken.items() if status != before[page]}
    assert {broken[page] for page in worse} <= {500}
    if worse:
        assert any(f"{path}, line 2" in line for line in readers.log), readers.log
    form = moving or fields(readers.get(visitor.moving).text)
    assert readers.post(visitor.moving, data=form).status_code == 200
    assert readers.status(f"{visitor.name}@moved.example") == "active"
    assert readers.post_office() == [], "nothing is mailed twice"
    kinds = visitor.kinds()
    for kind in ("confirmed", "unsubscribed", "resubscribed"):
        assert kinds.count(f"subscriber.{kind}") <= 1, kinds
    after = visitor.statuses()
    changed = {visitor.confirm, *(page for page in after if page.startswith(visitor.leave))}
    assert {p: s for p, s in after.items() if p not in changed} == {
        p: s for p, s in before.items() if p not in changed
    }


def test_a_page_of_ones_own_is_shown_without_a_restart(readers: Served) -> None:
    path = readers.settings.root / "templates" / "web" / "missing.html"
    path.unlink()
    packaged = readers.get("/none")
    path.write_text("{% extends 'web/page.html' %}{% block main %}Our own{% endblock %}")
    try:
        assert (packaged.status_code, "Our own" in packaged.text) == (404, False)
        assert Path(path).exists()
        first = readers.get("/none").text
        path.unlink()
        assert readers.get("/none").text == packaged.text
        assert first != packaged.text
    finally:
        path.write_bytes((TEMPLATES / "web" / "missing.html").read_bytes())
