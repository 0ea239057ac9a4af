"""What a machine can check of the rules in docs/glossaries/: spaces, punctuation, and words to avoid.

The words are those of the table “Not these words” of a language's glossary; `…` stands for any ending.
A region ("pt-br") has its own glossary. Used by docs/catalogues.py.
"""

import re
from collections.abc import Iterator
from pathlib import Path

GLOSSARIES = Path(__file__).resolve().parent / "glossaries"

_NO_BREAK, _NARROW = "\u00a0", "\u202f"
_COUNT = r"%\(count\)s"
_PLACE = re.compile(r"%\((\w+)\)s")

# A rule: what is wrong where the pattern is found.
Rule = tuple[str, re.Pattern[str]]


def _rules(*pairs: tuple[str, str]) -> tuple[Rule, ...]:
    return tuple((wrong, re.compile(pattern)) for wrong, pattern in pairs)


EVERYWHERE = _rules(
    ("a straight quote or apostrophe: write “ ”, « » or ’", r"[\"']"),
    ("full stops in a row: write one, or …", r"\.\s?\."),
    ("a space before …", r"\s…"),
    ("two spaces, or a space at an end", r"\s\s|^\s|\s$"),
    ("an ending in brackets, which screen readers read aloud: (e), (a)", r"\w\([^\W\d]{1,3}\)"),
    ("a number said twice, in words and in brackets", rf"\({_COUNT}\)"),
)
_CLOSE_UP = _rules(("a space before a mark", r"[\s\u00a0\u202f][:;?!,.](?!\w)"))
OF_LANGUAGE: dict[str, tuple[Rule, ...]] = {
    "en": _CLOSE_UP,
    "es": _CLOSE_UP
    + _rules(
        ("a question without ¿", r"^[^¿]*\?"),
        ("an exclamation without ¡", r"^[^¡]*!"),
        ("a comma before “o” or “y” in a list", r"\w, \w+, [oy] "),
    ),
    "fr": _rules(
        ("no no-break space (U+00A0) before :", rf"(?<!{_NO_BREAK}):"),
        ("no narrow no-break space (U+202F) before ; ? !", rf"(?<!{_NARROW})[;?!]"),
        ("no no-break space (U+00A0) inside « »", rf"«(?!{_NO_BREAK})|(?<!{_NO_BREAK})»"),
        ("no no-break space (U+00A0) after a number", rf"(?:{_COUNT}|\d) "),
        ("a space before , or .", r"\s[,.](?!\w)"),
    ),
    "pt": _CLOSE_UP,
    "ru": _CLOSE_UP
    + _rules(
        ("no no-break space (U+00A0) before a dash", r"(?<![\u00a0\d])—"),
        ("no no-break space (U+00A0) after a number", rf"(?:{_COUNT}|\d) "),
        ("an en dash for a dash", r"\s–\s"),
        ("“г.” at the end of a sentence that has one already", r"%\(day\)s\.$"),
        ("English quotes: write « »", r"[“”]"),
    ),
    "ar": _rules(
        ("a Latin comma, semicolon or question mark: write ، ؛ ؟", r"[,;?]"),
        ("a space before a mark", r"\s[،؛؟.:!](?!\w)"),
        ("Eastern digits beside the Western ones of the dates", r"[٠-٩۰-۹]"),
        ("a letter joined to a name that may be Latin", r"(?<!\w)[وبلكف]%\((?!count)"),
        ("Latin quotes", r"[“”]"),
    ),
}


def faults(language: str, text: str) -> Iterator[str]:
    """What is wrong with a text in that language."""
    primary = language.partition("-")[0]
    for wrong, pattern in (*EVERYWHERE, *OF_LANGUAGE.get(primary, ())):
        if pattern.search(text):
            yield wrong
    plain = _PLACE.sub(" ", text)
    for word, instead in avoided(language).items():
        if _as_pattern(word).search(plain):
            yield f"“{word}”: write {instead}"


def avoided(language: str) -> dict[str, str]:
    """The words that the glossary of a language rules out, each with what is written for it."""
    path = GLOSSARIES / f"{language}.md"
    if not path.is_file():
        return {}
    _, _, table = path.read_text(encoding="utf-8").partition("## Not these words\n")
    table = table.partition("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| `")]
    return {word: row[1].strip() for row in rows for word in re.findall(r"`([^`]+)`", row[0])}


def _as_pattern(word: str) -> re.Pattern[str]:
    open_ended = word.endswith("…")
    letters = re.escape(word.removesuffix("…"))
    return re.compile(rf"(?<![\w-]){letters}" + ("" if open_ended else r"(?![\w-])"), re.IGNORECASE)
