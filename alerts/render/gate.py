"""The gate of all data on its way into a template, and what templates say it with (rule X6).

Every value printed passes `printed`: control characters and line breaks become spaces, and `{slot:` in
data comes out inert, so that only templates can write a slot. Pure.
"""

import re
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from alerts.errors import TemplateFault

SLOTS = ("name", "address", "unsubscribe_url", "preferences_url", "browser_url")


class Named(Protocol):
    """An organisation: a funder, or a profile."""

    @property
    def name(self) -> str: ...
    @property
    def link(self) -> str: ...


_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_WORD_JOINER = "\u2060"
_URL_SAFE = "%/:?#[]@!$&()*+,;=~-._"


def printed(value: Any) -> Any:
    """What a template prints for `value`: the gate of all data; `Markup` has passed it already."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def clean(text: str) -> str:
    """`text` as one line without control characters, in which no slot can be read."""
    line = _CONTROLS.sub(" ", _SURROGATES.sub("\ufffd", text))
    return line.replace("{slot:", f"{{{_WORD_JOINER}slot:")


def slot(name: str, otherwise: str = "") -> Markup:
    """A place that is filled per recipient; `otherwise` is said where there is nothing to fill in."""
    if name not in SLOTS:
        raise TemplateFault(f"there is no slot “{name}”; there are {', '.join(SLOTS)}")
    fallback = re.sub(r"[{}|<>&\"']", "", clean(otherwise))
    return Markup(f"{{slot:{name}|{fallback}}}" if fallback else f"{{slot:{name}}}")  # noqa: S704


def isolate(text: str) -> Markup:
    """For HTML: a name whose direction must not disturb the words around it (rule H10)."""
    return Markup("<bdi>{}</bdi>").format(printed(text))


def anchor(named: Named) -> Markup:
    """For HTML: the name of an organisation, linked where there is a link."""
    url = link(named.link)
    return (
        Markup('<a href="{}">{}</a>').format(url, isolate(named.name))
        if url
        else isolate(named.name)
    )


def link(url: str) -> str:
    """`url` as ASCII, fit for an attribute and for text; empty unless it is absolute http(s)."""
    try:
        parts = urlsplit(_CONTROLS.sub("", url).strip())
        host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode()
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not re.fullmatch(r"[^\s\"'<>\\{}|^`]+", host):
        return ""
    rest = parts._replace(scheme="", netloc="").geturl()
    return f"{parts.scheme}://{host}" + quote(rest, safe=_URL_SAFE, errors="replace")
