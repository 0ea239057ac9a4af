"""Every template made to fail in turn: what was answered or shown stands, and the doctor names the file.

A project's own copy of a template holds one misspelt name; then each page is asked for and each act is
done. Nothing is lost, nothing done twice, and nobody is told of an act that did not come about.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from alerts import cli
from alerts.config.load import load
from alerts.doctor.templates import _articles, _mails, _profiles
from alerts.domain.delivery import DeliveryState, Outcome, Reply
from alerts.editions.template_files import packaged_templates
from alerts.mail.tokens import Purpose
from alerts.store import articles, audit_log, claims, outbox_figures, profiles
from alerts.store.claims import Settlement
from alerts.store.receipts import Receipts
from alerts.web.page_samples import faults, page_names
from tests.conftest import Alerts
from tests.factories import MONTH, NOW, add_subscribers, database, queue_issue
from tests.pages import Served, fields, mailed_form, serve

TEMPLATES = packaged_templates()
ALL = sorted(
    path.relative_to(TEMPLATES).as_posix()
    for folder in ("web", "email", "preview")
    for path in (TEMPLATES / folder).rglob("*")
    if path.is_file()
)
BROKEN = "line one\n{{ goodbye }}\n"


def _mend(path: Path, name: str) -> None:
    path.write_bytes((TEMPLATES / name).read_bytes())


def _break(project: Path, name: str) -> Path:
    path = project / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(BROKEN, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all, of a project with its own copy of each page; a changed one is read anew."""
    root = tmp_path_factory.mktemp("broken") / "project"
    assert cli.call(["-q", "init", str(root)]) == 0
    shutil.copytree(TEMPLATES / "web", root / "templates" / "web")
    with serve(root) as running:
        yield running


@pytest.mark.parametrize("name", [name for name in ALL if name.startswith("web/")])
def test_every_act_stands_whatever_page_is_broken(readers: Served, name: str) -> None:
    root = readers.settings.root
    ana = f"ana.{ALL.index(name)}@example.org"
    number = readers.subscriber(ana)
    leave = f"/unsubscribe/{readers.token(Purpose.UNSUBSCRIBE, number)}"
    choose = f"/preferences/{readers.token(Purpose.PREFERENCES, number)}"
    page = fields(readers.get(choose).text)
    erase = mailed_form(readers, f"{choose}/erase")
    path = _break(root, name)
    try:
        saved = readers.post(choose, data={**page, "name": "Ana B", "language": "en"})
        assert (saved.status_code, _person(readers, number)["name"]) == (200, "Ana B")
        button = readers.post(leave)
        assert (button.status_code, readers.status(ana)) == (200, "unsubscribed")
        click = readers.post(leave, data={"List-Unsubscribe": "One-Click"})
        assert (click.status_code, click.text) == (200, "You are unsubscribed.\n")
        why = readers.post(f"{leave}/reason", data={"reason": "other"})
        assert why.status_code == 200
        gone = readers.post(f"{choose}/erase", data=erase)
        assert (gone.status_code, _person(readers, number)["status"]) == (200, "erased")
        shown = readers.get("/join")
        assert shown.status_code in (200, 500)
        assert "goodbye" not in shown.text
    finally:
        _mend(path, name)
    kinds = [event["kind"] for event in audit_log.of_subscriber(readers.db, number)]
    assert sorted(kinds) == sorted(set(kinds)), "nothing is done twice"
    assert "subscriber.unsubscribed" in kinds


def _person(served: Served, number: int) -> dict[str, str]:
    (row,) = served.db.query("SELECT name, status FROM subscribers WHERE id = ?", [number])
    return row


def test_what_stands_for_the_page_is_in_the_visitors_language(readers: Served) -> None:
    path = _break(readers.settings.root, "web/left.html")
    number = readers.subscriber("eva@example.org")
    try:
        leave = f"/unsubscribe/{readers.token(Purpose.UNSUBSCRIBE, number)}"
        answer = readers.post(f"{leave}?lang=en")
    finally:
        _mend(path, "web/left.html")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["content-language"] == "en"
    assert answer.text.startswith("Your request has been carried out")
    assert any(f"{path}, line 2" in line for line in readers.log)
    assert not any("goodbye" in line for line in readers.log), "words may quote what was typed"


def test_a_broken_page_does_not_say_that_a_refused_form_was_carried_out(readers: Served) -> None:
    path = _break(readers.settings.root, "web/join.html")
    try:
        answer = readers.post("/join", data={"email": "no address"})
    finally:
        _mend(path, "web/join.html")
    assert answer.status_code == 500
    assert "carried out" not in answer.text


@pytest.mark.parametrize("ending", ["commits", "is rolled back"])
def test_erasing_oneself_over_a_killed_send_mails_nobody_twice(
    project: Path, alerts: Alerts, ending: str
) -> None:
    """Twenty messages were taken and a send was killed; a reader erases herself on a broken page."""
    db = database(project)
    add_subscribers(db, 20)
    queue_issue(project, db)
    until = NOW.replace(year=2090)
    lease = claims.open_lease(db, "process 1", "host", until)
    claimed = claims.claim(db, [lease], 20, NOW, until, [MONTH], after=0, doubtful=True)
    receipts = Receipts(db)  # a killed send leaves no context
    sent = Outcome(DeliveryState.SENT, Reply(250, "ok"))
    receipts.append([Settlement(o.id, held, sent, 1, NOW, NOW) for held, o in claimed.rows])
    with serve(project) as served:
        choose = f"/preferences/{served.token(Purpose.PREFERENCES, 1)}/erase"
        form = mailed_form(served, choose)
        asked = set((project / "outbox").glob("new/*"))  # the link that proves the mailbox
        _break(project, "web/erased.html")
        if ending == "is rolled back":
            db.execute(
                "CREATE TRIGGER no BEFORE INSERT ON suppressions BEGIN SELECT raise(ABORT, 'no'); END"
            )
        answer = served.post(choose, data=form)
        assert answer.status_code == (200 if ending == "commits" else 500)
    db.execute("DROP TRIGGER IF EXISTS no")
    assert alerts("send", "--month", str(MONTH)).code == 0
    counts = {s: n for s, n in outbox_figures.counts(db, MONTH).items() if n}
    assert counts == {"sent": 20}
    mailed = set((project / "outbox").glob("new/*")) - asked
    assert not mailed, "nobody is mailed again"
    db.close()


def test_pages_go_without_a_broken_style_sheet(project: Path) -> None:
    _break(project, "web/style.css")
    with serve(project) as served:
        number = served.subscriber()
        leave = f"/unsubscribe/{served.token(Purpose.UNSUBSCRIBE, number)}"
        assert served.post(leave).status_code == 200
        assert served.get("/style.css").status_code == 500
    assert any("style.css, line 2" in line for line in served.log)


ROUTINES = (
    ("issue", "show"),
    ("render",),
    ("queue",),
    ("status", "--json"),
    ("send",),
    ("subscriber", "list"),
)


def test_a_command_that_meets_a_broken_e_mail_changes_nothing_and_goes_on_once_it_is_mended(
    project: Path, alerts: Alerts
) -> None:
    assert alerts("subscriber", "add", "ana@example.org").code == 0
    page = ("--url", "https://a.example/1", "--title", "One", "--section", "news")
    assert alerts("article", "add", *page, "--month", "2026-10").code == 0
    for name in ("body.html", "body.txt", "subject.txt"):
        path = _break(project, f"email/issue/{name}")
        for command in ROUTINES:
            month = ("--month", "2026-10") if command[0] != "subscriber" else ()
            result = alerts(*command, *month)
            assert result.code in (0, 1), (name, command, result)
            assert "Traceback" not in result.stderr
            if result.code or command[0] == "status":
                assert f"{path}, line 2" in result.stderr, (command, result.stderr)
        path.unlink()
        state = alerts("status", "--month", "2026-10", "--json").json
        assert state["state"] == "draft"
        assert sum(state["deliveries"].values()) == 0
    assert alerts("queue", "--month", "2026-10").code == 0
    _break(project, "email/issue/body.html")  # a frozen issue does not depend on it
    assert alerts("send", "--month", "2026-10").code == 0
    assert len(list((project / "outbox" / "new").iterdir())) == 1


# What only notices are made of, and what an issue has that the test does not make.
LETTERS = ("button.html", "letter.html", "letter_footer.txt", "letter_frame.html")
FORMS = (
    "cards.html",
    "card.html",
    "card_words.html",
    "feature.html",
    "lead_words.html",
)  # that the draft here has not
FORMER = "email/_base/meta.html"  # only copies of earlier templates include it


@pytest.fixture(scope="module")
def rich(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose draft has an article of each sort, so that every part of an e-mail is used."""
    root = tmp_path_factory.mktemp("rich") / "project"
    assert cli.call(["-q", "init", str(root)]) == 0
    with closing(database(root)) as db:
        add_subscribers(db, 2)
        for profile in _profiles().values():
            profiles.put(db, profile)
        for article in _articles():
            articles.put(db, article, MONTH, None, NOW)
    return root


@pytest.mark.parametrize(
    "name", [name for name in ALL if name.startswith("email/_base/") and name != FORMER]
)
def test_whatever_part_of_an_e_mail_is_broken_nothing_is_owed_and_the_doctor_names_it(
    rich: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    chosen = {
        "ALERTS_ALERT__LANGUAGES": '["en"]',  # one is enough, and three take three times as long
        "ALERTS_ALERT__LAYOUTS": '{ publications = "compact" }',
        "ALERTS_ALERT__LOGO": "https://example.org/logo.png",
        "ALERTS_PICTURES__DELIVERY": "source",
        "ALERTS_WEB__BASE_URL": "https://alerts.example.org",
    }
    for key, value in chosen.items():
        monkeypatch.setenv(key, value)
    path = _break(rich, name)
    try:
        told = list(map(str, _mails(load(rich, chosen))))  # as the doctor does
        assert any(f"{path}, line 2" in about for about in told), told
        if name.rpartition("/")[2] not in (*LETTERS, *FORMS):
            refused = alerts("--project", str(rich), "queue", "--month", str(MONTH))
            assert refused.code == 1
            assert f"{path}, line 2" in refused.stderr
        with closing(database(rich)) as db:
            assert sum(outbox_figures.counts(db, MONTH).values()) == 0
    finally:
        path.unlink()


def test_a_status_is_shown_and_names_the_template_that_is_broken(
    rich: Path, alerts: Alerts
) -> None:
    path = _break(rich, "email/issue/body.txt")
    try:
        here = ("--project", str(rich), "status", "--month", str(MONTH))
        shown = alerts(*here, "--json")
        assert (shown.code, shown.json["articles"], shown.json["state"]) == (0, 4, "draft")
        assert f"{path}, line 2" in shown.json["fault"]
        told = alerts(*here)
        assert "2026-10: draft, 4 articles" in told.stdout
        assert f"cannot be rendered: {path}, line 2" in told.stderr
    finally:
        path.unlink()


def test_a_broken_notice_stops_no_issue_and_is_mailed_once_when_mended(served: Served) -> None:
    root = served.settings.root
    path = _break(root, "email/confirm/body.html")
    served.sign_up()
    with pytest.raises(Exception, match="line 2"):
        served.post_office()
    path.unlink()
    assert len(served.post_office()) == 1
    assert served.post_office() == []


def test_the_doctor_names_each_broken_template_with_file_and_line(
    project: Path, alerts: Alerts
) -> None:
    read = [name for name in ALL if not name.startswith("preview/")]
    for name in read:
        _break(project, name).write_text("line one\n{% broken %}\n", encoding="utf-8")
    found = alerts("doctor", "--offline", "--json")
    told = [f["about"] for f in found.json["findings"] if f["check"] == "templates"]
    assert found.code == 1
    for name in read:
        assert any(f"{project / 'templates' / name}, line 2" in about for about in told), name


def test_the_doctor_finds_a_name_that_no_handler_gives(project: Path) -> None:
    settings = load(project, {})
    assert list(faults(settings)) == []
    paths = [_break(project, f"web/{name}.html") for name in page_names()]
    assert [fault.place for fault in faults(settings)] == [f"{path}, line 2" for path in paths]


def test_the_doctor_says_nothing_against_templates_that_render(
    project: Path, alerts: Alerts
) -> None:
    for name in ALL:
        own = project / "templates" / name
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_bytes((TEMPLATES / name).read_bytes())
    found = json.loads(alerts("doctor", "--offline", "--json").stdout)["findings"]
    (told,) = [f for f in found if f["check"] == "templates"]
    assert told["level"] == "ok", told


def test_the_preview_is_made_from_packaged_templates_alone(project: Path) -> None:
    """An own copy below templates/preview/ is never read, so it cannot break anything."""
    from alerts.editions.environment import compiled, environment

    for name in ALL:
        if name.startswith("preview/"):
            compiled(environment(TEMPLATES), name)
