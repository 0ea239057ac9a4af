"""Checks the project's own templates: they must compile, and render with sample values.

A broken template undoes nothing that was committed (docs/adr/0017-decide-commit-then-show.md), but its
page or mail cannot be shown, and an issue is not sent.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from alerts.config.declarations import LAYOUTS
from alerts.config.settings import Settings
from alerts.config.themes import LOOKS
from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.domain.article import Article, Event, Image, Profile, Translation
from alerts.domain.comment import Comment
from alerts.domain.errors import TemplateFault
from alerts.domain.month import Month
from alerts.editions.correction import render_correction
from alerts.editions.environment import compiled, environment
from alerts.editions.notice import LatestIssue, render_notice
from alerts.editions.render import render_edition
from alerts.issue.compose import compose
from alerts.store.notices import NoticeKind
from alerts.subscribers.comment_mail import CommentedStory

_SITE = "https://example.org"
_KINDS = (".html", ".txt", ".css", ".js")


def rendered(context: CheckContext) -> Iterator[CheckOutput]:
    """Check each template of the project, alone and within the templates that include it."""
    own = tuple(_own(context.settings.root / "templates"))
    if not own:
        yield CheckOutput(CheckLevel.OK, "none of your own: the packaged ones are used")
        return
    told: set[str] = set()
    for fault in (*_not_compiled(context, own), *_mails(context.settings), *context.page_faults()):
        if str(fault) not in told:
            told.add(str(fault))
            yield CheckOutput(CheckLevel.ERROR, str(fault))
    if not told:
        yield CheckOutput(CheckLevel.OK, f"{len(own)} of your own, all of them render")


def _own(folder: Path) -> Iterator[str]:
    """The names of the project's own templates; catalogues have their own check."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.suffix in _KINDS and name.parts[0] in ("web", "email") and path.is_file():
            yield name.as_posix()


def _not_compiled(context: CheckContext, names: tuple[str, ...]) -> Iterator[TemplateFault]:
    made = environment(context.settings.root)
    for name in names:
        try:
            compiled(made, name)
        except TemplateFault as fault:
            yield fault


def _mails(settings: Settings) -> Iterator[TemplateFault]:
    """Faults of the e-mails: the first one of each kind and language."""
    issue = compose(Month(2026, 10), _articles(), _profiles(), settings.alert, {"en": "Hello."})
    facts = sample_facts()
    for one in _layouts(settings):
        try:
            render_edition(issue, settings.default_language, one)
        except TemplateFault as fault:
            yield fault
    for language in settings.alert.languages:
        try:
            render_edition(issue, language, settings)
        except TemplateFault as fault:
            yield fault
        try:
            render_correction({"en": "It is 40, not 4."}, issue.month, language, settings)
        except TemplateFault as fault:
            yield fault
        for kind in NoticeKind:
            try:
                render_notice(kind, language, settings, facts)
            except TemplateFault as fault:
                yield fault


def sample_facts() -> dict[str, object]:
    """Values for every kind of notice."""
    return {
        "url": _SITE,
        "site": _SITE,
        "days": 7,
        "undo_days": 7,
        "minutes": 15,
        "address": "ana@example.org",
        "count": 2,
        "stories": [CommentedStory(title, _SITE, _comments()) for title in ("Water", "")],
        "latest": LatestIssue(_SITE, "A feature", "In short.", f"{_SITE}/feature.png", "en", "ltr"),
    }


def _comments() -> tuple[Comment, ...]:
    """A comment of somebody, and one of a person who was erased."""
    at = datetime(2026, 10, 31, 12, tzinfo=UTC)
    return tuple(
        Comment(1, Month(2026, 10), "", None, name, "It is 40.\nI read 4.", at, None, "")
        for name in ("Ana", "")
    )


def _layouts(settings: Settings) -> Iterator[Settings]:
    """The settings with each layout for all sections, with each theme, with a logo, and with pages that
    links lead to: so that every part of an e-mail is used, also those that a later change of settings
    would use."""
    alert = replace(settings.alert, logo=f"{_SITE}/logo.png", logo_dark=f"{_SITE}/dark.png")
    whole = replace(settings, web=replace(settings.web, base_url=_SITE), alert=alert)
    for layout in LAYOUTS:
        every = dict.fromkeys((*alert.sections, "featured"), layout)
        yield replace(whole, alert=replace(alert, layouts=every))
    for theme in LOOKS:
        yield replace(whole, theme=replace(settings.theme, name=theme))


def _articles() -> tuple[Article, ...]:
    """One article of each sort: with a picture, translated, in another language, an event, of a
    partner."""
    return (
        Article(
            f"{_SITE}/feature",
            "A feature",
            "What ten cities learned.",
            image=Image(f"{_SITE}/feature.png", "A harbour"),
            profile="lab",
            featured=True,
            translations={"es": Translation("Un tema", "Lo que aprendieron diez ciudades.")},
        ),
        Article(
            f"{_SITE}/news",
            "News",
            "In short.",
            published=datetime(2026, 10, 28, tzinfo=UTC),
            author="Desk",
        ),
        Article(f"{_SITE}/autre", "Une étude", "Un résumé.", language="fr", section="publications"),
        Article(
            f"{_SITE}/event",
            "An event",
            section="events",
            event=Event(date(2026, 11, 12), date(2026, 11, 14), "Montevideo"),
        ),
    )


def _profiles() -> dict[str, Profile]:
    return {"lab": Profile("lab", "City Lab", f"{_SITE}/lab", "", {"en": "A network."})}
