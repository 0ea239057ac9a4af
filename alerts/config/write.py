"""The commented `alerts.toml` that `alerts init` writes."""

import typing
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import timedelta
from typing import Any

from alerts.config.convert import UNITS
from alerts.config.settings import Settings
from alerts.config.themes import DEFAULTS


def fresh_toml() -> str:
    """The commented `alerts.toml` of `alerts init`: every setting, at its default, explained."""
    lines = [
        "# Settings of this alert. Every key below has its default value: change what you need.",
        "# Any of them can come from the environment too: ALERTS_<SECTION>__<KEY>.",
        "",
    ]
    hints = typing.get_type_hints(Settings)
    for section in fields(Settings):
        kind = hints[section.name]
        if is_dataclass(kind):
            lines.append(f"[{section.name}]")
            for f in fields(kind):
                line = _toml_line(f)
                if section.name == "theme" and f.name in DEFAULTS["magazine"]:
                    line = f"# {line}"  # written out, it would stay when another theme is named
                lines += [f"# {f.metadata['about']}", line, ""]
    lines += [
        "# A funder, named in the footer; repeat for each.",
        "# [[funders]]",
        '# name = "A foundation"',
        '# link = "https://example.org"',
        "",
        "# Domains of a provider with limits of its own; repeat for each provider.",
        "# [[destinations]]",
        '# domains = ["example.com", "example.net"]',
        "# rate = 5",
        '# give_up_after = "2d"',
        "",
        "# A program that is told what happens (hooks.md); repeat for each.",
        "# [[webhooks]]",
        '# name = "site"',
        '# url = "https://example.org/hook"',
        '# secret_file = "hook-site.secret"',
        '# events = ["issue.sent"]',
        "",
        "# Where each issue is posted besides being mailed (channels.md); repeat for each.",
        "# [[channels]]",
        '# name = "fediverse"',
        '# kind = "mastodon"',
        '# server = "https://mastodon.example"',
        '# token_file = "mastodon.secret"',
        "",
        "# A relay that reports bounces and complaints over HTTP (bounces.md); repeat for each.",
        "# [[relay_reports]]",
        '# relay = "postmark"',
        '# secret_file = "postmark.secret"',
        "",
    ]
    return "\n".join(lines)


def _toml_line(f: "Field[Any]") -> str:
    """`key = default`; commented out if the default is an empty table."""
    if f.default is MISSING:
        return f"# {f.name} = {{}}"
    return f"{f.name} = {toml_value(f.default)}"


def toml_value(value: Any) -> str:
    """A default as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        unit = next(u for u in ("d", "h", "m", "s") if seconds % UNITS[u] == 0)
        return f'"{seconds // UNITS[unit]}{unit}"'
    if isinstance(value, tuple):
        return "[" + ", ".join(toml_value(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)
