"""The file of holidays: one day a line, everywhere or somewhere.

    12-25                       # every year, everywhere
    2026-07-20 America/Bogota   # in one time zone
    07-20 CO                    # in one country
    2026-12-02 ar               # for readers of one language

Raises `SettingsError` that names the file and the line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from alerts.config.window_values import known_zone
from alerts.domain.errors import SettingsError
from alerts.domain.languages import known_language, primary
from alerts.text.decoding import written

EVERYWHERE = ""


@dataclass(frozen=True, slots=True)
class Holidays:
    """Days, by where they are holidays: a time zone, a country (CO), a language, or everywhere."""

    days: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def of(self, language: str, zone: str) -> frozenset[str]:
        """The holidays of readers of that language in that time zone."""
        places = {EVERYWHERE, zone, language, primary(language)}
        if any(_is_country(place) for place in self.days):
            places.add(_countries().get(zone, EVERYWHERE))
        return frozenset().union(*(self.days.get(place, frozenset()) for place in places))


def octets(path: Path) -> bytes:
    """What is in a file of holidays; raises `SettingsError`."""
    try:
        return path.read_bytes()
    except OSError as fault:
        raise SettingsError(
            f"windows.holidays: {path}: {fault.strerror}: write the file, or empty the setting"
        ) from fault


def read(path: Path) -> Holidays:
    """The holidays of a list of days; raises `SettingsError`."""
    text = written(octets(path), str(path), SettingsError)
    found: dict[str, set[str]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].replace(",", " ").split()
        if not words:
            continue
        at = f"{path}, line {number}"
        if len(words) > 2:
            raise SettingsError(
                f"{at}: “{' '.join(words)}” is not a day and a place; begin the name of a day with #"
            )
        if not _is_day(words[0]):
            raise SettingsError(
                f"{at}: “{words[0]}” is not a day such as 2026-12-25, or 12-25 for every year"
            )
        where = words[1] if len(words) > 1 else EVERYWHERE
        if where and not _known(where):
            raise SettingsError(
                f"{at}: “{where}” is no time zone (America/Bogota), country (CO) or language (es)"
            )
        found.setdefault(where, set()).add(words[0])
    return Holidays({where: frozenset(days) for where, days in found.items()})


def _is_day(word: str) -> bool:
    try:
        return (
            date.fromisoformat(word if len(word) == 10 else f"2028-{word}").isoformat()[
                -len(word) :
            ]
            == word
        )  # 2028 has a 29 February
    except ValueError:
        return False


def _known(where: str) -> bool:
    if _is_country(where):
        return where in set(_countries().values())
    return known_zone(where) or known_language(where)


def _is_country(where: str) -> bool:
    return len(where) == 2 and where.isupper()


def _countries() -> Mapping[str, str]:
    """The country of each time zone."""
    from babel.core import get_global  # takes 60 ms to import

    countries: Mapping[str, str] = get_global("zone_territories")
    return countries
