"""Where each effective setting comes from: the file, the environment, or its default. No secrets."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from alerts.config.load import FILE_NAME, LISTS, load
from alerts.config.write import toml_value
from alerts.domain.errors import SettingsError
from alerts.text.decoding import written

_PASSWORD = re.compile(r"(://[^/@:\s]+:)[^@/\s]*@")
_TOKEN = re.compile(r"(https?://[^/\s]+/).+")
SECRET_ADDRESSES = (("watch", "heartbeat"),)  # whoever knows the address may speak for us
HIDDEN = "…"


@dataclass(frozen=True, slots=True)
class ShownSetting:
    """One setting: its value without secrets, where it comes from (file, environment or default), and the
    variable of an origin in the environment."""

    section: str
    key: str
    value: str
    origin: str
    variable: str = ""


def shown(root: Path, environ: Mapping[str, str]) -> Iterator[ShownSetting]:
    """Every setting of the project at `root`; raises `SettingsError` where one is wrong."""
    settings = load(root, environ)
    path = root / FILE_NAME
    document = tomllib.loads(written(path.read_bytes(), str(path), SettingsError))
    for part in fields(settings):
        if part.name == "root":
            continue
        values = getattr(settings, part.name)
        if part.name in LISTS:
            origin = "file" if part.name in document else "default"
            yield ShownSetting(part.name, "", f"{len(values)} of them", origin)
            continue
        for one in fields(values):
            variable = f"ALERTS_{part.name}__{one.name}".upper()
            text = masked(part.name, one.name, _written(getattr(values, one.name)))
            if one.name.endswith("_env"):
                text += " (set)" if environ.get(getattr(values, one.name)) else " (not set)"
            if variable in environ:
                yield ShownSetting(part.name, one.name, text, "environment", variable)
            else:
                there = one.name in document.get(part.name, {})
                yield ShownSetting(part.name, one.name, text, "file" if there else "default")


def masked(section: str, key: str, text: str) -> str:
    """A value without the password, or the token, in an address."""
    if (section, key) in SECRET_ADDRESSES:
        text = _TOKEN.sub(rf'\1{HIDDEN}"', text)
    return _PASSWORD.sub(rf"\1{HIDDEN}@", text)


def _written(value: Any) -> str:
    """A value as it is written in the file."""
    if isinstance(value, Mapping):
        pairs = (f"{toml_value(str(key))} = {_written(one)}" for key, one in value.items())
        return "{ " + ", ".join(pairs) + " }" if value else "{}"
    if isinstance(value, tuple):
        return "[" + ", ".join(_written(one) for one in value) + "]"
    return toml_value(value)
