"""Parses style sheets and style attributes (tinycss2): rules, declarations, at-rules.

Any text is parsed without failing; invalid CSS is left out, as browsers do. Which elements are styled
is decided in `cascade.py`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import tinycss2

_LONGEST = 200_000  # characters of one sheet that are read; clients drop much shorter sheets
_DEEPEST = 100  # open brackets; tinycss2 writes nested blocks recursively


@dataclass(frozen=True, slots=True)
class Declaration:
    """`name: value`, the name in lower case."""

    name: str
    value: str
    important: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """Selectors and declarations, with the conditions of the at-rules around them; `line` in the sheet."""

    selectors: str
    declarations: tuple[Declaration, ...]
    conditions: tuple[str, ...]
    line: int


@dataclass(slots=True)
class Sheet:
    """A style sheet. `at_rules` and `comments` are (name or text, line); `nested` are at-rules in others."""

    rules: list[Rule] = field(default_factory=list)
    at_rules: list[tuple[str, int]] = field(default_factory=list)
    nested: list[tuple[str, int]] = field(default_factory=list)
    comments: list[tuple[str, int]] = field(default_factory=list)
    faults: list[tuple[str, int]] = field(default_factory=list)


def read_sheet(css: str) -> Sheet:
    """The style sheet of a `<style>` element."""
    sheet = Sheet()
    css = css[:_LONGEST].replace("<!--", "    ").replace("-->", "   ")
    if _too_deep(css):
        sheet.faults.append(("its brackets are nested too deeply", 1))
        return sheet
    _read(tinycss2.parse_stylesheet(css, skip_whitespace=True), (), sheet)
    return sheet


def _read(nodes: Sequence[Any], conditions: tuple[str, ...], sheet: Sheet) -> None:
    for node in nodes:
        if node.type == "qualified-rule":
            content = tuple(_declarations(tinycss2.parse_blocks_contents(node.content)))
            selectors = tinycss2.serialize(node.prelude).strip()
            sheet.rules.append(Rule(selectors, content, conditions, node.source_line))
            sheet.comments += [
                (part.value, part.source_line) for part in node.content if part.type == "comment"
            ]
        elif node.type == "at-rule":
            name = node.lower_at_keyword
            sheet.at_rules.append((name, node.source_line))
            if conditions:
                sheet.nested.append((name, node.source_line))
            if node.content is not None and name in ("media", "supports", "layer", "container"):
                condition = f"@{name} {tinycss2.serialize(node.prelude).strip()}".lower()
                inner = tinycss2.parse_rule_list(node.content, skip_whitespace=True)
                _read(inner, (*conditions, condition), sheet)
        elif node.type == "comment":
            sheet.comments.append((node.value, node.source_line))
        elif node.type == "error":
            sheet.faults.append((node.message, node.source_line))


@lru_cache(maxsize=2048)
def read_attribute(style: str) -> tuple[Declaration, ...]:
    """The declarations of a style attribute."""
    if _too_deep(style):
        return ()
    return tuple(_declarations(tinycss2.parse_blocks_contents(style[:_LONGEST])))


def _declarations(nodes: Sequence[Any]) -> Iterator[Declaration]:
    for node in nodes:
        if node.type == "declaration":
            value = " ".join(tinycss2.serialize(node.value).split())
            yield Declaration(node.lower_name, value, node.important)


def _too_deep(css: str) -> bool:
    depth = 0
    for bracket in re.finditer(r"[([{]|[)\]}]", css):
        depth = depth + 1 if bracket[0] in "([{" else max(0, depth - 1)
        if depth > _DEEPEST:
            return True
    return False
