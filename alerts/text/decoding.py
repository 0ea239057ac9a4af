"""Octets to text: the one way to decode what people save by hand, and what comes from outside.

`written` is for files of a project: templates, style sheets, catalogues, settings, Markdown, manuscripts.
It knows byte order marks, UTF-16 without one, all line ends, and names file and line of anything else.
`received` is for documents of others and never fails: a charset that a document declares by mistake, as
many that are UTF-8 declare Latin-1, costs no character. Pure; opens no file.
"""

import codecs
import re
from collections.abc import Callable

from alerts.domain.errors import AlertsError, InputError

_UTF8 = "utf-8"
_WESTERN = "cp1252"
# the longer marks first: that of UTF-32 LE begins with that of UTF-16 LE
_MARKS = (
    (codecs.BOM_UTF8, _UTF8),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
SAMPLE = 4096  # octets in which UTF-16 without a mark shows
_SURE = 3  # characters beyond ASCII after which nobody doubts that a text is UTF-8
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_RUN = re.compile(rb"[\xc0-\xff]{4,}")
# lower case alone: where one of KOI8-R and windows-1251 has lower case, the other has capitals
_COMMON = {
    "cp1251": frozenset("оеаинтсрвлкмдпу"),
    "koi8_r": frozenset("оеаинтсрвлкмдпу"),
    "cp1253": frozenset("αοιετσνηυρπκμλςόίάέή"),
    "cp1256": frozenset("اليمنورتبةعدسفهكقح"),
}
# one octet a character: almost any octets are valid in them, so being declared proves nothing
_SINGLE = re.compile(r"(iso8859-\d+|cp125\d|cp[78]\d\d|koi8-\w+|mac-\w+|ascii|latin-?\d)")


def written(
    octets: bytes, place: str, error: Callable[[str], AlertsError] = InputError, declared: str = ""
) -> str:
    """The text of a file that people save, its lines ended by `\\n`.

    Raises `error` that names the file `place`, the line and the remedy. `declared` is a charset that the
    file itself names; it is believed where the file is not UTF-8.
    """
    encoding, mark = encoding_of(octets)
    try:
        text = octets[mark:].decode(encoding)
    except UnicodeDecodeError as fault:
        name = known(declared)
        if encoding == _UTF8 and _is_single(name) and name != "ascii":
            text = single(octets, name)
        else:
            line = _line_at(octets[mark : mark + fault.start], encoding)
            shown = encoding.upper().removesuffix("-LE").removesuffix("-BE")
            raise error(f"{place}, line {line}: not {shown}; save the file as UTF-8") from fault
    text = "\n".join(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\r"))
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise error(f"{place}, line {line}: holds a NUL character; save the file as text in UTF-8")
    return text


def received(octets: bytes, declared: str = "") -> str:
    """The text of a document of others; `declared` is the charset that it, or its server, names.

    What is UTF-8 is read as UTF-8, whatever was declared. A stray octet in it is read as windows-1252.
    """
    encoding, mark = encoding_of(octets)
    if mark or encoding != _UTF8:
        return octets[mark:].decode(encoding, "replace")
    name = known(declared)
    strays = _strays(octets)
    letters = len(octets.decode(_UTF8, "ignore")) - _ascii(octets)
    if name and name != _UTF8 and not _is_single(name):
        return octets.decode(_UTF8 if letters >= _SURE and not strays else name, "replace")
    if strays > letters:
        return single(octets, name if _is_single(name) else _unnamed(octets))
    return octets.decode(_UTF8, _STRAY)


def charset_of(content_type: str) -> str:
    """The charset that a Content-Type names; "" for none."""
    found = _CHARSET.search(content_type)
    return found[1] if found else ""


def encoding_of(head: bytes) -> tuple[str, int]:
    """The encoding by the first octets, and the length of the byte order mark."""
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding, len(mark)
    sample = head[: SAMPLE & ~1]
    even, odd = sample[::2], sample[1::2]
    if len(sample) >= 4 and b"\0" in sample:
        # most text has spaces, line ends and digits, whose other octet is zero in UTF-16
        low, high = even.count(0), odd.count(0)
        if low + high >= len(even) / 5 and max(low, high) > 9 * min(low, high):
            return ("utf-16-le" if high > low else "utf-16-be"), 0
    return _UTF8, 0


def line_of_octets(octets: bytes) -> str:
    """One line in an unnamed encoding: UTF-8, else one of `_COMMON` or windows-1252 by its characters."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return single(octets, _unnamed(octets))


def _unnamed(octets: bytes) -> str:
    """The charset of one octet a character that nobody named: windows-1252, unless most characters beyond
    ASCII stand in runs, which no text in Latin script has, and are common ones of Russian, Greek or
    Arabic."""
    beyond = sum(octet >= 0xC0 for octet in octets)
    runs = b"".join(_RUN.findall(octets))
    if len(runs) < 0.6 * beyond or not runs:
        return _WESTERN
    shares = {
        name: sum(letter in common for letter in runs.decode(name, "replace")) / len(runs)
        for name, common in _COMMON.items()
    }
    likeliest = max(shares, key=lambda name: shares[name])
    return likeliest if shares[likeliest] >= 0.5 else _WESTERN


def known(name: str) -> str:
    """The charset as Python calls it; "" where it is unknown, or no charset of text."""
    name = name.strip().lower().removeprefix("x-").replace("windows-", "cp")
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    # what turns octets into octets (“base64”) or runs escapes is a codec, and no charset
    fit = found._is_text_encoding and found.name not in ("utf-7", "idna", "punycode")
    return found.name if fit and "escape" not in found.name else ""


def single(octets: bytes, name: str) -> str:
    """The text in a charset of one octet a character; as browsers do, Latin-1 is windows-1252."""
    if name in ("iso8859-1", "ascii", "latin-1", _WESTERN):
        return octets.decode(_WESTERN, _STRAY)
    return octets.decode(name, "replace")


def _is_single(name: str) -> bool:
    return bool(_SINGLE.fullmatch(name))


def _ascii(octets: bytes) -> int:
    return len(octets.decode("ascii", "ignore"))


def _strays(octets: bytes) -> int:
    """How many parts of the octets are not UTF-8."""
    try:
        octets.decode()
    except UnicodeDecodeError:
        marked = "\ufffd".encode()
        return octets.decode(_UTF8, "replace").count("\ufffd") - octets.count(marked)
    return 0


def _line_at(before: bytes, encoding: str) -> int:
    text = before.decode(encoding, "replace").replace("\r\n", "\n")
    return text.count("\n") + text.count("\r") + 1


def _as_western(fault: UnicodeError) -> tuple[str, int]:
    """Read stray octets as windows-1252, and what that does not know as Latin-1."""
    if not isinstance(fault, UnicodeDecodeError):
        raise fault
    stray = fault.object[fault.start : fault.end]
    try:
        return stray.decode(_WESTERN), fault.end
    except UnicodeDecodeError:
        return stray.decode("latin-1"), fault.end


_STRAY = "alerts.stray"
codecs.register_error(_STRAY, _as_western)
