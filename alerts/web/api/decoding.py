"""Query and body of a request, decoded to the types of its operation.

What does not fit is a `MALFORMED` problem, which names the field and what is expected there, in our words.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from alerts.web.api.problems import MALFORMED, ProblemFault

S = TypeVar("S", bound=msgspec.Struct)

_REASONS = (
    (re.compile(r"missing required field `([^`]*)`"), "is missing"),
    (re.compile(r"unknown field `([^`]*)`"), "is not known here"),
)
_AT = re.compile(r" - at `(?:key in )?\$\.?([^`]*)`")
_EXPECTED = re.compile(
    r"Expected `([a-z]+(?: \| [a-z]+)*)`( of length (?:<=|>=) \d+| [<>]=? -?\d+)?"
)
_WORDS = {
    "str": "a text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def decoded_body(octets: bytes, wanted: type[S]) -> S:
    """The JSON body; raises `ProblemFault`."""
    if not octets.strip():
        raise ProblemFault(MALFORMED, "there is no body", remedy="send a JSON object")
    try:
        try:
            return msgspec.json.decode(octets, type=wanted)
        except msgspec.ValidationError:
            return msgspec.convert(json.loads(octets, parse_float=_number), wanted)
    except msgspec.ValidationError as fault:
        raise _malformed(str(fault)) from fault
    except (ValueError, msgspec.DecodeError, RecursionError) as fault:
        raise ProblemFault(MALFORMED, "the body is no JSON", remedy="send a JSON object") from fault


def _number(text: str) -> int | float:
    """A number with a point: 3.0 is a whole one (JSON Schema Core 2020-12 §4.2.3)."""
    number = float(text)
    return int(number) if number.is_integer() else number


def decoded_query(pairs: Sequence[tuple[str, str]], wanted: type[S]) -> S:
    """The parameters after `?`; raises `ProblemFault`, also for one that is given twice."""
    given: dict[str, Any] = {}
    for name, value in pairs:
        if name in given:
            raise ProblemFault(MALFORMED, f"{_short(name)}: given twice", _short(name))
        given[name] = value
    try:
        return msgspec.convert(given, wanted, strict=False)
    except msgspec.ValidationError as fault:
        raise _malformed(str(fault)) from fault


def _malformed(said: str) -> ProblemFault:
    """What a message of msgspec says, in our words; only the name of a field is taken from it."""
    at = _AT.search(said)
    within = at[1] if at else ""
    for pattern, words in _REASONS:
        if found := pattern.search(said):
            name = _short(f"{within}.{found[1]}".strip("."))
            return ProblemFault(MALFORMED, f"{name}: {words}", name)
    expected = _EXPECTED.match(said)
    what = "another value"
    if expected:
        what = " or ".join(_WORDS.get(word, "another value") for word in expected[1].split(" | "))
        what += (expected[2] or "").replace("<=", "at most").replace(">=", "at least")
    name = _short(within) or "the body"
    return ProblemFault(MALFORMED, f"{name}: must be {what}", _short(within))


def _short(text: str) -> str:
    """The name of a field on one line, for a message."""
    return " ".join(text.split())[:60]
