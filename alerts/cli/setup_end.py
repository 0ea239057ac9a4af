"""What follows the questions of `alerts setup`: the files, the doctor, a test mail, what the server needs."""

import os
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from alerts.cli.context import Session, asked
from alerts.cli.doctor import show_findings
from alerts.cli.setup_questions import MARKS, SetupAnswers, SetupConversation
from alerts.config.load import FILE_NAME
from alerts.config.settings import DATABASE_NAME, Settings
from alerts.doctor.finding import CheckLevel
from alerts.doctor.timetables import zone_of_this_machine
from alerts.domain.address import Address
from alerts.domain.errors import AlertsError, InputError, NoDatabase, SettingsError, UsageError
from alerts.domain.printable import printable
from alerts.library.project import Project
from alerts.setup import install as installing
from alerts.setup import test_mail, this_machine
from alerts.setup.dns_zone import zones
from alerts.setup.draft import SettingsDraft
from alerts.setup.questions import QUESTIONS
from alerts.setup.server_files import KINDS, ServerFile, ServerMachine, server_files
from alerts.setup.signing import public_keys
from alerts.setup.write import write
from alerts.text.plural import counted

_PATIENCE = 60.0  # seconds for the test mail to come back


def setup_end(
    session: Session,
    root: Path,
    given: Mapping[str, str],
    *,
    shown: Sequence[str],
    install: Sequence[str],
    backups: Path | None,
    asks: bool,
    source: str,
    password_file: TextIO | None,
    test_to: str,
    offline: bool,
) -> int:
    """Hold the conversation, write, and end with the doctor; the exit code."""
    draft = _begun(root)
    test_address = _address(test_to) if test_to else None
    secret = password_file.readline().strip() if password_file else ""
    options = {**given, "source": source} if source else dict(given)
    talk = SetupConversation(session, options, os.environ, asks, offline, _sources(root))
    if asks:
        what = "A new project" if draft.new else "The project"
        session.say(
            f"{what} in {root}. Enter keeps the answer in brackets; Ctrl-C changes nothing."
        )
    with _interrupted("nothing was written"):
        answers = talk.held(SetupAnswers(draft, secret))
    with _interrupted("run the same command again; no file is half-written"):
        _write(session, root, answers)
    with _interrupted("the settings are written"):
        found = show_findings(session, offline=offline)
        session.say(
            f"{counted(found.errors, 'error')}, {counted(found.counts[CheckLevel.WARNING], 'warning')}"
        )
        failed = not _tested(session, test_address, asks=asks) if not offline else False
        server_end(session, shown, install, backups, asks=asks)
    session.tell_next(session.project.next_step(error=found.first_error))
    return int(failed or found.errors > 0)


@contextmanager
def _interrupted(words: str) -> Iterator[None]:
    """Say what is written where Ctrl-C ends the block, at a question (`Abort`) or elsewhere."""
    try:
        yield
    except (click.Abort, KeyboardInterrupt):
        raise InputError(f"interrupted: {words}") from None


def _begun(root: Path) -> SettingsDraft:
    """The settings as they are; of a new project, with the time zone of this machine."""
    draft = SettingsDraft.of(root)
    if not draft.new:
        return draft
    try:
        return draft.with_changes([f"alert.timezone={zone_of_this_machine()}"])
    except SettingsError:
        return draft


def _sources(root: Path) -> int:
    """How many sources the project has."""
    if not (root / FILE_NAME).is_file() or not (root / DATABASE_NAME).is_file():
        return 0
    try:
        with Project(root) as project:
            return len(list(project.sources))
    except NoDatabase:  # an empty file, which an interrupted setup has left
        return 0


def _address(text: str) -> Address:
    try:
        return Address.parse(text)
    except InputError as fault:
        raise UsageError(f"--test-to: {fault}") from fault


def _write(session: Session, root: Path, answers: SetupAnswers) -> None:
    """Write all of it, and have the session be about that project from now on."""
    done = write(answers.draft, answers.relay_password, session.now)
    for path in done.files:
        session.say(f"{path}: written")
    if not done.files:
        session.say(f"{root / FILE_NAME}: nothing to change")
    for one in QUESTIONS:
        variable = f"ALERTS_{one.section}__{one.key}".upper()
        if variable in os.environ:
            session.warn(f"{variable} is set, and wins over {one.setting} in {FILE_NAME}")
    session.folder = root
    if answers.source:
        added = session.project.sources.add(answers.source)
        told = "added" if added.new else "exists already"
        session.say(f"{added.source.location}: {told}, as {added.source.kind}")


def _tested(session: Session, to: Address | None, *, asks: bool) -> bool:
    """Mail a test to that address, or to the one that is asked for; False where it failed."""
    settings = session.settings
    if to is None:
        to = _asked_address(settings) if asks else None
    if to is None:
        return True
    try:
        sent = test_mail.send_test(settings, to, session.now, secrets.token_hex(8), os.environ)
    except AlertsError as fault:
        session.warn(f"the test mail was not sent: {fault}")
        return False
    if not sent.taken:
        session.warn(f"the test mail was not taken: {printable(str(sent.outcome.reply), 300)}")
        return False
    if settings.delivery.relay.startswith(("maildir:", "null:")):
        session.say(f"the test mail is in {settings.delivery.relay}: nothing has left this machine")
        return True
    session.say(f"the relay has taken the test mail to {to}")
    if test_mail.reads_back(settings, to):
        return _read_back(session, sent.message_id)
    session.say(
        "open it, and choose “Show original” (Gmail) or “View source”; there should be"
        " spf=pass, dkim=pass, dmarc=pass. If it lies among spam, docs/first-mail.md helps"
    )
    return True


def _asked_address(settings: Settings) -> Address | None:
    back = settings.sender.bounces or settings.sender.address
    default = back if settings.bounces.mailbox else "none"
    while True:
        typed = click.prompt(
            "To whom shall a test mail go?\n      an address; none: no test\n     ",
            default=default, err=True, prompt_suffix="> ",
        ).strip()  # fmt: skip
        if typed == "none":
            return None
        try:
            return Address.parse(typed)
        except InputError as fault:
            click.echo(f"      {MARKS[CheckLevel.ERROR]} {fault}", err=True)


def _read_back(session: Session, message_id: str) -> bool:
    """Tell what the server of the mailbox wrote into the header of the test mail."""
    session.say("looking for it in the mailbox of bounces, for up to a minute")
    try:
        back = test_mail.returned_headers(session.settings, message_id, os.environ, _PATIENCE)
    except AlertsError as fault:
        session.warn(str(fault))
        return False
    if not back.found:
        session.warn("the test mail has not come back within a minute; look into the mailbox later")
        return False
    told = " ".join(f"{name}={back.verdicts.get(name, 'none')}" for name in test_mail.WANTED)
    if back.passed:
        session.say(f"it came back: {told}")
        return True
    if not back.verdicts:
        session.say(
            "it came back, without a line Authentication-Results: the server of this mailbox does not"
            " check; send a test to an address at a large provider, and look there"
        )
        return True
    session.warn(f"it came back with {told}: see the DNS lines of `alerts doctor`")
    return False


def server_end(
    session: Session,
    shown: Collection[str],
    installed: Collection[str],
    backups: Path | None,
    *,
    asks: bool = False,
) -> None:
    """Print and install what the server needs; where somebody is asked, what this machine uses."""
    settings = session.settings
    here = this_machine.server(settings.root, backups.resolve() if backups else None)
    kinds = (*KINDS, "dns") if "all" in shown else tuple(shown)
    if asks and not kinds and not installed:
        kinds = _asked_kinds()
    if here.account == "root" and {"systemd", "postfix", "exim"}.intersection(kinds):
        session.warn(
            f"{settings.root} belongs to root, as whom no mail server and no unit runs a command: give it to"
            " an account of its own (`chown -R alerts: DIR`), and print this again"
        )
    for kind in kinds:
        for one in _files(kind, settings, here):
            click.echo(f"# {kind}: {one.place}\n{one.text}")
    if asks and "crontab" in kinds and not installed:
        installed = ("crontab",) if asked("Install this crontab for your account?") else ()
    if "crontab" in installed:
        (lines,) = server_files("crontab", settings, here)
        changed = installing.install_crontab(settings.root, lines.text, os.environ)
        session.say(f"crontab of this account: {'written' if changed else 'nothing to change'}")
    if "systemd" in installed:
        for path in installing.install_units(server_files("systemd", settings, here), here.account):
            session.say(f"{path}: written")
        session.say(
            "now: systemctl daemon-reload && systemctl enable --now alerts.service"
            " alerts-check.timer alerts-backup.timer"
        )
    elif "systemd" in kinds:
        call = f"{here.program} --project {settings.root} setup --install systemd"
        session.say(f"to install the units: sudo {call}")


def _files(kind: str, settings: Settings, here: ServerMachine) -> tuple[ServerFile, ...]:
    if kind == "dns":
        found = zones(settings, public_keys(settings))
        return tuple(ServerFile(f"the zone of {name}", text) for name, text in found.items())
    return server_files(kind, settings, here)


def _asked_kinds() -> tuple[str, ...]:
    """What to print, by default what this machine uses."""
    known = (*KINDS, "dns")
    default = ",".join((*this_machine.kinds_here(), "dns"))
    while True:
        typed: str = click.prompt(
            f"What does the server need?\n      of {', '.join(known)}; none\n     ",
            default=default, err=True, prompt_suffix="> ",
        )  # fmt: skip
        names = [name for name in typed.replace(",", " ").split() if name != "none"]
        wrong = [name for name in names if name not in known]
        if not wrong:
            return tuple(names)
        click.echo(f"      {MARKS[CheckLevel.ERROR]} “{wrong[0]}” is none of these", err=True)
