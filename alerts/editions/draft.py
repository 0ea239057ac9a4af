"""The month's issue, composed and rendered once in every language.

A frozen issue gives its stored editions; an open one is rendered from its articles as they are now.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.errors import TemplateFault
from alerts.domain.issue import Edition, Issue
from alerts.domain.month import Month
from alerts.domain.picture import names_in
from alerts.editions.gaps import content_hash
from alerts.editions.pictures import Pictures
from alerts.editions.render import render_edition
from alerts.issue.load import composed
from alerts.mail.issue_headers import Frame
from alerts.store import issues, picture_originals, pictures
from alerts.store.issues import StoredIssue


@dataclass(frozen=True, slots=True)
class Draft:
    """The month's issue at one moment: composed, and rendered once.

    `content_hash` is what an approval signs. The articles may have changed since: a writer composes
    again inside its transaction, and compares.
    """

    month: Month
    issue: Issue
    editions: tuple[Edition, ...]
    content_hash: str


def editions(db: Database, settings: Settings, month: Month) -> tuple[Edition, ...]:
    """One edition per language: the frozen ones, or rendered now; none for an empty month."""
    stored = issues.get(db, month)
    if stored is not None and stored.frozen:
        return _frozen(db, settings, stored)
    return _rendered(db, composed(db, settings, month), settings)


def drafted(
    db: Database, settings: Settings, month: Month, each: Callable[[], None] = lambda: None
) -> Draft:
    """The month's issue: the frozen one, or rendered from its present articles; `each` is called after
    each edition that is rendered."""
    issue = composed(db, settings, month)
    stored = issues.get(db, month)
    frozen = stored is not None and stored.frozen
    if stored is not None and frozen:
        made = _frozen(db, settings, stored)
    else:
        made = _rendered(db, issue, settings, each)
    where = stored.recipients.where if stored else ""
    signed = content_hash(made, Frame.of(settings, month), issue, where)
    return Draft(month, issue, made, signed)


def shown(db: Database, settings: Settings, month: Month) -> tuple[Draft, str]:
    """The same for a person to look at, and "".

    Where a template is broken: without editions, its content approved by nobody, and what is wrong.
    """
    try:
        return drafted(db, settings, month), ""
    except TemplateFault as fault:
        return Draft(month, composed(db, settings, month), (), ""), str(fault)


def pictures_of(db: Database, settings: Settings) -> Pictures:
    """The pictures that editions can show now."""
    return Pictures.of(settings, picture_originals.prepared(db))


def with_pictures(db: Database, settings: Settings, edition: Edition) -> Edition:
    """The edition with the pictures of ours that it shows."""
    found = (pictures.get(db, name) for name in names_in(edition.html))
    inline = settings.pictures.delivery == "cid"
    return replace(edition, pictures=tuple(filter(None, found)), inline=inline)


def _frozen(db: Database, settings: Settings, stored: StoredIssue) -> tuple[Edition, ...]:
    made = issues.editions(db, stored.id, stored.version)
    return tuple(with_pictures(db, settings, one) for one in made)


def _rendered(
    db: Database, issue: Issue, settings: Settings, each: Callable[[], None] = lambda: None
) -> tuple[Edition, ...]:
    if issue.empty:
        return ()
    there, made = pictures_of(db, settings), []
    for language in settings.alert.languages:
        rendered = render_edition(issue, language, settings, there)
        made.append(with_pictures(db, settings, rendered))
        each()
    return tuple(made)
