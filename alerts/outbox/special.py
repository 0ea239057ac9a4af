"""Begins a special alert: an issue that is not a month's, with the key `2026-10-call-to-action`.

From then on it is an issue as any other: edited, approved, queued, sent, recalled and corrected by its key.
Nothing is collected for it, and nothing sends it until somebody names it.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from sqlite_utils import Database

from alerts.domain.errors import UsageError
from alerts.domain.issue import Actor
from alerts.domain.month import LONGEST_NAME, Month
from alerts.issue import editing
from alerts.outbox.segment import Segment
from alerts.store import issues, recipients, transaction
from alerts.store.recipients import Recipients
from alerts.text.plain_text import tidy

_NAMELESS = "special"  # of a title in another script


@dataclass(frozen=True, slots=True)
class SpecialBegun:
    """A special alert that was begun: its key, its title in a language, and how many would get it now;
    `segment` is whom it is for, if not everybody who wants special alerts."""

    month: Month
    title: str
    language: str
    people: int
    segment: Segment | None = None


def begin(
    db: Database,
    month: Month,
    title: str,
    language: str,
    where: str,
    actor: Actor,
    now: datetime,
) -> SpecialBegun:
    """Begin a special alert in that calendar month; see `Issues.begin_special`."""
    words = tidy(title)
    if not words:
        raise UsageError("a special alert needs a title: --special TITLE")
    wanted = Recipients.asked(where, special=True)
    key = replace(month.calendar, special=_name(words))
    with transaction(db):
        if issues.get(db, key) is not None:
            raise UsageError(
                f"{key}: there is one already: `alerts issue show --issue {key}`; write another title"
            )
        issues.set_recipients(db, issues.begin(db, key, now), wanted)
        more = {"where": wanted.where} if wanted else {}
        editing.record(db, key, "issue.begun", {"title": words, **more}, actor, now)
        texts = {"subject": words, "headline": words}
        editing.write_face_inside(db, key, language, texts, actor, now, again=True)
    people = recipients.count(db, wanted)
    segment = Segment(wanted.where, people) if wanted else None
    return SpecialBegun(key, words, language, people, segment)


def _name(title: str) -> str:
    """The name of a title in a key: what of it is ASCII once accents are taken off, in lower case."""
    plain = "".join(filter(str.isascii, unicodedata.normalize("NFKD", title))).lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return name[:LONGEST_NAME].rstrip("-") or _NAMELESS
