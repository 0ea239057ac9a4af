"""`demo`: a sample project, run end to end by the same methods of the library as the commands use.

Everything is read from files of the package, and all messages are written to a folder: no network and
no relay are used, whatever the environment says. A second run sends nothing more; an interrupted run
continues.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.parser import BytesHeaderParser
from functools import partial
from importlib import resources
from pathlib import Path

from alerts.config.settings import DATABASE_NAME
from alerts.domain.article import Image
from alerts.domain.errors import AlertsError
from alerts.domain.issue import IssueState
from alerts.domain.month import Month
from alerts.domain.subscriber import SubscriberStatus, SuppressionReason
from alerts.library.create import create
from alerts.library.demo_samples import (
    BOUNCED,
    EDITOR,
    FACES,
    GIVEN_PICTURES,
    LEFT,
    PROFILES,
    ROLES,
    SOURCES,
    claim,
    packaged,
    write_sources,
)
from alerts.library.project import Project
from alerts.library.sending import Ending, Sent
from alerts.library.system_clock import system_clock

ENVIRON = {"ALERTS_DELIVERY__RELAY": "maildir:outbox"}  # and nothing else of the environment


class StepFailed(AlertsError):
    """A step of the demo failed."""


@dataclass(frozen=True, slots=True)
class DemoStep:
    """One step of the demo; `words` are the command that does the same."""

    words: tuple[str, ...]
    act: Callable[[Project], object]


@dataclass(frozen=True, slots=True)
class DemoCopy:
    """The file of a person's message, or the `reason` why none was sent."""

    email: str
    language: str
    subject: str
    message: str
    reason: str


@dataclass(frozen=True, slots=True)
class DemoReport:
    """The result of a demo, by the files in the outbox; `sign_in` is the address of its desk on this machine,
    good once, for 15 minutes."""

    root: Path
    month: Month
    copies: tuple[DemoCopy, ...]
    outbox: Path
    editions: Path
    sign_in: str


def demo(
    root: Path,
    month: Month | str | None = None,
    *,
    theme: str = "",
    told: Callable[[tuple[str, ...]], None] = lambda words: None,
    clock: Callable[[], datetime] = system_clock,
) -> DemoReport:
    """Make a sample project in the folder and run it; `told` is called with the command of each step;
    `theme` is the look of its e-mails.

    Raises `UsageError` where the folder holds anything but an earlier demo, and `StepFailed`.
    """
    claim(root, theme)
    with Project(root, clock=clock, environ=ENVIRON, caller="demo") as project:
        chosen = project.month(month)
        write_sources(root / "sources" / str(chosen), chosen)
        again = (root / DATABASE_NAME).exists() and _was_sent(project, chosen)
        found = iter([_run(chosen)]) if again else steps(root, chosen, lambda: _anybody(project))
        for step in found:
            told(step.words)
            try:
                step.act(project)
            except AlertsError as fault:
                raise StepFailed(
                    f"the demo stopped at `alerts {step.words[0]}`: {fault}"
                ) from fault
        return _report(project, root, chosen)


def steps(root: Path, month: Month, anybody: Callable[[], bool]) -> Iterator[DemoStep]:
    """The steps of the demo, in order; `anybody`: whether there are people on the list already."""
    of_month = ("--month", str(month))
    yield DemoStep(("init", str(root)), lambda project: create(root, project.now))
    for slug, name, link, told in PROFILES:
        texts = (f"--description={language}={text}" for language, text in told.items())
        words = ("profile", "add", slug, "--name", name, "--link", link, *texts)
        yield DemoStep(words, partial(_profile, slug=slug, name=name, link=link, told=told))
    for name, said in SOURCES:
        place = str(root / "sources" / str(month) / name)
        options = (word for key, value in said.items() for word in (f"--{key}", value))
        words = ("source", "add", place, *options)
        yield DemoStep(words, partial(_source, place=place, said=said))
    # A demo that was interrupted or made for another month has people who left already: an import would
    # reject each of them.
    if not anybody():
        with resources.as_file(packaged() / "subscribers.csv") as path:
            people = str(path)
            yield DemoStep(
                ("subscriber", "import", people), lambda project: _imported(project, people)
            )
    yield DemoStep(
        ("subscriber", "unsubscribe", LEFT), lambda project: project.subscribers.unsubscribe(LEFT)
    )
    yield DemoStep(
        ("suppression", "add", BOUNCED, "--reason", "hard_bounce"),
        lambda project: project.suppressions.add(BOUNCED, reason=SuppressionReason.HARD_BOUNCE),
    )
    roles = (word for role in ROLES for word in ("--role", role))
    yield DemoStep(
        ("person", "add", EDITOR, *roles), lambda project: project.people.add(EDITOR, ROLES)
    )
    yield DemoStep(("collect", *of_month), lambda project: _collected(project, month))
    yield from _pictures(root, month)
    yield from _faces(month)
    yield DemoStep(
        ("render", *of_month, "--out", str(root / "editions")),
        lambda project: project.previews.write(root / "editions", month),
    )
    yield DemoStep(("queue", *of_month), lambda project: project.queue(month))
    yield DemoStep(("send", *of_month), lambda project: _whole(project.send(month)))


def _pictures(root: Path, month: Month) -> Iterator[DemoStep]:
    """Pictures for stories whose feed or page names none that can be had without a network."""
    for title, name, alt in GIVEN_PICTURES:
        file = root / "sources" / str(month) / "pictures" / name
        options = ("--month", str(month), "--image", str(file), "--image-alt", alt)
        act = partial(_pictured, title=title, month=month, file=file, alt=alt)
        yield DemoStep(("article", "edit", title, *options), act)


def _pictured(project: Project, title: str, month: Month, file: Path, alt: str) -> None:
    url = project.articles.give_picture(file.read_bytes(), file.name)
    project.articles.edit(project.articles.find(title, month), image=Image(url, alt))


def _faces(month: Month) -> Iterator[DemoStep]:
    """What an editor writes above the first story, in each language."""
    for language, headline, standfirst in FACES:
        options = ("--headline", headline, "--standfirst", standfirst)
        words = ("issue", "edit", "--month", str(month), "--language", language, *options)
        texts = {"headline": headline, "standfirst": standfirst}
        yield DemoStep(words, partial(_face, month=month, language=language, texts=texts))


def _face(project: Project, month: Month, language: str, texts: Mapping[str, str]) -> None:
    project.issues.write_face(language, texts, month)


def _run(month: Month) -> DemoStep:
    return DemoStep(("run", "--month", str(month)), lambda project: _whole(project.run(month).sent))


def _was_sent(project: Project, month: Month) -> bool:
    """True where an earlier demo in this folder has queued its issue: then the set-up is skipped."""
    return project.status(month).state in (IssueState.QUEUED, IssueState.SENT)


def _anybody(project: Project) -> bool:
    return next(iter(project.subscribers), None) is not None


def _profile(project: Project, slug: str, name: str, link: str, told: Mapping[str, str]) -> None:
    project.profiles.add(slug, name=name, link=link, descriptions=told)


def _source(project: Project, place: str, said: Mapping[str, str]) -> None:
    project.sources.add(place, **said)


def _imported(project: Project, file: str) -> None:
    rejected = project.subscribers.import_file(file).rejected
    if rejected:
        raise StepFailed(f"line {rejected[0].line}: {rejected[0].reason}")


def _collected(project: Project, month: Month) -> None:
    failed = project.collect(month).failed
    if failed:
        raise StepFailed(failed[0].reason)


def _whole(sent: Sent) -> None:
    if sent.ending is not Ending.DONE:
        raise StepFailed(f"not all was sent: {sent.relay_fault or sent.ending.name.lower()}")


# --- the report ------------------------------------------------------------------------------


def _report(project: Project, root: Path, month: Month) -> DemoReport:
    """Who got which message, by the files in the outbox, and why the others got none."""
    subjects = frozenset(edition.subject for edition in project.draft(month).editions)
    messages = _messages(root / "outbox", subjects)
    suppressed = {one.email.lower(): one.reason for one in project.suppressions}
    copies = []
    for person in project.subscribers:
        key = person.email.lower()
        language, subject, file = messages.get(key, (person.language, "", ""))
        why = suppressed.get(key) if person.status is SubscriberStatus.ACTIVE else None
        reason = f"suppressed: {why}" if why else str(person.status)
        copies.append(DemoCopy(person.email, language, subject, file, "" if file else reason))
    outbox, editions = root / "outbox" / "new", root / "editions" / str(month)
    web = project.settings.web
    sign_in = project.people.link(EDITOR, f"http://{web.host}:{web.port}")
    return DemoReport(root, month, tuple(copies), outbox, editions, sign_in)


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
