"""`docs/rules.md` defines every rule code in use, and no other."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "docs" / "rules.md"
CODE = re.compile(r"\b([SHXPT])(\d{1,2})(?:[-–]\1?(\d{1,2}))?\b")  # S7, S8-S12, X8–X10
TRAP = re.compile(r"\btraps? ([A-G])(?:(?:, | and )([A-G]))*\b")
CODED = (
    *sorted((ROOT / "alerts").rglob("*.py")),
    *sorted((ROOT / "templates").rglob("*.*")),
)
PROSE = (  # here a string may be data, such as "T4" in a feed, so only comments and docstrings count
    *sorted((ROOT / "tests").glob("**/*.py")),
    *sorted((ROOT / "benchmarks").rglob("*.py")),
)
DOCUMENTS = tuple(p for p in sorted((ROOT / "docs").rglob("*.md")) if p != RULES)


def _codes(text: str) -> set[str]:
    found = set()
    for letter, first, last in CODE.findall(text):
        found |= {f"{letter}{number}" for number in range(int(first), int(last or first) + 1)}
    for match in TRAP.finditer(text):
        found |= {f"trap {letter}" for letter in re.findall(r"\b[A-G]\b", match.group())}
    return found


def _prose(path: Path) -> Iterator[str]:
    """The comments and docstrings of a module."""
    source = path.read_text(encoding="utf-8")
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            yield ast.get_docstring(node) or ""


@cache
def _used() -> dict[str, str]:
    """Each code in use, and a file that uses it."""
    used: dict[str, str] = {}
    for path in (*CODED, *DOCUMENTS):
        for code in _codes(path.read_text(encoding="utf-8")):
            used.setdefault(code, path.name)
    for path in PROSE:
        if "node_modules" not in path.parts:
            for code in _codes("\n".join(_prose(path))):
                used.setdefault(code, path.name)
    return used


def _defined() -> dict[str, tuple[str, str]]:
    rows = re.findall(
        r"^\| ([SHXPT]\d{1,2}|trap [A-G]) \| (.+) \| (.+) \|$",
        RULES.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    codes = [code for code, _, _ in rows]
    assert len(codes) == len(set(codes)), "a code is defined twice"
    return {code: (rule, source) for code, rule, source in rows}


def test_every_rule_code_in_use_is_defined() -> None:
    used, defined = _used(), _defined()
    assert len(used) > 60
    assert not {f"{code} ({place})" for code, place in used.items() if code not in defined}


def test_every_defined_rule_is_in_use() -> None:
    assert set(_defined()) <= set(_used()), set(_defined()) - set(_used())


def test_every_rule_is_one_sentence_with_a_source() -> None:
    for code, (rule, source) in _defined().items():
        assert rule.endswith("."), code
        assert source.strip(), code
