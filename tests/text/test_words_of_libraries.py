"""No text of a library's exception reaches a person: it is put into our words where it is caught.

An `ast` walk over every module. An exception is ours if `alerts` defines its class; of any other, a handler
may use the text only to ask what it is (`in`, a regular expression), or through one of `IN_OUR_WORDS`.
`strerror` is what the operating system says, and may be shown.
"""

import ast
import builtins
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import alerts

ROOT = Path(alerts.__file__).parent
MODULES = sorted(path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.rglob("*.py"))

IN_OUR_WORDS = {
    *(
        "toml_words",
        "yaml_words",
        "json_words",
        "cron_words",
        "template_words",
        "certificate_words",
    ),
    *(
        "in_words",
        "root_cause",
        "xml_fault",
        "_malformed",
        "search",
        "match",
        "fullmatch",
        "isinstance",
    ),
}
TEXTS = {"args", "msg", "message", "reason", "problem", "context", "verify_message", "text"}


def _names(tree: ast.Module, module: str) -> dict[str, Any]:
    """What the names of a module stand for, also those that are imported within functions."""
    found = dict(vars(importlib.import_module(module)))
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            source = importlib.import_module(node.module)
            for alias in node.names:
                if hasattr(source, alias.name):
                    found.setdefault(alias.asname or alias.name, getattr(source, alias.name))
        elif isinstance(node, ast.Import):
            for alias in node.names:
                whole, top = importlib.import_module(alias.name), alias.name.partition(".")[0]
                named = whole if alias.asname else importlib.import_module(top)
                found.setdefault(alias.asname or top, named)
    return vars(builtins) | found


def _classes(node: ast.expr | None, names: dict[str, Any]) -> list[type[BaseException]]:
    """The classes of exceptions that an expression names; none where it names something else."""
    if node is None:
        return []
    try:
        value = eval(compile(ast.Expression(node), "", "eval"), names)
    except (NameError, AttributeError, TypeError):
        return []
    values = value if isinstance(value, tuple) else (value,)
    return [one for one in values if isinstance(one, type) and issubclass(one, BaseException)]


def _foreign(classes: list[type[BaseException]]) -> bool:
    return any(not one.__module__.startswith("alerts.") for one in classes)


def _texts(body: list[ast.stmt], name: str, names: dict[str, Any]) -> Iterator[ast.expr]:
    """Where the text of the exception `name` is taken, but not to ask about it or through our words."""

    def walk(node: ast.AST) -> Iterator[ast.expr]:
        if isinstance(node, ast.Call):
            function = node.func
            called = (
                function.attr
                if isinstance(function, ast.Attribute)
                else getattr(function, "id", "")
            )
            if called in IN_OUR_WORDS:
                return
            if called in ("str", "repr", "format") and any(_is(arg, name) for arg in node.args):
                yield node
        if isinstance(node, ast.Compare) and all(isinstance(op, ast.In) for op in node.ops):
            return
        if isinstance(node, ast.FormattedValue) and _is(node.value, name):
            yield node
        if isinstance(node, ast.Attribute) and _is(node.value, name) and node.attr in TEXTS:
            yield node
        if isinstance(node, ast.If | ast.IfExp) and _is_ours(node.test, name, names):
            others = node.orelse
            for other in others if isinstance(others, list) else [others]:
                yield from walk(other)
            return
        for child in ast.iter_child_nodes(node):
            yield from walk(child)

    for statement in body:
        yield from walk(statement)


def _is(node: ast.AST, name: str) -> bool:
    """True for the exception itself, also as the last resort of an `or`."""
    if isinstance(node, ast.BoolOp):
        return any(_is(value, name) for value in node.values)
    return isinstance(node, ast.Name) and node.id == name


def _is_ours(test: ast.expr, name: str, names: dict[str, Any]) -> bool:
    """True for `isinstance(fault, …)` of exceptions of ours."""
    if not isinstance(test, ast.Call) or getattr(test.func, "id", "") != "isinstance":
        return False
    classes = _classes(test.args[1], names)
    return _is(test.args[0], name) and bool(classes) and not _foreign(classes)


def _handlers(tree: ast.Module, names: dict[str, Any]) -> Iterator[tuple[str, list[ast.stmt], str]]:
    """(function, body, name of the exception) of each handler, and each function that is handed one, of
    foreign exceptions."""

    def walk(node: ast.AST, within: str) -> Iterator[tuple[str, list[ast.stmt], str]]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            within = node.name
            for argument in (*node.args.args, *node.args.kwonlyargs):
                if _foreign(_classes(argument.annotation, names)):
                    yield within, node.body, argument.arg
        if (
            isinstance(node, ast.ExceptHandler)
            and node.name
            and _foreign(_classes(node.type, names))
        ):
            yield within, node.body, node.name
        for child in ast.iter_child_nodes(node):
            yield from walk(child, within)

    yield from walk(tree, "")


def _offences(source: str, module: str = "alerts") -> Iterator[tuple[str, int]]:
    """(function, line) of each text of a foreign exception that is taken as it is."""
    tree = ast.parse(source)
    names = _names(tree, module)
    for function, body, name in _handlers(tree, names):
        for node in _texts(body, name, names):
            yield function, node.lineno


def test_no_text_of_a_library_is_shown() -> None:
    found = []
    for module in MODULES:
        source = (ROOT / f"{module}.py").read_text(encoding="utf-8")
        name = f"alerts.{module}".replace("/", ".").removesuffix(".__init__")
        found += [f"{name}.{where}, line {line}" for where, line in _offences(source, name)]
    assert not found


OURS = "from alerts.domain.errors import InputError\n"


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("try: f()\nexcept ValueError as fault: g(f'x {fault}')", [2]),
        ("try: f()\nexcept OSError as fault: g(f'{fault.strerror or fault}')", [2]),
        ("try: f()\nexcept OSError as fault: g(fault.strerror or str(fault))", [2]),
        ("import json\ntry: f()\nexcept json.JSONDecodeError as fault: g(fault.msg)", [3]),
        ("try: f()\nexcept (KeyError, ValueError) as fault: g(fault.args[0])", [2]),
        (f"{OURS}try: f()\nexcept (InputError, ValueError) as fault: g(str(fault))", [3]),
        ("def words(fault: Exception):\n    return str(fault)", [2]),
        ("def f():\n    import imaplib\n    try: g()\n    except imaplib.IMAP4.error as e: h(str(e))", [4]),
        (f"{OURS}try: f()\nexcept InputError as fault: g(f'{{fault}}')", []),
        (f"{OURS}def f(e: Exception): return str(e) if isinstance(e, InputError) else ''", []),
        ("try: f()\nexcept OSError as fault: g(fault.strerror)", []),
        ("try: f()\nexcept ValueError as fault: g(json_words(str(fault)))", []),
        ("try: f()\nexcept ValueError as fault: g('x' in str(fault))", []),
        ("try: f()\nexcept ValueError as fault: raise InputError('x') from fault", []),
    ],
)  # fmt: skip
def test_an_offender_is_seen(source: str, lines: list[int]) -> None:
    assert [line for _, line in _offences(source)] == lines
