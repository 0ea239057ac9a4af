"""Reads the timetables of this machine, crontabs and systemd units, and which of their lines call us."""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alerts.doctor.finding import Timetable
from alerts.domain.open_transaction import outside
from alerts.text.decoding import received

_NAMED = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@reboot": "",
    "minutely": "* * * * *",
    "hourly": "0 * * * *",
    "daily": "0 0 * * *",
    "weekly": "0 0 * * 1",
    "monthly": "0 0 1 * *",
    "yearly": "0 0 1 1 *",
    "annually": "0 0 1 1 *",
}
_CALLED = re.compile(r"(?:^|[\s/;&|(])alerts\s+(.*)")
_FOLDERS = {
    "hourly": "0 * * * *",
    "daily": "0 6 * * *",
    "weekly": "0 6 * * 0",
    "monthly": "0 6 1 * *",
}


@dataclass(frozen=True, slots=True)
class Call:
    """A line that calls a command of ours: where it is, which command, at which five fields (empty: on
    starting, or always), in which zone if it names one, and for which folder if it names one."""

    place: str
    command: str
    fields: str
    zone: str = ""
    folder: str = ""


def of_this_machine() -> Iterator[Timetable]:
    """The account's crontab, those of the system, and systemd units; what cannot be read is left out."""
    outside("a program is run")
    try:
        told = subprocess.run(["crontab", "-l"], capture_output=True, timeout=10, check=False)
        if told.returncode == 0:
            text = told.stdout.decode(errors="replace")
            yield Timetable("the crontab of this account (crontab -e)", "crontab", text)
    except (OSError, subprocess.TimeoutExpired):
        pass  # no cron here
    for path in (Path("/etc/crontab"), *_files(Path("/etc/cron.d"), "*")):
        if text := _text(path):
            yield Timetable(str(path), "system crontab", text)
    for name, fields in _FOLDERS.items():
        for path in _files(Path(f"/etc/cron.{name}"), "*"):
            lines = [f"{fields} root {line}" for line in _text(path).splitlines() if line.strip()]
            yield Timetable(str(path), "system crontab", "\n".join(lines))
    own = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    for folder in (Path("/etc/systemd/system"), own / "systemd" / "user"):
        for path in _files(folder, "*.service"):
            text = _text(path)
            if "alerts" in text:
                yield Timetable(str(path), "unit", f"{text}\n{_text(path.with_suffix('.timer'))}")


def zone_of_this_machine() -> str:
    """The name of the machine's time zone."""
    if zone := os.environ.get("TZ", "").removeprefix(":"):
        return zone
    _, found, name = os.path.realpath("/etc/localtime").partition("/zoneinfo/")
    return name if found else _text(Path("/etc/timezone")).strip() or "UTC"


def calls(table: Timetable) -> Iterator[Call]:
    """The lines of a timetable that call `alerts`."""
    if table.kind == "unit":
        yield from _calls_of_unit(table)
        return
    zone = ""
    for line in table.text.splitlines():
        line = line.strip()
        if found := re.match(r"CRON_TZ\s*=\s*['\"]?([\w/+-]+)", line):
            zone = found[1]
        if not line or line.startswith("#"):
            continue
        words = line.split(None, 1 if line.startswith("@") else 5)
        fields = _NAMED.get(words[0], "") if line.startswith("@") else " ".join(words[:5])
        command = words[-1]
        if table.kind == "system crontab":
            command = command.partition(" ")[2]
        yield from _called(table.place, command, fields, zone)


def _calls_of_unit(table: Timetable) -> Iterator[Call]:
    values: dict[str, list[str]] = {}
    for line in table.text.splitlines():
        key, _, value = line.partition("=")
        values.setdefault(key.strip(), []).append(value.strip())
    when = values.get("OnCalendar", [""])
    folder = values.get("WorkingDirectory", [""])[-1]
    for command in values.get("ExecStart", ()):
        for one in when:
            fields, zone = _calendar(one)
            yield from _called(table.place, command, fields, zone, folder)


def _called(
    place: str, command: str, fields: str, zone: str = "", folder: str = ""
) -> Iterator[Call]:
    """Each call of ours in one command line, which may have several."""
    for part in re.split(r"&&|\|\||;", command):
        if found := re.match(r"\s*cd\s+(\S+)", part):
            folder = found[1]
        found = _CALLED.search(part)
        if not found:
            continue
        words = found[1].split()
        while words and words[0].startswith("-"):
            option = words.pop(0)
            if option == "--project" and words:
                folder = words.pop(0)
            elif option.startswith("--project="):
                folder = option.partition("=")[2]
        if words:
            yield Call(place, words[0], fields, zone, folder.strip("'\""))


def _calendar(text: str) -> tuple[str, str]:
    """systemd's OnCalendar as five fields, and the zone that it names."""
    if not text:
        return "", ""
    words: Sequence[str] = text.split()
    zone = words[-1] if re.match(r"[A-Z]\w+(/\w+)*$", words[-1]) and len(words) > 1 else ""
    words = words[:-1] if zone and ":" not in zone else words
    if words[0].lower() in _NAMED:
        return _NAMED[words[0].lower()], zone
    day = next((word for word in words if word.count("-") == 2), "*-*-*").split("-")
    clock = next((word for word in words if ":" in word), "0:0:0").split(":")
    week = next((word for word in words if word[:1].isalpha()), "*").lower().replace("..", "-")
    hour, minute = (_plain(part) for part in clock[:2])
    return f"{minute} {hour} {_plain(day[2])} {_plain(day[1])} {week}", zone


def _plain(part: str) -> str:
    """A field as cron has it: numbers without leading zeros, `*/2` for `0/2`, `-` for `..`."""
    part = re.sub(r"\b0+(?=\d)", "", part.replace("..", "-"))
    return re.sub(r"^0/", "*/", part)


def _files(folder: Path, pattern: str) -> list[Path]:
    try:
        return sorted(path for path in folder.glob(pattern) if path.is_file())
    except OSError:
        return []


def _text(path: Path) -> str:
    try:
        return received(path.read_bytes())
    except OSError:
        return ""
