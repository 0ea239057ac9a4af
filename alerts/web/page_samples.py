"""Every page with sample values, so that a broken template is found before a visitor meets it.

A page is given only the values that its packaged template uses, as the handlers do. So a misspelt name
in a project's own copy is found, because it has no value.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from jinja2 import meta
from markupsafe import Markup

from alerts.archive.feeds import LanguageFeed
from alerts.config.settings import Settings
from alerts.domain.archived import ArchivedArticle, Hit, Past
from alerts.domain.errors import TemplateFault
from alerts.domain.imported import ImportedIssue, ImportedWithdrawal
from alerts.domain.month import Month
from alerts.domain.subscriber import Subscriber, SubscriberStatus
from alerts.editions.correction import ShownCorrection
from alerts.editions.environment import compiled, environment
from alerts.editions.template_files import packaged_templates
from alerts.subscribers.self_service import PAUSES, LeaveReason
from alerts.text.decoding import written
from alerts.web.accessibility import TestRun
from alerts.web.archive_pages import ListedEdition, PageLinks
from alerts.web.templates import Pages

PARTS = (
    "latest",
    "page",
    "person",
    "share",
    "snippet",
)  # templates that other pages include or extend


def page_names() -> tuple[str, ...]:
    """Every packaged template that is rendered by itself, as a page or a part of one."""
    found = (path.stem for path in (packaged_templates() / "web").glob("*.html"))
    return tuple(sorted(name for name in found if name not in PARTS))


def faults(settings: Settings) -> Iterator[TemplateFault]:
    """The first fault of each page, in each language of the alert."""
    pages = Pages(settings)
    if pages.fault is not None:
        yield pages.fault
    for name in page_names():
        wanted = asked_for(f"web/{name}.html")
        try:
            for language in settings.alert.languages:
                for values in samples(settings, pages, language):
                    given = {key: value for key, value in values.items() if key in wanted}
                    pages.html(f"web/{name}.html", language, "./", given)
        except TemplateFault as fault:
            yield fault
    yield from _faults_of_desk(settings)


def _faults_of_desk(settings: Settings) -> Iterator[TemplateFault]:
    """Templates of the desk that do not compile; with values they are shown only at the desk itself."""
    env = environment(settings.root)
    for path in sorted((packaged_templates() / "web" / "desk").iterdir()):
        try:
            compiled(env, f"web/desk/{path.name}")
        except TemplateFault as fault:
            yield fault


def asked_for(name: str) -> set[str]:
    """The variables that a packaged template uses, with those of all templates that it includes."""
    folder = packaged_templates()
    plain = environment(folder)  # only the packaged templates
    names: set[str] = set()
    waiting, seen = [name], set[str]()
    while waiting:
        seen.add(one := waiting.pop())
        tree = plain.parse(written((folder / one).read_bytes(), one))
        names |= meta.find_undeclared_variables(tree)
        waiting += [r for r in meta.find_referenced_templates(tree) if r and r not in seen]
    return names


def samples(settings: Settings, pages: Pages, language: str) -> Iterator[dict[str, Any]]:
    """Values for every page: once with much to show, and once with nothing."""
    month = Month(2026, 10)
    past = _past(month, language)
    person = Subscriber(
        id=1,
        email="ana@example.org",
        status=SubscriberStatus.ACTIVE,
        language=language,
        name="Ana",
    )
    way = PageLinks("./")
    words = pages.catalogue(language)
    title = (("Water", True), (" for all", False))
    hit = Hit(month, language, "a1", title, language, title, language)
    piece = ArchivedArticle(
        "a1", "https://example.org/a", "", "Water", language, "For all.", language, b"x"
    )
    sections = settings.alert.sections
    full: dict[str, Any] = {
        "person": person,
        "active": True,
        "wanted": language,
        "sections": [(key, key, True) for key in sections],
        "paused": words.day(datetime(2026, 10, 31, tzinfo=UTC).date()),
        "pauses": PAUSES,
        "zones": [("America/Bogota", "Bogotá")],
        "said": "saved",
        "form": "1-2-3",
        "leave": "1-2-3",
        "here": "1-2-3",
        "proof": "",
        "preferences": "1-2-3",
        "undo": "1-2-3",
        "choices": [reason.value for reason in LeaveReason],
        "joins": True,
        "address": "ana@example.org",
        "consent": "I agree.",
        "confirmed": "joined",
        "moves": True,
        "wrong": "address",
        "email": "ana@example.org",
        "name": "Ana",
        "base": settings.web.base_url,
        "question": "water",
        "hits": [hit],
        "more": True,
        "tags": [(language, pages.own_name(language))],
        "own_name": pages.own_name,
        "month_name": words.month_heading,
        "years": [(2026, [(past, [past])])],
        "way": way,
        "to": way.to,
        "past": past,
        "month": words.month(month),
        "newer": past,
        "older": past,
        "others": [past],
        "rest": [piece],
        "bare": True,
        "image": "https://example.org/image.png",
        "fed": [("text/calendar", "Events", f"archive/events.{language}.ics")],
        "feeds": LanguageFeed(settings, language),
        "failed": True,
        "headline": "What moved in water",
        "pitch": "One email a month.",
        "notice": "",
        "topics": ["News", "Events"],
        "days": 7,
        "issues": 2,
        "share": "https://example.org/pictures/x.png",
        "latest": past,
        "latest_title": "Water",
        "latest_month": "October 2026",
        "latest_language": "English",
        "logo": "./logo.png",
        "logo_dark": "./logo-dark.png",
        "shown": lambda one: ListedEdition("Water", "pictures/x.jpg", 20),
        "total": 1,
        "title": "Water",
        "drawn": True,
        "contents": [("s-1", "News")],
        "corrections": [
            ShownCorrection(
                past.at, "Correction, 2 November 2026", Markup("<p>40, not 4.</p>"), Markup()
            )
        ],
        "earlier": [past],
        "pdf": f"{past.path}/issue.pdf",
        "run": TestRun("1.0", "2026-11-20", "axe-core", 1, ("en",), (320,), 1, ("one",)),
        "run_day": "20 November 2026",
        "run_languages": "English",
        "run_checks": "1",
        "contact": "office@example.org",
        "issue": ImportedIssue(
            "2019-05-14", language, "May 2019", "<p>Water for all.</p>", "Water for all."
        ),
        "body": Markup("<p>Water for all.</p>"),
        "withdrawn": None,
        "withdrawn_on": "",
        "whole": True,
        "day": words.day(datetime(2026, 11, 20, tzinfo=UTC).date()),
        "why": "The figures were wrong.",
    }
    yield full
    yield (
        full
        | dict.fromkeys(("said", "paused", "undo", "wrong", "question", "preferences"), "")
        | {
            "active": False,
            "choices": (),
            "joins": False,
            "confirmed": "moved",
            "moves": False,
            "consent": "",
            "years": (),
            "failed": False,
            "headline": "",
            "notice": "https://example.org/privacy",
            "issues": 0,
            "share": "",
            "latest": None,
            "total": 0,
            "drawn": False,
            "contents": (),
            "earlier": (),
            "pdf": "",
            "run": None,
            "newer": None,
            "older": None,
            "others": (),
            "hits": (),
            "rest": (),
            "image": "",
            "bare": False,
            "whole": False,
            "why": "",
            "withdrawn": ImportedWithdrawal("2019-05-14", "Wrong.", "Ana", past.at, erased=False),
            "withdrawn_on": "20 November 2026",
        }
    )


def _past(month: Month, language: str) -> Past:
    return Past(month, language, "October", "In this issue", datetime(2026, 11, 2, tzinfo=UTC))
