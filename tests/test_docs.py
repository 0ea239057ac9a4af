"""The documents say what the program does: commands, options, settings, links."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_type_hints

import click
import pytest

from alerts import cli
from alerts.config.settings import Settings
from tests.conftest import document_tool

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def _commands() -> Iterator[tuple[str, click.Command]]:
    def walk(command: click.Command, context: click.Context) -> Iterator[tuple[str, click.Command]]:
        yield context.command_path, command
        if isinstance(command, click.Group):
            for name in command.list_commands(context):
                inner = command.get_command(context, name)
                assert inner is not None
                yield from walk(inner, click.Context(inner, info_name=name, parent=context))

    yield from walk(cli.alerts, click.Context(cli.alerts, info_name="alerts"))


@pytest.mark.parametrize("name", ["cli.md", "settings.md", "lint.md", "openapi.json"])
def test_the_generated_page_is_up_to_date(name: str) -> None:
    page = document_tool("generate").PAGES[name]()
    assert (ROOT / "docs" / name).read_text(encoding="utf-8") == page, "run `make docs`"


def test_every_command_and_option_is_documented_and_explained() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    tried = 0
    for path, command in _commands():
        assert command.help, f"`{path}` has no help"
        assert path == "alerts" or f"# {path}\n" in page, f"docs/cli.md lacks `{path}`"
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, f"`{path} {parameter.opts[-1]}` has no help"
                assert parameter.opts[-1] in page, f"docs/cli.md lacks {path} {parameter.opts[-1]}"
                tried += 1
    assert tried > 40


def test_the_one_line_help_of_the_group_names_every_command() -> None:
    for name, (_, about) in cli.COMMANDS.items():
        assert about.endswith("."), f"{name}: {about}"
        assert len(about) <= 72, f"{name}: {about}"


def test_every_setting_is_documented() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    for section, kind in get_type_hints(Settings).items():
        if is_dataclass(kind):
            assert f"## [{section}]" in page
            for f in fields(kind):
                assert f"| `{f.name}` |" in page, f"docs/settings.md lacks {section}.{f.name}"


def _examples() -> Iterator[tuple[str, list[str]]]:
    """Each line `alerts …` in the shell examples of the documents."""
    for document in DOCUMENTS:
        blocks = re.findall(r"```(?:sh|console)\n(.*?)```", document.read_text("utf-8"), re.DOTALL)
        for line in "\n".join(blocks).replace("\\\n", " ").splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words[:1] == ["alerts"]:
                yield f"{document.name}: {line}", words[1:]


def test_the_examples_name_commands_and_options_that_exist() -> None:
    known = dict(_commands())
    tried = 0
    for place, words in _examples():
        path, command = "alerts", known["alerts"]
        if words[:1] == ["--project"]:
            words = words[2:]
        while words and f"{path} {words[0]}" in known:
            path = f"{path} {words.pop(0)}"
            command = known[path]
        assert not isinstance(command, click.Group), f"{place}: no such command"
        options = {o for p in command.params for o in (*p.opts, *p.secondary_opts)} | {"--help"}
        for word in words:
            assert not word.startswith("--") or word.partition("=")[0] in options, (
                f"{place}: {word}"
            )
        tried += 1
    assert tried >= 10


def test_make_targets_named_in_the_documents_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for document in DOCUMENTS:
        for target in re.findall(r"`make ([a-z]+)`", document.read_text(encoding="utf-8")):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{document.name}: {target}"


def test_links_between_documents_lead_somewhere() -> None:
    tried = 0
    for document in DOCUMENTS:
        for link in re.findall(r"\]\(([^)\s]+)\)", document.read_text(encoding="utf-8")):
            if not link.startswith(("http", "mailto:", "#")):
                target = document.parent / link.partition("#")[0]
                assert target.exists(), f"{document.name}: {link}"
                tried += 1
    assert tried > 5


def test_the_decisions_are_numbered_without_a_gap() -> None:
    names = sorted(path.name for path in (ROOT / "docs" / "adr").glob("*.md"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    for name in names:
        text = (ROOT / "docs" / "adr" / name).read_text(encoding="utf-8")
        for heading in ("Context", "Decision", "Consequences"):
            assert f"## {heading}" in text, f"{name}: {heading}"
