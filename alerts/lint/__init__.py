"""The linter: the final bytes of a message, and what is wrong with them.

`lint` looks at one message (or a bare HTML or text part), `compare` at the editions of an issue. Pure:
bytes and options in, findings out, whatever the bytes; no network, no clock, no other program. What
needs those is in `alerts/proofread.py`. docs/lint.md, made from the register, explains each code.
"""

from itertools import islice

from alerts.lint import checks  # noqa: F401  (registers the checks)
from alerts.lint.compare import compare
from alerts.lint.document import Document
from alerts.lint.finding import CHECKS, Check, Finding, Found, Level, Place, merged
from alerts.lint.options import CLIENTS, DEFAULT, Options

_MOST = 500  # findings of one check in one message; who has more mends some and asks again

__all__ = [
    "CHECKS",
    "CLIENTS",
    "Check",
    "Document",
    "Finding",
    "Found",
    "Level",
    "Options",
    "Place",
    "compare",
    "lint",
    "lint_document",
    "merged",
]


def lint(message: bytes, options: Options = DEFAULT, kind: str = "message") -> tuple[Finding, ...]:
    """What is wrong with a message, the worst first; `kind` is `message`, `html` or `text`."""
    return lint_document(Document(message, kind), options)


def lint_document(document: Document, options: Options = DEFAULT) -> tuple[Finding, ...]:
    """The same, for bytes that have been taken apart already."""
    language = options.language or document.language
    return merged(
        check.finding(found, language)
        for check in CHECKS.values()
        if check.look and options.wants(check.code)
        for found in islice(check.look(document, options), _MOST)
    )
