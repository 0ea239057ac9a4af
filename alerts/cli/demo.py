"""`alerts demo`: a sample project, run end to end by the same commands that an admin types.

Everything is read from files that come with the package and everything leaves into a folder: no
network, no relay, whatever the environment says. Run again it sends nothing more. The sample
sources carry the dates of the month asked for, by default the last one that has ended, so that
`alerts run` in the project finds that month already sent.
"""

import contextlib
import io
import json
import os
import shutil
import sys
from collections.abc import Iterator
from email import policy
from email.parser import BytesHeaderParser
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template
from typing import Any

import click

from alerts import cli
from alerts.cli.session import Session, json_option, month_option, pass_session, print_json
from alerts.cli.session import print_table as table
from alerts.errors import AlertsError, UsageError
from alerts.model import Month
from alerts.project import DATABASE_NAME, FILE_NAME

# slug, name, link, description by language
PROFILES = (
    (
        "agua-viva",
        "Agua Viva",
        "https://aguaviva.example/",
        {
            "en": "Agua Viva is an alliance of upland villages in Montaria that guard their springs.",
            "es": "Agua Viva es una alianza de pueblos de la sierra de Montaria que cuida sus manantiales.",
            "fr": "Agua Viva réunit des villages de montagne de Montaria qui veillent sur leurs sources.",
            "ar": "«أغوا فيفا» تحالف لقرى جبلية في مونتاريا تحرس ينابيعها.",
        },
    ),
    (
        "riverside-law",
        "Riverside Law Clinic",
        "https://riversidelaw.example/",
        {
            "en": "The Riverside Law Clinic takes cases on access to water, free of charge.",
            "es": "Riverside Law Clinic lleva sin coste casos de acceso al agua.",
            "fr": "Riverside Law Clinic plaide gratuitement pour l’accès à l’eau.",
        },
    ),
)
# file or folder, options of `source add`
SOURCES = (
    ("news.rss", ("--kind", "feed", "--section", "news", "--language", "en")),
    (
        "agua-viva.atom",
        ("--kind", "feed", "--section", "members", "--language", "es", "--profile", "agua-viva"),
    ),
    ("articles", ("--kind", "folder", "--language", "en")),
    (
        "report.html",
        (
            *("--kind", "page", "--section", "publications"),
            *("--language", "en", "--profile", "riverside-law"),
        ),
    ),
)
LEFT = "d.mbeki@example.net"
BOUNCED = "gonzalo.vera@example.org"
OPENING = "# The sample project of `alerts demo`."


class StepFailed(AlertsError):
    """A command of the demo failed; it has said why."""


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@month_option
@json_option
@pass_session
def demo(session: Session, folder: Path | None, month: str | None, as_json: bool) -> None:
    """Make a sample project in DIR (default: demo) and run it end to end, with no network."""
    root = (folder or session.folder or Path("demo")).resolve()
    _claim(root)
    with _own_settings():
        chosen = Session(root).month(month)
        _write_sources(root / "sources" / str(chosen), chosen)
        again = _was_sent(root, chosen)
        for arguments in [("run", "--month", str(chosen))] if again else _steps(root, chosen):
            session.say(f"$ alerts {_shown(arguments, root)}")
            _call(root, arguments)
        report = _report(root, chosen)
    if as_json:
        print_json(report)
    else:
        _print(report, root, chosen)


def _claim(root: Path) -> None:
    """Put alerts.toml into `root`; refuses a folder that holds anything but an earlier demo."""
    path = root / FILE_NAME
    if path.is_file():
        if path.read_text(encoding="utf-8", errors="replace").startswith(OPENING):
            return
        raise UsageError(f"{root}: a project of its own; name another folder: `alerts demo DIR`")
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise UsageError(f"{root}: not an empty folder; name another one: `alerts demo DIR`")
    root.mkdir(parents=True, exist_ok=True)
    path.write_text(_packaged().joinpath(FILE_NAME).read_text("utf-8"), encoding="utf-8")


@contextlib.contextmanager
def _own_settings() -> Iterator[None]:
    """Without the settings of the environment: a relay named there must not get the samples."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("ALERTS_")}
    os.environ["ALERTS_DELIVERY__RELAY"] = "maildir:outbox"
    try:
        yield
    finally:
        del os.environ["ALERTS_DELIVERY__RELAY"]
        os.environ.update(kept)


def _packaged() -> Traversable:
    return resources.files("alerts") / "demo"


def _write_sources(folder: Path, month: Month) -> None:
    """The sample feeds, page and articles of that month; files already there stay as they are."""
    dates = {
        "month": str(month),
        "path": f"{month.year:04d}/{month.number:02d}",
        "rfc822": month.first_day().strftime("%b %Y"),
        "previous_path": str(month.plus(-1)).replace("-", "/"),
        "previous_rfc822": month.plus(-1).first_day().strftime("%b %Y"),
        "next": str(month.plus(1)),
        "after_next": str(month.plus(2)),
    }

    def copy(origin: Traversable, target: Path) -> None:
        if origin.is_dir():
            target.mkdir(parents=True, exist_ok=True)
            for child in origin.iterdir():
                copy(child, target / child.name)
        elif not target.exists():
            text = Template(origin.read_text("utf-8")).substitute(dates)
            target.write_text(text, encoding="utf-8")

    copy(_packaged() / "sources", folder)


def _steps(root: Path, month: Month) -> Iterator[tuple[str, ...]]:
    """The command lines of the demo, in order."""
    yield ("init", str(root))
    for slug, name, link, descriptions in PROFILES:
        texts = [f"--description={language}={text}" for language, text in descriptions.items()]
        yield ("profile", "add", slug, "--name", name, "--link", link, *texts)
    for name, options in SOURCES:
        yield ("source", "add", str(root / "sources" / str(month) / name), *options)
    # Where a demo was broken off, or made for another month, those who left are left alone: an
    # import says of each that it never resubscribes, and exits 1.
    if not json.loads(_call(root, ("subscriber", "list", "--json"))):
        with resources.as_file(_packaged() / "subscribers.csv") as path:
            yield ("subscriber", "import", str(path))
    yield ("subscriber", "unsubscribe", LEFT)
    yield ("suppression", "add", BOUNCED, "--reason", "hard_bounce")
    yield ("collect", "--month", str(month))
    yield ("render", "--month", str(month), "--out", str(root / "editions"))
    yield ("queue", "--month", str(month))
    yield ("send", "--month", str(month))


def _was_sent(root: Path, month: Month) -> bool:
    """True where an earlier demo in this folder came as far as queueing: then there is no set-up."""
    if not (root / DATABASE_NAME).exists():
        return False
    state = json.loads(_call(root, ("status", "--month", str(month), "--json")))["state"]
    return state in ("queued", "sent")


def _call(root: Path, arguments: tuple[str, ...]) -> str:
    """What the command printed; raises `StepFailed`."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        code = cli.call(["--quiet", "--project", str(root), *arguments])
    if code:
        raise StepFailed(
            f"the demo stopped at `alerts {_shown(arguments, root)}` (exit code {code})"
        )
    return printed.getvalue()


def _shown(arguments: tuple[str, ...], root: Path) -> str:
    """A command line short enough to read, paths as seen from the project."""
    words = [argument.replace(f"{root}{os.sep}", "") for argument in arguments]
    return " ".join(w if len(w) < 60 else f"{w[:40]}…" for w in words)


# --- what came of it ------------------------------------------------------------------------------


def _report(root: Path, month: Month) -> dict[str, Any]:
    """Who got what, as the files in the outbox say, and why the others got nothing."""
    status = json.loads(_call(root, ("status", "--month", str(month), "--json")))
    subjects = frozenset(edition["subject"] for edition in status["editions"])
    messages = _messages(root / "outbox", subjects)
    suppressed = {
        row["email"]: row["reason"]
        for row in json.loads(_call(root, ("suppression", "list", "--json")))
    }
    people = json.loads(_call(root, ("subscriber", "list", "--json")))
    rows = []
    for person in people:
        language, subject, file = messages.get(person["email"].lower(), ("", "", ""))
        why = suppressed.get(person["email"].lower(), "")
        reason = f"suppressed: {why}" if why and person["status"] == "active" else person["status"]
        rows.append(
            {
                "email": person["email"],
                "language": language or person["language"],
                "subject": subject,
                "message": file,
                "reason": "" if file else reason,
            }
        )
    return {
        "month": str(month),
        "subscribers": rows,
        "outbox": str(root / "outbox" / "new"),
        "editions": str(root / "editions" / str(month)),
    }


def _messages(maildir: Path, subjects: frozenset[str]) -> dict[str, tuple[str, str, str]]:
    """Address → (language, subject, file name) of the messages with those subjects."""
    parser = BytesHeaderParser(policy=policy.default)
    found = {}
    files = [path for name in ("cur", "new") for path in (maildir / name).glob("*")]
    for path in sorted(files, key=lambda path: path.name):
        with path.open("rb") as file:
            headers = parser.parse(file)
        subject = str(headers["Subject"])
        if subject in subjects:
            address = headers["To"].addresses[0].addr_spec.lower()
            found[address] = (str(headers["Content-Language"]), subject, path.name)
    return found


def _print(report: dict[str, Any], root: Path, month: Month) -> None:
    rows = report["subscribers"]
    table(
        [(r["email"], r["language"], r["subject"] or f"nothing: {r['reason']}") for r in rows],
        ("subscriber", "language", "got"),
    )
    sent = sum(1 for row in rows if row["message"])
    command = f"{_command()} --project {_from_here(root)}"
    click.echo(f"""
{sent} of {len(rows)} subscribers got the alert of {month}; the others are not to be mailed.

messages  {_from_here(Path(report["outbox"]))}{os.sep}  one file each; open any in a mail program
editions  {_from_here(Path(report["editions"]))}{os.sep}  .html, .txt and .eml by language; open in a browser
settings  {_from_here(root / FILE_NAME)}

Try next:
  {command} status
  {command} issue show
  {command} run        # a second run sends nothing more""")


def _from_here(path: Path) -> Path:
    """The path as seen from the current folder, where it lies inside it."""
    here = Path.cwd().resolve()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _command() -> str:
    """How this program was called, so that the commands printed can be pasted."""
    called = Path(sys.argv[0])
    if called.name == "__main__.py":
        return f"{Path(sys.executable)} -m alerts"
    known = shutil.which(called.name)
    on_path = known is not None and Path(known).resolve() == called.resolve()
    return called.name if on_path else str(called)
