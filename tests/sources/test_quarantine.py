"""What is not plausible is held: stored, left out, told, read again, and released once it is right."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from alerts.config.declarations import SourcesSettings
from alerts.config.settings import Settings
from alerts.domain.article import Article, Source, SourceKind
from alerts.domain.month import Month
from alerts.sources.collect import collect
from alerts.sources.collected import Collected
from alerts.sources.plausible import doubts
from alerts.store import articles, quarantine
from alerts.store import sources as store
from tests.conftest import Alerts
from tests.http_server import Site

NOW = datetime(2026, 11, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
OCTOBER = Month(2026, 10)
URL = "https://site.example/news/{}"
LONG = "The committee adopted a resolution on prison health on Wednesday after two days of talks."

REPORT = "In three of the five countries of the region, arrests fell by half after the reform of last year."


def _page(title: str, text: str, head: str = "") -> bytes:
    return (
        f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{title}</title>{head}</head>"
        f"<body><main><h1>{title}</h1><p>{text}</p></main></body></html>"
    ).encode()


GOOD = {
    "/en/news/prison-en": ("Committee adopts prison health resolution", LONG),
    "/en/news/item-2": ("Regional office number 2 opens its doors to the public",
                        "The office in the north opened on Monday with a day of talks for its neighbours."),
    "/en/news/item-3": ("Regional office number 3 opens its doors to the public",
                        "In the south, the third office welcomes visitors from Friday on, said its head."),
}  # fmt: skip
BAD = {
    "/soft404.html": ("A page that was moved somewhere else last week", "Page not found | NGO",
        "The requested page could not be found. It may have been moved or deleted. Please use the search."),
    "/pardon.html": ("Regional report on decriminalisation and health", "Pardon Our Interruption",
        "As you were browsing something about your browser made us think you were a bot. There are a few "
        "reasons this might happen: You are a power user moving through this website with speed."),
    "/wall.html": ("Interview with the new head of the agency today", "Before you continue to the site",
        "We use cookies and data to deliver and maintain services, track outages and protect against spam, "
        "fraud and abuse. Measure audience engagement and site statistics to understand how they are used."),
}  # fmt: skip


def _list(web: Site) -> str:
    """A listing of three articles and three pages that are none, all answered 200."""
    links = {path: title for path, (title, _) in GOOD.items()} | {p: b[0] for p, b in BAD.items()}
    rows = "".join(
        f'<li class=row><h3><a href="{path}">{said}</a></h3></li>' for path, said in links.items()
    )
    for path, (title, text) in GOOD.items():
        web.serve(path, _page(title, text), content_type="text/html; charset=utf-8")
    for path, (_, title, text) in BAD.items():
        web.serve(path, _page(title, text), content_type="text/html; charset=utf-8")
    whole = f"<!doctype html><html lang=en><head><title>News</title></head><body><main><ul>{rows}</ul></main>"
    return web.serve("/list.html", whole.encode(), content_type="text/html")


def _settings(root: Path) -> Settings:
    return Settings(root=root, sources=SourcesSettings(allow_private=True, retries=0))


def _collected(db: Database, root: Path, now: datetime = NOW) -> Collected:
    return collect(db, _settings(root), OCTOBER, now)


def _in(db: Database) -> set[str]:
    return {a.title for a in articles.of_month(db, OCTOBER) if not a.excluded}


def _held(db: Database) -> set[str]:
    kept = quarantine.open_ones(db, OCTOBER)
    return {articles.get(db, one.article_id).article.title for one in kept}


@pytest.fixture
def listed(db: Database, web: Site) -> Site:
    """A project with the listing as its source."""
    assert store.add(db, Source(0, _list(web), SourceKind.LISTING), NOW)
    return web


def test_pages_that_are_no_articles_are_held_and_told(
    db: Database, listed: Site, tmp_path: Path
) -> None:
    result = _collected(db, tmp_path)
    assert _in(db) == {title for title, _ in GOOD.values()}
    assert _held(db) == {title for _, title, _ in BAD.values()}
    told = "\n".join(result.notes)
    assert all(f"“{title}”" in told for _, title, _ in BAD.values())
    assert told.count("held in quarantine") == 3
    assert result.new == 6


def test_a_held_page_is_read_again_and_released_once_it_is_right(
    db: Database, listed: Site, tmp_path: Path
) -> None:
    _collected(db, tmp_path)
    said = BAD["/pardon.html"][0]
    listed.serve("/pardon.html", _page(said, REPORT), content_type="text/html")
    result = _collected(db, tmp_path, NOW + DAY)
    assert said in _in(db)
    assert len(_held(db)) == 2
    assert any("leaves quarantine" in note for note in result.notes)
    assert result.updated == 1
    once_more = _collected(db, tmp_path, NOW + 2 * DAY)
    assert (once_more.new, once_more.updated, once_more.notes) == (0, 0, [])


def test_a_held_page_is_read_again_once_a_day_however_often_sources_are(
    db: Database, listed: Site, tmp_path: Path
) -> None:
    _collected(db, tmp_path)

    def asked(now: datetime) -> int:
        before = len(listed.requests)
        _collected(db, tmp_path, now)
        return sum(path == "/pardon.html" for path, _ in listed.requests[before:])

    hours = [1, 2, 23, 24, 25, 47, 48]
    assert [asked(NOW + timedelta(hours=n)) for n in hours] == [0, 0, 0, 1, 0, 0, 1]


def test_a_good_article_is_not_replaced_by_a_bad_reading(
    db: Database, web: Site, tmp_path: Path
) -> None:
    here = web.serve("/one.html", _page("Court decides on homes", LONG), content_type="text/html")
    assert store.add(db, Source(0, here, SourceKind.PAGE), NOW)
    _collected(db, tmp_path)
    web.serve(
        "/one.html", _page("Access denied", "You have been blocked."), content_type="text/html"
    )
    result = _collected(db, tmp_path, NOW + DAY)
    assert _in(db) == {"Court decides on homes"}
    assert any("stays as it was" in note for note in result.notes)


def test_an_editor_has_the_last_word(
    project: Path, alerts: Alerts, web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")
    assert alerts("source", "add", _list(web), "--kind", "listing").code == 0
    told = alerts("collect", "--month", "2026-10")
    assert "held in quarantine" in told.stderr
    shown = alerts("issue", "show", "--month", "2026-10").stdout
    assert "3 articles held in quarantine" in shown
    assert "Pardon Our Interruption: it is a page that blocks programs" in shown
    document = json.loads(alerts("issue", "show", "--month", "2026-10", "--json").stdout)
    assert len(document["quarantine"]) == 3
    assert alerts("article", "include", "Pardon").code == 0
    assert alerts("article", "exclude", "Before you continue").code == 0
    web.serve("/wall.html", _page(BAD["/wall.html"][0], REPORT), content_type="text/html")
    alerts("collect", "--month", "2026-10")
    found = alerts("article", "list", "--month", "2026-10", "--json").stdout
    by_title = {one["title"]: one["excluded"] for one in json.loads(found)}
    assert by_title["Pardon Our Interruption"] is False
    assert by_title["Before you continue to the site"] is True


def _article(
    title: str, text: str = REPORT, url: str = URL.format(1), linked_as: str = "", summary: str = ""
) -> Article:
    marks = (f"link:{linked_as}",) if linked_as else ()
    return Article(url, title, summary or text, text=text, marks=marks)


@pytest.mark.parametrize(
    "title",
    [
        "Page not found", "404", "Error 404 (Not Found)!!1", "404: Not Found | NGO", "Oops! Page not found",
        "NGO: Page not found", "Sorry, the page you are looking for doesn't exist - NGO", "502 Bad Gateway",
        "Página no encontrada", "La página que busca no existe", "Page introuvable | ONG", "Page non trouvée",
        "Página não encontrada – ONG", "Страница не найдена", "Запрашиваемая страница не существует",
        "الصفحة غير موجودة", "Seite nicht gefunden",
        "Access denied", "Access Denied | site.example used Cloudflare to restrict access", "403 Forbidden",
        "Just a moment…", "Just a moment...", "Attention Required! | Cloudflare", "Pardon Our Interruption",
        "Acceso denegado", "Accès refusé", "Acesso negado", "Доступ запрещён", "Are you a robot?",
        "We value your privacy", "Before you continue to the site", "Valoramos tu privacidad",
        "Nous respectons votre vie privée", "Мы используем файлы cookie",
        "Wartungsarbeiten", "Site under maintenance", "Sitio en mantenimiento", "Site en maintenance",
        "Em manutenção", "Ведутся технические работы", "الموقع تحت الصيانة", "Coming Soon – NGO",
        "Log in | NGO", "Iniciar sesión", "Connexion - ONG", "Вход на сайт", "تسجيل الدخول",
        "JavaScript is required", "React App", "site.example is for sale", "This domain is for sale",
        "Home | NGO", "Untitled document", "Index of /files", "https://site.example/news/1",
        "site.example/news/1",
        "Whoops, looks like something went wrong.", "Sorry, this content isn't available right now",
        "¡Ups! Página no encontrada", "Your session has expired", "Client Challenge",
        "Making sure you're not a bot!", "Estamos realizando tareas de mantenimiento", "We'll be right back!",
        "Site en cours de refonte", "Vos choix en matière de cookies",
        "Tu privacidad es importante para nosotros", "You are being redirected...", "Error 1020",
        "Search results for: naloxone", "Request unsuccessful. Incapsula incident ID: 877000",
        "Private Site", "Hello world!",
    ],
)  # fmt: skip
def test_titles_of_pages_that_are_no_articles(title: str) -> None:
    assert doubts(_article(title), page=True), title


@pytest.mark.parametrize(
    "text",
    [
        "You need to enable JavaScript to run this app.",
        "Checking your browser before accessing site.example.",
        "We and our 214 partners store and access information on a device, such as cookies.",
        "Our website is currently undergoing scheduled maintenance. We should be back shortly.",
        "Please log in to your account to read this page.",
        "This domain may be for sale. Buy this domain.",
        "Veuillez activer le JavaScript dans votre navigateur.",
        "Подтвердите, что вы не робот.",
    ],
)
def test_texts_of_pages_that_are_no_articles(text: str) -> None:
    assert doubts(_article("Annual report of the office", text), page=True), text


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Access denied: how prisons refuse treatment", REPORT),
        ("Opioid maintenance treatment in prisons", "Patients are undergoing methadone maintenance "
         "treatment; the system is under review, and maintenance therapy goes on."),
        ("Consent: a new guide for youth workers", REPORT),
        ("Coming home after prison", REPORT),
        ("Home is where the harm reduction is", REPORT),
        ("Acceso restringido a la metadona en Rusia", REPORT),
        ("Domain for sale: who owns the coast?", REPORT),
        ("Coming soon: a vote on cannabis in Malawi", REPORT),
        ("500 days of the new law", REPORT),
        ("Not found guilty: three cases", REPORT),
        ("Cookies and crime: what the police may read", REPORT),
        ("Document of the month: the Vienna statement", "The document is not available in English."),
        ("Welcome to our new director", REPORT),
        ("Доступ к лечению в тюрьмах", REPORT),
        ("Site visits under the new maintenance contract", REPORT),
        ("Gone too soon: in memory of a colleague", REPORT),
    ],
)  # fmt: skip
def test_articles_about_such_things_are_plausible(title: str, text: str) -> None:
    assert doubts(_article(title, text), page=True) == ()


def test_a_long_text_is_an_article_whatever_its_title() -> None:
    assert doubts(_article("Access denied", f"{LONG} " * 30), page=True) == ()


def test_a_title_that_contradicts_its_link() -> None:
    link = "Interview with the new head of the agency"
    wrong = doubts(_article("Summer sale of garden furniture", linked_as=link), page=True)
    assert "contradicts its link" in wrong[0]
    shorter = "The new head of the agency speaks about her plans"
    assert doubts(_article(shorter, linked_as=link), page=True) == ()
    other = "“We have much to do”"
    supported = f"An interview with the head of the agency. {REPORT}"
    assert doubts(_article(other, supported, linked_as=link), page=True) == ()
    front = _article("NGO for justice and health", url="https://site.example/en/", linked_as=link)
    assert "front page" in doubts(front, page=True)[0]


def test_pages_of_one_site_with_one_title_or_one_text() -> None:
    one, two = _article("NGO of the region", LONG), _article("NGO of the region", url=URL.format(2))
    assert "same title" in doubts(one, [one, two], page=True)[0]
    elsewhere = _article("NGO of the region", url="https://other.example/1")
    assert doubts(one, [one, elsewhere], page=True) == ()
    same = [
        _article(title, url=URL.format(title), linked_as=title)
        for title in ("First law", "Second law")
    ]
    assert all("same text" in doubts(article, same, page=True)[0] for article in same)


def test_a_common_footer_is_no_common_text() -> None:
    footer = "Follow us for more news of the region, and support our work with a donation."
    pages = [_article(f"Law number {n}", f"{text}\n{footer}", url=URL.format(n), summary=text)
             for n, text in enumerate((LONG, REPORT))]  # fmt: skip
    assert [doubts(page, pages, page=True) for page in pages] == [(), ()]


def test_a_monthly_title_that_its_link_has_too_is_plausible() -> None:
    title = "Statement of the director"
    pages = [_article(title, text, url=URL.format(n), linked_as=f"{title}, {n} October")
             for n, text in enumerate((LONG, REPORT))]  # fmt: skip
    assert [doubts(page, pages, page=True) for page in pages] == [(), ()]


@pytest.mark.parametrize(
    "summary",
    ["By Ann Lee, 14 October 2026. Tags: prisons", "Published on Wednesday, 10/14/2026 - 10:22 by Ann Lee",
     "Auteur : Ann Lee. Publié le 14 octobre 2026"],
)  # fmt: skip
def test_a_summary_that_repeats_its_metadata(summary: str) -> None:
    article = Article(
        URL.format(1), "Vote on prison health", summary, author="Ann Lee", tags=("prisons",)
    )
    assert "only repeats" in doubts(article, page=False)[0]
    said = Article(URL.format(1), "Vote on prison health", LONG, author="Ann Lee")
    assert doubts(said, page=False) == ()
