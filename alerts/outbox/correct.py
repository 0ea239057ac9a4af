"""Corrects an issue that was sent: a short message to those who got the mistake.

A correction goes through the outbox as an issue does: frozen bytes, one delivery a reader, claims that
re-check who may be mailed, doubt resent byte for byte. The same correction twice is one. Sends nothing.
"""

import hashlib
import html
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.errors import UsageError
from alerts.domain.issue import Actor, Edition
from alerts.domain.month import Month
from alerts.editions.correction import render_correction
from alerts.editions.draft import pictures_of
from alerts.editions.kept_editions import with_pictures
from alerts.issue.compose import edition_language
from alerts.mail.dkim_keys import Keyring
from alerts.mail.issue_headers import Frame
from alerts.mail.merge import template
from alerts.outbox import gate_facts
from alerts.store import (
    archive,
    audit_log,
    corrections,
    issue_versions,
    issues,
    pictures,
    signing_keys,
    transaction,
)
from alerts.store.issues import StoredIssue
from alerts.store.recipients import EVERYBODY, Recipients


@dataclass(frozen=True, slots=True)
class Planned:
    """A correction that could be queued: whose copies it is about, and how many people would get it.

    `already` is the number of the same correction, if it was queued before; else 0.
    """

    month: Month
    texts: Mapping[str, str]
    versions: tuple[int, ...]
    article: str
    editions: tuple[int, ...]
    languages: Mapping[str, int]
    already: int = 0
    recipients: Recipients = EVERYBODY

    @property
    def people(self) -> int:
        """How many would get it."""
        return sum(self.languages.values())


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction that was queued: its number, and how many deliveries it has."""

    month: Month
    number: int
    deliveries: int
    already: bool = False


def plan(
    db: Database,
    settings: Settings,
    month: Month,
    texts: Mapping[str, str],
    version: int | None,
    article: str,
    recipients: Recipients = EVERYBODY,
) -> Planned:
    """Who would get a correction; changes nothing.

    Without a `version` it is for those who have one that was recalled, or, of an issue that never was, for
    all. With an `article`, only for those whose edition showed it, and only for the `recipients`. Raises
    `UsageError`.
    """
    stored = issues.get(db, month)
    frozen = issue_versions.of_month(db, month)
    if stored is None or not frozen:
        raise UsageError(f"{month}: was never sent, so there is nothing to correct")
    versions = _versions(month, frozen, version)
    if (
        not stored.recalled_at
        and stored.version in versions
        and issue_versions.unsent(db, stored.id)
    ):
        raise UsageError(
            f"{month}: is still being sent, and the rest would get the mistake too:"
            f" `alerts issue recall {month.option}` stops it, then correct it for those who have it"
        )
    found = corrections.editions(db, stored.id, versions)
    if article:
        found = [one for one in found if _showed(db, stored, one, article)]
        if not found:
            raise UsageError(
                f"{article}: no edition of {month} showed it; `alerts issue show {month.option}` has"
                " the ids"
            )
    ids = tuple(one.id for one in found)
    same = next(
        (
            one.number
            for one in corrections.of_month(db, month)
            if (dict(one.texts), one.versions, one.article) == (dict(texts), versions, article)
            and Recipients(one.where).same(recipients)
        ),
        0,
    )
    people = corrections.languages(db, ids, recipients)
    return Planned(month, texts, versions, article, ids, people, same, recipients)


def _versions(
    month: Month, frozen: Sequence[issue_versions.IssueVersion], wanted: int | None
) -> tuple[int, ...]:
    numbers = tuple(one.number for one in frozen)
    if wanted is None:
        return tuple(one.number for one in frozen if one.recalled_at) or numbers
    if wanted not in numbers:
        raise UsageError(f"{month} has no version {wanted}; it has {', '.join(map(str, numbers))}")
    return (wanted,)


def _showed(
    db: Database, stored: StoredIssue, edition: corrections.MailedEdition, article: str
) -> bool:
    """Whether an edition showed the article, as it was then."""
    for url, title in archive.shown_as(db, stored.id, edition.version, article):
        if html.escape(url or title) in edition.html or (url or title) in edition.html:
            return True
    return False


def correct(
    db: Database,
    settings: Settings,
    planned: Planned,
    actor: Actor,
    now: datetime,
    anyway: Collection[str] = (),
) -> Corrected:
    """Freeze the correction and owe it; the caller holds the project's lock, and nothing is being sent.

    Raises `Refused` where the gate finds an obstacle in the settings.
    """
    month = planned.month
    if planned.already:
        return Corrected(month, planned.already, 0, already=True)
    gate_facts.check_settings(db, settings, month, anyway)
    frame = Frame.of(settings, month)
    signed = replace(frame, dkim=Keyring.load(settings).signatures(now))
    made = _editions(db, settings, planned)
    secret_id, _ = signing_keys.newest(db)
    about = {
        "texts": dict(planned.texts),
        "versions": list(planned.versions),
        "article": planned.article,
        "where": planned.recipients.where,
    }
    with transaction(db):
        stored = issues.get(db, month)
        assert stored is not None  # noqa: S101 - `plan` found it
        added, number = corrections.add(
            db, stored.id, month, about, signed.to_json(), secret_id, now
        )
        ids = {}
        for language, edition in made.items():
            octets = template(edition, frame, now)
            digest = hashlib.sha256(octets).hexdigest()
            ids[language] = issues.add_edition(db, added, edition, octets, digest)
            pictures.freeze(db, added, edition.pictures)
        of_reader = {
            language: ids[edition_language(language, settings)] for language in planned.languages
        }
        deliveries = corrections.owe(
            db, added, planned.editions, of_reader, now, planned.recipients
        )
        detail = {"by": actor.name, "command": actor.command, "correction": number}
        detail |= {"deliveries": deliveries, "versions": list(planned.versions)}
        audit_log.record(db, now, "issue.corrected", issue_id=stored.id, detail=detail)
    return Corrected(month, number, deliveries)


def _editions(db: Database, settings: Settings, planned: Planned) -> dict[str, Edition]:
    """The correction in each language in which somebody gets it, and the page shows it."""
    there = pictures_of(db, settings)
    wanted = dict.fromkeys(edition_language(language, settings) for language in planned.languages)
    return {
        language: with_pictures(
            db,
            settings,
            render_correction(planned.texts, planned.month, language, settings, there),
        )
        for language in wanted
    }
