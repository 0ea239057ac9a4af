"""The time zones of the world by the names of their cities in a language (CLDR). Pure."""

from collections.abc import Sequence
from functools import lru_cache


@lru_cache(maxsize=32)
def cities(language: str) -> Sequence[tuple[str, str]]:
    """(IANA name, city) of each time zone that belongs to a country, in the order of the cities.

    `language` is a BCP 47 tag that CLDR knows; else the cities have their names in English.
    """
    from babel import Locale, UnknownLocaleError  # takes 60 ms to import
    from babel.core import get_global

    try:
        names = Locale.parse(language, sep="-").time_zones
    except (UnknownLocaleError, ValueError):
        names = Locale("en").time_zones
    found = [
        (zone, names.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " "))
        for zone, country in get_global("zone_territories").items()
        if country not in ("ZZ", "001")
    ]
    return sorted(found, key=lambda one: (one[1].casefold(), one[0]))
