"""`alerts issue lint`: checks an issue, or any e-mail in a file, before it is sent."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from alerts.cli.context import Session, json_option, month_option, pass_session, print_json
from alerts.cli.issue.accepted import change, show
from alerts.config import load
from alerts.config.settings import Settings
from alerts.domain.errors import InputError, UsageError
from alerts.library.linting import CHECKS, LintInput, grouped, lint_files
from alerts.lint.place import Finding, Level
from alerts.lint.run import LintReport
from alerts.lint.spamassassin import Score
from alerts.text.plural import counted

_LARGEST = 50_000_000  # octets; every server refuses larger messages
_PARTS = {".html": "html", ".htm": "html", ".xhtml": "html", ".txt": "text", ".eml": "message"}


@click.command()
@click.argument(
    "files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path, allow_dash=True)
)
@month_option
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    default=Level.HINT.value,
    help="The lowest level that is shown; default: hint, so everything.",
)
@click.option("--only", metavar="CODE", multiple=True, help="Check only this.")
@click.option("--skip", metavar="CODE", multiple=True, help="Do not check this.")
@click.option("--links", is_flag=True, help="Fetch each link and image, to find dead ones.")
@click.option(
    "--spam/--no-spam", "spam_wanted", default=True, help="Run SpamAssassin, if it is installed."
)
@click.option("--accept", metavar="CODE[:CAUSE]", multiple=True, help="Do not report this again.")
@click.option("--revoke", metavar="CODE[:CAUSE]", multiple=True, help="Report this again.")
@click.option("--accepted", is_flag=True, help="List what is not reported.")
@json_option
@pass_session
def lint(
    session: Session,
    files: tuple[Path, ...],
    month: str | None,
    level: str,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    links: bool,
    spam_wanted: bool,
    accept: tuple[str, ...],
    revoke: tuple[str, ...],
    accepted: bool,
    as_json: bool,
) -> int:
    """Check the editions of the month, or FILEs (.eml, .html, .txt; - is stdin).

    Checks the final bytes: headers, size, links, images, contrast, structure, support by mail programs,
    agreement of text and HTML. Findings with one cause are reported once; --only CODE lists each. Exits
    1 if there is an error. docs/lint.md explains each code.
    """
    if accept or revoke or accepted:
        change(session, accept, revoke)
        if accepted:
            show(session, as_json=as_json)
        return 0
    if files and month:
        raise UsageError("name a month or files, not both")
    how: dict[str, Any] = {
        "level": Level(level),
        "only": only,
        "skip": skip,
        "links": links,
        "spam": spam_wanted,
    }
    if files:
        proofs = lint_files(_settings(session), list(map(_copy, files)), **how)
    else:
        proofs = session.project.linter.lint(month, **how).proofs
    if as_json:
        print_json(_document(proofs, None if files else str(session.month(month))))
    elif not proofs:
        click.echo(f"{session.month(month)}: no articles, nothing to check")
    else:
        _print(session, proofs, each=bool(only) or session.verbose)
    return 1 if any(proof.count(Level.ERROR) for proof in proofs) else 0


def _settings(session: Session) -> Settings:
    """The project's settings, or the defaults outside a project: a file needs no project."""
    if session.folder is None:
        try:
            load.find_root(Path.cwd())
        except UsageError:
            return Settings(root=Path.cwd())
    return session.settings


def _copy(file: Path) -> LintInput:
    """The input for a file, by its name or its first octets."""
    if str(file) == "-":
        octets = sys.stdin.buffer.read(_LARGEST + 1)
    elif not file.is_file():
        raise InputError(f"{file}: no such file")
    else:
        with file.open("rb") as opened:
            octets = opened.read(_LARGEST + 1)
    if len(octets) > _LARGEST:
        raise InputError(
            f"{file}: larger than {_LARGEST // 1_000_000} MB; no server takes such mail"
        )
    # the separator line of an mbox is not part of the message
    octets = re.sub(rb"\AFrom [^\r\n]*\r?\n", b"", octets)
    return LintInput(str(file), octets, _PARTS.get(file.suffix.lower()) or _kind(octets))


def _kind(octets: bytes) -> str:
    start = octets[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if re.match(rb"[!-9;-~]+:", start):
        return "message"
    return "html" if start.startswith(b"<") else "text"


# --- output ---------------------------------------------------------------------------------


def _document(proofs: Sequence[LintReport], month: str | None) -> dict[str, Any]:
    return {
        "month": month,
        "errors": _sum(proofs, Level.ERROR),
        "warnings": _sum(proofs, Level.WARNING),
        "hints": _sum(proofs, Level.HINT),
        "editions": [
            {
                "name": proof.name,
                "language": proof.language,
                "subject": proof.subject,
                "html_bytes": proof.html_bytes,
                "text_bytes": proof.text_bytes,
                "style_characters": proof.style_characters,
                "picture_bytes": proof.picture_bytes,
                "spam": _spam(proof.spam_score),
                "findings": [_finding(finding) for finding in proof.findings],
            }
            for proof in proofs
        ],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "level": finding.level.value,
        "part": finding.place.part,
        "line": finding.place.line or None,
        "element": finding.place.element or None,
        "reason": finding.reason,
        "remedy": finding.remedy,
        "rule": CHECKS[finding.code].rule,
        "count": finding.count,
    }


def _spam(score: Score | None) -> dict[str, Any] | None:
    if score is None:
        return None
    rules = [{"points": p, "name": name, "about": about} for p, name, about in score.rules]
    return {"points": score.points, "required": score.required, "rules": rules}


def _print(session: Session, proofs: Sequence[LintReport], *, each: bool) -> None:
    """Print each cause once, the worst first, with its places in all editions; or each finding."""
    findings = [finding for proof in proofs for finding in proof.findings]
    if each:
        together: dict[tuple[str, str, str], list[Finding]] = {}
        for finding in findings:
            together.setdefault(finding.key, []).append(finding)
        told = [
            (found[0].level, found[0].code, found[0].reason, found) for found in together.values()
        ]
        told.sort(key=lambda one: one[0].rank)
    else:
        told = [(g.level, g.code, g.headline, list(g.findings)) for g in grouped(findings)]
    for level, code, words, same in told:
        click.echo(f"{level.value:<8} {code}: {words}")
        click.echo(f"         {_places(same)}")
        click.echo(f"         → {same[0].remedy}")
        if len({finding.key for finding in same}) > 1:
            click.echo(f"         each: `--only {code}`; right as it is: `--accept {code}`")
        click.echo("")
    for proof in proofs:
        weight = proof.picture_bytes / 1024
        pictures = f", pictures {weight:.0f} KB" if weight else ""
        score = f", SpamAssassin {proof.spam_score.points:.1f}" if proof.spam_score else ""
        session.say(
            f"{proof.name}: {_told({one: proof.count(one) for one in Level})}; "
            f"HTML {proof.html_bytes / 1024:.0f} KB, text {proof.text_bytes / 1024:.0f} KB{pictures}{score}"
        )
    click.echo(_told({level: _sum(proofs, level) for level in Level}))


def _places(same: Iterable[Finding]) -> str:
    told: list[str] = []
    for finding in same:
        times = f" (and {finding.count - 1} more)" if finding.count > 1 else ""
        told.append(f"{finding.edition} {finding.place}{times}".strip())
    return ", ".join(told[:3]) + (f", and {len(told) - 3} more" if len(told) > 3 else "")


def _told(counts: Mapping[Level, int]) -> str:
    """“1 error, 3 hints”."""
    told = [counted(n, level.value) for level, n in counts.items() if n]
    return ", ".join(told) or "nothing found"


def _sum(proofs: Iterable[LintReport], level: Level) -> int:
    return sum(proof.count(level) for proof in proofs)
