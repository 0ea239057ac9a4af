"""A folder of Markdown files with YAML front matter: one file is one article or one translation.

Guarantees that one bad file does not stop the others, not even one that takes long. Front matter keys:
docs/sources.md. The files were read in `local_files.py`; one is parsed in `front_matter.py`.
"""

import time
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from posixpath import join, normpath
from typing import Any

from alerts.domain.article import SAID_AS_TEXT, Article, Event, Image, Translation, day_or_moment
from alerts.domain.errors import InputError
from alerts.domain.languages import known_language
from alerts.domain.picture import focus_of
from alerts.sources.cell.limits import TookTooLong, within
from alerts.sources.document import Fetched
from alerts.sources.front_matter import File, words_of
from alerts.sources.language_guess import guess
from alerts.sources.local_files import parts, pictures_beside
from alerts.sources.normalise import Intake, SourceContent, image
from alerts.sources.picture.address import FILE
from alerts.text.passcodes import without_passcodes
from alerts.text.plain_text import safe_url, tidy
from alerts.text.sentences import shorten

# share of sources.timeout, in CPU time; the rest is for the answer
_SHARE_OF_ONE, _SHARE_OF_ALL = (0.1, 0.8)


def read(document: Fetched, intake: Intake) -> SourceContent:
    """The articles of all files of a packed folder."""
    limit = intake.settings.sources.timeout.total_seconds()
    files: list[File] = []
    faults: list[str] = []
    articles: list[Article] = []
    began = time.process_time()
    beside = pictures_beside(document.body)
    for part in parts(document.body):
        try:
            if part.fault:
                raise InputError(part.fault)
            seconds = _left(part.shown, limit, began)
            with within(seconds):
                files.append(File.read(part.shown, part.name, part.octets))
        except InputError as fault:
            faults.append(str(fault))
        except TookTooLong:
            faults.append(f"{part.shown}: not read within {seconds:.2g} s (sources.timeout)")
    for group in _groups(files):
        shown = group[0].path
        try:
            seconds = _left(shown, limit, began)
            with within(seconds):
                articles.append(_article(group, intake, beside))
        except InputError as fault:
            faults.append(str(fault))
        except TookTooLong:
            faults.append(f"{shown}: not read within {seconds:.2g} s (sources.timeout)")
    return SourceContent(tuple(articles), tuple(faults))


def _left(shown: str, limit: float, began: float) -> float:
    """The seconds of CPU for the next file; raises `InputError` where the folder has used its time."""
    left = limit * _SHARE_OF_ALL - (time.process_time() - began)
    if left <= 0:
        raise InputError(
            f"{shown}: not read, because the files before it took all the time; "
            "split the folder, or raise sources.timeout"
        )
    return min(left, limit * _SHARE_OF_ONE)


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
                not words_of(file.meta.get("url")) and not words_of(file.meta.get("link")),
                file.suffix != "",
                file.path,
            ),
        )


def _article(group: list[File], intake: Intake, beside: Collection[str]) -> Article:
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
        tags=_tags(main),
        texts={one.name: main.text(one.name) for one in SAID_AS_TEXT},
    )
    if not main.title:
        raise InputError(f"{main.at('title')}: needs a title")
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
        image=_image(main, url, beside),
        event=_event(main, intake),
        translations=translations,
    )


def _image(file: File, url: str, beside: Collection[str]) -> Image | None:
    """The picture of an article: a file beside it, or an address, also one relative to `url`."""
    written = file.text("image")
    if not written:
        return None
    try:
        focus = focus_of(file.text("image_focus"))
    except ValueError as fault:
        raise InputError(f'{file.at("image_focus")}: write e.g. "50,30", in quotes') from fault
    name = normpath(join(file.folder, written))
    if name in beside:
        return Image(f"{FILE}{name}", tidy(file.text("image_alt")), focus)
    found = image(written, url, file.text("image_alt"))
    return replace(found, focus=focus) if found else None


def _language(file: File, intake: Intake) -> str:
    text = file.text("language", "lang")
    if text and not known_language(text.lower().replace("_", "-")):
        raise InputError(
            f"{file.at('language')}: unknown language “{text}”; use codes such as en, es"
        )
    return intake.language(text) or file.suffix


def _read_language(file: File, length: int) -> str:
    """The language of a translation, if it is detected with certainty, or ""."""
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
    """A YAML date or datetime, or a text with a date; raises `InputError`."""
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
    return Event(start, end, without_passcodes(words_of(table.get("place"))))
