"""Finds a project's folder and reads its settings.

Reads `alerts.toml` and ALERTS_<SECTION>__<KEY> variables, once, into `Settings`. A wrong key or
value raises `SettingsError` that names the file and line, or the variable, and the remedy. Does not
open the database.
"""

import re
import tomllib
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from alerts.config.channel_declarations import ChannelSettings
from alerts.config.check import check
from alerts.config.convert import convert, from_text
from alerts.config.declarations import Funder, ThemeSettings
from alerts.config.delivery_declarations import DestinationSettings
from alerts.config.hook_declarations import RelayReportsSettings, WebhookSettings
from alerts.config.places import Places
from alerts.config.secret_files import private
from alerts.config.settings import DATABASE_NAME, Settings
from alerts.config.themes import DEFAULTS, derived
from alerts.config.write import fresh_toml, toml_value
from alerts.domain.errors import SettingsError, UsageError
from alerts.domain.languages import known_language
from alerts.text.decoding import written
from alerts.text.parser_words import toml_words

FILE_NAME = "alerts.toml"
LISTS: Mapping[str, type[Any]] = {
    "funders": Funder,
    "destinations": DestinationSettings,
    "webhooks": WebhookSettings,
    "channels": ChannelSettings,
    "relay_reports": RelayReportsSettings,
}
"""Settings that are written as [[name]], once for each."""
_ENVIRONMENT = re.compile(r"ALERTS_([A-Z]+)__([A-Z_]+)")


def find_root(start: Path) -> Path:
    """The project's folder: `start`, or its nearest parent with an `alerts.toml`; raises `UsageError`."""
    for folder in (start, *start.parents):
        if (folder / FILE_NAME).is_file():
            return folder
    raise UsageError(
        f"no {FILE_NAME} in {start} or above it: run `alerts init`, or name --project DIR"
    )


def load(root: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of the project at `root`; raises `SettingsError`."""
    path = root / FILE_NAME
    try:
        text = written(path.read_bytes(), str(path), SettingsError)
    except OSError as fault:
        raise UsageError(f"{path}: {fault.strerror}: run `alerts init {root}`") from fault
    reader = SettingsReader(root, path, text, toml_document(path, text), environ)
    settings = reader.settings()
    check(settings, reader.place)
    return settings


def toml_document(path: Path, text: str) -> dict[str, Any]:
    """The text of the file `path` as TOML; raises `SettingsError` that names the line."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise SettingsError(f"{path}: {_toml_fault(fault, text)}") from fault


def without_project(root: Path, environ: Mapping[str, str]) -> Settings:
    """The settings of the environment alone, for a worker; relative paths are below `root`."""
    return SettingsReader(root, root / FILE_NAME, "", {}, environ).settings()


class SettingsReader:
    """Makes settings of the document and the environment, and knows the place of each for messages."""

    def __init__(
        self,
        root: Path,
        path: Path,
        text: str,
        document: dict[str, Any],
        environ: Mapping[str, str],
    ) -> None:
        self.root, self.place, self.document = root, Places(path, text).of, document
        self.environ = dict(_overrides(environ))

    def settings(self) -> Settings:
        """All sections; raises `SettingsError` for the first fault."""
        sections = {f.name: f for f in fields(Settings) if f.name not in ("root", *LISTS)}
        for name in self.document:
            if name not in sections and name not in LISTS:
                raise SettingsError(
                    f"{self.place('', name)}: unknown section [{name}]{nearest(name, sections)}"
                )
        for section, key in self.environ:
            known = fields(typing.get_type_hints(Settings)[section]) if section in sections else ()
            if key not in {f.name for f in known}:
                variable = f"ALERTS_{section.upper()}__{key.upper()}"
                raise SettingsError(f"{variable}: there is no setting {section}.{key}")
        hints = typing.get_type_hints(Settings)
        values: dict[str, Any] = {name: self._section(name, hints[name]) for name in sections}
        for name, kind in LISTS.items():
            values[name] = tuple(self._listed(name, kind))
        return Settings(root=self.root, **values)

    def _section(self, name: str, kind: type[Any]) -> Any:
        table = self.document.get(name, {})
        if not isinstance(table, dict):
            raise SettingsError(f"{self.place('', name)}: {name} is a section: write [{name}]")
        return self._table(name, kind, table)

    def _table(self, name: str, kind: type[Any], table: dict[str, Any]) -> Any:
        """One table of the document as the dataclass `kind`."""
        hints = typing.get_type_hints(kind)
        for key in table:
            if key not in hints:
                raise SettingsError(
                    f"{self.place(name, key)}: unknown key “{key}” in [{name}]{nearest(key, hints)}"
                )
        values: dict[str, Any] = self._of_theme(table) if kind is ThemeSettings else {}
        for f in fields(kind):
            if (name, f.name) in self.environ:
                place, raw = f"ALERTS_{name}__{f.name}".upper(), self.environ[name, f.name]
                values[f.name] = convert(from_text(raw, hints[f.name]), hints[f.name], place, f)
            elif f.name in table:
                values[f.name] = convert(table[f.name], hints[f.name], self.place(name, f.name), f)
            elif f.default is MISSING and f.default_factory is MISSING:
                raise SettingsError(f"{self.place('', name)}: [[{name}]] needs “{f.name}”")
        return kind(**values)

    def _of_theme(self, table: Mapping[str, Any]) -> dict[str, Any]:
        """What the name of the theme says of colours and fonts; settings win over it."""
        name = self.environ.get(("theme", "name"), table.get("name", ThemeSettings().name))
        given = {key: str(value) for key, value in table.items()}
        given |= {key: raw for (section, key), raw in self.environ.items() if section == "theme"}
        return dict(derived(given, name)) if name in DEFAULTS else {}

    def _listed(self, name: str, kind: type[Any]) -> Iterator[Any]:
        """Each of the tables [[name]] as the dataclass `kind`."""
        tables = self.document.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
            raise SettingsError(f"{self.place('', name)}: write each of the {name} as [[{name}]]")
        for table in tables:
            yield self._table(name, kind, table)


def _overrides(environ: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
    """((section, key), text) for each ALERTS_<SECTION>__<KEY> variable."""
    for variable, value in environ.items():
        if match := _ENVIRONMENT.fullmatch(variable):
            yield (match[1].lower(), match[2].lower()), value


def _toml_fault(fault: tomllib.TOMLDecodeError, text: str) -> str:
    """The line number, what is wrong, and the text of the line."""
    match = re.search(r"^(.*) \(at (?:line (\d+), column \d+|end of document)\)$", str(fault))
    if not match:
        return toml_words(str(fault))
    number = int(match[2]) if match[2] else len(text.splitlines())
    lines = text.splitlines() or [""]
    return f"line {number}: {toml_words(match[1])}: {lines[min(number, len(lines)) - 1].strip()!r}"


def nearest(word: str, known: typing.Iterable[str]) -> str:
    import difflib

    close = difflib.get_close_matches(word, list(known), 1)
    return f"; did you mean “{close[0]}”?" if close else ""


# --- a new project --------------------------------------------------------------------------------


__all__ = [
    "DATABASE_NAME",
    "FILE_NAME",
    "find_root",
    "fresh_toml",
    "known_language",
    "load",
    "private",
    "toml_value",
]
