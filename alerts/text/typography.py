"""Sets texts from outside as their language wants: quotation marks, dashes, ellipses, spaces. Pure.

Guarantees: the sequence of alphanumeric characters is the same before and after; setting a text twice is
setting it once; addresses, code, file names, times, ratios and emoticons are not touched. It is applied
when an edition is rendered, so what is stored and edited stays as it was found.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from alerts.domain.languages import primary

_WIDE, _NARROW = "\u00a0", "\u202f"  # the no-break spaces
_GAP = f"[ {_WIDE}{_NARROW}]"
_LONGEST = 20_000  # characters; longer texts are left as they are
_ROUNDS = 4  # in which a text must settle
_ORPHAN = 8  # characters of a last word that is not left alone
_BOUND = 16  # characters without a break: more are wider than a title beside a picture
_LINE, _WORDS = 40, 6  # characters and words of a text that has more than one line

# What is never touched. Each stands as one character of private use while the rules are applied.
_KEPT = re.compile(
    "|".join((
        r"[\ue000-\uf8ff]",
        r"`[^`]*`",  # code
        r"\{[^{}]*\}|\{\{.*?\}\}|<[^<>]*>|&[#\w]+;",  # what looks like a template or markup
        r"!?\[[^\[\]]*\]\([^()\s]*\)|(?<!\w)[*_]{1,3}(?=\S)|(?<=\S)[*_]{1,3}(?!\w)",  # Markdown
        r"(?:https?|ftp|mailto|tel|webcal|news):[^\s<>\"“”«»]+|www\.[^\s<>\"“”«»]+",
        r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+|[@#][\w.-]*\w",
        r"(?:\w[\w-]*\.)+(?:[a-z]{2,12}|[A-Z]{2,5})(?:/[^\s<>\"“”«»]*)?(?!\w)",  # hosts and files
        r"[A-Za-z]:\\[^\s<>\"]+|(?<!\w)~?/(?:[\w.-]+/)+[\w.-]*|\w+(?:/[\w.-]+)+",  # paths, symbols
        r"\d+(?:[:.,]\d+)+|\d+\s?[-–]\s?\d+|\d+['\"’”″′](?:\d+['\"’”″′]*)?",  # times, ratios, inches
        r"(?<!\w)[<>]?[:;=8xX][-o*']?[()\[\]dDpP/\\|3](?!\w)|<3",  # emoticons
        r"(?<!\w)(?:Yahoo|Jeopardy|Wham|Mamma Mia|Oklahoma|Guess|Avaaz|Attac)!(?!\w)",
        r"--?[a-zA-Z][\w-]*(?:=\S+)?(?!\w)(?<!-)(?=\s|$)",  # options of commands
        r"\w*::\w+|\$\w+|\w+\(\)|\w+_\w+",
    )),
    re.DOTALL,
)  # fmt: skip
_W = r"[\w\ue000-\uf8ff]"
_OPENS, _CLOSES = (
    re.compile(r"[\s(\[{¿¡—–/\u00a0\u202f-]"),
    re.compile(r"[\s)\]},.;:!?…—–/\u00a0\u202f-]"),
)
_ASKING = (
    r"(?:(?:Por|Para|De|A|En|Con|Desde|Hasta|Hacia|Sobre) )?"
    r"(?:Qué|Quién|Quiénes|Cómo|Cuándo|Dónde|Adónde|Cuánto|Cuánta|Cuántos|Cuántas|Cuál|Cuáles)"
)
_QUESTION = re.compile(rf"(?:^|(?<=[.!?…:] )){_ASKING}(?!\w)[^.!?…:¿¡\"“”«»]*\?", re.IGNORECASE)
_EXCLAIMED = re.compile(
    r"^(?:Qué|Cuánto|Cuánta|Cuántos|Cuántas)(?!\w)[^.!?…:¿¡\"“”«»]*!$", re.IGNORECASE
)
_ARABIC = r"[\u0620-\u064a\u0660-\u0669\u066e-\u06d3]"
_ARABIC_MARKS = {"?": "؟", ",": "،", ";": "؛"}
_THOUSANDS = re.compile(rf"(?<![\w.,])\d{{1,3}}(?:{_GAP}\d{{3}})+(?![\w])")
_UNIT = re.compile(
    rf"(?<=[\d\ue000-\uf8ff]){_GAP}(?=(?:[%‰€£$₽₴]|°C?|[kcm]?m[²³]?|km/h|kg|mg|ha|кг|км|га|млн|млрд|тыс|гг?\.)"
    r"(?![\w²³]))"
)
_RUSSIAN_SHORT = re.compile(rf"(?<!\w)([тТ]\.){_GAP}(?=[депк]\.)")
_SHORT_RUSSIAN = re.compile(rf"(?<![\w{_WIDE}])([вВкКсСоОуУиИаАяЯ]) (?=\w)")


@dataclass(frozen=True, slots=True)
class _Manner:
    """How one language is set. `quotes`: opening and closing; `own`: what only it has."""

    quotes: tuple[str, str] = ("", "")
    dash: str = ""  # with its spaces, for a hyphen between spaces
    own: Callable[[str, bool], str] = lambda text, _title: text
    replaces_curly: bool = False
    groups: str = ""  # the space between thousands, where the language has one


def set_in(text: str, language: str, *, title: bool = False) -> str:
    """The text as `language` wants it; of a `title`, the last word does not stand alone on a line."""
    if len(text) > _LONGEST or not text:
        return text
    manner = _MANNERS.get(language.lower()) or _MANNERS.get(primary(language.lower())) or _Manner()
    now = text
    for _ in range(_ROUNDS):
        before, now = now, _set(now, manner, title)
        if before == now:
            return now if _alphanumeric(now) == _alphanumeric(text) else text
    return text


def _set(text: str, manner: _Manner, title: bool) -> str:
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return chr(0xE000 + len(kept) - 1)

    if len(_KEPT.findall(text)) > 6000:
        return text
    worked = _KEPT.sub(keep, text)
    worked = re.sub(r"(?<!\.)\.\.\.(?!\.)", "…", worked)
    worked = re.sub(r"(?<=[^\W\d_])'(?=[^\W\d_])", "’", worked)
    worked = _quoted(worked, manner)
    if manner.dash:
        worked = re.sub(rf"(?<=[^\s\d]){_GAP}--?{_GAP}(?=\S)", manner.dash, worked)
        worked = re.sub(rf"(?<=\d){_GAP}--?{_GAP}(?=[^\s\d])", manner.dash, worked)
    if manner.quotes[0]:
        worked = _numbers(worked, manner.groups)
    worked = manner.own(worked, title)
    if title:
        worked = _without_orphan(worked)
    return re.sub("[\ue000-\uf8ff]", lambda found: kept[ord(found[0]) - 0xE000], worked)


def _numbers(text: str, groups: str) -> str:
    """No line ends between a number and its unit, or between its thousands; where there was no space,
    there is none."""
    if groups:
        text = _THOUSANDS.sub(lambda found: re.sub(_GAP, groups, found[0]), text)
    return _UNIT.sub(_WIDE, text)


def _quoted(text: str, manner: _Manner) -> str:
    """Straight quotation marks in pairs, as those of the language; where it is not certain, as they are."""
    opening, closing = manner.quotes
    if not opening:
        return text
    if manner.replaces_curly and not re.search("[«»„]", text):
        curly = re.sub(r"“([^“”]*)”", rf"{opening}\1{closing}", text)
        text = curly if not re.search("[“”]", curly) else text
    places = [found.start() for found in re.finditer('"', text)]
    if not places or len(places) % 2 or re.search("[«»„“”]", text):
        return text
    for first, last in zip(places[::2], places[1::2], strict=True):
        before, after = text[first - 1 : first], text[last + 1 : last + 2]
        inner = text[first + 1 : last]
        if (
            not inner.strip()
            or inner != inner.strip()
            or (before and not _OPENS.match(before))
            or (after and not _CLOSES.match(after))
        ):
            return text
    pieces = text.split('"')
    marks = [opening, closing] * (len(places) // 2)
    return "".join(piece + mark for piece, mark in zip(pieces, [*marks, ""], strict=True))


def _french(text: str, _title: bool) -> str:
    """No-break spaces before high marks and within guillemets (Imprimerie nationale)."""
    text = _guillemets(text)
    text = re.sub(rf"(?<={_W}|[»)\]”’…%€.]){_GAP}?([;?!]+)(?=[\s»”)\]]|$)", rf"{_NARROW}\1", text)
    return re.sub(rf"(?<={_W}|[»)\]”’…%€.]){_GAP}?:(?=\s|$)", f"{_WIDE}:", text)


def _canadian(text: str, _title: bool) -> str:
    """French as in Canada: no space before ; ? !, where one stands it breaks no line."""
    text = re.sub(rf"(?<=\S){_GAP}([;?!]+)(?=[\s»”)\]]|$)", rf"{_NARROW}\1", _guillemets(text))
    return re.sub(rf"(?<={_W}|[»)\]”’…%$.]){_GAP}?:(?=\s|$)", f"{_WIDE}:", text)


def _guillemets(text: str) -> str:
    text = re.sub(rf"«{_GAP}*(?=\S)", f"«{_WIDE}", text)
    return re.sub(rf"(?<=[^\s«]){_GAP}*»", f"{_WIDE}»", text)


def _spanish(text: str, _title: bool) -> str:
    """Questions and exclamations that nobody opened, where it is certain what they begin with."""
    if "¿" not in text:
        text = _QUESTION.sub(r"¿\g<0>", text)
    return _EXCLAIMED.sub(r"¡\g<0>", text) if "¡" not in text else text


def _russian(text: str, title: bool) -> str:
    """A dash does not begin a line; in titles, a word of one character does not end one."""
    text = re.sub(rf"(?<=\S){_GAP}[—–]{_GAP}(?=\S)", f"{_WIDE}— ", text)
    text = _RUSSIAN_SHORT.sub(rf"\1{_WIDE}", text)
    return _SHORT_RUSSIAN.sub(rf"\1{_WIDE}", text) if title else text


def _arabic(text: str, _title: bool) -> str:
    """The marks of Arabic after Arabic words."""
    return re.sub(
        rf"(?<={_ARABIC}|[»”)\]…])[?,;](?=\s|$|[»”)\]])", lambda mark: _ARABIC_MARKS[mark[0]], text
    )


def _without_orphan(text: str) -> str:
    """The last word bound to the one before it, if it is short and the text long."""
    *others, last = text.split(" ")
    words = [part for part in re.split(f"[{_WIDE}{_NARROW}]", last) if re.search(_W, part)]
    if (
        len(text) < _LINE
        or len(others) < _WORDS - 1
        or len(words) != 1
        or len(last) > _ORPHAN + 2
        or not others[-1]
        or len(others[-1]) + 1 + len(last) > _BOUND
    ):
        return text
    if not re.search(_W, others[-1]):  # a dash or another mark, which is no word
        return text
    return f"{' '.join(others)}{_WIDE}{last}"


def _alphanumeric(text: str) -> str:
    return "".join(filter(str.isalnum, text))


_MANNERS: Mapping[str, _Manner] = {
    "en": _Manner(("“", "”"), " – "),
    "es": _Manner(("«", "»"), " – ", _spanish, groups=_WIDE),
    "fr": _Manner(("«", "»"), " – ", _french, replaces_curly=True, groups=_NARROW),
    "fr-ca": _Manner(("«", "»"), " – ", _canadian, replaces_curly=True, groups=_WIDE),
    "pt": _Manner(("“", "”"), " – ", groups=_WIDE),
    "pt-br": _Manner(("“", "”"), " – "),
    "ru": _Manner(("«", "»"), f"{_WIDE}— ", _russian, replaces_curly=True, groups=_WIDE),
    "ar": _Manner(("«", "»"), " – ", _arabic),
}
