"""Makes data safe to print in templates, and the filters for it (rule X6).

Every printed value passes `printed`: control characters and line breaks become spaces, and `{slot:` in
data is escaped, so that only templates can write a slot. Pure.
"""

import re
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from markupsafe import Markup

from alerts.domain.errors import TemplateFault

SLOTS = ("name", "address", "unsubscribe_url", "preferences_url", "browser_url")


class Named(Protocol):
    """An organisation: a funder, or a profile."""

    @property
    def name(self) -> str: ...
    @property
    def link(self) -> str: ...


_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SPACES = re.compile(r"[ \t\n\r\f\v]+")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_WORD_JOINER = "\u2060"
_URL_SAFE = "%/:?#[]@!$&()*+,;=~-._"


def printed(value: Any) -> Any:
    """`value` as a template prints it: cleaned, unless it is `Markup`."""
    return clean(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def clean(text: str) -> str:
    """`text` as one line without control characters and without slots."""
    line = _CONTROLS.sub(" ", _SURROGATES.sub("\ufffd", text))
    return line.replace("{slot:", f"{{{_WORD_JOINER}slot:")


def one_line(text: str) -> str:
    """`text` on one line with single spaces; no-break spaces stay, as French has them."""
    return _SPACES.sub(" ", text).strip(" ")


def slot(name: str, otherwise: str = "") -> Markup:
    """A slot that is filled per recipient; `otherwise` is the text for an empty value."""
    if name not in SLOTS:
        raise TemplateFault(f"there is no slot “{name}”; there are {', '.join(SLOTS)}")
    fallback = re.sub(r"[{}|<>&\"']", "", clean(otherwise))
    return Markup(f"{{slot:{name}|{fallback}}}" if fallback else f"{{slot:{name}}}")  # noqa: S704


def isolate(text: str) -> Markup:
    """For HTML: a name whose direction must not affect the text around it (rule H10).

    Classic Outlook does not know `<bdi>`, so the isolating characters of Unicode stand inside it.
    """
    return Markup("<bdi>\u2068{}\u2069</bdi>").format(printed(text))


def anchor(named: Named, classes: str = "") -> Markup:
    """For HTML: the name of an organisation, linked where there is a link."""
    url = link(named.link)
    return (
        Markup('<a class="{}" href="{}">{}</a>').format(classes, url, isolate(named.name))
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


def for_header(text: str) -> str:
    """A text of ours for a header: without U+2066 to U+2069 around names, which programs that do not
    know them show as boxes. Those that do know them keep brackets right without them, too (UAX #9, N0)."""
    return re.sub("[\u2066-\u2069]", "", text)
