"""What keeps everything from going by itself: the clock, the settings, or what stopped the last call."""

from collections.abc import Iterator
from datetime import datetime

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.errors import SettingsError
from alerts.outbox import gate
from alerts.outbox.clock_gate import ClockFault, Doubt
from alerts.outbox.send_windows import windows_told
from alerts.store import accepted_findings, said
from alerts.transport.relay import leaves_the_machine


def blocked(db: Database, settings: Settings, doubt: Doubt | None, now: datetime) -> str:
    """Why nothing goes by itself, in words; empty where nothing keeps it."""
    if doubt is not None and doubt.fault is not ClockFault.UNUSED:
        return f"the clock may be wrong: {doubt.reason}: {doubt.remedy}"
    try:
        far = leaves_the_machine(settings)
    except SettingsError as fault:
        return str(fault)
    if unknown := windows_told(settings, now)[1]:
        return unknown
    accepted = accepted_findings.codes(db)
    for one in gate.of_settings(settings) if far else ():
        if one.name not in accepted:
            return f"{one.reason}: {one.remedy}"
    return next(_stops(db), "")


def _stops(db: Database) -> Iterator[str]:
    """What `run` and `send` said last, where it wants a person."""
    for command in ("run", "send"):
        for one in said.everything(db, f"{command}: stopped"):
            if one.code in (1, 2):
                yield f"`alerts {command}`: {one.words.splitlines()[0]}"
