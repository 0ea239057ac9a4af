"""A folder of Markdown files with YAML front matter: one file is one article, or one translation.

Promises to read nothing outside the folder, symbolic links included (mail-rules X17), and that one
bad file keeps no other from being read. Front matter keys: docs/sources.md. How one file is read is
the business of `front_matter.py`.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from alerts.errors import InputError
from alerts.markup import safe_url
from alerts.model import Article, Event, Translation, day_or_moment
from alerts.project import known_language
from alerts.sentences import shorten
from alerts.sources.front_matter import File, words_of
from alerts.sources.intake import Found, Intake, image
from alerts.sources.language import guess

_MOST_FILES = 2000


def read(folder: Path, intake: Intake) -> Found:
    """The articles of all *.md files under `folder`, by path; raises `InputError` if it is none."""
    if not folder.is_dir():
        raise InputError(f"{intake.source.location}: no such folder")
    files: list[File] = []
    faults: list[str] = []
    for path in _paths(folder):
        try:
            files.append(File.read(path, folder, intake.settings.sources.max_bytes))
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


def _groups(files: list[File]) -> Iterator[list[File]]:
    """The files of each article, the original before its translations."""
    groups: dict[str, list[File]] = defaultdict(list)
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


def _article(group: list[File], intake: Intake) -> Article:
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


def _language(file: File, intake: Intake) -> str:
    text = file.text("language", "lang")
    if text and not known_language(text.lower().replace("_", "-")):
        raise InputError(
            f"{file.at('language')}: unknown language “{text}”; use codes such as en, es"
        )
    return intake.language(text) or file.suffix


def _read_language(file: File, length: int) -> str:
    """The language that the text of a translation is certainly in, or ""."""
    read = guess(f"{file.title}. {file.summary(length)}")
    return read.language if read.certain else ""


def _tags(file: File) -> list[str]:
    tags = file.meta.get("tags") or []
    if isinstance(tags, str):
        return tags.split(",")
    if isinstance(tags, list):
        return [words_of(tag) for tag in tags]
    raise InputError(f"{file.at('tags')}: expected a list such as [law, housing]")


def _translations(file: File, length: int) -> Iterator[tuple[str, Translation]]:
    """The `translations:` of the front matter."""
    table = file.meta.get("translations") or {}
    if not isinstance(table, dict):
        raise InputError(f"{file.at('translations')}: write es: {{title: …, summary: …}}")
    for key, fields in table.items():
        language = words_of(key).lower().replace("_", "-")
        if not known_language(language) or not isinstance(fields, dict):
            raise InputError(f"{file.at('translations')}: write es: {{title: …, summary: …}}")
        title, summary = (words_of(fields.get(name)) for name in ("title", "summary"))
        yield language, Translation(title, shorten(summary, length))


def _moment(file: File, intake: Intake, *keys: str) -> datetime | None:
    for key in keys:
        if file.meta.get(key) is not None:
            value = _when(file, key, file.meta[key], intake)
            return value if isinstance(value, datetime) else intake.noon(value)
    return None


def _when(file: File, key: str, value: Any, intake: Intake) -> date | datetime:
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


def _event(file: File, intake: Intake) -> Event | None:
    table = file.meta.get("event")
    if table is None:
        return None
    if not isinstance(table, dict) or table.get("start") is None:
        raise InputError(
            f"{file.at('event')}: an event needs start: (and may have end: and place:)"
        )
    start = _when(file, "start", table["start"], intake)
    end = _when(file, "end", table["end"], intake) if table.get("end") is not None else None
    return Event(start, end, words_of(table.get("place")))
