"""CSL-JSON (citeproc): a list of objects, as Zotero and Mendeley export them and Crossref answers."""

import json
import re
from typing import Any

from alerts.domain.errors import InputError
from alerts.sources.document import Fetched
from alerts.sources.dropped import Dropped
from alerts.sources.json_items import salvaged
from alerts.sources.reference import Reference
from alerts.text.decoding import charset_of, received


def claims(body: bytes) -> bool:
    """True where the document can only be JSON."""
    return body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def records(document: Fetched, place: str, most: int, dropped: Dropped) -> list[Reference]:
    """At most so many records; raises `InputError` where there is none."""
    text = received(document.body, charset_of(document.content_type)).replace("\0", "")
    try:
        found = json.loads(text, strict=False)
    except json.JSONDecodeError as fault:
        whole = salvaged(text, max(0, text.find("[")), most, dropped)
        found = [one for one in whole if _is_record(one)]
        if not found:
            raise InputError(f"{place}, line {fault.lineno}: broken JSON") from fault
    except RecursionError as fault:
        raise InputError(f"{place}: no list of references: nested too deeply") from fault
    if isinstance(found, dict):  # Zotero's interface answers {"items": […]}, Crossref one record
        found = found.get("items", [found])
    if not isinstance(found, list) or not any(_is_record(one) for one in found):
        raise InputError(f"{place}: no list of references: no record has a title")
    records = []
    for number, item in enumerate(found[:most], 1):
        if not isinstance(item, dict):
            dropped.item(number, "it is no object")
            continue
        records.append(_reference(number, item))
    return records


def _is_record(item: Any) -> bool:
    return isinstance(item, dict) and bool(_text(item, "title"))


def _reference(number: int, item: dict[str, Any]) -> Reference:
    return Reference(
        number=number,
        title=_text(item, "title"),
        abstract=_text(item, "abstract"),
        authors=tuple(filter(None, map(_name, _list(item, "author")))),
        journal=_text(item, "container-title"),
        publisher=_text(item, "publisher"),
        date=_date(item.get("issued")) or _date(item.get("published")),
        language=_text(item, "language"),
        keywords=tuple(re.split(r"[,;]", _text(item, "keyword"))),
        addresses=tuple(filter(None, [_text(item, "URL")])),
        doi=_text(item, "DOI"),
        isbn=_text(item, "ISBN").partition(" ")[0],
    )


def _name(person: Any) -> str:
    if not isinstance(person, dict):
        return ""
    parts = (_text(person, name) for name in ("given", "non-dropping-particle", "family"))
    return _text(person, "literal") or " ".join(filter(None, parts))


def _date(value: Any) -> str:
    """A date of CSL: its parts, or what somebody wrote."""
    if isinstance(value, str):
        return value.partition("T")[0]
    if not isinstance(value, dict):
        return ""
    first = next(iter(_list(value, "date-parts")), None)
    if isinstance(first, list) and first:
        parts = [str(part) for part in first[:3]]
        if all(re.fullmatch(r"\d{1,4}", part) for part in parts):
            return "-".join(part.zfill(2) for part in parts)
    return _text(value, "raw") or _text(value, "literal")


def _list(item: dict[str, Any], name: str) -> list[Any]:
    value = item.get(name)
    return value if isinstance(value, list) else []


def _text(item: dict[str, Any], name: str) -> str:
    """A text; Crossref writes titles as lists of one."""
    value = item.get(name)
    if isinstance(value, list):
        value = next(iter(value), "")
    return value if isinstance(value, str) else ""
