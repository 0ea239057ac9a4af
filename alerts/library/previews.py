"""`project.previews`: a month's editions before they are sent: as files, in a browser, or by mail."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

from alerts.config import load
from alerts.domain.address import Address
from alerts.domain.delivery import DeliveryState, Outcome
from alerts.domain.errors import InputError, RefusedByRelay, UsageError
from alerts.domain.issue import Edition
from alerts.domain.job import JobRecord
from alerts.domain.month import Month
from alerts.domain.person import Person
from alerts.domain.picture import Picture, picture_path, readdressed
from alerts.editions import draft
from alerts.issue.compose import edition_language
from alerts.library.opened import AMonth, ProjectPart, call
from alerts.mail.merge import sample
from alerts.preview.editions import PreviewEditions
from alerts.store import jobs, people, recipients, transaction


@dataclass(frozen=True, slots=True)
class EditionWritten:
    """One edition, and its files: HTML, text, message and, beside them, pictures."""

    edition: Edition
    files: tuple[Path, ...]
    pictures: tuple[Path, ...] = ()


class Previews(ProjectPart):
    """Previews of the editions of the months."""

    @call
    def write(self, folder: Path | str, month: AMonth = None) -> tuple[EditionWritten, ...]:
        """Write folder/MONTH/LANGUAGE.html, .txt and .eml for each edition, for a made-up reader; none
        for a month without articles. Pictures are written into folder/MONTH/pictures, and are within
        the .eml."""
        opened, chosen = self._opened, self._opened.month(month)
        made = draft.editions(opened.db, opened.settings, chosen)
        place = Path(folder) / str(chosen)
        if made:
            place.mkdir(parents=True, exist_ok=True)
        return tuple(
            EditionWritten(
                one,
                _written(
                    one,
                    place,
                    sample(replace(one, inline=False), opened.settings, chosen, opened.now),
                    sample(replace(one, inline=True), opened.settings, chosen, opened.now),
                ),
                tuple(_picture(picture, place) for picture in one.pictures),
            )
            for one in made
        )

    @call
    def mail(
        self,
        to: str,
        month: AMonth = None,
        *,
        language: str | None = None,
        where: str = "",
        by: str = "",
    ) -> Mapping[str, Outcome]:
        """Mail the editions, or that of one language, to an address as a test; returns the outcomes by
        language, none for a month without articles. With `where`, those that readers who match it get.

        It is not recorded as a delivery, and its unsubscribe link does not work. Raises `UsageError`
        for a malformed address or unknown edition, `Refused` by the gate, and `RelayUnavailable`.
        """
        from alerts.outbox import gate_facts
        from alerts.preview.mailed import mail_test
        from alerts.transport.relay import relay_of

        opened, settings, chosen = self._opened, self._opened.settings, self._opened.month(month)
        try:
            recipient = Address.parse(to)
        except InputError as fault:
            raise UsageError(f"--to: {fault}") from fault
        made = draft.editions(opened.db, settings, chosen)
        wanted = [one for one in made if language in (None, one.language)]
        if where.strip():
            got = self._got(where)
            wanted = [one for one in wanted if one.language in got]
            if not got:
                raise UsageError(f"--where: nobody who may be mailed matches “{where.strip()}”")
        if made and not wanted:
            there = ", ".join(one.language for one in made)
            raise UsageError(f"no edition in “{language}”; there are {there}")
        gate_facts.check_sender(opened.db, settings, chosen)
        actor, relay = opened.actor(by), relay_of(settings, opened.environ)
        now = opened.now
        return mail_test(opened.db, settings, chosen, wanted, recipient, actor, now, relay)

    @call
    def ask_test(self, language: str, month: AMonth = None) -> JobRecord:
        """Ask for the job that mails an edition to the person who is signed in; each has one at a time.

        Raises `UsageError` where the alert has no such language, or nobody is signed in.
        """
        opened, chosen = self._opened, self._opened.month(month)
        languages = opened.settings.alert.languages
        if language not in languages:
            raise UsageError(f"no edition in “{language}”; there are {', '.join(languages)}")
        arguments = {"month": str(chosen), "language": language, "person": self._person().id}
        with transaction(opened.db):
            who = opened.actor().name
            subject = self._test_of(chosen, language)
            return jobs.ask(opened.db, "test", subject, arguments, who, opened.now)[0]

    @call
    def last_test(self, language: str, month: AMonth = None) -> JobRecord | None:
        """The last test of an edition that the person who is signed in has asked for."""
        subject = self._test_of(self._opened.month(month), language)
        return jobs.newest(self._opened.db, "test", subject)

    @call
    def mail_to_person(
        self, person: object, month: AMonth, *, language: str | None, by: str
    ) -> tuple[str, ...]:
        """Mail an edition as a test to the person with that id, as `mail`; the languages of what was sent.

        Raises `UsageError` where nobody has the id any more, and `RefusedByRelay`.
        """
        found = people.get(self._opened.db, person) if isinstance(person, int) else None
        if found is None:
            raise UsageError("there is nobody any more to send this test to")
        outcomes = self.mail(found.email, month, language=language, by=by)
        if not outcomes:
            raise UsageError("there are no articles, so there is nothing to test")
        for outcome in outcomes.values():
            if outcome.state is not DeliveryState.SENT:
                raise RefusedByRelay(f"the relay answered {outcome.reply}")
        return tuple(outcomes)

    def _person(self) -> Person:
        if self._opened.person is None:
            raise UsageError("a test goes to the person who is signed in")
        return self._opened.person

    def _test_of(self, month: Month, language: str) -> str:
        return f"{month} {language} {self._person().id}"

    def _got(self, where: str) -> frozenset[str]:
        """The languages of the editions that the readers who match get."""
        opened = self._opened
        read = recipients.languages(opened.db, recipients.Recipients.asked(where))
        return frozenset(edition_language(language, opened.settings) for language in read)

    @call
    def live(self, month: AMonth = None) -> PreviewEditions:
        """The editions for a browser, rendered again when something in the project changes."""
        opened = self._opened
        root = opened.settings.root
        return PreviewEditions(
            load=lambda: load.load(root, opened.environ),
            root=root,
            db=opened.db,
            month=opened.month(month),
            now=lambda: opened.now,
        )

    def photograph(self, folder: Path | str, month: AMonth = None) -> Iterator[Path]:
        """Write folder/MONTH/LANGUAGE-SCREEN-MODE.png for desktop and phone, light and dark; yields each
        as it is written, none for a month without articles. Raises `InputError` without Chromium."""
        from alerts.preview.screenshots import chromium, photographs

        with self._opened.translated():
            desk = self.live(month)
            place = Path(folder) / str(desk.month)
            if previews := desk.previews():
                browser = chromium(self._opened.environ)
                place.mkdir(parents=True, exist_ok=True)
                for name, picture in photographs(browser, previews):
                    path = place / f"{name}.png"
                    path.write_bytes(picture)
                    yield path


def pages_of(editions: PreviewEditions) -> Any:
    """The pages of a preview, as an ASGI application for a server on this machine."""
    from alerts.preview.pages import application  # imports starlette

    return application(editions)


def _written(edition: Edition, folder: Path, message: bytes, whole: bytes) -> tuple[Path, ...]:
    """Write one edition; returns its files. `whole` is the message with its pictures."""
    plain, page = message_from_bytes(message, policy=policy.default).iter_parts()
    octets = {
        kind: part.get_content().replace("\r\n", "\n")
        for kind, part in (("html", page), ("txt", plain))
    }
    beside = {one.name: picture_path(one.name) for one in edition.pictures}
    octets["html"] = readdressed(octets["html"], beside)
    files = []
    encoded = [(kind, text.encode()) for kind, text in octets.items()]
    for kind, content in (*encoded, ("eml", whole)):
        path = folder / f"{edition.language}.{kind}"
        path.write_bytes(content)
        files.append(path)
    return tuple(files)


def _picture(picture: Picture, folder: Path) -> Path:
    path = folder / picture_path(picture.name)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(picture.octets)
    return path
