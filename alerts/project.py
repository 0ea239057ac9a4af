"""A project on disk: finding its folder, reading its settings, writing a fresh `alerts.toml`.

Reads `alerts.toml` and ALERTS_<SECTION>__<KEY> variables, once, into `Settings`. A wrong key or
value raises `SettingsError` that names the file and line, or the variable, and the remedy. Does not
open the database.
"""

import difflib
import ipaddress
import math
import re
import stat
import tomllib
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from alerts import colour, headers
from alerts.address import Address
from alerts.colour import CANVAS_DARK, INK, MUTED, PAPER, PAPER_DARK, TINT_DARK
from alerts.errors import InputError, SettingsError, UsageError
from alerts.settings import (
    DATABASE_NAME,
    AlertSettings,
    DeliverySettings,
    DestinationSettings,
    Funder,
    Settings,
    ThemeSettings,
)

FILE_NAME = "alerts.toml"
LISTS: Mapping[str, type[Any]] = {"funders": Funder, "destinations": DestinationSettings}
"""What is written as [[name]], once for each."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_ENVIRONMENT = re.compile(r"ALERTS_([A-Z]+)__([A-Z_]+)")


def find_root(start: Path) -> Path:
    """The project that `start` lies in: itself or the nearest parent that has one."""
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
        text = path.read_text(encoding="utf-8-sig")
    except OSError as fault:
        raise UsageError(f"{path}: {fault.strerror}: run `alerts init {root}`") from fault
    except UnicodeDecodeError as fault:
        line = path.read_bytes()[: fault.start].count(b"\n") + 1
        raise SettingsError(f"{path}, line {line}: not UTF-8; save the file as UTF-8") from fault
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise SettingsError(f"{path}: {_toml_fault(fault, text)}") from fault
    settings = Reader(root, path, text, document, environ).settings()
    _check(settings, lambda section, key: _place(path, text, section, key))
    return settings


def private(settings: Settings, name: str, setting: str) -> bytes:
    """What the secret file `name` of a project holds (X14).

    Raises `SettingsError` that names the file, and the setting, where it cannot be read or others can.
    """
    path = settings.root / name
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SettingsError(f"{path}: others can read it; run `chmod 600 {path}`")
        return path.read_bytes()
    except OSError as fault:
        raise SettingsError(f"{setting}: {path}: {fault.strerror}") from fault


class Reader:
    """Turns the document and the environment into settings, remembering where each came from."""

    def __init__(
        self,
        root: Path,
        path: Path,
        text: str,
        document: dict[str, Any],
        environ: Mapping[str, str],
    ) -> None:
        self.root, self.path, self.text, self.document = root, path, text, document
        self.environ = dict(_overrides(environ))

    def settings(self) -> Settings:
        """All sections; raises `SettingsError` at the first thing wrong."""
        sections = {f.name: f for f in fields(Settings) if f.name not in ("root", *LISTS)}
        for name in self.document:
            if name not in sections and name not in LISTS:
                raise SettingsError(
                    f"{self._at('', name)}: unknown section [{name}]{_nearest(name, sections)}"
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
            raise SettingsError(f"{self._at('', name)}: {name} is a section: write [{name}]")
        return self._table(name, kind, table)

    def _table(self, name: str, kind: type[Any], table: dict[str, Any]) -> Any:
        """One table of the document as the dataclass `kind`."""
        hints = typing.get_type_hints(kind)
        for key in table:
            if key not in hints:
                raise SettingsError(
                    f"{self._at(name, key)}: unknown key “{key}” in [{name}]{_nearest(key, hints)}"
                )
        values: dict[str, Any] = {}
        for f in fields(kind):
            if (name, f.name) in self.environ:
                place, raw = f"ALERTS_{name}__{f.name}".upper(), self.environ[name, f.name]
                values[f.name] = _convert(_from_text(raw, hints[f.name]), hints[f.name], place, f)
            elif f.name in table:
                values[f.name] = _convert(table[f.name], hints[f.name], self._at(name, f.name), f)
            elif f.default is MISSING and f.default_factory is MISSING:
                raise SettingsError(f"{self._at('', name)}: [[{name}]] needs “{f.name}”")
        return kind(**values)

    def _listed(self, name: str, kind: type[Any]) -> Iterator[Any]:
        """Each of the tables [[name]] as the dataclass `kind`."""
        tables = self.document.get(name, [])
        if not isinstance(tables, list) or not all(isinstance(t, dict) for t in tables):
            raise SettingsError(f"{self._at('', name)}: write each of the {name} as [[{name}]]")
        for table in tables:
            yield self._table(name, kind, table)

    def _at(self, section: str, key: str) -> str:
        return _place(self.path, self.text, section, key)


def _overrides(environ: Mapping[str, str]) -> Iterator[tuple[tuple[str, str], str]]:
    """((section, key), text) for each ALERTS_<SECTION>__<KEY> variable."""
    for variable, value in environ.items():
        if match := _ENVIRONMENT.fullmatch(variable):
            yield (match[1].lower(), match[2].lower()), value


def _from_text(raw: str, kind: Any) -> Any:
    """A variable's text as the TOML value it stands for; lists may be written a,b,c."""
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


def _convert(value: Any, kind: Any, place: str, declared: "Field[Any] | None" = None) -> Any:
    """`value` as the type declared; raises `SettingsError` that names `place`."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if kind is timedelta:
        return _duration(value, place)
    if origin is tuple and isinstance(value, list):
        return tuple(_convert(item, inner[0], place) for item in value)
    if origin is not None and origin is not tuple and isinstance(value, dict):
        return {str(key): _convert(item, inner[1], place, declared) for key, item in value.items()}
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
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


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


def _check(settings: Settings, at: typing.Callable[[str, str], str]) -> None:
    """What the types cannot say; raises `SettingsError`."""
    alert, delivery = settings.alert, settings.delivery
    try:
        ZoneInfo(alert.timezone)
    except (KeyError, ValueError, OSError) as fault:
        raise SettingsError(
            f"{at('alert', 'timezone')}: unknown time zone “{alert.timezone}”; write e.g. Europe/Madrid"
        ) from fault
    if not alert.languages:
        raise SettingsError(f"{at('alert', 'languages')}: name at least one language")
    for language in (*alert.languages, *alert.fallback, *sum(alert.fallback.values(), ())):
        if not known_language(language):
            raise SettingsError(
                f"{at('alert', 'languages')}: unknown language “{language}”; use codes such as en, es, pt-br"
            )
    for section, key, words in headers.faults(settings):
        raise SettingsError(f"{at(section, key)}: {words}")
    _check_web(settings, at)
    _check_review(alert, at)
    _check_theme(settings.theme, at)
    _check_limits(delivery, settings.destinations, at)


def _check_limits(
    delivery: DeliverySettings,
    destinations: typing.Sequence[DestinationSettings],
    at: typing.Callable[[str, str], str],
) -> None:
    """Connections, rates and quotas that can be kept; a domain has one destination."""
    every: list[tuple[str, DeliverySettings | DestinationSettings]] = [("delivery", delivery)]
    every += [("destinations", one) for one in destinations]
    for section, limits in every:
        if not 1 <= limits.connections <= 100:
            raise SettingsError(f"{at(section, 'connections')}: write a number from 1 to 100")
        if not 0 <= limits.rate < math.inf:
            raise SettingsError(
                f"{at(section, 'rate')}: a rate cannot be negative or endless; 0 means no limit"
            )
    if delivery.window_limit < 0 or not delivery.window:
        raise SettingsError(
            f"{at('delivery', 'window_limit')}: write a number from 0, and a window longer than 0"
        )
    if any(limit < 1 for limit in delivery.warm_up):
        raise SettingsError(f"{at('delivery', 'warm_up')}: write numbers above 0, one a day")
    seen: set[str] = set()
    for destination in destinations:
        for domain in destination.domains:
            if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", domain) or domain in seen:
                raise SettingsError(
                    f"{at('destinations', 'domains')}: “{domain}” is no domain in small letters"
                    " (xn--… where it is not ASCII), or is named twice"
                )
            seen.add(domain)


def _check_web(settings: Settings, at: typing.Callable[[str, str], str]) -> None:
    """Where the pages listen, what they believe, how much they take."""
    web = settings.web
    if not 0 <= web.port <= 65535:
        raise SettingsError(f"{at('web', 'port')}: write a number from 0 to 65535")
    for key in ("signups_per_network", "signups_per_domain", "signups_in_all"):
        if getattr(web, key) < 1:
            raise SettingsError(f"{at('web', key)}: write a number from 1 on")
    for origin in web.embed_origins:
        if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:\d{1,5})?", origin):
            raise SettingsError(
                f"{at('web', 'embed_origins')}: “{origin}” is not an origin such as https://example.org"
            )
    for proxy in web.trusted_proxies:
        try:
            ipaddress.ip_network(proxy)
        except ValueError as fault:
            raise SettingsError(
                f"{at('web', 'trusted_proxies')}: “{proxy}” is neither an IP address nor a network"
                " such as 10.0.0.0/8"
            ) from fault


def _check_review(alert: AlertSettings, at: typing.Callable[[str, str], str]) -> None:
    """Who reviews an issue, and what they may ask of it."""
    for address in alert.editors:
        try:
            Address.parse(address)
        except InputError as fault:
            raise SettingsError(f"{at('alert', 'editors')}: {fault}") from fault
    if alert.approvals < 1:
        raise SettingsError(f"{at('alert', 'approvals')}: at least one person approves")
    for language, share in alert.min_coverage.items():
        if language not in ("all", *alert.languages):
            raise SettingsError(
                f"{at('alert', 'min_coverage')}: there is no edition in “{language}”;"
                f" there are {', '.join(alert.languages)}, and “all”"
            )
        if not 0 <= share <= 1:
            raise SettingsError(f"{at('alert', 'min_coverage')}: write a share from 0 to 1")


def _check_theme(theme: ThemeSettings, at: typing.Callable[[str, str], str]) -> None:
    """Colours that can be read (rule H8), fonts that cannot break out of the style sheet."""
    for key in ("accent", "accent_dark", "canvas", "tint"):
        if not colour.is_colour(getattr(theme, key)):
            raise SettingsError(f"{at('theme', key)}: write a colour as #rrggbb")
    beside = {
        "canvas": (MUTED, INK),
        "tint": (INK,),
        "accent": (PAPER, theme.canvas, theme.tint),
        "accent_dark": (PAPER_DARK, CANVAS_DARK, TINT_DARK),
    }
    for key, others in beside.items():
        ours = getattr(theme, key)
        for other in others:
            if colour.contrast(ours, other) < colour.READABLE:
                better = colour.nearest_readable(ours, *others)
                raise SettingsError(
                    f"{at('theme', key)}: {ours} beside {other} has a contrast of "
                    f"{colour.contrast(ours, other):.1f}, less than {colour.READABLE}; "
                    + (f"the nearest that reads is {better}" if better else "change one of them")
                )
    for key in ("heading_font", "body_font"):
        if not re.fullmatch(r"[\w ,'-]+", getattr(theme, key)):
            raise SettingsError(f"{at('theme', key)}: write font names with commas between them")
    if not 0 <= theme.radius <= 40:
        raise SettingsError(f"{at('theme', 'radius')}: write a number from 0 to 40")


def known_language(tag: str) -> bool:
    """True for a BCP 47 tag, in lower case, whose language CLDR has a name for."""
    if not _LANGUAGE.fullmatch(tag):
        return False
    from babel import Locale, UnknownLocaleError  # costs 60 ms; English needs no asking

    try:
        return tag in ("en", "es", "fr") or bool(Locale.parse(tag, sep="-").language)
    except (UnknownLocaleError, ValueError):
        return False


def _toml_fault(fault: tomllib.TOMLDecodeError, text: str) -> str:
    """tomllib's words with the line first, and the line's own text."""
    match = re.search(r"^(.*) \(at (?:line (\d+), column \d+|end of document)\)$", str(fault))
    if not match:
        return str(fault)
    number = int(match[2]) if match[2] else len(text.splitlines())
    lines = text.splitlines() or [""]
    return f"line {number}: {match[1]}: {lines[min(number, len(lines)) - 1].strip()!r}"


def _place(path: Path, text: str, section: str, key: str) -> str:
    """`path, line N` of `key` in `[section]`, or just the path where it is not written."""
    current = ""
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\[?\s*([\w.-]+)\s*\]\]?", line):
            current = header[1].split(".")[0]
            if (not section and current == key) or header[1] == f"{section}.{key}":
                return f"{path}, line {number}"
        elif current == section and re.match(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[.=]", line):
            return f"{path}, line {number}, {section}.{key}"
    return f"{path}, {section}.{key}" if section else str(path)


def _nearest(word: str, known: typing.Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(known), 1)
    return f"; did you mean “{close[0]}”?" if close else ""


# --- a fresh project ------------------------------------------------------------------------------


def fresh_toml() -> str:
    """The commented `alerts.toml` of `alerts init`: every setting, at its default, explained."""
    lines = [
        "# Settings of this alert. Every key below stands at its default: change what you need.",
        "# Any of them can come from the environment too: ALERTS_<SECTION>__<KEY>.",
        "",
    ]
    hints = typing.get_type_hints(Settings)
    for section in fields(Settings):
        kind = hints[section.name]
        if is_dataclass(kind):
            lines.append(f"[{section.name}]")
            for f in fields(kind):
                lines += [f"# {f.metadata['about']}", _toml_line(f), ""]
    lines += [
        "# Who pays for it, named in the footer; repeat for each.",
        "# [[funders]]",
        '# name = "A foundation"',
        '# link = "https://example.org"',
        "",
        "# Domains that want to be sent to slowly; repeat for each provider.",
        "# [[destinations]]",
        '# domains = ["example.com", "example.net"]',
        "# rate = 5",
        '# give_up_after = "2d"',
        "",
    ]
    return "\n".join(lines)


def _toml_line(f: "Field[Any]") -> str:
    """`key = default`; commented out where the default is a table to be filled in."""
    if f.default is MISSING:
        return f"# {f.name} = {{}}"
    return f"{f.name} = {toml_value(f.default)}"


def toml_value(value: Any) -> str:
    """A default as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        unit = next(u for u in ("d", "h", "m", "s") if seconds % _UNITS[u] == 0)
        return f'"{seconds // _UNITS[unit]}{unit}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)


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
