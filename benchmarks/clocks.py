"""Two years of every hour, in 40 time zones, with cron lines at any hour: each issue once, and none missed?

`python -m benchmarks.clocks [--zones N] [--years N] [--off]` calls the one decision that the daemon, `run`
and `check` share (`schedule.owed.turns_of`) at each moment of a cron line of the server: every hour, and once
a day at each of the 24 hours of a server in UTC and of one in a far zone. The moments are those of the
server's local time, of which some come twice and some not at all. Of each issue it is counted how often it
was sent, and how long after its moment. With `--off` the machine is off at random, for up to 12 days.
"""

import argparse
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.config.load import SettingsReader
from alerts.config.settings import Settings
from alerts.domain.month import Month
from alerts.schedule.cron import planned
from alerts.schedule.due_issues import Due
from alerts.schedule.owed import turns_of

ZONES = (
    *("UTC", "America/Bogota", "Pacific/Kiritimati", "Pacific/Apia", "Australia/Lord_Howe"),
    *("Africa/Casablanca", "Europe/Madrid", "Europe/London", "Europe/Dublin", "Europe/Moscow"),
    *("America/New_York", "America/St_Johns", "America/Sao_Paulo", "America/Santiago"),
    *("America/Asuncion", "America/Havana", "America/Los_Angeles", "America/Anchorage"),
    *("America/Caracas", "America/Mexico_City", "America/Godthab", "Atlantic/Azores"),
    *("Africa/Cairo", "Africa/Johannesburg", "Africa/El_Aaiun", "Asia/Jerusalem", "Asia/Beirut"),
    *("Asia/Tehran", "Asia/Kabul", "Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Yangon"),
    *("Asia/Shanghai", "Asia/Tokyo", "Australia/Adelaide", "Australia/Eucla"),
    *("Pacific/Chatham", "Pacific/Pago_Pago", "Antarctica/Troll"),
)
LINES = ("0 9 1 * *", "0 0 1 * *", "59 23 31 * *", "30 2 * * 0")  # schedule.run
START = datetime(2026, 1, 15, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(slots=True)
class Tally:
    """What was counted."""

    calls: int = 0
    issues: int = 0
    missed: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    longest: timedelta = timedelta()  # between the moment of an issue and its sending

    def add(self, other: "Tally") -> None:
        """Count those too."""
        self.calls += other.calls
        self.issues += other.issues
        self.missed += other.missed
        self.twice += other.twice
        self.early += other.early
        self.longest = max(self.longest, other.longest)


def settings_of(zone: str, line: str) -> Settings:
    """The settings of an alert in that zone, with that `schedule.run`."""
    environ = {"ALERTS_ALERT__TIMEZONE": zone, "ALERTS_SCHEDULE__RUN": line}
    return SettingsReader(Path("here"), Path("here/alerts.toml"), "", {}, environ).settings()


def moments(server: str, hour: int | None, minute: int, years: float) -> Iterator[datetime]:
    """When a server in that zone calls: every hour, or each day at that hour of its local time."""
    zone, end = ZoneInfo(server), START + years * 365 * DAY
    now = START.replace(minute=minute)
    while now < end:
        if hour is None or now.astimezone(zone).hour == hour:
            yield now
        now += HOUR


def live(
    settings: Settings, calls: Iterator[datetime], label: str, off: random.Random | None
) -> Tally:
    """Call at each of those moments, and send what is owed."""
    tally, sent, asleep = Tally(), dict[Month, datetime](), START
    last = START
    for now in calls:
        if now < asleep:
            continue
        tally.calls, last = tally.calls + 1, now
        for turn in turns_of(settings, now, sent.keys(), START):
            if turn.due is not Due.OWED:
                continue
            if turn.month in sent:
                tally.twice.append(f"{label} {turn.month}")
            sent[turn.month] = now
            late = now - (turn.planned or now)
            tally.longest = max(tally.longest, late)
            if late < timedelta():
                tally.early.append(f"{label} {turn.month}")
        if off is not None and off.random() < 1 / 700:  # at least one call between two times off
            asleep = now + off.uniform(0.5, 12) * DAY
    month = Month.of(START, settings.zone)
    while (moment := planned(settings, month)) is not None and moment <= last:
        if moment >= START:
            tally.issues += 1
            if month not in sent:
                tally.missed.append(f"{label} {month}")
        month = month.plus(1)
    return tally


def simulate(zone: str, line: str, years: float, off: random.Random | None = None) -> Tally:
    """Every hour; and once a day at each of the 24 hours, of a server in UTC and of one in a far zone."""
    settings, tally = settings_of(zone, line), Tally()
    far = ZONES[(ZONES.index(zone) + len(ZONES) // 2) % len(ZONES)]
    for server in ("UTC", far):
        for hour in (*([None] if server == "UTC" else []), *range(24)):
            minute = (7 + 13 * (hour or 0)) % 60
            label = f"{zone} “{line}”, server in {server} at {hour}:{minute}"
            tally.add(live(settings, moments(server, hour, minute, years), label, off))
    return tally


def main() -> int:
    """Print the counts; 1 if an issue was missed, sent twice or early."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zones", type=int, default=len(ZONES))
    parser.add_argument("--years", type=float, default=2.0)
    parser.add_argument("--off", action="store_true", help="the machine is off at random")
    options = parser.parse_args()
    print(
        f"{'schedule.run':<14} {'zones':>5} {'calls':>10} {'issues':>7} missed twice early longest"
    )
    worst = 0
    for line in LINES:
        tally = Tally()
        for zone in ZONES[: options.zones]:
            off = random.Random(f"{zone}{line}") if options.off else None
            tally.add(simulate(zone, line, options.years, off))
        print(
            f"{line:<14} {options.zones:>5} {tally.calls:>10} {tally.issues:>7} {len(tally.missed):>6}"
            f" {len(tally.twice):>5} {len(tally.early):>5} {tally.longest / HOUR:>6.1f} h",
            flush=True,
        )
        for wrong in (*tally.missed, *tally.twice, *tally.early)[:5]:
            print(f"  {wrong}")
        worst += len(tally.missed) + len(tally.twice) + len(tally.early)
    return int(worst > 0)


if __name__ == "__main__":
    sys.exit(main())
