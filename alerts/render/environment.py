"""The Jinja2 environment: where templates come from, and what data may do in them (rule X6).

A project's own `templates/` wins over the packaged ones, file by file. Templates run sandboxed; data
is never compiled as a template. Every value printed passes one gate: control characters and line
breaks become spaces, and `{slot:` in data comes out inert, so that only templates can write a slot.
HTML escapes by itself; text and style sheets are printed as they are.
"""

import re
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote, urlsplit

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

import alerts
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


def packaged_templates() -> Path:
    """The templates that travel with the program: inside a wheel, beside the package in a checkout."""
    package = Path(alerts.__file__).parent
    inside = package / "_templates"
    return inside if inside.is_dir() else package.parent / "templates"


def template_folders(root: Path) -> tuple[Path, ...]:
    """Where templates of the project at `root` are looked for, first one first."""
    return root / "templates", packaged_templates()


def environment(root: Path) -> ImmutableSandboxedEnvironment:
    """The environment for the project at `root`."""
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(template_folders(root)),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        finalize=printed,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "link": link,
        "isolate": isolate,
        "anchor": anchor,
    }
    made.globals["slot"] = slot
    return made


def render(env: ImmutableSandboxedEnvironment, name: str, values: Mapping[str, Any]) -> str:
    """The template `name` with these values; raises `TemplateFault` that names file and line."""
    try:
        return env.get_template(name).render(values)
    except TemplateSyntaxError as fault:
        place = f"{fault.filename or fault.name}, line {fault.lineno}"
        raise TemplateFault(f"{place}: {fault.message}; correct the template") from fault
    except TemplateNotFound as fault:
        place = _place(env, fault) or name
        raise TemplateFault(f"{place}: there is no template {fault.name}") from fault
    except UnicodeDecodeError as fault:
        raise TemplateFault(f"template {name}: not UTF-8; save the file as UTF-8") from fault
    except Exception as fault:
        place = _place(env, fault)
        if not place and not isinstance(fault, TemplateError):
            raise  # not the template's fault
        words = " ".join(str(fault).split())
        raise TemplateFault(f"{place or name}: {words}; correct the template") from fault


def _place(env: ImmutableSandboxedEnvironment, fault: Exception) -> str:
    """`file, line N` of the innermost template that `fault` came through, or nothing."""
    assert isinstance(env.loader, FileSystemLoader)  # noqa: S101
    for frame in reversed(traceback.extract_tb(fault.__traceback__)):
        if frame.filename.startswith(tuple(env.loader.searchpath)):
            return f"{frame.filename}, line {frame.lineno}"
    return ""


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
