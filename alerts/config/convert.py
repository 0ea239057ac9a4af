"""Converts values of TOML and of the environment to the type of their setting."""

import re
import tomllib
import typing
from dataclasses import Field
from datetime import timedelta
from typing import Any

from alerts.domain.errors import SettingsError

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def from_text(raw: str, kind: Any) -> Any:
    """The text of a variable as a TOML value; lists may be written a,b,c."""
    if kind is str or kind is timedelta:
        return raw
    if kind is bool and raw.lower() in ("1", "0", "yes", "no", "on", "off", "true", "false"):
        return raw.lower() in ("1", "yes", "on", "true")
    if typing.get_origin(kind) is tuple and not raw.lstrip().startswith("["):
        if typing.get_args(kind)[0] is str:
            return [part.strip() for part in raw.split(",") if part.strip()]
        raw = f"[{raw}]"
    try:
        return tomllib.loads(f"value = {raw}")["value"]
    except tomllib.TOMLDecodeError:
        return raw


def convert(value: Any, kind: Any, place: str, declared: "Field[Any] | None" = None) -> Any:
    """`value` as the declared type `kind`; raises `SettingsError` that names `place`."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind is timedelta:
        return _duration(value, place)
    if origin is tuple and isinstance(value, list):
        return tuple(convert(item, inner[0], place) for item in value)
    if origin is not None and origin is not tuple and isinstance(value, dict):
        return {str(key): convert(item, inner[1], place, declared) for key, item in value.items()}
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if isinstance(kind, type) and type(value) is kind:
        choices = declared.metadata["choices"] if declared and declared.metadata else ()
        if choices and value not in choices:
            raise SettingsError(f"{place}: “{value}” is not one of {', '.join(choices)}")
        return value
    raise SettingsError(f"{place}: expected {_described(kind)}, found {value!r}")


def _duration(value: Any, place: str) -> timedelta:
    match = (
        re.fullmatch(r"(\d{1,6})\s*([smhdw])", value.strip()) if isinstance(value, str) else None
    )
    if not match:
        raise SettingsError(
            f'{place}: expected a duration such as "30s", "15m", "6h", "4d", found {value!r}'
        )
    return timedelta(seconds=int(match[1]) * UNITS[match[2]])


def _described(kind: Any) -> str:
    names = {
        str: 'a text in "quotes"',
        int: "a whole number",
        float: "a number",
        bool: "true or false",
    }
    if kind in names:
        return names[kind]
    return (
        'a list such as ["en", "es"]'
        if typing.get_origin(kind) is tuple
        else 'a table such as { en = "…" }'
    )
