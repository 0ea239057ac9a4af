"""Parses a Markdown file with YAML front matter.

Errors name file and line, and nothing in a front matter is executed or takes long (rule X4). The keys
are interpreted in `folder.py`. The Markdown is not rendered: its first sentences replace a missing
`summary`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml
from markdown_it import MarkdownIt

from alerts.domain.errors import InputError
from alerts.domain.languages import known_language
from alerts.text.decoding import written
from alerts.text.parser_words import yaml_words
from alerts.text.plain_text import plain, tidy
from alerts.text.sentences import opening, shorten

_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)(?:^---[ \t]*(?:\r?\n|\Z)|\Z)", re.DOTALL | re.MULTILINE)
_STEM = re.compile(r"(.+)\.([a-z]{2,3}(?:-[a-z0-9]{2,8})*)")
_MARKDOWN = MarkdownIt("commonmark")
_DEEPEST = 20  # lists and tables in one another; what is meant goes three deep


class _ShallowLoader(yaml.SafeLoader):
    """The safe loader, which refuses deep nesting as it reads: going down costs more with each level."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """The next value and what is in it; raises `ComposerError` at the value that lies too deep."""
        if parent is not None and self.depth > _DEEPEST:
            raise yaml.composer.ComposerError(None, None, "nested too deeply", parent.start_mark)
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


@dataclass(frozen=True, slots=True)
class File:
    """One file: its front matter, its text, and which article in which language it belongs to."""

    path: str  # as messages show it
    key: str  # what the translations of one article share
    suffix: str  # the language in `name.es.md`, or ""
    meta: Mapping[str, Any]
    source: str  # the front matter as written, to find lines in
    body: str
    folder: str = ""  # where it lies in the folder of the source

    @classmethod
    def read(cls, path: str, name: str, octets: bytes) -> "File":
        """The file that is called `name` in its folder; raises `InputError` that names file and line."""
        text = written(octets, path)
        front = _FRONT.match(text)
        if not front:
            raise InputError(f"{path}, line 1: no front matter; begin the file with a line ---")
        stem = PurePosixPath(name).with_suffix("").as_posix()
        named = _STEM.fullmatch(stem)
        suffix = named[2] if named and known_language(named[2]) else ""
        meta = _loaded(front[1], path)
        target, group = meta.get("translation_of"), words_of(meta.get("group"))
        if group and not target:
            key = f"group: {group}"  # no name of a file has a colon and a space
        elif target:
            key = words_of(target).removesuffix(".md")
        else:
            key = named[1] if named and suffix else stem
        inside = PurePosixPath(name).parent.as_posix()
        return cls(path, key, suffix, meta, front[1], text[front.end() :], inside)

    def at(self, key: str) -> str:
        """`path, line N, key` of a front matter key."""
        for number, line in enumerate(self.source.splitlines(), 2):
            if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*:", line):
                return f"{self.path}, line {number}, {key}"
        return f"{self.path}, {key}"

    def text(self, *keys: str) -> str:
        """The value of the first of these keys that has one, as one line of text."""
        for key in keys:
            if isinstance(self.meta.get(key), dict | list):
                raise InputError(f"{self.at(key)}: expected a text")
            if text := words_of(self.meta.get(key)):
                return text
        return ""

    @property
    def title(self) -> str:
        heading = re.search(r"^#[ \t]+(.+)$", self.body, re.MULTILINE)
        return self.text("title") or (plain(_MARKDOWN.renderInline(heading[1])) if heading else "")

    def summary(self, length: int) -> str:
        """The summary in the front matter, else the first sentences of the text."""
        prose = re.sub(r"^#{1,6}[ \t].*$", "", self.body[:20_000], flags=re.MULTILINE)
        said = self.text("summary", "description")
        if said:
            return shorten(said, length)
        blocks = re.split(r"</(?:p|li|blockquote|h\d)>", _MARKDOWN.render(prose))
        return opening(map(plain, blocks), length)


def _loaded(front: str, path: str) -> dict[str, Any]:
    try:
        meta = yaml.load(front, Loader=_ShallowLoader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 2 if fault.problem_mark else 2
        raise InputError(
            f"{path}, line {line}: front matter: {yaml_words(fault.problem or '')}"
        ) from fault
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise InputError(
            f"{path}: front matter cannot be read: {yaml_words(str(fault))}"
        ) from fault
    if meta is not None and not isinstance(meta, dict):
        raise InputError(f"{path}, line 2: front matter: write lines such as title: …")
    return {str(key): value for key, value in (meta or {}).items()}


def words_of(value: Any) -> str:
    """A value of the front matter as one line of text; "" for a list or table.

    Lists and tables are never printed: YAML aliases can make them extremely large (rule X4).
    """
    if value is None or isinstance(value, dict | list | set | bytes):
        return ""
    # YAML reads the language code `no` as false
    return "no" if value is False else tidy(str(value))
