"""Pictures of an issue reach readers from our pages or within the e-mail, and from nobody else."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts import Project
from alerts.config.load import load
from alerts.domain.article import Article, Image, Profile
from alerts.domain.issue import Edition
from alerts.domain.month import Month
from alerts.domain.picture import names_in
from alerts.editions.draft import drafted
from alerts.mail.merge import sample
from alerts.outbox.queue import queue
from alerts.sources.collect import collect
from alerts.sources.fetch import Fetcher
from alerts.store import articles, create, pictures, profiles, transaction
from tests.conftest import Alerts
from tests.drawn import drawing, file_of, opened, photograph
from tests.factories import database_at
from tests.http_server import Site, site
from tests.pages import serve

OCTOBER = Month(2026, 10)
NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
SETTINGS = """\
[alert]
name = "The Alert"
organisation = "Open Consortium"
address = "61 Mansell Street, London"
languages = ["en", "es"]
logo = "logo.png"

[alert.layouts]
news = "featured"

[web]
base_url = "https://alerts.example.org/here"

[sources]
allow_private = true
retries = 0

[pictures]
timeout = "2m"
"""


@pytest.fixture(scope="module")
def web() -> Iterator[Site]:
    """Where the pictures are, as long as they are there."""
    with site() as here:
        here.serve("/one.jpg", file_of(photograph(1400, 900)), ETag='"1"')
        here.serve("/two.png", file_of(drawing(900, 600), "PNG"), ETag='"2"')
        here.serve("/lab.png", file_of(drawing(300, 300), "PNG"), ETag='"3"')
        yield here


@pytest.fixture(scope="module")
def collected(web: Site, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose October has two stories with pictures, collected once for all tests here."""
    root = tmp_path_factory.mktemp("collected")
    (root / "alerts.toml").write_text(SETTINGS, encoding="utf-8")
    (root / "logo.png").write_bytes(file_of(drawing(400, 128), "PNG"))
    db = create(root / "subscribers.db")
    settings = load(root, {})
    one = Article("https://a.example/1", "First", "Words.", featured=True, profile="lab")
    two = Article("https://a.example/2", "Second", "Words.")
    with transaction(db):
        articles.put(
            db, replace(one, image=Image(web.url("/one.jpg"), "A door")), OCTOBER, None, NOW
        )
        articles.put(db, replace(two, image=Image(web.url("/two.png"))), OCTOBER, None, NOW)
        profiles.put(db, Profile("lab", "City Lab", logo=web.url("/lab.png")))
    result = collect(db, settings, OCTOBER, NOW, fetcher=Fetcher(settings))
    assert result.notes == []
    db.close()
    return root


@pytest.fixture
def root(collected: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that project, for one test."""
    for name in ("alerts.toml", "logo.png", "subscribers.db"):
        (tmp_path / name).write_bytes((collected / name).read_bytes())
    os.chmod(tmp_path / "subscribers.db", 0o600)
    Project.create(tmp_path).close()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def db(root: Path) -> Iterator[Database]:
    database = database_at(root / "subscribers.db")
    yield database
    database.close()


def _english(db: Database, root: Path, **environment: str) -> Edition:
    return drafted(db, load(root, environment), OCTOBER).editions[0]


def _html(message: EmailMessage) -> str:
    part = message.get_body(("html",))
    assert isinstance(part, EmailMessage)
    return str(part.get_content())


def _sampled(edition: Edition, root: Path) -> EmailMessage:
    octets = sample(edition, load(root, {}), OCTOBER, NOW)
    message = message_from_bytes(octets, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def test_an_edition_shows_copies_only_and_is_told_no_height(db: Database, root: Path) -> None:
    edition = _english(db, root)
    assert "127.0.0.1" not in edition.html
    assert edition.html.count("https://alerts.example.org/here/pictures/") == 4
    shown = re.findall(r'<img class="pic[^>]* width="(\d+)"', edition.html)
    assert shown == ["640", "592"], "the lead from edge to edge, the other between the paddings"
    assert 'height="315"' not in edition.html
    assert 'alt="A door"' in edition.html
    assert [opened(one.octets).size for one in edition.pictures] == [
        (400, 128), (1280, 720), (900, 506), (128, 128),
    ]  # fmt: skip


def test_a_picture_that_nobody_described_is_decoration_and_its_link_says_nothing(
    db: Database, root: Path
) -> None:
    html = _english(db, root).html
    assert '<a href="https://a.example/2" aria-hidden="true" tabindex="-1"' in html
    assert '<a href="https://a.example/1" aria-hidden' not in html


def test_pages_serve_a_picture_for_good_and_whole(db: Database, root: Path) -> None:
    (_, lead, *_) = _english(db, root).pictures
    with serve(root) as here:
        path = f"/pictures/{lead.name}"
        answer = here.get(path)
        assert (answer.status_code, answer.content) == (200, lead.octets)
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert here.get(path, headers={"Range": "bytes=0-9"}).status_code == 200
        tag = answer.headers["etag"]
        assert here.get(path, headers={"If-None-Match": tag}).status_code == 304
        assert here.client.head(path.lstrip("/")).headers["content-length"] == str(len(lead.octets))
        stem = lead.name.partition(".")[0]
        for wrong in (
            f"{stem}.png",
            stem,
            f"{stem[:-1]}0.jpg",
            f"{'0' * 64}.jpg",
            "..%2f..%2fx.jpg",
        ):
            assert here.get(f"/pictures/{wrong}").status_code == 404


def _loads_elsewhere(page: str) -> bool:
    return any(f'{name}="http' in page for name in ("src", "background", "srcset"))


def test_the_archive_loads_nothing_from_others_and_outlives_the_sites_of_the_pictures(
    db: Database, root: Path, alerts: Alerts, tmp_path: Path
) -> None:
    settings = load(root, {})
    queue(db, settings, OCTOBER, NOW)
    with transaction(db):
        db.conn.execute("DELETE FROM picture_versions")
        db.conn.execute("DELETE FROM picture_originals")
        pictures.sweep(db)
    with serve(root) as here:
        page = here.get("/archive/2026-10/en")
        assert "img-src 'self';" in page.headers["content-security-policy"]
        assert not _loads_elsewhere(page.text)
        names = list(names_in(page.text))
        assert len(names) == 4
        assert f'content="{here.settings.web.base_url}/pictures/{names[0]}"' in page.text
        for name in names:
            assert here.get(f"/pictures/{name}").status_code == 200
        assert not _loads_elsewhere(here.get("/archive").text)
    done = alerts("archive", "export", str(tmp_path / "out"))
    assert done.code == 0, done.stderr
    exported = (tmp_path / "out" / "archive" / "2026-10" / "en" / "index.html").read_text("utf-8")
    for name in names:
        assert f'src="../../../pictures/{name}"' in exported
        kept = pictures.get(db, name)
        assert kept is not None
        assert (tmp_path / "out" / "pictures" / name).read_bytes() == kept.octets
    assert alerts("archive", "verify").code == 0
    with transaction(db):
        db.conn.execute("UPDATE pictures SET octets = x'00'")
    assert "altered since it was frozen: pictures" in alerts("archive", "verify").stderr


def test_pictures_within_an_e_mail_are_parts_that_its_html_names(db: Database, root: Path) -> None:
    edition = _english(db, root, ALERTS_PICTURES__DELIVERY="cid")
    message = _sampled(edition, root)
    _, related = message.iter_parts()
    page, *carried = related.iter_parts()
    html = page.get_content()
    assert (related.get_content_type(), page.get_content_type()) == (
        "multipart/related",
        "text/html",
    )
    assert "/pictures/" not in html
    assert {part["Content-ID"] for part in carried} == {
        f"<{one.name[:40]}@example.org>" for one in edition.pictures
    }
    assert all(f"cid:{part['Content-ID'][1:-1]}" in html for part in carried)
    assert {part.get_content() for part in carried} == {one.octets for one in edition.pictures}
    assert all(part.get_content_disposition() == "inline" for part in carried)


def test_a_queued_issue_carries_its_pictures_in_its_template_the_same_for_all(
    db: Database, root: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        alerts("subscriber", "add", f"{name}@example.com", "--consent", "on paper")
    monkeypatch.setenv("ALERTS_PICTURES__DELIVERY", "cid")
    assert alerts("queue", "--month", "2026-10").code == 0
    assert alerts("send", "--month", "2026-10").code == 0
    sent = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in (root / "outbox" / "new").iterdir()
    ]
    bodies = []
    for message in sent:
        assert isinstance(message, EmailMessage)
        assert "cid:" in _html(message)
        bodies.append(
            [
                part.get_content()
                for part in message.walk()
                if part.get_content_maintype() == "image"
            ]
        )
    assert bodies[0] == bodies[1]
    assert len(bodies[0]) == 4


def test_pictures_from_their_sources_are_as_they_were_before(
    db: Database, root: Path, web: Site
) -> None:
    edition = _english(db, root, ALERTS_PICTURES__DELIVERY="source")
    assert f'src="{web.url("/one.jpg")}"' in edition.html
    assert edition.pictures == ()
    none = _english(db, root, ALERTS_PICTURES__DELIVERY="none")
    assert "127.0.0.1" not in none.html
    assert len(none.pictures) == 2  # the logos


def test_the_last_stories_go_without_where_pictures_weigh_too_much(
    db: Database, root: Path
) -> None:
    whole = _english(db, root)
    lead = len(whole.pictures[1].octets)
    light = _english(db, root, ALERTS_PICTURES__MOST_BYTES=str(lead))
    assert {one.name for one in light.pictures} == {
        one.name for n, one in enumerate(whole.pictures) if n != 2
    }


def test_rendering_writes_pictures_beside_the_pages_and_into_the_mails(
    root: Path, alerts: Alerts
) -> None:
    done = alerts("render", "--month", "2026-10", "--out", "out", "--json")
    assert done.code == 0, done.stderr
    english, _ = done.json["editions"]
    folder = root / "out" / "2026-10"
    html = (folder / "en.html").read_text("utf-8")
    assert not _loads_elsewhere(html)
    assert len(english["pictures"]) == 4
    for path in english["pictures"]:
        assert f'src="pictures/{Path(path).name}"' in html
    assert english["picture_bytes"] == sum(len(Path(p).read_bytes()) for p in english["pictures"])
    message = message_from_bytes((folder / "en.eml").read_bytes(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert _html(message).count("cid:") == 4


def test_the_weight_is_told_and_the_editor_is_asked_for_descriptions(
    db: Database, root: Path, alerts: Alerts, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert alerts("render", "--month", "2026-10").code == 0
    shown = alerts("issue", "show", "--month", "2026-10")
    assert "pictures: en 4, " in shown.stdout
    assert (
        alerts("issue", "show", "--month", "2026-10", "--json").json["pictures"]["en"]["shown"] == 4
    )
    second = next(a for a in articles.of_month(db, OCTOBER) if a.title == "Second")
    linted = alerts(
        "issue", "lint", "--month", "2026-10", "--only", "picture-undescribed", "--no-spam"
    )
    assert f"`alerts article edit {second.id} --image-alt TEXT`" in linted.stdout
    assert "“First”" not in linted.stdout
    edited = alerts("article", "edit", second.id, "--image-alt", "A chart")
    assert edited.code == 0, edited.stderr
    again = alerts(
        "issue", "lint", "--month", "2026-10", "--only", "picture-undescribed", "--no-spam"
    )
    assert "nothing found" in again.stdout
    dead = alerts("article", "edit", second.id, "--image", "http://127.0.0.1:1/gone.jpg")
    assert f"{second.id} “Second”: its picture is not shown: " in dead.stderr
    missing = alerts(
        "issue", "lint", "--month", "2026-10", "--only", "picture-missing", "--no-spam"
    )
    assert "is shown without its picture: http://127.0.0.1:1/gone.jpg: " in missing.stdout
    monkeypatch.setenv("ALERTS_PICTURES__MOST_BYTES", "100")
    heavy = alerts("issue", "lint", "--month", "2026-10", "--json", "--no-spam").json
    codes = {finding["code"] for finding in heavy["editions"][0]["findings"]}
    assert "pictures-heavy" in codes  # logos are not cut


def test_an_editor_gives_a_file_and_moves_its_focus(
    db: Database, root: Path, alerts: Alerts
) -> None:
    (root / "mine.jpg").write_bytes(file_of(photograph(1200, 1800, 2)))
    (root / "small.png").write_bytes(file_of(drawing(80, 60), "PNG"))
    before = _english(db, root).pictures
    refused = alerts("article", "edit", "Second", "--image", "small.png")
    assert refused.code == 1
    assert refused.stderr.startswith("alerts: small.png: has 80×60 pixels")
    assert _english(db, root).pictures == before
    given = alerts("article", "edit", "Second", "--image", "mine.jpg", "--image-alt", "A mast")
    assert given.code == 0, given.stderr
    first = _english(db, root)
    assert 'alt="A mast"' in first.html
    assert first.pictures[2] not in before
    moved = alerts("article", "edit", "Second", "--image-focus", "50,95")
    assert moved.code == 0, moved.stderr
    assert _english(db, root).pictures[2] != first.pictures[2]
    for wrong in ("50", "a,b", "50,101", "-1,4"):
        assert alerts("article", "edit", "Second", "--image-focus", wrong).code == 2
    assert alerts("article", "edit", "Second", "--image", "missing.png").code == 2


def test_the_text_of_an_issue_carries_pictures_there_and_back(
    db: Database, root: Path, alerts: Alerts
) -> None:
    text = alerts("issue", "export", "-", "--month", "2026-10").stdout
    assert text.count("Picture focus:") == 2
    changed = text.replace("Picture focus:", "Picture focus: 10,10", 1)
    assert alerts("issue", "import", "-", "--month", "2026-10", stdin=text).code == 0
    assert [a.image for a in articles.of_month(db, OCTOBER) if a.image and a.image.focus] == []
    done = alerts("issue", "import", "-", "--month", "2026-10", stdin=changed)
    assert done.code == 0, done.stderr
    first = next(a for a in articles.of_month(db, OCTOBER) if a.title == "First")
    assert first.image is not None
    assert (first.image.alt, first.image.focus) == ("A door", (10, 10))
    wrong = alerts(
        "issue", "import", "-", "--month", "2026-10", stdin=changed.replace("10,10", "a, b")
    )
    assert "write the focus as two numbers" in wrong.stderr


def test_a_picture_of_a_folder_source_is_a_file_beside_its_text(
    db: Database, root: Path, alerts: Alerts
) -> None:
    folder = root / "texts"
    folder.mkdir()
    (folder / "mine.png").write_bytes(file_of(drawing(900, 600), "PNG"))
    (root / "secret.png").write_bytes(file_of(drawing(900, 600), "PNG"))
    for name, image in (("in", "mine.png"), ("out", "../secret.png")):
        (folder / f"{name}.md").write_text(
            f"---\ntitle: {name}\nurl: https://a.example/{name}\nimage: {image}\n"
            "image_focus: '20,30'\npublished: 2026-10-03\n---\nText.\n"
        )
    assert alerts("source", "add", "texts").code == 0
    assert alerts("collect", "--month", "2026-10", "--json").json["new"] == 2
    found = {a.title: a.image for a in articles.of_month(db, OCTOBER)}
    assert found["in"] == Image("file:texts/mine.png", "", (20, 30))
    assert found["out"] is None or found["out"].url == "https://a.example/secret.png"
    shown = json.loads(alerts("article", "show", "in", "--json").stdout)
    assert shown["image"] == {"url": "file:texts/mine.png", "alt": "", "focus": "20,30"}


def test_pictures_of_a_draft_are_in_the_preview(db: Database, root: Path) -> None:
    from alerts.preview.sample import EditionPreview

    for delivery in ("web", "cid"):
        environment = {"ALERTS_PICTURES__DELIVERY": delivery}
        exhibit = EditionPreview.of(_english(db, root, **environment), load(root, {}), OCTOBER, NOW)
        page = exhibit.page()
        assert page.count('src="data:image/') == 4
        assert "cid:" not in page
