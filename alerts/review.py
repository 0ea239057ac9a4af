"""Review: what an issue lacks, whether it may go out, and the hash that an approval signs.

Pure. Says what an editor would want to know before anyone gets the issue; decides nothing but the
gate that the settings ask for (`alert.min_coverage`).
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import escape

from alerts.compose import coverage, localised, same_language
from alerts.message import Frame, template
from alerts.model import FEATURED, Edition, Issue
from alerts.render.gate import clean
from alerts.settings import Settings

_SHOWN = 40  # lines of a preview's note
_UNDATED = datetime(2000, 1, 1, tzinfo=UTC)  # an approval does not sign the moment of queueing


@dataclass(frozen=True, slots=True)
class Lack:
    """Something missing, in a line; `articles` are the ids it is about, `language` where it has one."""

    kind: str
    text: str
    articles: tuple[str, ...] = ()
    language: str = ""


def lacks(issue: Issue, settings: Settings) -> Iterator[Lack]:
    """What an editor would want to add before the issue goes out; nothing for an empty issue."""
    if not issue.articles:
        return
    if not settings.alert.address:
        yield Lack("address", "alert.address: the law wants a postal address in the footer")
    if not any(section.key == FEATURED for section in issue.sections):
        yield Lack("featured", "no featured article: `alerts article feature ID`")
    there = {section.key for section in issue.sections}
    for key in settings.alert.sections:
        if key not in there:
            yield Lack("section", f"nothing in section “{key}”")
    yield from _lacks_of_articles(issue)
    for language in settings.alert.languages:
        yield from _untranslated(issue, language)
    written = {language for language, text in issue.letters.items() if text}
    for language in settings.alert.languages if written else ():
        if not any(same_language(language, other) for other in written):
            text = f"no letter in “{language}”: `alerts issue letter {language}`"
            yield Lack("letter", text, language=language)


def _lacks_of_articles(issue: Issue) -> Iterator[Lack]:
    for article in issue.articles:
        if not article.summary:
            text = f"{article.id}: no summary: {article.title}"
            yield Lack("summary", text, (article.id,))
        if article.image and not article.image.alt:
            text = f"{article.id}: its image has no description: {article.title}"
            yield Lack("alt", text, (article.id,))
        if article.guessed:
            text = f"{article.id}: its language, “{article.language}”, is a guess: {article.title}"
            yield Lack("language", text, (article.id,))
        if article.profile and article.profile not in issue.profiles:
            text = f"{article.id}: there is no profile “{article.profile}”: `alerts profile add`"
            yield Lack("profile", text, (article.id,))


def _untranslated(issue: Issue, language: str) -> Iterator[Lack]:
    shown = [(article, localised(article, (language,))) for article in issue.articles]
    titles = [a.id for a, w in shown if not same_language(w.title_language, language)]
    summaries = [
        a.id for a, w in shown if w.summary and not same_language(w.summary_language, language)
    ]
    if ids := tuple(dict.fromkeys((*titles, *summaries))):
        text = (
            f"not in “{language}”: {len(titles)} of {len(shown)} titles,"
            f" {len(summaries)} summaries: {' '.join(ids)}"
        )
        yield Lack("translation", text, ids, language)


def below_coverage(issue: Issue, settings: Settings) -> tuple[str, ...]:
    """Where an edition has fewer titles of its own language than `alert.min_coverage` wants."""
    wanted = settings.alert.min_coverage
    found = []
    for language in settings.alert.languages:
        share = wanted.get(language, wanted.get("all", 0.0))
        figures = coverage(issue, language)
        if figures.titles < share * figures.total:
            found.append(
                f"{figures.titles} of {figures.total} titles in “{language}”, "
                f"alert.min_coverage wants {share:.0%}"
            )
    return tuple(found)


def content_hash(editions: Sequence[Edition], frame: Frame, issue: Issue) -> str:
    """SHA-256 over the bytes of all editions as they would be mailed, but for their date; and over the
    moments of events, which their files tell more exactly than the e-mail does."""
    digest = hashlib.sha256()
    for edition in editions:
        octets = template(edition, frame, _UNDATED)
        digest.update(b"%s %d\n" % (edition.language.encode(), len(octets)))
        digest.update(octets)
    for article in issue.articles:
        if article.event:
            times = (article.event.start, article.event.end)
            digest.update(f"{article.id} {times}\n".encode())
    return digest.hexdigest()


def marked(edition: Edition, mark: str, note: Sequence[str] = ()) -> Edition:
    """The edition with `mark` before its subject, and above everything else a note to its editors."""
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
