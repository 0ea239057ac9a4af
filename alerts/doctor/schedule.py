"""Does something call `alerts run`, often enough and in the right month? Cron, systemd, the schedule."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.doctor.timetables import Call, calls
from alerts.domain.errors import SettingsError
from alerts.domain.month import Month
from alerts.schedule import cron
from alerts.text.human_time import date_and_time

DAEMONS = frozenset({"serve", "schedule"})
HOURLY = "7 * * * *"
_CRON = (
    "collect",
    "run",
    "send",
    "check",
    "retention",
    "backup",
)  # of the crontab in the documents
_BESIDE = ("check", "backup")  # what the daemon does not do
_DOCUMENTED = "the crontab in docs/operations.md has all of them"


def called(context: CheckContext) -> Iterator[CheckOutput]:
    """Compare what this machine calls with the schedule of the settings."""
    cron.check(context.settings, idle=True)
    tables = list(context.timetables())
    if not tables:  # in a container, say, where something else keeps the time
        yield CheckOutput(CheckLevel.OK, "there is no cron and no systemd here to compare with")
        return
    ours = [call for table in tables for call in calls(table) if _ours(context, call)]
    daemons = [call for call in ours if call.command in DAEMONS]
    runs = [call for call in ours if call.command == "run"]
    if not daemons and not runs:
        yield CheckOutput(
            CheckLevel.HINT,
            "neither cron nor systemd calls `alerts run` on this machine",
            "the crontab in docs/operations.md, or `alerts serve` as a service",
        )
        return
    for call in runs:
        yield from _of_run(context, call, alone=not daemons)
    commands = {call.command for call in ours}
    lacking = [one for one in (_BESIDE if daemons else _CRON) if one not in commands]
    if lacking:
        names = ", ".join(f"`alerts {one}`" for one in lacking)
        yield CheckOutput(CheckLevel.HINT, f"nothing calls {names}", _DOCUMENTED)
    if daemons:
        yield CheckOutput(CheckLevel.OK, f"{daemons[0].place} runs `alerts {daemons[0].command}`")


def _ours(context: CheckContext, call: Call) -> bool:
    """Whether a call is for this project, as far as it says."""
    if not call.folder:
        return True
    return Path(call.folder).expanduser().resolve() == context.settings.root.resolve()


def _of_run(context: CheckContext, call: Call, *, alone: bool) -> Iterator[CheckOutput]:
    """What is wrong with a line that calls `run`; `alone`: there is no daemon beside it."""
    settings = context.settings
    here = call.zone or context.server_zone
    line = f"{call.place} calls `alerts run` at `{call.fields}` ({here})"
    rare = _rare(call.fields)
    if not alone or not rare:
        yield CheckOutput(CheckLevel.OK, f"{line}; the alert is in {settings.alert.timezone}")
        return
    remedy = f"write `{HOURLY}`: each issue goes at schedule.run ({settings.schedule.run})"
    moment = _first(call, here, context.now)
    month = Month.last_ended(moment, ZoneInfo(here)) if moment else None
    planned = cron.planned(settings, month) if month else None
    if moment and month and planned and moment < planned:
        called, due = (date_and_time(at, context.now, settings.zone) for at in (moment, planned))
        yield CheckOutput(
            CheckLevel.ERROR,
            f"{line}, when it is {called} in {settings.alert.timezone}: the issue of {month} is due on {due},"
            " and is sent by no later call",
            remedy,
        )
        return
    yield CheckOutput(
        CheckLevel.WARNING,
        f"{line}, not every day: what is approved later, or missed while the machine is off, waits for the"
        " next month",
        remedy,
    )


def _rare(fields: str) -> bool:
    """Whether a line does not come by every day."""
    parts: Sequence[str] = fields.split()
    return len(parts) == 5 and any(part not in ("*", "*/1") for part in parts[2:])


def _first(call: Call, here: str, now: datetime) -> datetime | None:
    """The first moment of a line in the zone of its machine; None where it cannot be told."""
    try:
        return cron.first_after(call.fields, ZoneInfo(here), call.place, now)
    except (SettingsError, KeyError, ValueError, OSError):
        return None
