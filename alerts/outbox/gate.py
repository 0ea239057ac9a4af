"""The gate: refuses to send certain faults by a relay that is not on this machine.

A short list of faults that every reader would see, or that laws or large receivers forbid. Each has a
permanent name: `--anyway NAME` lets it through once, on purpose; accepting it (`alerts issue lint
--accept NAME`) lets it through permanently. Pure: settings and findings in, obstacles out;
`gate_facts.py` collects the facts about a month. `clock_gate.py` asks about the clock, for any relay.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from alerts.config.server_url import taken_apart
from alerts.config.settings import Settings
from alerts.domain.address import Address
from alerts.domain.errors import Refused
from alerts.domain.issue import Issue
from alerts.domain.month import Month
from alerts.domain.reserved import made_up, private
from alerts.lint.place import Finding, Level

_SHOWN = 3  # most links that a message names
# A postal address that is missing: nothing, only digits and signs, or what stands in forms until filled in.
_NO_ADDRESS = re.compile(
    r"[\W\d_]*(?:(?:to ?do|tbd|fix ?me|x+|n/?a|none|change ?me"
    r"|(?:(?:your|our|the|my|full|postal|street|mailing) )*address(?: here)?)[\W\d_]*)?",
    re.IGNORECASE,
)


class Fatal(StrEnum):
    """The faults that the gate knows, by name; the second half are codes of the linter, see
    docs/lint.md."""

    EXAMPLE_SENDER = "example-sender"
    EXAMPLE_PAGES = "example-pages"
    EXAMPLE_LINKS = "example-links"
    PRIVATE_PAGES = "private-pages"
    PLAIN_HTTP_PAGES = "plain-http-pages"
    NO_ADDRESS = "no-address"
    OPEN_DATABASE = "open-database"
    BOUNCE_MAILBOX = "bounce-mailbox"
    CLOCK = "clock"
    UNFINISHED = "unfinished"
    RECIPIENTS = "recipients"
    LIST_UNSUBSCRIBE = "list-unsubscribe"
    LIST_UNSUBSCRIBE_POST = "list-unsubscribe-post"
    UNSUBSCRIBE_HTML = "unsubscribe-html"
    UNSUBSCRIBE_TEXT = "unsubscribe-text"
    POSTAL_ADDRESS = "postal-address"
    SUBJECT_EMPTY = "subject-empty"
    HTML_EMPTY = "html-empty"
    TEXT_MISSING = "text-missing"


LINTED = frozenset(Fatal) - {
    Fatal.EXAMPLE_SENDER,
    Fatal.EXAMPLE_PAGES,
    Fatal.EXAMPLE_LINKS,
    Fatal.PRIVATE_PAGES,
    Fatal.PLAIN_HTTP_PAGES,
    Fatal.NO_ADDRESS,
    Fatal.OPEN_DATABASE,
    Fatal.BOUNCE_MAILBOX,
    Fatal.CLOCK,
    Fatal.UNFINISHED,
    Fatal.RECIPIENTS,
}
_OF_PAGES = frozenset({Fatal.EXAMPLE_PAGES, Fatal.PRIVATE_PAGES, Fatal.PLAIN_HTTP_PAGES})
# What holds once, and is accepted for good by nobody.
ONCE = frozenset({Fatal.CLOCK, Fatal.UNFINISHED, Fatal.RECIPIENTS})


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A fault that keeps an issue from being sent, and its remedy."""

    name: Fatal
    reason: str
    remedy: str


def of_settings(settings: Settings) -> tuple[Obstacle, ...]:
    """Obstacles in the settings alone; `alerts doctor` reports each as an error."""
    return (*of_sender(settings), *_of_pages(settings), *_of_footer(settings))


def of_sender(settings: Settings) -> tuple[Obstacle, ...]:
    """Obstacles in the sender's addresses: names that are reserved for examples (RFC 2606)."""
    sender = settings.sender
    written = {"address": sender.address, "reply_to": sender.reply_to, "bounces": sender.bounces}
    wrong = [name for name, one in written.items() if one and made_up(Address.parse(one).domain)]
    if not wrong:
        return ()
    name, *_ = wrong
    reason = f"mail would come from {written[name]}, which is an example"
    if name != "address":
        reason = f"answers or bounces would go to {written[name]}, which is an example"
    remedy = f"write an address of your own in sender.{name}"
    return (Obstacle(Fatal.EXAMPLE_SENDER, reason, remedy),)


def _of_pages(settings: Settings) -> Iterator[Obstacle]:
    base_url = settings.web.base_url
    page = urlsplit(base_url)
    if made_up(page.hostname or ""):
        yield Obstacle(
            Fatal.EXAMPLE_PAGES,
            f"links to unsubscribe lead to {base_url}, which is an example",
            "set web.base_url to the URL of your pages",
        )
    elif private(page.hostname or ""):
        yield Obstacle(
            Fatal.PRIVATE_PAGES,
            f"links to unsubscribe lead to {base_url}, which only your own network can open",
            "set web.base_url to the URL of your pages",
        )
    elif page.scheme != "https":
        yield Obstacle(
            Fatal.PLAIN_HTTP_PAGES,
            f"{base_url} is not https, so mail programs show no one-click unsubscribe",
            "serve the pages by https and set web.base_url accordingly",
        )


def _of_footer(settings: Settings) -> Iterator[Obstacle]:
    if _NO_ADDRESS.fullmatch(settings.alert.address):
        yield Obstacle(
            Fatal.NO_ADDRESS,
            "no postal address in the footer, which laws require in bulk mail",
            "set alert.address",
        )
    wrong = {
        "alert.website": settings.alert.website,
        "alert.logo": settings.alert.logo,
        **{f"funders, {one.name}": one.link for one in settings.funders},
    }
    links = {name: url for name, url in wrong.items() if _made_up_link(url)}
    if links:
        name, url = next(iter(links.items()))
        reason = f"every edition links to {url}, which is an example"
        yield Obstacle(Fatal.EXAMPLE_LINKS, reason, f"correct {name} in the settings")


def of_machine(settings: Settings, mode: int, *, mailbox_opens: bool) -> Iterator[Obstacle]:
    """What is wrong with the files of this machine: the permissions (`mode`) of the database, and a
    mailbox of bounces that there is no password for."""
    path = settings.database_path
    if mode & 0o077:
        yield Obstacle(
            Fatal.OPEN_DATABASE,
            f"others on this machine can read {path}, which holds people's addresses",
            f"chmod 600 {path}",
        )
    if settings.bounces.mailbox and not mailbox_opens:
        yield Obstacle(
            Fatal.BOUNCE_MAILBOX,
            "bounces.mailbox has no password, so nobody who is gone would be noticed",
            f"set the variable {settings.bounces.password_env}, or bounces.password_file",
        )


def of_issue(issue: Issue, by_hand: Collection[str]) -> Iterator[Obstacle]:
    """Obstacles in articles that an editor wrote: links to domains that are reserved for examples.

    `by_hand` are the ids of these articles; those that came from a source never stop an issue.
    """
    wrong = [
        article
        for article in issue.articles
        if article.id in by_hand and _made_up_link(article.url)
    ]
    if wrong:
        shown = ", ".join(article.url for article in wrong[:_SHOWN])
        more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        ids = " ".join(article.id for article in wrong[:_SHOWN])
        yield Obstacle(
            Fatal.EXAMPLE_LINKS,
            f"articles link to examples: {shown}{more}",
            f"`alerts article exclude {ids}`, or correct them",
        )


def of_findings(findings: Iterable[Finding]) -> Iterator[Obstacle]:
    """Obstacles among the errors of the linter, each once."""
    seen: dict[str, Finding] = {}
    for finding in findings:
        if finding.code in LINTED and finding.level is Level.ERROR:
            seen.setdefault(finding.code, finding)
    for code, finding in seen.items():
        yield Obstacle(
            Fatal(code),
            f"in “{finding.edition}”: {finding.reason.rstrip('.')}",
            finding.remedy.rstrip("."),
        )


def by_cause(obstacles: Sequence[Obstacle]) -> tuple[Obstacle, ...]:
    """The obstacles without those that follow from another, and those of the linter once for all
    editions: pages that are wrong imply no one-click unsubscribe."""
    names = {obstacle.name for obstacle in obstacles}
    follows = {Fatal.LIST_UNSUBSCRIBE} if names & _OF_PAGES else set()
    once: dict[object, Obstacle] = {}
    for number, obstacle in enumerate(obstacles):
        if obstacle.name not in follows:
            once.setdefault(obstacle.name if obstacle.name in LINTED else number, obstacle)
    return tuple(once.values())


def refuse(
    obstacles: Iterable[Obstacle], settings: Settings, month: Month, allowed: Collection[str]
) -> None:
    """Raise `Refused`, which names the month, the relay, and each obstacle that is not `allowed`."""
    left = [obstacle for obstacle in obstacles if obstacle.name not in allowed]
    if not left:
        return
    relay = settings.delivery.relay
    where = taken_apart(relay, "delivery.relay").hostname or relay
    told = (f"  {o.reason}: {o.remedy}; on purpose: --anyway {o.name}" for o in left)
    raise Refused(f"{month}: refused to send through {where}:\n" + "\n".join(told))


def _made_up_link(url: str) -> bool:
    try:
        return made_up(urlsplit(url).hostname or "")
    except ValueError:
        return False
