"""Writes docs/cli.md from the commands, docs/settings.md from the settings, docs/lint.md from the checks,
docs/openapi.json from the operations of the HTTP API, the server's lines in docs/ from the templates of
`alerts setup`, and in share/ the man pages and the completion of shells.

`python docs/generate.py` writes; `--check` writes nothing and exits 1 when a file is out of date.
"""

import inspect
import json
import re
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import partial
from pathlib import Path
from typing import Any

import click
import man_pages

from alerts import cli
from alerts.cli.completion import completion_of
from alerts.config.declarations import AlertSettings, SenderSettings
from alerts.config.delivery_declarations import BouncesSettings
from alerts.config.load import LISTS
from alerts.config.settings import Settings
from alerts.config.web_declarations import WebSettings
from alerts.config.write import toml_value
from alerts.lint import caniemail
from alerts.lint.checks import outside
from alerts.lint.options import CLIENTS
from alerts.lint.register import CHECKS
from alerts.setup.server_files import ServerMachine, filled, values
from alerts.web.api.openapi import document
from alerts.web.api.operation import ROOT
from alerts.web.api.register import OPERATIONS

HERE = Path(__file__).resolve().parent

CLI = """\
# Commands

<!-- made by docs/generate.py: change the help texts in alerts/cli/ and run `make docs` -->

`alerts [--project DIR] [-q|-v] COMMAND`. A project is a folder with `alerts.toml` and
`subscribers.db`; default: the current folder, else the nearest parent that has one.

Results go to stdout, progress and messages to stderr. With `--json` a command prints one JSON
document. Exit codes: **0** done, or nothing to do · **1** failed, or done in part (and says what) ·
**2** wrong usage or settings · **75** try again later (another run holds the lock, the relay is
unreachable or refuses us). SIGTERM and Ctrl-C stop cleanly between two messages. Running a command
twice changes nothing more than running it once.
"""

SETTINGS = """\
# Settings

<!-- made by docs/generate.py: change alerts/config/declarations.py and run `make docs` -->

`alerts init` writes them all, with these explanations, into `alerts.toml`. Any of them can come from
the environment, which wins over the file: `ALERTS_<SECTION>__<KEY>`, for example
`ALERTS_DELIVERY__RELAY`. Durations are a number and a unit: `30s`, `15m`, `6h`, `4d`, `2w`.

The cron lines of `[schedule]` have five fields: minute, hour, day, month, weekday (0–7, Sunday is 0
and 7, or names). Where a day and a weekday are both given, both must hold: `0 9 1-7 * mon` is the
first Monday. A day that a month does not have means its last day.
"""


LINT = """\
# What `alerts issue lint` finds

<!-- made by docs/generate.py: change alerts/lint/checks/ and run `make docs` -->

`alerts issue lint` checks the final bytes of each edition of the month, as a made-up reader would
receive them. `alerts issue lint FILE` checks any `.eml`, `.html` or `.txt` file, with or without a
project. An **error** stops an issue (exit code 1), a **warning** should be looked at, a **hint** is worth
knowing. The table gives the usual level; some findings of a code are less or more serious. Each finding
is reported once, with its place, its reason, a remedy and the number of occurrences. Nothing is fetched
unless `--links` is given; then every link and image that is the same for all readers is fetched, but
never a link that unsubscribes. SpamAssassin is run where it is installed, without network access.

`--only CODE` and `--skip CODE` choose checks for one run; `lint.skip` in `alerts.toml` turns them off
permanently. The last column names the source: a rule of [rules.md](rules.md), an RFC, or WCAG 2.2.

`client-support` takes what each mail program supports from the data of caniemail.com of {date}, which
is part of the package ({licence} `make caniemail` fetches the newest data). It estimates how many readers
a feature does not reach, from the weights in `lint.clients`, or else from a rough average ({clients}).
Features inside a media query or in a comment for Outlook are not counted, nor are decorative ones such
as rounded corners.
"""


def cli_page() -> str:
    """Every command with its arguments and options."""
    with click.Context(cli.alerts, info_name="alerts") as context:
        return CLI + "".join(_command(cli.alerts, context))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    depth = context.command_path.count(" ")
    if depth:
        yield f"\n{'##' if depth == 1 else '###'} {context.command_path}\n"
    else:
        yield "\n## Options before the command\n"
    arguments = " ".join(_written(p) for p in command.params if isinstance(p, click.Argument))
    if depth and (not isinstance(command, click.Group) or command.invoke_without_command):
        yield f"\n`{' '.join((context.command_path, '[OPTIONS]', arguments)).rstrip()}`\n"
    if depth and command.help:
        yield f"\n{_prose(command.help)}\n"
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    if options:
        yield "\n| option | meaning |\n|---|---|\n"
        for option in options:
            yield f"| {_written(option)} | {_cell(option.help or '')} |\n"
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _command(inner, click.Context(inner, info_name=name, parent=context))


def _written(parameter: click.Parameter) -> str:
    """An option or argument as one types it."""
    if isinstance(parameter, click.Argument):
        name = parameter.metavar or (parameter.name or "").upper()
        optional = not parameter.required and not name.startswith("[")
        return f"[{name}]" if optional else name
    value = ""
    if isinstance(parameter, click.Option) and not (parameter.is_flag or parameter.count):
        if isinstance(parameter.type, click.Choice):
            value = "|".join(str(choice) for choice in parameter.type.choices)
        else:
            value = parameter.metavar or parameter.type.name.upper()
    opts = ", ".join((*parameter.opts, *parameter.secondary_opts))
    written = _cell(f"`{opts} {value}".rstrip() + "`")
    return f"{written} (repeatable)" if parameter.multiple else written


def _prose(text: str) -> str:
    """A docstring without its indentation; click's marks go."""
    lines = [line.strip() for line in text.replace("\b", "").strip().splitlines()]
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("\n", " ").replace("|", "\\|")


def settings_page() -> str:
    """Every setting with its default and meaning."""
    hints = typing.get_type_hints(Settings)
    parts = [SETTINGS]
    for section in fields(Settings):
        kind = hints[section.name]
        if is_dataclass(kind):
            parts.append(f"\n## [{section.name}]\n\n{inspect.getdoc(kind) or ''}\n")
            parts.append("\n| key | default | meaning |\n|---|---|---|\n")
            parts += [
                f"| `{f.name}` | `{_default(f)}` | {_cell(f.metadata['about'])} |\n"
                for f in fields(kind)
            ]
    for name, kind in LISTS.items():
        parts.append(f"\n## [[{name}]]\n\n{inspect.getdoc(kind) or ''} Repeat for each.\n")
        parts.append("\n| key | default |\n|---|---|\n")
        parts += [f"| `{f.name}` | {_listed_default(f)} |\n" for f in fields(kind)]
    return "".join(parts)


def _default(f: "Field[Any]") -> str:
    return "{}" if f.default is MISSING else toml_value(f.default).replace("|", "\\|")


def _listed_default(f: "Field[Any]") -> str:
    return "required" if f.default is MISSING else f"`{toml_value(f.default)}`"


def lint_page() -> str:
    """Every code of the linter, by family."""
    parts = [LINT.format(date=caniemail.dated(), clients=_weights(), licence=caniemail.licence())]
    family = ""
    for entry in CHECKS.values():
        module = entry.look.__module__ if entry.look else outside.__name__
        if module != family:
            family = module
            title = (sys.modules[module].__doc__ or "").splitlines()[0].rstrip(".")
            parts.append(f"\n## {title}\n\n| code | level | why | what to do | from |\n")
            parts.append("|---|---|---|---|---|\n")
        cells = (f"`{entry.code}`", entry.level.value, entry.why, entry.remedy, entry.rule)
        parts.append("| " + " | ".join(_cell(_literal(cell)) for cell in cells) + " |\n")
    return "".join(parts)


def _weights() -> str:
    return ", ".join(f"`{name}` {weight:g}" for name, weight in CLIENTS.items())


def _literal(text: str) -> str:
    """Tags and slots as code, where they are not code already."""
    return re.sub(r"(?<!`)(</?[a-z!][^<>]{0,60}>|\{slot:\w+\})(?!`)", r"`\1`", text)


def api_description() -> str:
    """docs/openapi.json: the description of the HTTP API."""
    return json.dumps(document(OPERATIONS, ROOT), indent=1, ensure_ascii=False) + "\n"


def server_lines(name: str) -> Callable[[], str]:
    """A document whose blocks after `<!-- lines: TEMPLATE -->` are those that `alerts setup` prints."""

    def block(found: re.Match[str]) -> str:
        lines = filled(found[1], _example())
        return f"<!-- lines: {found[1]} -->\n\n```{found[2]}\n{lines}```\n"

    def page() -> str:
        text = (HERE / name).read_text(encoding="utf-8")
        return re.sub(r"<!-- lines: (\S+) -->\n\n```(\w*)\n.*?```\n", block, text, flags=re.DOTALL)

    return page


def _example() -> Mapping[str, str]:
    """The values of the example in the documents."""
    home = Path("/srv/alert")
    program = Path("/opt/alerts/bin/alerts")
    state = home / ".local/state/alerts"
    server = ServerMachine(program, "alerts", "alerts", home, state, Path("/backups"))
    settings = Settings(
        root=home,
        alert=AlertSettings(admins=("you@example.org",)),
        sender=SenderSettings(address="news@example.org", bounces="alerts@lists.example.org"),
        web=WebSettings(base_url="https://example.org/alerts"),
        bounces=BouncesSettings(lmtp="127.0.0.1:2424"),
    )
    return values(settings, server)


def shell_files() -> Mapping[str, Callable[[], str]]:
    """What a wheel installs below share/: a man page for each command, completion for each shell."""
    found: dict[str, Callable[[], str]] = {
        f"../share/{place}": partial(completion_of, shell) for shell, place in COMPLETIONS.items()
    }
    for name, text in man_pages.pages(cli.alerts, _written).items():
        found[f"../share/man/man1/{name}"] = partial(str, text)
    return found


COMPLETIONS = {
    "bash": "bash-completion/completions/alerts",
    "zsh": "zsh/site-functions/_alerts",
    "fish": "fish/vendor_completions.d/alerts.fish",
}
PAGES = {
    "cli.md": cli_page,
    "settings.md": settings_page,
    "lint.md": lint_page,
    "openapi.json": api_description,
    "alerts.service": lambda: filled("alerts.service", _example()),
    **{name: server_lines(name) for name in ("bounces.md", "operations.md", "setup.md", "web.md")},
    **shell_files(),
}


def main() -> int:
    """Write the pages, or check them."""
    stale = []
    left = {path for path in (HERE.parent / "share").rglob("*") if path.is_file()}
    for path in left - {(HERE / name).resolve() for name in PAGES}:
        stale.append(str(path.relative_to(HERE.parent)))
        if "--check" not in sys.argv:
            path.unlink()
    for name, page in PAGES.items():
        path, text = HERE / name, page()
        if "--check" not in sys.argv:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
    for name in stale:
        sys.stderr.write(f"docs/{name} is out of date: run `make docs`\n")
    return 1 if stale and "--check" in sys.argv else 0


if __name__ == "__main__":
    sys.exit(main())
