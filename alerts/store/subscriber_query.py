"""`--where`: parses a query about subscribers into a tree of comparisons.

    language=es and tag=member and joined>2026-01-01
    not (status=unsubscribed or email~"@example.org")

`and` binds more tightly than `or`; fields are those of `FIELDS`; a value with spaces or special
characters needs quotation marks. `section=events` is whoever gets that section, also those who chose
none and so get all. A day or a month is a period in UTC: `joined=2026-10` is in October,
`joined>2026-10` after it. Pure; knows no SQL: `store/subscriber_filter.py` makes the condition, with every
value as a parameter.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NoReturn

from alerts.domain import subscriber
from alerts.domain.errors import UsageError
from alerts.domain.month import Month
from alerts.domain.subscriber import SubscriberStatus
from alerts.domain.subscriber_fields import FieldKind

# `joined` and `changed` are set by the program for everybody.
_ASKED = {field.asked: field.kind for field in subscriber.FIELDS if field.asked}
DATES = ("joined", "changed", *(word for word, kind in _ASKED.items() if kind is FieldKind.MOMENT))
WORDS = tuple(word for word in _ASKED if word not in DATES)
FIELDS = (*WORDS, *DATES)
DEEPEST = 50  # most parentheses and nots inside each other
LONGEST = 2000  # characters

_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>!=|<=|>=|[=<>~()])|"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<word>[^\s=<>~!()"']+))"""
)


@dataclass(frozen=True, slots=True)
class Is:
    """`field operator value`; operators are =, ~ (contains), and for dates >= and <."""

    field: str
    operator: str
    value: str


@dataclass(frozen=True, slots=True)
class Not:
    """True where the inner query is false."""

    part: "Query"


@dataclass(frozen=True, slots=True)
class All:
    """True where all of these are."""

    parts: "tuple[Query, ...]"


@dataclass(frozen=True, slots=True)
class Any:
    """True where at least one of these is."""

    parts: "tuple[Query, ...]"


Query = Is | Not | All | Any


def fields_of(query: Query) -> frozenset[str]:
    """The fields that a query asks about."""
    if isinstance(query, Is):
        return frozenset({query.field})
    if isinstance(query, Not):
        return fields_of(query.part)
    return frozenset[str]().union(*(fields_of(part) for part in query.parts))


def parse(text: str) -> Query:
    """Parse a query into a tree; raises `UsageError`, which shows the faulty place."""
    if len(text) > LONGEST:
        raise UsageError(f"--where: longer than {LONGEST:,} characters")
    parser = _Parser(text)
    query = parser.either(0)
    if parser.at < len(parser.tokens):
        parser.fail("write `and` or `or` before it")
    return query


class _Parser:
    """A recursive descent parser over the tokens of one query."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.tokens: list[tuple[str, str, int]] = []  # kind, text, position
        position, end = 0, len(text.rstrip())
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None:
                raise UsageError(f"--where: cannot read “{text[position:][:30].strip()}”")
            kind = str(match.lastgroup)
            self.tokens.append((kind, match[kind], match.start(kind)))
            position = match.end()

    def either(self, depth: int) -> Query:
        parts = [self.both(depth)]
        while self.keyword("or"):
            parts.append(self.both(depth))
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def both(self, depth: int) -> Query:
        parts = [self.one(depth)]
        while self.keyword("and"):
            parts.append(self.one(depth))
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def one(self, depth: int) -> Query:
        if depth > DEEPEST:
            raise UsageError(f"--where: more than {DEEPEST} parentheses within each other")
        if self.keyword("not"):
            return Not(self.one(depth + 1))
        if self.sign("("):
            inside = self.either(depth + 1)
            if not self.sign(")"):
                self.fail("a parenthesis is not closed")
            return inside
        kind, field, _ = self.peek()
        if kind != "word" or field.lower() not in FIELDS:
            self.fail(f"fields are {', '.join(FIELDS)}")
        self.at += 1
        kind, operator, _ = self.peek()
        if kind != "sign" or operator in "()":
            self.fail("write one of = != ~ < <= > >= behind a field")
        self.at += 1
        kind, value, _ = self.peek()
        if kind in ("", "sign"):
            self.fail("a value is missing")
        self.at += 1
        return _comparison(field.lower(), operator, value)

    def peek(self) -> tuple[str, str, int]:
        return self.tokens[self.at] if self.at < len(self.tokens) else ("", "", len(self.text))

    def keyword(self, word: str) -> bool:
        kind, text, _ = self.peek()
        found = kind == "word" and text.lower() == word
        self.at += found
        return found

    def sign(self, sign: str) -> bool:
        found = self.peek()[:2] == ("sign", sign)
        self.at += found
        return found

    def fail(self, remedy: str) -> NoReturn:
        rest = self.text[self.peek()[2] :].strip()[:30]
        place = f"at “{rest}”" if rest else "at its end"
        raise UsageError(f"--where, {place}: {remedy}")


def _comparison(field: str, operator: str, value: str) -> Query:
    if field in DATES:
        return _dated(field, operator, value)
    if field == "status" and value.lower() not in (known := [s.value for s in SubscriberStatus]):
        raise UsageError(f"--where: status is one of {', '.join(known)}")
    if operator in ("=", "~"):
        return Is(field, operator, value)
    if operator == "!=":
        return Not(Is(field, "=", value))
    raise UsageError(f"--where: {field} is not a date; compare it by =, != or ~")


def _dated(field: str, operator: str, value: str) -> Query:
    """A comparison with a period, by its first moment and the moment after its last."""
    first, after = _span(value)
    since, before = Is(field, ">=", first), Is(field, "<", first)
    match operator:
        case "=":
            return All((since, Is(field, "<", after)))
        case "!=":
            return Any((before, Is(field, ">=", after)))
        case ">":
            return Is(field, ">=", after)
        case ">=":
            return since
        case "<":
            return before
        case "<=":
            return Is(field, "<", after)
    raise UsageError(f"--where: {field} is a date; compare it by = != < <= > >=")


def _span(value: str) -> tuple[str, str]:
    try:
        if re.fullmatch(r"\d{4}-\d\d", value):
            month = Month.parse(value)
            return str(month), str(month.plus(1))
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            day = date.fromisoformat(value)
            return str(day), str(day + timedelta(days=1))
    except (ValueError, OverflowError, UsageError):
        pass
    raise UsageError(f"--where: “{value}” is no day or month; write 2026-10-31 or 2026-10")
