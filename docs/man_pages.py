"""Writes a command and its options as a man page (man(7)), from the same help texts as docs/cli.md."""

import re
from collections.abc import Callable, Iterator

import click

Written = Callable[[click.Parameter], str]
"""A parameter as one types it."""
_PROJECT = """\
A project is a folder with alerts.toml and subscribers.db: the current folder, or its nearest parent that has
them, or the one that --project names. Results go to stdout, messages to stderr."""
_CODES = {
    "0": "done, or nothing to do",
    "1": "failed, or done in part, and says what",
    "2": "wrong usage or settings",
    "75": "try again later: another run holds the lock, the relay is unreachable or refuses us",
}


def pages(command: click.Group, written: Written) -> dict[str, str]:
    """The man page of the group, and one of each of its commands, by their file names."""
    with click.Context(command, info_name="alerts") as context:
        names = command.list_commands(context)
        found = {"alerts.1": "\n".join(_group(command, context, names, written)) + "\n"}
        for name in names:
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                below = click.Context(inner, info_name=name, parent=context)
                found[f"alerts-{name}.1"] = "\n".join(_page(inner, below, written)) + "\n"
        return found


def _group(
    command: click.Group, context: click.Context, names: list[str], written: Written
) -> Iterator[str]:
    yield from _head(context, command)
    yield ".SH SYNOPSIS\n.B alerts"
    yield "[\\fB\\-\\-project\\fR \\fIDIR\\fR] [\\fB\\-q\\fR|\\fB\\-v\\fR] \\fICOMMAND\\fR"
    yield f".SH DESCRIPTION\n{_text(command.help or '')}\n.PP\n{_text(_PROJECT)}"
    yield from _options(command, written, ".SH OPTIONS")
    yield ".SH COMMANDS"
    for name in names:
        inner = command.get_command(context, name)
        if inner is not None and not inner.hidden:
            yield f".TP\n.BR alerts\\-{_escaped(name)} (1)\n{_text(inner.get_short_help_str(200))}"
    yield ".SH EXIT STATUS"
    for code, words in _CODES.items():
        yield f".TP\n.B {code}\n{_text(words)}"
    yield ".SH FILES\n.TP\n.I alerts.toml\nThe settings of a project.\n.TP\n.I subscribers.db\nIts database."


def _page(command: click.Command, context: click.Context, written: Written) -> Iterator[str]:
    yield from _head(context, command)
    yield ".SH SYNOPSIS"
    for path, inner in _every(command, context):
        if not isinstance(inner, click.Group) or inner.invoke_without_command:
            yield f"{_synopsis(path, inner, written)}\n.br"
    yield f".SH DESCRIPTION\n{_text(command.help or '')}"
    yield from _options(command, written, ".SH OPTIONS")
    for path, inner in _every(command, context):
        if inner is not command:
            yield f".SH {_escaped(path.removeprefix('alerts ').upper())}"
            yield f"{_synopsis(path, inner, written)}\n.PP\n{_text(inner.help or '')}"
            yield from _options(inner, written, ".PP")
    yield ".SH SEE ALSO\n.BR alerts (1)"


def _head(context: click.Context, command: click.Command) -> Iterator[str]:
    name = context.command_path.replace(" ", "-")
    yield '.\\" made by docs/generate.py from the help texts in alerts/cli/'
    yield f'.TH {_escaped(name.upper())} 1 "" alerts'
    about = command.get_short_help_str(200).rstrip(".")
    yield f".SH NAME\n{_escaped(name)} \\- {_escaped(about[:1].lower() + about[1:])}"


def _every(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    """A command and all below it, each with its path."""
    yield context.command_path, command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from _every(inner, click.Context(inner, info_name=name, parent=context))


def _synopsis(path: str, command: click.Command, written: Written) -> str:
    arguments = " ".join(written(p) for p in command.params if isinstance(p, click.Argument))
    return f".B {_escaped(path)}\n[\\fIOPTIONS\\fR] {_escaped(arguments)}".rstrip()


def _options(command: click.Command, written: Written, heading: str) -> Iterator[str]:
    options = [p for p in command.params if isinstance(p, click.Option) and not p.hidden]
    if options:
        yield heading
    for option in options:
        typed = written(option).replace("\\|", "|").replace("`", "")
        yield f".TP\n.B {_escaped(typed)}\n{_text(option.help or '')}"


def _text(text: str) -> str:
    """Prose: paragraphs apart, and no line that is taken for a request."""
    paragraphs = re.split(r"\n\s*\n", text.replace("\b", "").strip())
    told = (" ".join(line.strip() for line in one.splitlines()) for one in paragraphs)
    return "\n.PP\n".join(_escaped(one) for one in told)


def _escaped(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
