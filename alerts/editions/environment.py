"""The Jinja2 environment: template folders, sandbox and escaping (rule X6).

A project's own `templates/` wins over the packaged ones, file by file. Templates run sandboxed; data
is never compiled as a template. Every printed value passes `escaping.printed`. HTML is escaped
automatically; text and style sheets are printed as they are.
"""

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import (
    BytecodeCache,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
)
from jinja2.bccache import Bucket
from jinja2.exceptions import TemplateSyntaxError
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alerts.domain.errors import TemplateFault
from alerts.domain.open_transaction import outside
from alerts.editions.escaping import anchor, isolate, link, printed, slot
from alerts.editions.template_files import template_folders
from alerts.editions.text_part import noted, underline, wrap
from alerts.text.decoding import written
from alerts.text.parser_words import template_words


class _OwnFirst(FileSystemLoader):
    """Reads a template anew when a file of the project's own comes to stand for it."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        earlier: list[Path] = []
        for folder in map(Path, self.searchpath):
            path = folder.joinpath(*split_template_path(template))
            if path.is_file():
                source = written(path.read_bytes(), str(path), TemplateFault)
                return (
                    source,
                    str(path),
                    partial(_unchanged, path, path.stat().st_mtime_ns, tuple(earlier)),
                )
            earlier.append(path)
        raise TemplateNotFound(template)


def _unchanged(path: Path, modified: int, earlier: Sequence[Path]) -> bool:
    """Whether a template is as it was read, and none has come before it."""
    try:
        return path.stat().st_mtime_ns == modified and not any(p.is_file() for p in earlier)
    except OSError:
        return False


class _Compiled(BytecodeCache):
    """Compiled templates, kept while the process runs: each edition has an environment of its own, and
    would compile the same files again. A file whose text has changed is compiled anew.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType]] = {}  # file → checksum of its text, code

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._kept.get(bucket.key, ("", None))
        if code is not None and checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._kept[bucket.key] = (bucket.checksum, bucket.code)


# What is compiled depends on the text and on the options and filters below, which are the same for all.
_COMPILED = _Compiled()


def environment(root: Path) -> ImmutableSandboxedEnvironment:
    """The environment for the project at `root`."""
    made = ImmutableSandboxedEnvironment(
        loader=_OwnFirst(template_folders(root)),
        autoescape=lambda name: name is not None and name.endswith(".html"),
        undefined=StrictUndefined,
        finalize=printed,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_COMPILED,
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


def compiled(env: ImmutableSandboxedEnvironment, name: str) -> None:
    """Check whether the template `name` compiles; raises `TemplateFault`, which names file and line."""
    with _faults(env, name):
        env.get_template(name)


def render(env: ImmutableSandboxedEnvironment, name: str, values: Mapping[str, Any]) -> str:
    """The template `name` with these values; raises `TemplateFault` that names file and line.

    Not while a transaction is open: a project's own template may fail.
    """
    outside("a template is rendered")
    with _faults(env, name):
        return env.get_template(name).render(values)


@contextmanager
def _faults(env: ImmutableSandboxedEnvironment, name: str) -> Iterator[None]:
    """Raise errors of a template as `TemplateFault`, with a message of one line."""
    try:
        yield
    except TemplateSyntaxError as fault:
        place = f"{fault.filename or fault.name}, line {fault.lineno}"
        words = template_words(fault.message or "")
        raise TemplateFault(f"{place}: {words}; correct the template", place) from fault
    except TemplateNotFound as fault:
        place = _place(env, fault) or name
        raise TemplateFault(f"{place}: there is no template {fault.name}", place) from fault
    except TemplateFault as fault:
        place = fault.place or _place(env, fault)
        if place and not str(fault).startswith(place) and place not in str(fault):
            raise TemplateFault(f"{place}: {fault}; correct the template", place) from fault
        raise
    except Exception as fault:
        place = _place(env, fault)
        if not place and not isinstance(fault, TemplateError):
            raise  # not the template's fault
        words = template_words(str(fault))
        place = place or name
        raise TemplateFault(f"{place}: {words}; correct the template", place) from fault


def _place(env: ImmutableSandboxedEnvironment, fault: Exception) -> str:
    """`file, line N` of the innermost template in the traceback of `fault`, or ""."""
    assert isinstance(env.loader, FileSystemLoader)  # noqa: S101
    for frame in reversed(traceback.extract_tb(fault.__traceback__)):
        if frame.filename.startswith(tuple(env.loader.searchpath)):
            return f"{frame.filename}, line {frame.lineno}"
    return ""
