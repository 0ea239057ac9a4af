"""The Jinja2 environment: where templates are found, and what data may do in them.

A project's own `templates/` wins over ours, file by file. Templates run in Jinja's sandbox; data is
never compiled. HTML is escaped; in text templates data loses its line breaks and control characters.
Data that looks like a slot is made inert, so nobody outside can have a reader's link put elsewhere.
"""

import re
import textwrap
from pathlib import Path
from typing import Any

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
)
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from alerts.errors import TemplateFault

_PACKAGE = Path(__file__).resolve().parent.parent
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def template_folders(root: Path) -> tuple[Path, ...]:
    """Where templates are looked for, first come first served."""
    packaged = _PACKAGE / "_templates"
    ours = packaged if packaged.is_dir() else _PACKAGE.parent / "templates"
    return (root / "templates", ours)


def environment(root: Path) -> Environment:
    """The environment of a project."""
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([str(folder) for folder in template_folders(root)]),
        autoescape=lambda name: name is None or not name.endswith((".txt", ".css")),
        undefined=StrictUndefined,
        finalize=_inert,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals["slot"] = _slot
    made.filters["wrapped"] = wrapped
    made.filters["flat"] = flat
    return made


def render(made: Environment, name: str, **context: Any) -> str:
    """One template; raises `TemplateFault` that names it and the line."""
    try:
        return made.get_template(name).render(**context)
    except TemplateNotFound as fault:
        raise TemplateFault(f"templates/{fault.name}: not found") from fault
    except TemplateSyntaxError as fault:
        raise TemplateFault(
            f"{fault.filename or name}, line {fault.lineno}: {fault.message}"
        ) from fault
    except (
        TemplateError,
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as fault:
        raise TemplateFault(f"{_where(fault, name)}: {' '.join(str(fault).split())}") from fault


def _where(fault: Exception, name: str) -> str:
    """`file, line N` of the innermost template on the way to the fault."""
    place, trace = name, fault.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if "templates" in file and not file.endswith(".py"):
            place = f"{file}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place


class _Slot(Markup):
    """A slot that a template put there, and not data that looks like one."""


def _slot(name: str, fallback: str = "") -> _Slot:
    """`{{ slot("unsubscribe_url") }}`: a personal place, filled by the merge."""
    return _Slot(f"{{slot:{name}|{fallback}}}" if fallback else f"{{slot:{name}}}")


def _inert(value: Any) -> Any:
    if isinstance(value, _Slot) or not isinstance(value, str) or "{slot:" not in value:
        return value
    safe = value.replace("{slot:", "{\u2060slot:")
    return Markup(safe) if isinstance(value, Markup) else safe  # noqa: S704 - it was Markup before


def flat(text: str) -> str:
    """Data on one line, without control characters."""
    return " ".join(_CONTROL.sub(" ", str(text)).split())


def wrapped(text: str, width: int = 72, indent: str = "") -> str:
    """A paragraph of at most `width` columns; a long word or URL keeps its own line whole."""

    return textwrap.fill(
        flat(text),
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
