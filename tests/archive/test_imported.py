"""`archive import`: years of old issues, dated, by language, searchable, never mailed."""

import json
import re
from pathlib import Path

import pytest

from tests import validator
from tests.archive.old_exports import (
    BUTTONDOWN,
    MAIL,
    MAILCHIMP_PAGE,
    PRIVATE,
    SPANISH,
    bomb,
    mailchimp,
    zipped,
)
from tests.conftest import Alerts
from tests.factories import add_subscribers, database, queue_issue, sqlite_connection
from tests.pages import serve

ENGLISH = "<html lang='en'><p>The people of the valley went to court and they won it.</p></html>"


def _import(alerts: Alerts, path: Path, *more: str) -> dict[str, dict[str, str]]:
    """What became of each file, by its name."""
    found = alerts("archive", "import", str(path), "--json", *more)
    return {one["file"]: one for one in found.json["files"]}


def _pages(alerts: Alerts, folder: Path) -> dict[str, str]:
    assert alerts("archive", "export", str(folder)).code == 0
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in paths}


def test_an_account_export_of_mailchimp(project: Path, alerts: Alerts, tmp_path: Path) -> None:
    """By its table, without templates and lists; twice changes nothing."""
    export = mailchimp(tmp_path / "export.zip")
    dry = _import(alerts, export, "--dry-run")
    assert {one["fate"] for one in dry.values()} == {"imported"}
    assert alerts("archive", "verify").stdout == "0 editions, 0 altered\n"
    told = alerts("archive", "import", str(export))
    assert told.code == 0
    assert "2018-11-02  en     The dams were stopped" in told.stdout
    assert "2019-05-05  es     Mayo: agua, para todos" in told.stdout
    assert "2 issues imported, 0 unchanged, 0 skipped, 0 failed" in told.stdout
    again = _import(alerts, export)
    assert [one["fate"] for one in again.values()] == ["unchanged"] * 2
    assert alerts("archive", "verify").stdout == "2 editions, 0 altered\n"
    with sqlite_connection(project / "subscribers.db") as db:
        db.execute("UPDATE imported_issues SET html = html || '<p>More</p>' WHERE language = 'en'")
    altered = alerts("archive", "verify")
    assert (altered.code, "altered since it was frozen: html" in altered.stderr) == (1, True)


def test_nothing_personal_and_nothing_that_acts_reaches_a_page(
    project: Path, alerts: Alerts, tmp_path: Path
) -> None:
    """Merge tags, pixels, scripts, forms, addresses and names of readers, links that are theirs."""
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "2018-10.html").write_text(MAILCHIMP_PAGE)
    (folder / "march.eml").write_text(MAIL)
    (folder / "emails.csv").write_text(BUTTONDOWN)
    found = _import(alerts, folder)
    assert {one["fate"] for one in found.values()} == {"imported", "skipped"}
    made = _pages(alerts, tmp_path / "site")
    pages = {name: text for name, text in made.items() if re.search(r"/\d{4}-\d\d-\d\d/", name)}
    assert len(pages) == 3
    for name, page in pages.items():
        words = page.partition("<main")[2].partition("</main")[0]
        assert not [one for one in PRIVATE if one in words], name
    march = next(text for name, text in pages.items() if "2016-03" in name)
    assert '<a href="https://www.example.org/court" rel="nofollow">court</a>' in march
    assert "Leave" not in march
    october = next(text for name, text in pages.items() if "2018-10" in name)
    assert "<h2>The alert of October</h2>" in october
    assert "<p>Dear, the " in october
    assert '<a href="https://www.example.org/dams" rel="nofollow">dams</a>' in october
    assert "Imported" in october
    with sqlite_connection(project / "subscribers.db") as db:
        kept = " ".join(map(str, db.execute("SELECT * FROM imported_issues").fetchall()))
    assert not [one for one in PRIVATE if one in kept]


def test_dates_are_of_the_message_the_name_or_the_page_and_else_asked_for(
    project: Path, alerts: Alerts, tmp_path: Path
) -> None:
    folder = tmp_path / "old"
    folder.mkdir()
    (folder / "march.eml").write_text(MAIL)  # its zone is five hours behind
    (folder / "alert_2017-04-03.html").write_text(ENGLISH)
    (folder / "boletin-mayo-2019.html").write_text(SPANISH)
    (folder / "meta.html").write_text(
        f"<meta property='article:published_time' content='2015-07-01'>{SPANISH} 1"
    )
    (folder / "listed.html").write_text(f"{SPANISH} 2")
    (folder / "dates.csv").write_text("file,date\nlisted.html,2014-02-03\n")
    (folder / "none.html").write_text(f"{SPANISH} 3")
    (folder / "later.html").write_text(f"<time datetime='2999-01-01'>{SPANISH} 4")
    result = alerts("archive", "import", str(folder), "--json")
    found = {one["file"]: one for one in result.json["files"]}
    assert {name: one["date"] for name, one in found.items() if one["date"]} == {
        "alert_2017-04-03.html": "2017-04-03",
        "boletin-mayo-2019.html": "2019-05-01",
        "listed.html": "2014-02-03",
        "march.eml": "2016-03-05",
        "meta.html": "2015-07-01",
    }
    assert result.code == 1, "one bad file leaves the others"
    assert "none.html: has no date: give --date" in found["none.html"]["reason"]
    assert "dates.csv" in found["none.html"]["reason"]
    assert "cannot be the day" in found["later.html"]["reason"]
    asked = _import(alerts, folder / "none.html", "--date", "2013-01-01")
    assert asked["none.html"]["issue"] == "2013-01-01"


def test_languages_and_several_mails_a_day(project: Path, alerts: Alerts, tmp_path: Path) -> None:
    """A key of its own each, beside the month's issue of ours, which is not replaced."""
    db = database(project)
    add_subscribers(db, 2)
    queue_issue(project, db)
    db.close()
    folder = tmp_path / "old"
    folder.mkdir()
    for name, text in (("a", ENGLISH), ("b", f"{ENGLISH} Again."), ("c", SPANISH)):
        (folder / f"2026-10-05-{name}.html").write_text(text)
    (folder / "2026-10-06.html").write_text("<p>Ok</p>")
    found = _import(alerts, folder)
    assert [(one["issue"], one["language"]) for one in found.values() if one["issue"]] == [
        ("2026-10-05", "en"),
        ("2026-10-05-2", "en"),
        ("2026-10-05", "es"),
    ]
    assert "give --language" in found["2026-10-06.html"]["reason"]
    assert _import(alerts, folder, "--language", "pt-br")["2026-10-06.html"]["language"] == "pt-br"
    pages = _pages(alerts, tmp_path / "site")
    assert "Hello" in pages["archive/2026-10/en/index.html"]
    front = pages["archive/en/index.html"]
    for path in ("2026-10/en", "2026-10-05/en", "2026-10-05-2/en", "2026-10-05/es"):
        assert f'href="../../archive/{path}/index.html"' in front
        assert f"archive/{path}" in pages["archive/sitemap.xml"]
    for feed in ("feed.en.atom", "feed.en.json"):
        assert "2026-10-05" not in pages[f"archive/{feed}"], "no news for feed readers"


def test_they_are_owed_to_nobody(project: Path, alerts: Alerts, tmp_path: Path) -> None:
    """By constraint: deliveries belong to issues, and these are none."""
    db = database(project)
    add_subscribers(db, 3)
    before = alerts("status", "--json").json
    (tmp_path / "2026-10-05.html").write_text(ENGLISH)
    _import(alerts, tmp_path / "2026-10-05.html")
    assert alerts("status", "--json").json == before
    for command in (("queue",), ("send",)):
        alerts(*command, "--month", "2026-10")
    assert not [*(project / "outbox").glob("new/*")] if (project / "outbox").exists() else True
    assert db.execute(
        "SELECT count(*) FROM issues WHERE state IN ('queued', 'sent')"
    ).fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM deliveries").fetchone() == (0,)
    db.close()


def test_search_and_the_pages_of_the_server(project: Path, alerts: Alerts, tmp_path: Path) -> None:
    _import(alerts, mailchimp(tmp_path / "export.zip"))
    with serve(project) as served:
        hits = served.get("/archive/search?q=juicio&in=es").text
        assert "archive/2019-05-05/es" in hits
        assert "<mark>juicio</mark>" in hits
        page = served.get("/archive/2019-05-05/es")
        assert page.status_code == 200
        assert page.headers["content-language"] == "es"
        assert "script-src" not in page.headers["content-security-policy"]
        assert served.get("/archive/2019-05-05/fr").status_code == 404
        assert served.get("/archive/2019-05-06/es").status_code == 404
        assert served.get("/archive/feed.es.atom").status_code == 200
        assert "archive/2019-05-05/es" in served.get("/archive/en").text
        assert "archive/2019-05-05/es" in served.get("/sitemap.xml").text


def test_withdrawn_erased_and_not_imported_again(
    project: Path, alerts: Alerts, tmp_path: Path
) -> None:
    export = mailchimp(tmp_path / "export.zip")
    _import(alerts, export)
    with serve(project) as served:

        def shown() -> tuple[bool, bool]:
            page = served.get("/archive/2019-05-05/es").text
            return "juicio" in page, "/2019-05-05/" in served.get(
                "/archive/search?q=juicio&in=es"
            ).text

        assert shown() == (True, True)
        withdraw = ("archive", "withdraw", "2019-05-05")
        assert alerts(*withdraw, "--why", "A name was wrong.").code == 0
        assert shown() == (False, False)
        page = served.get("/archive/2019-05-05/es").text
        assert "A name was wrong." in page
        assert "agua, para todos" not in page + served.get("/archive/es").text
        (listed,) = alerts("archive", "withdrawn", "--json").json
        assert (listed["issue"], listed["why"]) == ("2019-05-05", "A name was wrong.")
        assert "imported issue" in alerts("archive", "withdrawn").stdout
        assert alerts(*withdraw, "--undo").code == 0
        assert shown() == (True, True)
        assert alerts(*withdraw, "--erase").code == 2, "nobody can be asked"
        assert alerts(*withdraw, "--erase", "--yes").code == 0
        assert shown() == (False, False)
    with sqlite_connection(project / "subscribers.db") as db:
        assert db.execute(
            "SELECT subject, html, text FROM imported_issues WHERE erased"
        ).fetchall() == [("", "", "")]
        db.execute("INSERT INTO imported_words(imported_words) VALUES ('integrity-check')")
    assert alerts("archive", "verify").code == 0
    assert alerts(*withdraw, "--undo").code == 2
    assert {one["fate"] for one in _import(alerts, export).values()} == {"unchanged"}
    assert alerts("archive", "withdraw", "2001-01-01").code == 2


@pytest.mark.proof
def test_the_pages_are_valid(project: Path, alerts: Alerts, tmp_path: Path) -> None:
    """The page of an imported issue, the list with it, a search, and one that is withdrawn."""
    _import(alerts, mailchimp(tmp_path / "export.zip"))
    paths = ("2018-11-02/en", "2019-05-05/es", "en", "search?q=juicio&in=es")
    with serve(project) as served:
        pages = [served.get(f"/archive/{path}").text for path in paths]
        assert alerts("archive", "withdraw", "2018-11-02", "--why", "Wrong.").code == 0
        pages.append(served.get("/archive/2018-11-02/en").text)
    files = [tmp_path / f"{place}.html" for place in range(len(pages))]
    for file, page in zip(files, pages, strict=True):
        file.write_text(page, encoding="utf-8")
    assert validator.faults(files, {}) == []


@pytest.mark.parametrize("name", ["bomb", "damaged", "inside", "nothing", "missing"])
def test_what_is_too_large_damaged_or_empty_is_refused_in_one_line(
    project: Path, alerts: Alerts, tmp_path: Path, name: str
) -> None:
    path = tmp_path / f"{name}.zip"
    words = {"bomb": "over 20 MB", "nothing": "holds no issue"}
    words |= {"damaged": "export it again", "inside": "export it again"}
    if name == "bomb":
        bomb(path)
    elif name == "damaged":
        octets = mailchimp(path).read_bytes()
        path.write_bytes(octets.replace(octets[300:340], b"\0" * 40))
    elif name == "inside":
        octets = zipped({"2018-01-02.html": ENGLISH * 40}, path).read_bytes()
        start = octets.index(b".html") + 8
        path.write_bytes(octets[:start] + b"\xff" * 30 + octets[start + 30 :])
    elif name == "nothing":
        zipped({"readme.txt": "x"}, path)
    found = alerts("archive", "import", str(path))
    assert found.code == 1
    assert words.get(name, "no such file") in found.stderr
    assert "Traceback" not in found.stderr
    if name == "bomb":
        assert "1 issue imported" in found.stdout, "the other file is"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.eml", b"\xff\xfe\0\0nonsense"),
        ("a.eml", b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * 2000),
        ("a.eml", b"Date: nonsense\nContent-Type: text/html; charset=nonsense\n\n<p>Words</p>"),
        ("a.html", b"<html><body><script>only()</script>"),
        ("a.html", b"<div>" * 20000),
        ("a.html", b"<b>x<i>y" * 5000),
        ("a.md", b"---\ntitle: x\n"),
        ("a.json", b"[" * 100_000),
        ("a.csv", b'date,body\n"2019'),
    ],
)
def test_hostile_files_are_told_in_a_line(
    project: Path, alerts: Alerts, tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)
    found = alerts("archive", "import", str(tmp_path / name))
    assert found.code in (0, 1)
    assert "Traceback" not in found.stderr
    assert len(found.stderr.strip().splitlines()) <= 1


def test_no_attribute_of_a_document_can_break_out_of_its_text(
    project: Path, alerts: Alerts, tmp_path: Path
) -> None:
    """Only the elements that we write are on the page."""
    hostile = """<p>&lt;script&gt;alert(1)&lt;/script&gt; one two three the people of the valley
    <a href='https://x.org/"><script>alert(2)</script>'>won</a> {slot:name|x} {{ 7*7 }}</p>
    <iframe src=//evil.example></iframe><svg><script>3</script></svg><style>@import url(//e.x)</style>
    <base href=//evil.example><meta http-equiv=refresh content=0><object data=x></object>"""
    (tmp_path / "2018-01-02.html").write_text(hostile)
    _import(alerts, tmp_path / "2018-01-02.html", "--language", "en")
    page = _pages(alerts, tmp_path / "site")["archive/2018-01-02/en/index.html"]
    body = page.partition("<main")[2].partition("</main")[0]
    tags = set(re.findall(r"<(\w+)", body))
    assert tags <= {"h1", "p", "div", "a", "ul", "li", "strong", "em", "h2", "h3", "blockquote"}
    assert "evil" not in body
    assert "49" not in json.dumps(body)
