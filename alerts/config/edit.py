"""Changes settings in the text of `alerts.toml`, and leaves its comments and its order as they are."""

import tomllib
import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Table

from alerts.config.check import check
from alerts.config.convert import from_text
from alerts.config.load import FILE_NAME, SettingsReader, nearest, toml_document
from alerts.config.settings import Settings
from alerts.domain.errors import SettingsError, UsageError


def edited(root: Path, text: str, changes: Sequence[str]) -> str:
    """The text of the project's settings with `changes`, each `section.key=value`, the value as in the
    environment (`en,es` is a list); the last of two for one setting counts.

    Raises `UsageError` for a change that names no setting, and `SettingsError` where the settings would be
    wrong; a value of the environment does not count here.
    """
    return drafted(root, text, changes)[0]


def drafted(root: Path, text: str, changes: Sequence[str]) -> tuple[str, Settings]:
    """The same text, and the settings that it holds."""
    toml_document(root / FILE_NAME, text)  # names the line, which tomlkit does not
    document = tomlkit.parse(text)
    for change in changes:
        section, key, kind, raw = _parsed(change)
        table = document.setdefault(section, tomlkit.table())
        if not isinstance(table, Table):
            raise SettingsError(f"{root / FILE_NAME}: {section} is a section: write [{section}]")
        table[key] = from_text(raw, kind)
    changed = tomlkit.dumps(document)
    reader = SettingsReader(root, root / FILE_NAME, changed, tomllib.loads(changed), {})
    settings = reader.settings()
    check(settings, reader.place)
    return changed, settings


def _parsed(change: str) -> tuple[str, str, Any, str]:
    """Section, key, type and the text of the value."""
    name, equals, raw = change.partition("=")
    section, dot, key = name.strip().partition(".")
    if not equals or not dot:
        raise UsageError(f"“{change}”: write SECTION.KEY=VALUE, such as alert.name=Rivers")
    kinds = _kinds()
    if section not in kinds:
        raise UsageError(f"there is no section [{section}]{nearest(section, kinds)}")
    if key not in kinds[section]:
        raise UsageError(f"there is no setting {name.strip()}{nearest(key, kinds[section])}")
    return section, key, kinds[section][key], raw.strip()


def _kinds() -> Mapping[str, Mapping[str, Any]]:
    """The type of each setting, by section and key."""
    hints = typing.get_type_hints(Settings)
    sections = {f.name: hints[f.name] for f in fields(Settings) if is_dataclass(hints[f.name])}
    return {name: typing.get_type_hints(kind) for name, kind in sections.items()}
