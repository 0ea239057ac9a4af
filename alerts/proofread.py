"""Proofreading: copies of an issue are linted, compared, and, where asked for, tried in the world.

The linter itself (`alerts/lint/`) is pure; what it needs to be told (the settings, other languages'
texts) is put together here, and here its findings are joined by those of the network and of
SpamAssassin. Changes nothing, sends nothing.
"""

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from alerts import spam
from alerts.errors import SettingsError, UsageError
from alerts.lint import (
    CHECKS,
    CLIENTS,
    Document,
    Finding,
    Found,
    Level,
    Options,
    Place,
    compare,
    lint_document,
    merged,
)
from alerts.lint.checks.leaving import header_targets, is_way_out
from alerts.lint.page import attribute, shortened
from alerts.lint.support import client_names, unknown_clients
from alerts.message import sample
from alerts.model import Edition, Month
from alerts.render.catalogue import interface_texts
from alerts.render.environment import template_folders
from alerts.settings import Settings
from alerts.sources.fetch import Fetcher
from alerts.sources.reach import Reached, reach

_FILTERS = 4  # of SpamAssassin at once; each takes a second of one processor
_HEAVY, _HUGE = 200_000, 1_000_000  # octets of one image
_SHOWN_EVERYWHERE = ("image/png", "image/jpeg", "image/gif")


@dataclass(frozen=True, slots=True)
class Copy:
    """A message to read, or one part of it; `kind` as `lint.Document` has it."""

    name: str
    octets: bytes
    kind: str = "message"


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of one copy; sizes in octets."""

    name: str
    language: str
    subject: str
    html_bytes: int
    text_bytes: int
    style_characters: int
    findings: tuple[Finding, ...]
    spam_score: spam.Score | None = None

    def count(self, level: Level) -> int:
        """How many findings of that level."""
        return sum(finding.level is level for finding in self.findings)


def copies(made: Iterable[Edition], settings: Settings, month: Month, now: datetime) -> list[Copy]:
    """The editions of a month as a made-up reader would get them; none for an empty month."""
    return [Copy(one.language, sample(one, settings, month, now)) for one in made]


def proofread(
    read: Sequence[Copy],
    settings: Settings,
    *,
    options: Options,
    fetcher: Fetcher | None = None,
    spam_filter: str = "",
    editions: bool = False,
) -> tuple[Proof, ...]:
    """What is wrong with each copy; with a `fetcher`, links and images are tried, too.

    `editions`: the copies are the editions of one issue, each named for its language, and are held
    against the settings and each other.
    """
    documents = {copy.name: Document(copy.octets, copy.kind) for copy in read}
    own = {
        name: _of_edition(options, settings, name) if editions else options for name in documents
    }
    found = {name: list(lint_document(one, own[name])) for name, one in documents.items()}
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
        answers = pool.map(lambda name: spam.score(documents[name].octets, spam_filter), scored)
        scores = dict(zip(scored, answers, strict=True))
    for name, score in scores.items():
        found[name] += [CHECKS["spam-score"].finding(one) for one in _spam(score)]
    return tuple(
        _proof(name, document, found[name], scores.get(name), editions=editions)
        for name, document in documents.items()
    )


def chosen(settings: Settings, only: Iterable[str] = (), skip: Iterable[str] = ()) -> Options:
    """The options that settings and a command line make; raises where a code or client is unknown."""
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
    return Options(
        clients=settings.lint.clients or CLIENTS,
        only=frozenset(only),
        skip=frozenset({*settings.lint.skip, *skip}),
    )


def _no_such(code: str) -> str:
    return f"there is no check “{code}”{_nearest(code, CHECKS)}"


def _nearest(word: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), 1, 0.5)
    return f"; did you mean “{close[0]}”?" if close else ""


def _of_edition(options: Options, settings: Settings, language: str) -> Options:
    texts = interface_texts(language, template_folders(settings.root))
    spoken = language.partition("-")[0] == "en"
    return replace(
        options,
        language=language,
        address=settings.alert.address,
        base_url=settings.web.base_url,
        english=frozenset(e for e, said in texts.items() if said != e and not spoken),
        translated=frozenset(texts if spoken else texts.values()),
    )


def _proof(
    name: str,
    document: Document,
    findings: Iterable[Finding],
    score: spam.Score | str | None,
    *,
    editions: bool,
) -> Proof:
    return Proof(
        name=name,
        language=name if editions else document.language,
        subject=document.subject,
        html_bytes=len(document.html.octets) if document.html else 0,
        text_bytes=len(document.text.octets) if document.text else 0,
        style_characters=document.page.style_length if document.page else 0,
        findings=merged(replace(finding, edition=name) for finding in findings),
        spam_score=score if isinstance(score, spam.Score) else None,
    )


# --- SpamAssassin ---------------------------------------------------------------------------------


def _spam(score: spam.Score | str) -> Iterator[Found]:
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
    documents: Mapping[str, Document], options: Options, fetcher: Fetcher
) -> Iterator[tuple[str, Finding]]:
    """Findings by copy, of each address that is the same for all readers."""
    linked: dict[str, list[tuple[str, Place]]] = {}
    shown: dict[str, list[tuple[str, Place]]] = {}
    own = f"{options.base_url.rstrip('/')}/" if options.base_url else "\0"
    for name, document in documents.items():
        targets = header_targets(document)
        for link in document.links:
            # a page of one reader's own leads nowhere here, or would unsubscribe somebody
            if link.web and not link.href.startswith(own) and not is_way_out(link, targets):
                linked.setdefault(link.href, []).append((name, link.place))
        for image, place in document.named("img"):
            source = attribute(image, "src")
            if source.lower().startswith(("http://", "https://")):
                shown.setdefault(source, []).append((name, place))
    answers = reach([*linked, *shown], fetcher)
    for url, places in linked.items():
        for name, place in places:
            yield from ((name, one) for one in _link(url, answers[url], place, options))
    for url, places in shown.items():
        for name, place in places:
            yield from ((name, one) for one in _image(url, answers[url], place, options))


def _link(url: str, answer: Reached, place: Place, options: Options) -> Iterator[Finding]:
    code = "link-unchecked" if answer.unsure else "link-dead"
    if answer.fault and options.wants(code):
        yield CHECKS[code].finding(Found(place, f"{shortened(url, 80)}: {answer.fault}"))


def _image(url: str, answer: Reached, place: Place, options: Options) -> Iterator[Finding]:
    told = shortened(url, 80)
    if answer.size > _HEAVY:
        level = Level.WARNING if answer.size > _HUGE else Level.HINT
        reason = f"{told}: {answer.size / 1000:,.0f} KB."
        yield from _wanted("image-heavy", Found(place, reason, level), options)
    elif answer.fault:
        code = "link-unchecked" if answer.unsure else "image-dead"
        yield from _wanted(code, Found(place, f"{told}: {answer.fault}"), options)
    if not answer.fault and answer.kind not in _SHOWN_EVERYWHERE:
        reason = f"{told} is served as {shortened(answer.kind, 40) or 'nothing'}."
        yield from _wanted("image-type", Found(place, reason), options)


def _wanted(code: str, found: Found, options: Options) -> Iterator[Finding]:
    if options.wants(code):
        yield CHECKS[code].finding(found)
