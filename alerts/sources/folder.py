"""A folder of Markdown files with YAML front matter: one file is one article, or one translation.

Promises to read nothing outside the folder, symbolic links included (mail-rules X17), and that one
bad file keeps no other from being read. Front matter keys: docs/sources.md. Does not render the
Markdown: its first sentences stand in where `summary` is missing.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from markdown_it import MarkdownIt

from alerts.errors import InputError
from alerts.markup import plain, safe_url, tidy
from alerts.model import Article, Event, Translation, day_or_moment
from alerts.project import known_language
from alerts.sentences import opening, shorten
from alerts.sources.intake import Found, Intake, image
from alerts.sources.language import guess

_MOST_FILES = 2000
_FRONT = re.compile(r"\A---[ \t]*\r?\n(.*?)(?:^---[ \t]*(?:\r?\n|\Z)|\Z)", re.DOTALL | re.MULTILINE)
_STEM = re.compile(r"(.+)\.([a-z]{2,3}(?:-[a-z0-9]{2,8})*)")
_MARKDOWN = MarkdownIt("commonmark")


def read(folder: Path, intake: Intake) -> Found:
    """The articles of all *.md files under `folder`, by path; raises `InputError` if it is none."""
    if not folder.is_dir():
        raise InputError(f"{intake.source.location}: no such folder")
    files: list[_File] = []
    faults: list[str] = []
    for path in _paths(folder):
        try:
            files.append(_File.read(path, folder, intake.settings.sources.max_bytes))
        except InputError as fault:
            faults.append(str(fault))
    articles: list[Article] = []
    for group in _groups(files):
        try:
            articles.append(_article(group, intake))
        except InputError as fault:
            faults.append(str(fault))
    return Found(tuple(articles), tuple(faults))


def _paths(folder: Path) -> Iterator[Path]:
    """Markdown files whose true place is in the folder; hidden ones and READMEs are not articles."""
    root = folder.resolve()
    found = 0
    for path in sorted(folder.rglob("*.md")):
        names = path.relative_to(folder).parts
        if any(name.startswith(".") for name in names) or path.stem.lower() == "readme":
            continue
        if path.is_file() and path.resolve().is_relative_to(root):
            found += 1
            if found > _MOST_FILES:
                raise InputError(f"{folder}: more than {_MOST_FILES} files; split the folder")
            yield path


@dataclass(frozen=True, slots=True)
class _File:
    """One file: its front matter, its text, and which article in which language it belongs to."""

    path: Path
    key: str  # what the translations of one article share
    suffix: str  # the language in `name.es.md`, or ""
    meta: Mapping[str, Any]
    source: str  # the front matter as written, to find lines in
    body: str

    @classmethod
    def read(cls, path: Path, folder: Path, most: int) -> "_File":
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
        target, group = meta.get("translation_of"), _words(meta.get("group"))
        if group and not target:
            key = f"group: {group}"  # no name of a file has a colon and a space
        elif target:
            key = _words(target).removesuffix(".md")
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
            if text := _words(self.meta.get(key)):
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


def _words(value: Any) -> str:
    """A value of the front matter as one line of text; "" for a list or table.

    Those are never printed: the aliases of YAML can make one of astronomic length (mail-rules X4).
    """
    if value is None or isinstance(value, dict | list | set | bytes):
        return ""
    return "no" if value is False else tidy(str(value))  # YAML reads Norwegian as false


def _groups(files: list[_File]) -> Iterator[list[_File]]:
    """The files of each article, the original before its translations."""
    groups: dict[str, list[_File]] = defaultdict(list)
    for file in files:
        groups[file.key].append(file)
    for group in groups.values():
        yield sorted(
            group,
            key=lambda file: (
                "translation_of" in file.meta,
                not file.text("url", "link"),
                file.suffix != "",
                file.path,
            ),
        )


def _article(group: list[_File], intake: Intake) -> Article:
    """One article from its file and the files of its translations."""
    main, *others = group
    url = safe_url(main.text("url", "link"))
    if not url:
        raise InputError(f"{main.at('url')}: needs the address of the article: url: https://…")
    length = intake.settings.sources.summary_length
    article = intake.article(
        url=url,
        title=main.title,
        summary=main.summary(length),
        language=_language(main, intake),
        published=_moment(main, intake, "published", "date"),
        author=main.text("author"),
        tags=_tags(main),
    )
    if not main.title:
        raise InputError(f"{main.at('title')}: needs a title")
    picture = main.text("image")
    translations = dict(_translations(main, length))
    for file in others:
        language = _language(file, intake) or _read_language(file, length)
        if not language:
            raise InputError(f"{file.at('language')}: a translation needs its language")
        own = safe_url(file.text("url", "link"))
        elsewhere = own if own and own != url else ""
        translations[language] = Translation(file.title, file.summary(length), elsewhere)
    translations.pop(article.language, None)
    return replace(
        article,
        section=main.text("section") or article.section,
        profile=main.text("profile") or article.profile,
        featured=main.meta.get("featured") is True,
        image=image(picture, url, main.text("image_alt")) if picture else None,
        event=_event(main, intake),
        translations=translations,
    )


def _language(file: _File, intake: Intake) -> str:
    text = file.text("language", "lang")
    if text and not known_language(text.lower().replace("_", "-")):
        raise InputError(
            f"{file.at('language')}: unknown language “{text}”; use codes such as en, es"
        )
    return intake.language(text) or file.suffix


def _read_language(file: _File, length: int) -> str:
    """The language that the text of a translation is certainly in, or ""."""
    read = guess(f"{file.title}. {file.summary(length)}")
    return read.language if read.certain else ""


def _tags(file: _File) -> list[str]:
    tags = file.meta.get("tags") or []
    if isinstance(tags, str):
        return tags.split(",")
    if isinstance(tags, list):
        return [_words(tag) for tag in tags]
    raise InputError(f"{file.at('tags')}: expected a list such as [law, housing]")


def _translations(file: _File, length: int) -> Iterator[tuple[str, Translation]]:
    """The `translations:` of the front matter."""
    table = file.meta.get("translations") or {}
    if not isinstance(table, dict):
        raise InputError(f"{file.at('translations')}: write es: {{title: …, summary: …}}")
    for key, fields in table.items():
        language = _words(key).lower().replace("_", "-")
        if not known_language(language) or not isinstance(fields, dict):
            raise InputError(f"{file.at('translations')}: write es: {{title: …, summary: …}}")
        title, summary = (_words(fields.get(name)) for name in ("title", "summary"))
        yield language, Translation(title, shorten(summary, length))


def _moment(file: _File, intake: Intake, *keys: str) -> datetime | None:
    for key in keys:
        if file.meta.get(key) is not None:
            value = _when(file, key, file.meta[key], intake)
            return value if isinstance(value, datetime) else intake.noon(value)
    return None


def _when(file: _File, key: str, value: Any, intake: Intake) -> date | datetime:
    """A YAML date or moment, or a text that holds one; raises `InputError`."""
    if isinstance(value, str):
        try:
            value = day_or_moment(value.strip())
        except ValueError:
            value = None
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=intake.settings.zone)
        return aware.astimezone(UTC)
    if isinstance(value, date):
        return value
    raise InputError(
        f"{file.at(key)}: expected a date such as 2026-10-31 or 2026-10-31T18:00+01:00"
    )


def _event(file: _File, intake: Intake) -> Event | None:
    table = file.meta.get("event")
    if table is None:
        return None
    if not isinstance(table, dict) or table.get("start") is None:
        raise InputError(
            f"{file.at('event')}: an event needs start: (and may have end: and place:)"
        )
    start = _when(file, "start", table["start"], intake)
    end = _when(file, "end", table["end"], intake) if table.get("end") is not None else None
    return Event(start, end, _words(table.get("place")))
