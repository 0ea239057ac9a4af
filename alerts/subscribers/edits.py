"""Parses an admin's changes from text into `SubscriberEdits` with valid fields."""

import json
from collections.abc import Iterable
from datetime import datetime

from alerts.config.settings import Settings
from alerts.domain.errors import InputError
from alerts.domain.subscriber import FIELD, SET_AS_TEXT
from alerts.domain.subscriber_fields import FieldKind
from alerts.store import stamp
from alerts.subscribers import fields
from alerts.subscribers.admin import SubscriberEdits

EDITABLE = frozenset(
    {
        *("language", "tags", "untags", "consent", "consent_source", "sections", "pause_until"),
        "specials",
        *(one.name for one in SET_AS_TEXT),
    }
)
"""What `parse_edits` takes by name."""


def parse_edits(
    settings: Settings,
    now: datetime,
    *,
    language: str | None = None,
    tags: Iterable[str] = (),
    untags: Iterable[str] = (),
    consent: str = "",
    consent_source: str = "",
    sections: Iterable[str] | None = None,
    pause_until: str | None = None,
    specials: bool | None = None,
    before: str = "",
    **texts: str | None,
) -> SubscriberEdits:
    """Parse each field; None leaves it unchanged. Raises `InputError`.

    Empty `sections` mean all of the alert, and an empty `pause_until` no pause. `before` is put before
    the name of a field in an error: `--` on the command line. `texts`: the fields of
    `subscriber.SET_AS_TEXT` by name.
    """
    return SubscriberEdits(
        texts={name: _text(name, text, before) for name, text in texts.items() if text is not None},
        language=None if language is None else fields.language(language),
        tags=tuple(json.loads(fields.tags(",".join(tags)))),
        untags=tuple(json.loads(fields.tags(",".join(untags)))),
        consent=fields.evidence(consent),
        consent_source=fields.clean(
            consent_source, fields.MAX_SOURCE, _called("consent_source", before)
        ),
        sections=None if sections is None else _sections(settings, tuple(sections), before),
        paused_until=_pause(pause_until, now, before) if pause_until else pause_until,
        specials=specials,
    )


def _called(name: str, before: str) -> str:
    """The name of a field in an error."""
    return f"{before}{name.replace('_', '-') if before else name}"


def _text(name: str, text: str, before: str) -> str:
    """A text field within its maximum length, or a time zone."""
    if FIELD[name].kind is FieldKind.ZONE:
        return fields.zone(text)
    return fields.clean(text, FIELD[name].cap, _called(name, before))


def _sections(settings: Settings, words: tuple[str, ...], before: str) -> tuple[str, ...]:
    """The named sections of the alert; empty for all."""
    known = settings.alert.sections
    if foreign := [word for word in words if word not in known]:
        raise InputError(
            f"{before}section: no section “{foreign[0]}”; there are {', '.join(known)}"
        )
    chosen = tuple(sorted(set(words)))
    return () if len(chosen) == len(known) else chosen


def _pause(day: str, now: datetime, before: str) -> str:
    """The end of the pause, as it is stored."""
    until = fields.moment(day, "paused_until")
    if until <= stamp(now):
        raise InputError(f"{before}pause-until: {day} has passed; --resume ends a pause")
    return until
