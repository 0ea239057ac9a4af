"""The sentences that the program makes for people, read from the code: errors, findings, what is owed.

A sentence is a text of the code with `GAP` for each value; where a text is put together from others, each way
is one. A value that is itself a sentence made elsewhere is found there.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache

from tests.web.desk.reached_code import Place, program, reached

GAP = "\0"
_ARGUMENTS = {
    "Found": ((1, "reason"),),
    "Obstacle": ((1, "reason"), (2, "remedy")),
    "CheckOutput": ((1, "about"), (2, "remedy")),
    "MonthStanding": ((3, "why"),),
    "NextEvent": ((1, "what"),),
    "Judgement": ((1, "reason"),),
    "NearHit": ((2, "reason"),),
    "Upcoming": ((2, "what"),),
    "Doubt": ((1, "reason"), (2, "remedy")),
}
"""Which arguments of a class of values are sentences; of an error it is the first."""
_FIRST = ((0, "message"),)
_REASONS = (
    "alerts.sources.plausible",
    "alerts.sources.near",
    "alerts.doctor.bimi",
    "alerts.doctor.spf",
)  # their functions give reasons
_SAYS = {
    Place("alerts.channels.channel", "hindrance"),
    Place("alerts.library.advice", "advice"),
    Place("alerts.outbox.in_time", "Shortfall.words"),
    Place("alerts.outbox.relay_limit", "told"),
    Place("alerts.outbox.report", "faults_of_ours"),
    Place("alerts.outbox.segment", "_doubt"),
}
"""Functions that give sentences, a tuple of several too; the doctor has them within its own."""
_DEEPEST = 6
_LETTERS = re.compile(r"[A-Za-z]{2}")


def with_gaps(sentence: str) -> str:
    """A sentence with placeholders, as the code has it."""
    return _joined(re.sub(r"%\(\w+\)s", GAP, sentence))


def _joined(text: str) -> str:
    return re.sub(f"{GAP}+", GAP, text)


def text_of(node: ast.expr) -> str:
    """The words of a string of the code, with a gap for each value; empty for anything else."""
    if isinstance(node, ast.JoinedStr):
        parts = [str(one.value) if isinstance(one, ast.Constant) else GAP for one in node.values]
        return _joined("".join(parts))
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


@cache
def errors() -> frozenset[str]:
    """The names of the classes of errors that a user may see."""
    found = {"AlertsError"}
    for _ in range(_DEEPEST):
        for node in program().defined.values():
            if isinstance(node, ast.ClassDef):
                bases = {one.id for one in node.bases if isinstance(one, ast.Name)}
                found |= {node.name} if bases & found else set()
    return frozenset(found)


@cache
def sentences() -> dict[str, set[Place]]:
    """Each sentence that the desk can come to, and what says it: the module, and the class of the value."""
    found: dict[str, set[Place]] = {}
    for place in reached():
        for by, sentence in _of_function(place, program().defined[place]):
            if _LETTERS.search(sentence):
                found.setdefault(sentence, set()).add(Place(place.module, by))
    return found


def _of_function(place: Place, function: ast.stmt) -> Iterator[tuple[str, str]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func).rpartition(".")[2]
            yield from ((name, sentence) for sentence in _of_call(place, node, name))
        elif (
            isinstance(node, ast.Tuple)
            and node.elts
            and ast.unparse(node.elts[0]).startswith("Stand.")
        ):
            for sentence in _texts(place.module, function, node.elts[-1], 0):
                yield "MonthStanding", sentence
        elif isinstance(node, ast.Return | ast.Yield) and place in _SAYS and node.value:
            parts = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
            for part in parts:
                yield from (("said", one) for one in _texts(place.module, function, part, 0))
        elif isinstance(node, ast.Return | ast.Yield) and place.module in _REASONS and node.value:
            told = node.value.elts[-1] if isinstance(node.value, ast.Tuple) else node.value
            for sentence in _texts(place.module, function, told, 0):
                yield "reason", sentence


def _of_call(place: Place, call: ast.Call, name: str) -> Iterator[str]:
    wanted = _FIRST if name in errors() else _ARGUMENTS.get(name, ())
    for number, keyword in wanted:
        given: Iterable[ast.expr] = call.args[number : number + 1] or (
            one.value for one in call.keywords if one.arg == keyword
        )
        for one in given:
            yield from _texts(place.module, program().defined[place], one, 0)


def _texts(module: str, inside: ast.AST, node: ast.expr, depth: int) -> set[str]:
    """What an expression can say; a gap for what cannot be known."""
    if depth > _DEEPEST:
        return {GAP}

    def of(expression: ast.expr) -> set[str]:
        return _texts(module, inside, expression, depth + 1)

    match node:
        case ast.Constant(value=str()) | ast.JoinedStr():
            return {text_of(node)}
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return {_joined(one + other) for one in of(left) for other in of(right)}
        case ast.IfExp(body=one, orelse=other):
            return of(one) | of(other)
        case ast.BoolOp(values=values):
            return set().union(*map(of, values))
        case ast.Call(func=ast.Name(id="str"), args=[only]):
            return of(only)
        case ast.Call(func=ast.Name(id=name)):
            return _returned(module, name, depth)
        case ast.Name(id=name):
            return _assigned(module, inside, name, depth)
    return {GAP}


def _returned(module: str, name: str, depth: int) -> set[str]:
    place = program().meant(module, name)
    node = program().defined[place] if place else None
    if place is None or not isinstance(node, ast.FunctionDef):
        return {GAP}
    given = [one.value for one in ast.walk(node) if isinstance(one, ast.Return) and one.value]
    return set().union(*(_texts(place.module, node, one, depth + 1) for one in given)) or {GAP}


def _assigned(module: str, inside: ast.AST, name: str, depth: int) -> set[str]:
    found: set[str] = set()
    for one in ast.walk(inside):
        if isinstance(one, ast.Assign) and name in map(ast.unparse, one.targets):
            found |= _texts(module, inside, one.value, depth + 1)
    place = program().meant(module, name)
    node = program().defined[place] if place else None
    if place and isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
        found |= _texts(place.module, node, node.value, depth + 1)
    return found or {GAP}
