"""Languages as BCP 47 tags: which tags are the same language, and which edition a reader gets.

A rule for a language ("pt") also applies to its regions ("pt-br"), unless those have their own.
"""

import re
from collections.abc import Iterable, Mapping, Sequence

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")


def known_language(tag: str) -> bool:
    """True for a BCP 47 tag, in lower case, whose language has a name in CLDR."""
    if not _LANGUAGE.fullmatch(tag):
        return False
    from babel import Locale, UnknownLocaleError  # takes 60 ms to import; English does not need it

    try:
        return tag in ("en", "es", "fr") or bool(Locale.parse(tag, sep="-").language)
    except (UnknownLocaleError, ValueError):
        return False


def primary(tag: str) -> str:
    """The language of a tag without its region or script, in lower case: "pt" of "pt-BR" or "pt_BR"."""
    return tag.lower().replace("_", "-").partition("-")[0]


def same_language(one: str, other: str) -> bool:
    """True for two tags of one language, such as "pt" and "pt-br"."""
    return primary(one) == primary(other)


def understood(
    language: str, fallback: Mapping[str, Sequence[str]], default: str
) -> tuple[str, ...]:
    """The languages that a reader of `language` understands, best first.

    `fallback` names the others by language (`alert.fallback`); `default` is for a language that it does
    not name.
    """
    others = fallback.get(language, fallback.get(primary(language), (default,)))
    return tuple(dict.fromkeys((language, *others)))


def edition_for(
    language: str, made: Sequence[str], fallback: Mapping[str, Sequence[str]], default: str
) -> str:
    """Which of the editions `made` a reader of `language` gets.

    Their own, that of its language, that of their fallback, that of another region, else `default`.
    """
    others = fallback.get(language, fallback.get(primary(language), ()))
    related = (tag for tag in made if same_language(tag, language))
    preferred = (language, primary(language), *others, *related)
    return next((tag for tag in preferred if tag in made), default)


def in_order(tags: Iterable[str], order: Sequence[str]) -> list[str]:
    """The languages in the order of the settings; others follow by their tags."""
    return sorted(tags, key=lambda tag: (order.index(tag) if tag in order else len(order), tag))
