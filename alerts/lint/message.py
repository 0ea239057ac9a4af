"""The linter: checks the final bytes of a message.

`lint` checks one message (or a bare HTML or text part), `compare` the editions of an issue. Pure:
bytes and options in, findings out, for any bytes; no network, no clock, no other program. Checks that
need those are in `alerts/lint/run.py`. docs/lint.md, generated from the register, explains each code.
"""

from itertools import islice

from alerts.lint import checks  # noqa: F401  (registers the checks)
from alerts.lint.compare import compare
from alerts.lint.document import Document
from alerts.lint.options import CLIENTS, DEFAULT, LintOptions
from alerts.lint.place import Finding, Found, Level, Place, merged
from alerts.lint.register import CHECKS, Check

_MOST = 500  # findings of one check in one message; after fixing these, lint again

__all__ = [
    "CHECKS",
    "CLIENTS",
    "Check",
    "Document",
    "Finding",
    "Found",
    "Level",
    "LintOptions",
    "Place",
    "compare",
    "lint",
    "lint_document",
    "merged",
]


def lint(
    message: bytes, options: LintOptions = DEFAULT, kind: str = "message"
) -> tuple[Finding, ...]:
    """The findings for a message, the most serious first; `kind` is `message`, `html` or `text`."""
    return lint_document(Document(message, kind), options)


def lint_document(document: Document, options: LintOptions = DEFAULT) -> tuple[Finding, ...]:
    """The same as `lint`, for a message that is parsed already."""
    language = options.language or document.language
    return merged(
        check.finding(found, language)
        for check in CHECKS.values()
        if check.look and options.wants(check.code)
        for found in islice(check.look(document, options), _MOST)
    )
