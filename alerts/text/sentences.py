"""Finds the ends of sentences, in many languages, so that a summary is cut there.

Guarantees that it never cuts within a word, an abbreviation, a number, an address or a character with
its marks. Pure; knows no markup.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

# Latin, Greek, Cyrillic, Arabic, Urdu, Devanagari, Armenian, Ethiopic, Khmer, Burmese marks want a
# space behind them; those of Chinese and Japanese do not. Closing quotes belong to the sentence.
_CLOSING = "[\"'»”’›)\\]」』”’）》】]*"
_END = re.compile(rf"(?:[.!?…؟۔।॥։።᙮។၊။‼⁇⁈⁉]+{_CLOSING}(?=\s|$)|[。！？．｡]+{_CLOSING})")
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uff00-\uffef]"
)
# Words before a full stop that does not end a sentence: titles and abbreviations in a dozen languages; and
# those that are so before a number only (“No. 7”, but “They said no.”).
_ALWAYS = """
    mr mrs ms mx dr prof rev hon gov sen rep gen lt sgt st mt ft jr sr vs etc cf eg ie approx dept
    vols pp eds inc ltd co corp bros ave jan feb apr jun jul aug sept sep oct nov dec tue wed thu fri
    sra srta sres dra ing lic núm nro pág págs ej aprox avda dpto depto admón cía uds vd ee uu ffcc
    exmo excmo profa dott sig avv ecc mme mmes mlle mgr éd édit chap env janv févr avr juil
    bzw ca evtl ggf usw vgl str hr fr dipl hl inkl exkl mind mio mrd usf sog zzgl blz bijv enz dhr mw
    tys mld np itd itp św inż г гг ул стр см рис тыс млн млрд им проф др пр вул напр doç yrd sok bkz
    """
_NUMBERED = (
    "no nos nr n nº fig figs art arts ch sec vol p pp pág abs min max mar ab tel ed cap bd para"
)
_SHORT, _BEFORE_NUMBER = frozenset(_ALWAYS.split()), frozenset(_NUMBERED.split())
# By shape: an initial (J.), abbreviations with points (U.S., p. ej., z.B.).
_POINTED = re.compile(r"(?:^|[\s(\[«“\"'-])((?:\w{1,3}\.\s?)*[\w’'-]+)\.$")
# Texts that feed software appends to each summary: not the author's words.
_TRAILER = re.compile(
    r"\s*(?:The post .{1,300} (?:appeared first on|first appeared on) .{1,200}|"
    r"(?:La entrada|El cargo|El artículo) .{1,300} (?:se publicó primero en|apareció primero en) .{1,200}|"
    r"(?:L['’]article|Le post|Cet article) .{1,300} (?:est apparu en premier sur|est paru en premier sur) "
    r".{1,200}|Der Beitrag .{1,300} erschien zuerst auf .{1,200}|"
    r"O post .{1,300} (?:apareceu primeiro em|apareceu em primeiro lugar em) .{1,200}|"
    r"L['’]articolo .{1,300} (?:proviene da|sembra essere il primo su) .{1,200}|"
    r"Het bericht .{1,300} verscheen eerst op .{1,200}|"
    r"(?:Continue reading|Read more|Read the rest|Keep reading|Leer más|Seguir leyendo|Sigue leyendo|"
    r"Lire la suite|En savoir plus|Weiterlesen|Mehr lesen|Leia mais|Continue lendo|Leggi tutto|Lees meer|"
    r"اقرأ المزيد|Читать далее|阅读更多|続きを読む)[^.!?。]{0,120})\s*[.…→»›>]*\s*$",
    re.IGNORECASE,
)
_CUT_MARK = re.compile(r"\s*(?:\[\s*(?:…|\.\.\.|&#8230;)\s*\]|\(\s*(?:…|\.\.\.)\s*\)|…|\.\.\.)\s*$")
_PROSE = 30  # least characters of a line that may be the beginning of a text


def shorten(text: str, length: int) -> str:
    """`text` if it has at most `length` characters, else cut at its last sentence end before that.

    Where that would leave less than a third, it is cut between two words and ends in “…”; a
    character is never torn from its combining marks.
    """
    if len(text) <= length:
        return text
    ends = [end for end in _ends(text, length) if end >= length / 3]
    return text[: ends[-1]] if ends else _between_words(text, length)


def summarised(text: str, length: int) -> str:
    """A summary from the one of a source: short, and without the text that feed software appends.

    A text that the source has cut off (“… the court has [...]”) ends with its last whole sentence, if
    that keeps a third of it.
    """
    text = _TRAILER.sub("", text).strip()
    if (torn := _CUT_MARK.search(text)) is not None:
        text = text[: torn.start()].rstrip()
        ends = [end for end in _ends(text, len(text)) if end >= len(text) / 3]
        text = text[: ends[-1]] if ends else f"{text.rstrip(' ,;:–—-')}…"
    return shorten(text, length)


def completed(summary: str, text: str) -> str:
    """The summary; where it is cut off within a sentence of `text`, it is continued from there.

    Many pages describe themselves by their first 150 characters.
    """
    bare = _CUT_MARK.sub("", summary)
    begins = text.find(bare) if len(bare) >= _PROSE else -1
    if begins < 0 or any(end == len(bare) for end in _ends(bare, len(bare))):
        return summary
    return text[begins:]


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text, in order; what has no end of a sentence behind it is one, too."""
    found, start = [], 0
    for end in (*_ends(text, len(text)), len(text)):
        if one := text[start:end].strip():
            found.append(one)
        start = max(start, end)
    return tuple(found)


def opening(paragraphs: Iterable[str], length: int) -> str:
    """The first good sentences of a text, without the place, name or date before them."""
    lines = [line for line in (" ".join(p.split()) for p in paragraphs) if line]
    first = next((n for n, line in enumerate(lines) if _is_prose(line)), 0)
    return shorten(" ".join(lines[first:]), length)


def _is_prose(line: str) -> bool:
    dense = bool(_UNSPACED.search(line))
    return len(line) >= (_PROSE / 3 if dense else _PROSE) and _END.search(line) is not None


def _ends(text: str, length: int) -> Iterator[int]:
    """The positions where sentences end, up to `length`."""
    for match in _END.finditer(text, 0, min(len(text), length + 8)):
        if match.end() <= length and _ends_sentence(text, match.start(), match.end()):
            yield match.end()


def _ends_sentence(text: str, start: int, end: int) -> bool:
    """False for the full stop of an abbreviation, an initial or a number, and before a lower-case
    letter."""
    rest = text[end : end + 40].lstrip(" «“\"'(¿¡[")
    if rest and rest[0].islower():
        return False
    if text[start:end] != ".":
        return True
    before = _POINTED.search(text[max(0, start - 24) : end])
    if before is None:
        return True
    word = before[1].split()[-1].casefold()
    if word in _SHORT or (word in _BEFORE_NUMBER and rest[:1].isdigit()):
        return False
    if word.isdigit():  # “am 3. Oktober”, “10. Yıl”: an ordinal, unless what follows is no word
        return len(word) > 2 or not rest[:1].isalpha()
    parts = before[1].replace(" ", "").split(".")
    return not all(len(part) <= 1 for part in parts) or not parts[-1].isalpha()


def _between_words(text: str, length: int) -> str:
    cut = length - 1
    if not _UNSPACED.match(text[cut]):
        cut = text.rfind(" ", 0, cut + 1)
    if cut <= 0:
        cut = length - 1
    while cut > 1 and (unicodedata.combining(text[cut]) or text[cut] in "\u200d\ufe0f"):
        cut -= 1
    return text[:cut].rstrip(" ,;:–—-.([«“") + "…"
