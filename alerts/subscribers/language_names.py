"""Finds the language by its name, in any of sixty languages (CLDR, by Babel).

“Español”, “Spanish (Mexico)”, “Französisch”, “русский” become a BCP 47 tag in lower case. Names are
looked up in one language after the other, the frequent ones first.
"""

import re
from functools import cache, lru_cache

from alerts.domain.languages import known_language
from alerts.subscribers.status_words import plain

_plain = plain.__wrapped__  # thousands of names would fill its cache

# Languages in which names are looked up, the most frequent first.
_LISTED = (
    "en es fr de pt it ru ar nl pl uk tr zh ja ko fa hi id vi th sv da nb fi cs sk hu ro bg el he hr sr sl"
    " sq ca eu gl et lv lt ka hy az kk uz bn ta te ur sw am ms fil be mk bs is ga cy af"
)
_SPEAKERS = _LISTED.split()


@lru_cache(maxsize=1024)
def named(text: str) -> str:
    """The tag of the language that a text names, or empty."""
    main, place = _parts(text)
    if not plain(main):
        return ""
    for speaker in _SPEAKERS:
        if code := _languages(speaker).get(plain(main), ""):
            return _in_place(code, place, speaker)
    return ""


def _parts(text: str) -> tuple[str, str]:
    """The name of the language, and the place in parentheses or after a dash, comma or slash."""
    found = re.fullmatch(r"\s*([^(\[,/]+?)\s*(?:[(\[]\s*([^)\]]*)[)\]]|[-–,/]\s+(.*))?\s*", text)
    return (found[1], found[2] or found[3] or "") if found else (text, "")


def _in_place(code: str, place: str, speaker: str) -> str:
    """The code with the territory that the place names, if it names one."""
    if not plain(place):
        return code
    territory = _territories(speaker).get(plain(place), place.strip().lower())
    tagged = f"{code.partition('-')[0]}-{territory}".lower()
    return (
        tagged
        if re.fullmatch(r"[a-z]{2,3}-([a-z]{2}|\d{3})", tagged) and known_language(tagged)
        else code
    )


@cache
def _languages(speaker: str) -> dict[str, str]:
    from babel import Locale  # costs 60 ms

    names: dict[str, str] = {}
    for code, name in Locale.parse(speaker).languages.items():
        if code.partition("_")[0] in _written():
            names.setdefault(_plain(name), code.lower().replace("_", "-"))
    return names


@cache
def _territories(speaker: str) -> dict[str, str]:
    from babel import Locale

    return {_plain(name): code for code, name in Locale.parse(speaker).territories.items()}


@cache
def _written() -> frozenset[str]:
    """The languages for which CLDR has a locale; others (Klingon) have no edition anywhere."""
    from babel.localedata import locale_identifiers

    return frozenset(code for code in locale_identifiers() if "_" not in code)
