"""A Markdown file with YAML front matter, as it lies in a folder source: what it says, and where.

Promises that a fault names its file and line, and that nothing in a front matter is run or takes long
(mail-rules X4). What becomes of its keys, `folder.py` knows. Does not render the Markdown: its first
sentences stand in where `summary` is missing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt

from alerts.errors import InputError
from alerts.markup import plain, tidy
from alerts.project import known_language
from alerts.sentences import opening, shorten

_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)(?:^---[ \t]*(?:\r?\n|\Z)|\Z)", re.DOTALL | re.MULTILINE)
_STEM = re.compile(r"(.+)\.([a-z]{2,3}(?:-[a-z0-9]{2,8})*)")
_MARKDOWN = MarkdownIt("commonmark")


@dataclass(frozen=True, slots=True)
class File:
    """One file: its front matter, its text, and which article in which language it belongs to."""

    path: Path
    key: str  # what the translations of one article share
    suffix: str  # the language in `name.es.md`, or ""
    meta: Mapping[str, Any]
    source: str  # the front matter as written, to find lines in
    body: str

    @classmethod
    def read(cls, path: Path, folder: Path, most: int) -> "File":
        """Raises `InputError` that names file and line."""
        if path.stat().st_size > most:
            raise InputError(f"{path}: larger than {most} octets (sources.max_bytes)")
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as fault:
            line = path.read_bytes()[: fault.start].count(b"\n") + 1
            raise InputError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from fault
        front = _FRONT.match(text)
        if not front:
            raise InputError(f"{path}, line 1: no front matter; begin the file with a line ---")
        stem = path.relative_to(folder).with_suffix("").as_posix()
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
        return cls(path, key, suffix, meta, front[1], text[front.end() :])

    def at(self, key: str) -> str:
        """`path, line N, key` of a front matter key."""
        for number, line in enumerate(self.source.splitlines(), 2):
            if re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*:", line):
                return f"{self.path}, line {number}, {key}"
        return f"{self.path}, {key}"

    def text(self, *keys: str) -> str:
        """The first of these keys that has a value, as one line of text."""
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
        """What the file says, else the first sentences of its text."""
        prose = re.sub(r"^#{1,6}[ \t].*$", "", self.body[:20_000], flags=re.MULTILINE)
        said = self.text("summary", "description")
        if said:
            return shorten(said, length)
        blocks = re.split(r"</(?:p|li|blockquote|h\d)>", _MARKDOWN.render(prose))
        return opening(map(plain, blocks), length)


def _loaded(front: str, path: Path) -> dict[str, Any]:
    try:
        meta = yaml.safe_load(front)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 2 if fault.problem_mark else 2
        raise InputError(
            f"{path}, line {line}: front matter: {tidy(fault.problem or '')}"
        ) from fault
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise InputError(
            f"{path}: front matter cannot be read: {tidy(str(fault)[:200])}"
        ) from fault
    if meta is not None and not isinstance(meta, dict):
        raise InputError(f"{path}, line 2: front matter: write lines such as title: …")
    return {str(key): value for key, value in (meta or {}).items()}


def words_of(value: Any) -> str:
    """A value of the front matter as one line of text; "" for a list or table.

    Those are never printed: the aliases of YAML can make one of astronomic length (mail-rules X4).
    """
    if value is None or isinstance(value, dict | list | set | bytes):
        return ""
    return "no" if value is False else tidy(str(value))  # YAML reads Norwegian as false
