"""Lints the editions of an issue, compares them and, if asked to, tries their links and images.

The checks in `alerts/lint/checks/` are pure. This module collects their options (settings, interface
texts of other languages) and adds the findings from the network and from SpamAssassin. Changes
nothing, sends nothing.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from alerts.config.settings import Settings
from alerts.domain.errors import SettingsError, UsageError
from alerts.domain.issue import Edition
from alerts.domain.languages import primary
from alerts.domain.month import Month
from alerts.editions.catalogue import interface_texts
from alerts.editions.template_files import template_folders
from alerts.lint import spamassassin
from alerts.lint.caniemail import client_names, unknown_clients
from alerts.lint.checks.unsubscribe_links import header_targets, may_unsubscribe
from alerts.lint.compare import compare
from alerts.lint.document import Document
from alerts.lint.message import lint_document
from alerts.lint.options import CLIENTS, LintOptions
from alerts.lint.page import attribute, shortened
from alerts.lint.place import Finding, Found, Level, Place, merged
from alerts.lint.register import CHECKS
from alerts.mail.merge import sample
from alerts.sources.fetch import Fetcher
from alerts.sources.link_check import LinkResult, reach

_FILTERS = 4  # SpamAssassin processes at once; each takes a second of one processor
_HEAVY, _HUGE = 200_000, 1_000_000  # octets of one image
_SHOWN_EVERYWHERE = ("image/png", "image/jpeg", "image/gif")


@dataclass(frozen=True, slots=True)
class LintInput:
    """A message to check, or one part of it; `kind` as in `Document`."""

    name: str
    octets: bytes
    kind: str = "message"
    picture_bytes: int = 0


@dataclass(frozen=True, slots=True)
class LintReport:
    """The result for one copy; sizes in octets."""

    name: str
    language: str
    subject: str
    html_bytes: int
    text_bytes: int
    style_characters: int
    picture_bytes: int
    findings: tuple[Finding, ...]
    spam_score: spamassassin.Score | None = None

    def count(self, level: Level) -> int:
        """The number of findings with that level."""
        return sum(finding.level is level for finding in self.findings)


def copies(
    made: Iterable[Edition], settings: Settings, month: Month, now: datetime
) -> list[LintInput]:
    """The editions of a month as messages to a made-up reader; none for an empty month."""
    return [
        LintInput(one.language, sample(one, settings, month, now), picture_bytes=one.picture_bytes)
        for one in made
    ]


def lint_editions(
    read: Sequence[LintInput],
    settings: Settings,
    *,
    options: LintOptions,
    fetcher: Fetcher | None = None,
    spam_filter: str = "",
    editions: bool = False,
    each: Callable[[], None] = lambda: None,
) -> tuple[LintReport, ...]:
    """Lint each copy; with a `fetcher`, links and images are requested, too. `each` is called after each
    copy that is read.

    `editions`: the copies are the editions of one issue, each named after its language, and are
    compared with the settings and each other.
    """
    weights = {copy.name: copy.picture_bytes for copy in read}
    documents = {copy.name: Document(copy.octets, copy.kind) for copy in read}
    own = {
        name: _of_edition(options, settings, name) if editions else options for name in documents
    }
    found = {}
    for name, one in documents.items():
        found[name] = list(lint_document(one, own[name]))
        each()
    for finding in compare(documents, own) if editions else ():
        found[finding.edition].append(finding)
    if fetcher:
        for name, finding in _reached(documents, options, fetcher):
            found[name].append(finding)
    scored = [
        name
        for name, document in documents.items()
        if spam_filter and document.is_message and options.wants("spam-score")
    ]
    with ThreadPoolExecutor(max_workers=_FILTERS) as pool:
        answers = pool.map(
            lambda name: spamassassin.score(documents[name].octets, spam_filter), scored
        )
        scores = dict(zip(scored, answers, strict=True))
    for name, score in scores.items():
        found[name] += [CHECKS["spam-score"].finding(one) for one in _spam(score)]
    return tuple(
        _report(
            name,
            document,
            (one for one in found[name] if not options.accepts(one.code, one.cause)),
            scores.get(name),
            editions=editions,
            picture_bytes=weights[name],
        )
        for name, document in documents.items()
    )


def chosen(settings: Settings, only: Iterable[str] = (), skip: Iterable[str] = ()) -> LintOptions:
    """The options from the settings and the command line.

    Raises `SettingsError` or `UsageError` for an unknown code or client.
    """
    for code in settings.lint.skip:
        if code not in CHECKS:
            raise SettingsError(f"{settings.root / 'alerts.toml'}, lint.skip: {_no_such(code)}")
    for code in (*only, *skip):
        if code not in CHECKS:
            raise UsageError(_no_such(code))
    for name in unknown_clients(settings.lint.clients):
        raise SettingsError(
            f"{settings.root / 'alerts.toml'}, lint.clients: there is no mail program “{name}”"
            f"{_nearest(name, client_names())}"
        )
    weights = settings.lint.clients.values()
    if any(weight < 0 for weight in weights) or (weights and not any(weights)):
        fault = "no weight is above zero" if min(weights) >= 0 else "a weight cannot be negative"
        raise SettingsError(f"{settings.root / 'alerts.toml'}, lint.clients: {fault}")
    return LintOptions(
        clients=settings.lint.clients or CLIENTS,
        only=frozenset(only),
        skip=frozenset({*settings.lint.skip, *skip}),
        most_picture_bytes=settings.pictures.most_bytes,
        copies_pictures=settings.pictures.delivery in ("web", "cid"),
    )


def _no_such(code: str) -> str:
    return f"there is no check “{code}”{_nearest(code, CHECKS)}"


def _nearest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), 1, 0.5)
    return f"; did you mean “{close[0]}”?" if close else ""


def _of_edition(options: LintOptions, settings: Settings, language: str) -> LintOptions:
    texts = interface_texts(language, template_folders(settings.root))
    spoken = primary(language) == "en"
    return replace(
        options,
        language=language,
        address=settings.alert.address,
        base_url=settings.web.base_url,
        english=frozenset(e for e, said in texts.items() if said != e and not spoken),
        translated=frozenset(texts if spoken else texts.values()),
    )


def _report(
    name: str,
    document: Document,
    findings: Iterable[Finding],
    score: spamassassin.Score | str | None,
    *,
    editions: bool,
    picture_bytes: int,
) -> LintReport:
    return LintReport(
        name=name,
        language=name if editions else document.language,
        subject=document.subject,
        html_bytes=len(document.html.octets) if document.html else 0,
        text_bytes=len(document.text.octets) if document.text else 0,
        picture_bytes=picture_bytes,
        style_characters=document.page.style_length if document.page else 0,
        findings=merged(replace(finding, edition=name) for finding in findings),
        spam_score=score if isinstance(score, spamassassin.Score) else None,
    )


# --- SpamAssassin ---------------------------------------------------------------------------------


def _spam(score: spamassassin.Score | str) -> Iterator[Found]:
    place = Place("message")
    if isinstance(score, str):
        yield Found(place, f"SpamAssassin gave no score: {score}", Level.HINT, "Run it by hand.")
        return
    rules = "; ".join(
        f"{name} {points:+.1f} ({words})" for points, name, words in score.rules if points >= 0.1
    )
    level = next(
        (
            level
            for level, share in ((Level.ERROR, 1.0), (Level.WARNING, 0.5), (Level.HINT, 0.2))
            if score.points >= share * score.required
        ),
        None,
    )
    if level and score.points > 0:
        reason = f"{score.points:.1f} of {score.required:.1f} points: {rules}."
        yield Found(place, reason, level)


# --- links and images -----------------------------------------------------------------------------


def _reached(
    documents: Mapping[str, Document], options: LintOptions, fetcher: Fetcher
) -> Iterator[tuple[str, Finding]]:
    """(copy, finding) for each URL that is the same for all readers."""
    linked: dict[str, list[tuple[str, Place]]] = {}
    shown: dict[str, list[tuple[str, Place]]] = {}
    own = f"{options.base_url.rstrip('/')}/" if options.base_url else "\0"
    for name, document in documents.items():
        targets = header_targets(document)
        for link in document.links:
            # a page made for one reader does not exist here, or would unsubscribe somebody
            if link.web and not link.href.startswith(own) and not may_unsubscribe(link, targets):
                linked.setdefault(link.href, []).append((name, link.place))
        for image, place in document.named("img"):
            source = attribute(image, "src")
            if source.lower().startswith(("http://", "https://")) and not source.startswith(own):
                shown.setdefault(source, []).append((name, place))
    answers = reach([*linked, *shown], fetcher)
    for url, places in linked.items():
        for name, place in places:
            yield from ((name, one) for one in _link(url, answers[url], place, options))
    for url, places in shown.items():
        for name, place in places:
            yield from ((name, one) for one in _image(url, answers[url], place, options))


def _link(url: str, answer: LinkResult, place: Place, options: LintOptions) -> Iterator[Finding]:
    code = "link-unchecked" if answer.unsure else "link-dead"
    if answer.fault and options.wants(code):
        yield CHECKS[code].finding(
            Found(place, f"{shortened(url, 80)}: {answer.fault}", cause=options.origin(url))
        )


def _image(url: str, answer: LinkResult, place: Place, options: LintOptions) -> Iterator[Finding]:
    told = shortened(url, 80)
    if answer.size > _HEAVY:
        level = Level.WARNING if answer.size > _HUGE else Level.HINT
        reason = f"{told}: {answer.size / 1000:,.0f} KB."
        yield from _wanted(
            "image-heavy", Found(place, reason, level, cause=options.origin(url)), options
        )
    elif answer.fault:
        code = "link-unchecked" if answer.unsure else "image-dead"
        yield from _wanted(
            code, Found(place, f"{told}: {answer.fault}", cause=options.origin(url)), options
        )
    if not answer.fault and answer.kind not in _SHOWN_EVERYWHERE:
        reason = f"{told} is served as {shortened(answer.kind, 40) or 'nothing'}."
        yield from _wanted("image-type", Found(place, reason, cause=options.origin(url)), options)


def _wanted(code: str, found: Found, options: LintOptions) -> Iterator[Finding]:
    if options.wants(code):
        yield CHECKS[code].finding(found)
