"""`alerts issue lint`: what is wrong with an issue, or with any e-mail in a file, before anyone gets it."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from alerts import project, publish, spam
from alerts.cli.session import Session, json_option, month_option, pass_session, print_json
from alerts.errors import InputError, UsageError
from alerts.lint import CHECKS, Finding, Level
from alerts.proofread import Copy, Proof, chosen, copies, proofread
from alerts.settings import Settings
from alerts.sources.fetch import Fetcher

_LARGEST = 50_000_000  # octets; a message that large is refused by every server
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
    help="Tell nothing less bad than this; default: hint, so everything.",
)
@click.option("--only", metavar="CODE", multiple=True, help="Look for this alone.")
@click.option("--skip", metavar="CODE", multiple=True, help="Do not look for this.")
@click.option("--links", is_flag=True, help="Fetch each link and image, to find the dead ones.")
@click.option(
    "--spam/--no-spam", "spam_wanted", default=True, help="Ask SpamAssassin, where it is installed."
)
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
    as_json: bool,
) -> int:
    """Look for faults in the editions of the month, or in FILEs (.eml, .html, .txt; - is stdin).

    Looks at the final bytes: headers, size, links, images, contrast, structure, support by mail
    programs, both parts in step. Exits 1 where there is an error. docs/lint.md explains each code.
    """
    settings = _settings(session) if files else session.settings
    options = chosen(settings, only, skip)
    if files and month:
        raise UsageError("name a month or files, not both")
    if not files:
        options = replace(options, base_url=settings.web.base_url)
    read = [_copy(file) for file in files] if files else _editions(session, month)
    proofs = proofread(
        read,
        settings,
        options=options,
        fetcher=Fetcher(settings) if links else None,
        spam_filter=spam.program() if spam_wanted else "",
        editions=not files,
    )
    proofs = tuple(_at_least(proof, Level(level)) for proof in proofs)
    if as_json:
        print_json(_document(proofs, None if files else str(session.month(month))))
    elif not read:
        click.echo(f"{session.month(month)}: no articles, nothing to look at")
    else:
        _print(session, proofs)
    return 1 if any(proof.count(Level.ERROR) for proof in proofs) else 0


def _settings(session: Session) -> Settings:
    """Those of the project, or the defaults where there is none: a file needs no project."""
    if session.folder is None:
        try:
            project.find_root(Path.cwd())
        except UsageError:
            return Settings(root=Path.cwd())
    return session.settings


def _editions(session: Session, month: str | None) -> list[Copy]:
    settings, which = session.settings, session.month(month)
    return copies(publish.editions(session.db, settings, which), settings, which, session.now)


def _copy(file: Path) -> Copy:
    """A file as its name, or else its beginning, says what it is."""
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
    octets = re.sub(rb"\AFrom [^\r\n]*\r?\n", b"", octets)  # of an mbox, and no part of the message
    return Copy(str(file), octets, _PARTS.get(file.suffix.lower()) or _kind(octets))


def _kind(octets: bytes) -> str:
    start = octets[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if re.match(rb"[!-9;-~]+:", start):
        return "message"
    return "html" if start.startswith(b"<") else "text"


def _at_least(proof: Proof, level: Level) -> Proof:
    kept = tuple(f for f in proof.findings if f.level.rank <= level.rank)
    return replace(proof, findings=kept)


# --- what is told ---------------------------------------------------------------------------------


def _document(proofs: Sequence[Proof], month: str | None) -> dict[str, Any]:
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


def _spam(score: spam.Score | None) -> dict[str, Any] | None:
    if score is None:
        return None
    rules = [{"points": p, "name": name, "about": about} for p, name, about in score.rules]
    return {"points": score.points, "required": score.required, "rules": rules}


def _print(session: Session, proofs: Sequence[Proof]) -> None:
    """Each finding once, the worst first, with the places of all editions that have it."""
    together: dict[tuple[str, str, str], list[Finding]] = {}
    for proof in proofs:
        for finding in proof.findings:
            together.setdefault(finding.key, []).append(finding)
    for same in sorted(together.values(), key=lambda found: found[0].level.rank):
        first = same[0]
        click.echo(f"{first.level.value:<8} {first.code}: {first.reason}")
        click.echo(f"         {_places(same)}")
        click.echo(f"         → {first.remedy}\n")
    for proof in proofs:
        score = f", SpamAssassin {proof.spam_score.points:.1f}" if proof.spam_score else ""
        session.say(
            f"{proof.name}: {_told({one: proof.count(one) for one in Level})}; "
            f"HTML {proof.html_bytes / 1024:.0f} KB, text {proof.text_bytes / 1024:.0f} KB{score}"
        )
    click.echo(_told({level: _sum(proofs, level) for level in Level}))


def _places(same: Iterable[Finding]) -> str:
    told: list[str] = []
    for finding in same:
        times = f" (and {finding.count - 1} more)" if finding.count > 1 else ""
        told.append(f"{finding.edition} {finding.place}{times}")
    return ", ".join(told[:3]) + (f", and {len(told) - 3} more editions" if len(told) > 3 else "")


def _told(counts: Mapping[Level, int]) -> str:
    """“1 error, 3 hints”."""
    told = [f"{n} {level}{'' if n == 1 else 's'}" for level, n in counts.items() if n]
    return ", ".join(told) or "nothing found"


def _sum(proofs: Iterable[Proof], level: Level) -> int:
    return sum(proof.count(level) for proof in proofs)
