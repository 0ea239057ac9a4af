"""Groups of commands.

A command is imported only when it is called, so that help is fast. A misspelt name gets a suggestion.
`-q`, `-v` and `--project` may also follow the command.
"""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

Commands = Mapping[str, tuple[str, str]]
"""By name: the click command as `module:function`, and its line of help."""


def _heard(ctx: click.Context, option: click.Parameter, value: Any) -> None:
    """Pass an option that follows the command to the session."""
    if value and option.name:
        setattr(ctx.obj, {"project": "folder"}.get(option.name, option.name), value)


# The options of `alerts` itself, which may follow the command; only the help of `alerts` shows them.
_ANYWHERE: dict[str, Any] = {"hidden": True, "expose_value": False, "callback": _heard}
_EVERYWHERE = [
    click.Option(
        ["-q", "--quiet"], is_flag=True, help="Print only errors and warnings.", **_ANYWHERE
    ),
    click.Option(["-v", "--verbose"], is_flag=True, help="Say more.", **_ANYWHERE),
    click.Option(
        ["--project"],
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="The project's folder.",
        **_ANYWHERE,
    ),
]


class CommandGroup(click.Group):
    """A group of commands."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = self.found(ctx, cmd_name)
        if command is not None and _EVERYWHERE[0] not in command.params:
            command.params.extend(_EVERYWHERE)
        return command

    def found(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command with that name; None if there is none."""
        return super().get_command(ctx, cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if self.get_command(ctx, name) is None and not name.startswith("-"):
            import difflib  # costs 3 ms

            near = difflib.get_close_matches(name, self.list_commands(ctx), 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            ctx.fail(f"No such command '{name}'{hint}")
        return super().resolve_command(ctx, args)


class LazyGroup(CommandGroup):
    """A group whose commands are in a table, in the order of its help."""

    def __init__(self, *args: Any, table: Commands, **options: Any) -> None:
        super().__init__(*args, **options)
        self._table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._table)

    def found(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._table:
            return None
        module, _, function = self._table[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in self._table.items()])
