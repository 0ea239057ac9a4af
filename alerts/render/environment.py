"""The Jinja2 environment: where templates come from, and what data may do in them (rule X6).

A project's own `templates/` wins over the packaged ones, file by file. Templates run sandboxed; data
is never compiled as a template. Every value printed passes one gate (`gate.py`). HTML escapes by
itself; text and style sheets are printed as they are.
"""

import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound
from jinja2.exceptions import TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment

import alerts
from alerts.errors import TemplateFault
from alerts.render.gate import anchor, isolate, link, printed, slot
from alerts.render.plain import noted, underline, wrap


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
        "wrap": wrap,
        "underline": underline,
        "noted": noted,
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
