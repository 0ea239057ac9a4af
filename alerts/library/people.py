"""`project.people`: who works on the alert, and how they sign in at the desk."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from alerts.domain.address import Address
from alerts.domain.errors import InputError, UsageError
from alerts.domain.person import Person, RoleHeld
from alerts.library.opened import ProjectPart, call
from alerts.mail.tokens import Purpose
from alerts.people import roles, sign_in
from alerts.people.sign_in import LINK_WITHIN, SESSION_WITHIN, SignedIn
from alerts.store import people, transaction
from alerts.text.plain_text import tidy

SESSION_SECONDS = int(SESSION_WITHIN.total_seconds())


class People(ProjectPart):
    """The people who work on the alert."""

    def __iter__(self) -> Iterator[Person]:
        return iter(self.all())

    @call
    def all(self) -> tuple[Person, ...]:
        """Everybody, ordered by address."""
        return people.everybody(self._opened.db)

    @call
    def any_there(self) -> bool:
        """Whether there is anybody; else there is no desk."""
        return people.any_there(self._opened.db)

    @call
    def add(
        self, email: str, given: Sequence[str], *, name: str = "", by: str = ""
    ) -> tuple[Person, bool]:
        """Add a person with these roles (`editor`, `translator:es`, `approver`, `admin`), or give them
        to one who is there; returns the person, and whether anything changed.

        Raises `InputError` for a malformed address or role, `UsageError` without a role.
        """
        opened = self._opened
        if not given:
            raise UsageError(
                f"{opened.prefix}role: which? editor, translator:es, approver or admin"
            )
        held = [RoleHeld.parse(one) for one in given]
        for one in held:
            self._check_language(one)
        address, actor = Address.parse(email), opened.actor(by)
        return roles.add(opened.db, address, held, tidy(name), actor, opened.now)

    def _check_language(self, held: RoleHeld) -> None:
        made = self._opened.settings.alert.languages
        if held.language and held.language not in made:
            raise InputError(
                f"translator:{held.language}: the alert has no such language; alert.languages are"
                f" {', '.join(made)}"
            )

    @call
    def take_roles(self, email: str, taken: Sequence[str], *, by: str = "") -> Person:
        """Take roles from a person, who keeps at least one."""
        opened = self._opened
        held = [RoleHeld.parse(one) for one in taken]
        return roles.take_roles(opened.db, Address.parse(email), held, opened.actor(by), opened.now)

    @call
    def remove(self, email: str, *, by: str = "") -> bool:
        """Remove a person; False where there is none. Raises `UsageError` for the only admin."""
        opened = self._opened
        return roles.remove(opened.db, Address.parse(email), opened.actor(by), opened.now)

    @call
    def erase(self, email: str, *, by: str = "") -> bool:
        """Remove a person, also one who was removed before, and forget their name and address; False
        where nobody had it. What they wrote stays, without a name."""
        opened = self._opened
        return roles.erase(opened.db, Address.parse(email), opened.actor(by), opened.now) > 0

    @call
    def link(self, email: str, base_url: str = "") -> str:
        """A URL that signs the person in, once, within 15 minutes, in any browser; below `base_url`, by
        default the public address."""
        opened = self._opened
        number = sign_in.link(opened.db, Address.parse(email), opened.now)
        from alerts.library.links import Links

        token = Links(opened).sign(Purpose.SIGN_IN, number, LINK_WITHIN)
        return f"{base_url or opened.settings.web.public_url}/desk/enter/{token}"

    @call
    def ask_to_sign_in(self, email: str, language: str, browser: str) -> None:
        """Record a visitor's request for a link, whoever they are; `browser` is their cookie."""
        sign_in.ask(self._opened.db, email, language, browser, self._opened.now)

    @call
    def usable(self, link: int, browser: str | None) -> Person | None:
        """Whom a link would sign in; changes nothing."""
        return sign_in.usable(self._opened.db, link, browser, self._opened.now)

    @call
    def enter(self, link: int, browser: str | None, fresh: str) -> Person | None:
        """Use a link up; the session's cookie is `fresh`. None where the link does not sign in."""
        return sign_in.enter(self._opened.db, link, browser, fresh, self._opened.now)

    @call
    def signed_in(self, cookie: str) -> SignedIn | None:
        """Who is signed in by a cookie."""
        return sign_in.signed_in(self._opened.db, cookie, self._opened.now)

    @call
    def speak(self, person: Person, language: str) -> None:
        """Remember the language in which a person reads the desk."""
        with transaction(self._opened.db):
            people.speak(self._opened.db, person.id, language)

    @call
    def leave(self, cookie: str) -> None:
        """End the session of a cookie."""
        sign_in.leave(self._opened.db, cookie)

    @call
    def revoke(self, email: str) -> int:
        """End all sessions of a person; returns how many there were. Raises `UsageError`."""
        opened = self._opened
        person = people.find(opened.db, Address.parse(email))
        if person is None:
            raise UsageError(f"{email}: nobody with this address works here")
        return sign_in.revoke(opened.db, person, opened.now)

    @property
    def cookies_secure(self) -> bool:
        """Whether cookies are for https alone: unless web.base_url is http."""
        return urlsplit(self._opened.settings.web.base_url).scheme != "http"
