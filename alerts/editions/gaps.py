"""Finds what is missing in an issue, checks its coverage, and computes the hash that an approval signs.

Pure. Gaps are information for editors; only `alert.min_coverage` holds an issue back.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape

from alerts.config.settings import Settings
from alerts.domain.article import FEATURED
from alerts.domain.issue import Edition, Issue
from alerts.domain.languages import same_language
from alerts.domain.month import Month
from alerts.editions.escaping import clean
from alerts.issue.compose import coverage, localised
from alerts.mail.issue_headers import Frame
from alerts.mail.merge import template
from alerts.text.plural import listed

_SHOWN = 40  # lines of a preview's note
_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)  # an approval does not sign the moment of queueing


@dataclass(frozen=True, slots=True)
class Gap:
    """Something missing, as one line of text; `articles` are the ids concerned, `language` may be empty."""

    kind: str
    text: str
    articles: tuple[str, ...] = ()
    language: str = ""


def lacks(issue: Issue, settings: Settings) -> Iterator[Gap]:
    """Yield what an editor may want to add before the issue is sent; nothing for an empty issue."""
    if issue.empty:
        return
    if not settings.alert.address:
        yield Gap("address", "alert.address: laws require a postal address in the footer")
    if not issue.month.special:
        yield from _lacks_of_sections(issue, settings)
    yield from _lacks_of_articles(issue)
    for language in settings.alert.languages:
        yield from _untranslated(issue, language)
    written = {language for language, text in issue.introductions.items() if text}
    for language in settings.alert.languages if written else ():
        if not any(same_language(language, other) for other in written):
            text = f"no introduction in “{language}”: `alerts issue letter {language}`"
            yield Gap("letter", text, language=language)


def _lacks_of_sections(issue: Issue, settings: Settings) -> Iterator[Gap]:
    if not any(section.key == FEATURED for section in issue.sections):
        yield Gap("featured", "no featured article: `alerts article feature ID`")
    there = {section.key for section in issue.sections}
    for key in settings.alert.sections:
        if key not in there:
            yield Gap("section", f"nothing in section “{key}”")


def summary(found: Iterable[Gap], month: Month) -> Iterator[str]:
    """The same with one line for each kind, and the command that names each."""
    by_kind: dict[str, list[Gap]] = {}
    for lack in found:
        by_kind.setdefault(lack.kind, []).append(lack)
    for kind, those in by_kind.items():
        if len(those) == 1:
            yield those[0].text
        else:
            yield f"{len(those)} {SEVERAL[kind]}: `alerts issue show {month.option}` names them"


SEVERAL = {
    "section": "sections are empty",
    "summary": "articles have no summary",
    "alt": "images have no description",
    "language": "articles are in a language that is a guess",
    "profile": "articles name a profile that is not there",
    "translation": "editions lack titles or summaries of their own language",
    "letter": "editions have no introduction",
}


def _lacks_of_articles(issue: Issue) -> Iterator[Gap]:
    for article in issue.articles:
        if not article.summary:
            text = f"{article.id}: no summary: {article.title}"
            yield Gap("summary", text, (article.id,))
        if article.image and not article.image.alt:
            text = f"{article.id}: its image has no description: {article.title}"
            yield Gap("alt", text, (article.id,))
        if article.guessed:
            text = f"{article.id}: its language, “{article.language}”, is a guess: {article.title}"
            yield Gap("language", text, (article.id,))
        if article.profile and article.profile not in issue.profiles:
            text = f"{article.id}: there is no profile “{article.profile}”: `alerts profile add`"
            yield Gap("profile", text, (article.id,))


def _untranslated(issue: Issue, language: str) -> Iterator[Gap]:
    shown = [(article, localised(article, (language,))) for article in issue.articles]
    titles = [a.id for a, w in shown if not same_language(w.title_language, language)]
    summaries = [
        a.id for a, w in shown if w.summary and not same_language(w.summary_language, language)
    ]
    if ids := tuple(dict.fromkeys((*titles, *summaries))):
        text = (
            f"not in “{language}”: {len(titles)} of {len(shown)} titles,"
            f" {len(summaries)} summaries: {listed(ids)}"
        )
        yield Gap("translation", text, ids, language)


def below_coverage(issue: Issue, settings: Settings) -> tuple[str, ...]:
    """A line for each edition with fewer titles in its language than `alert.min_coverage` requires."""
    wanted = settings.alert.min_coverage
    found = []
    for language in settings.alert.languages:
        share = wanted.get(language, wanted.get("all", 0.0))
        figures = coverage(issue, language)
        if figures.titles < share * figures.total:
            found.append(
                f"{figures.titles} of {figures.total} titles in “{language}”, "
                f"alert.min_coverage requires {share:.0%}"
            )
    return tuple(found)


def content_hash(editions: Sequence[Edition], frame: Frame, issue: Issue, where: str) -> str:
    """SHA-256 over the bytes of all editions as they would be mailed, without their date, over the times of
    events, which are more exact in calendar files than in the e-mail, and over whom it is for: `where`, empty
    for everybody."""
    digest = hashlib.sha256()
    for edition in editions:
        octets = template(edition, frame, _UNDATED)
        digest.update(b"%s %d\n" % (edition.language.encode(), len(octets)))
        digest.update(octets)
    for article in issue.articles:
        if article.event:
            times = (article.event.start, article.event.end)
            digest.update(f"{article.id} {times}\n".encode())
    if where:
        digest.update(f"where {where}\n".encode())
    return digest.hexdigest()


def marked(edition: Edition, mark: str, note: Sequence[str] = ()) -> Edition:
    """The edition with `mark` before its subject, and with a note to its editors at the top."""
    if not note:
        return replace(edition, subject=f"{mark} {edition.subject}")
    more = len(note) - _SHOWN
    lines = [*note[:_SHOWN], *([f"… and {more} more"] if more > 0 else [])]
    first, *rest = (escape(clean(line)) for line in lines)
    box = f'<p style="margin:0 0 8px"><strong>{first}</strong></p>'
    box += "".join(f'<p style="margin:0 0 6px">{line}</p>' for line in rest)
    style = (
        "margin:0;padding:16px 24px;background-color:#fff4c2;color:#222222;"
        "border-bottom:3px solid #8a6d00;font:15px/1.5 Arial,sans-serif;text-align:left"
    )
    html = f'<div lang="en" dir="ltr" style="{style}">{box}</div>'
    return replace(
        edition,
        subject=f"{mark} {edition.subject}",
        html=re.sub(r"<body[^>]*>", lambda found: found[0] + html, edition.html, count=1),
        text="\n".join((*map(clean, lines), "-" * 72, "", edition.text)),
    )
