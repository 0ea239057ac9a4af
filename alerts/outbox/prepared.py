"""Renders what queueing an issue freezes, before the transaction that freezes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from alerts.archive.pieces import articles_of
from alerts.config.settings import Settings
from alerts.config.windows import SendWindows
from alerts.domain.archived import ArchivedArticle
from alerts.domain.issue import Edition, Issue
from alerts.domain.picture import Picture, names_in
from alerts.editions.draft import Draft, pictures_of
from alerts.editions.kept_editions import with_pictures
from alerts.editions.pictures import Pictures
from alerts.editions.render import render_edition
from alerts.editions.versions import rendered_with
from alerts.issue.by_sections import ALL, Keys, selected
from alerts.issue.by_sections import keys as keys_of
from alerts.issue.compose import edition_language
from alerts.mail.dkim_keys import Keyring
from alerts.mail.issue_headers import Frame
from alerts.outbox.send_windows import windows_of
from alerts.store import outbox, pictures
from alerts.store.outbox import Audience
from alerts.store.recipients import Recipients

MOST_PARTS = 60  # editions of some sections only; other readers get all sections
EditionKey = tuple[str, Keys]  # language, and sections or ALL


@dataclass(frozen=True, slots=True)
class PreparedIssue:
    """An issue, whom it is for, and all of it that is frozen."""

    issue: Issue
    wanted: Recipients
    merged: Frame  # the header of its messages
    frame: str  # the same as it is stored, with the names of the DKIM keys
    editions: Mapping[EditionKey, Edition]
    pieces: Mapping[str, tuple[ArchivedArticle, ...]]  # by language, as the archive shows them
    shown: tuple[Picture, ...]
    versions: Mapping[str, str]  # of what rendered it
    windows: SendWindows


def prepare(
    db: Database, settings: Settings, draft: Draft, wanted: Recipients, now: datetime
) -> PreparedIssue:
    """Render all that is not rendered in `draft`: editions of some sections, and the archive's pieces.

    Raises `SettingsError` where a key or the file of holidays cannot be read.
    """
    issue, there = draft.issue, pictures_of(db, settings)
    frame = Frame.of(settings, issue.month)
    signed = replace(frame, dkim=Keyring.load(settings).signatures(now))
    editions = {(edition.language, ALL): edition for edition in draft.editions}
    editions |= _parts(db, issue, settings, outbox.audiences(db, wanted), there)
    pieces = {
        edition.language: tuple(articles_of(issue, edition.language, settings, now, there))
        for edition in draft.editions
    }
    return PreparedIssue(
        issue,
        wanted,
        frame,
        signed.to_json(),
        editions,
        pieces,
        tuple(_shown(db, editions.values(), pieces.values())),
        rendered_with(),
        windows_of(settings, now),
    )


def _shown(
    db: Database, editions: Iterable[Edition], pieces: Iterable[Iterable[ArchivedArticle]]
) -> list[Picture]:
    """Each picture of ours that editions or the archive show, once."""
    found = {picture.name: picture for one in editions for picture in one.pictures}
    names = {name for archived in pieces for one in archived for name in names_in(one.image)}
    others = (pictures.get(db, name) for name in sorted(names - found.keys()))
    return [*found.values(), *filter(None, others)]


def _parts(
    db: Database,
    issue: Issue,
    settings: Settings,
    audiences: Iterable[Audience],
    there: Pictures,
) -> dict[EditionKey, Edition]:
    """The editions for readers who chose some sections only; those of the largest audiences first."""
    made: dict[EditionKey, Edition] = {}
    for audience in audiences:
        part = selected(issue, audience.sections)
        key = (edition_language(audience.language, settings), keys_of(part, issue))
        if part is issue or not part.articles or key in made or len(made) >= MOST_PARTS:
            continue
        edition = render_edition(part, key[0], settings, there)
        made[key] = with_pictures(db, settings, edition)
    return made
