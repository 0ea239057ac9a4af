"""`project.passkeys`: the passkeys of the people of the desk."""

import secrets
from collections.abc import Sequence

from alerts.domain.errors import UsageError
from alerts.domain.person import Person
from alerts.library.opened import ProjectPart, call
from alerts.people import passkeys
from alerts.people.passkeys import RelyingParty
from alerts.store import passkeys as kept
from alerts.store.passkeys import Passkey
from alerts.text.plain_text import tidy

__all__ = ["Passkey", "Passkeys"]

_LONGEST = 60  # characters of a name
_OCTETS = 32  # of a challenge


class Passkeys(ProjectPart):
    """Passkeys; `browser` is the cookie of the browser that is asked for one."""

    @property
    def work(self) -> bool:
        """Whether they can work at the public address: https or localhost, and the extra is installed."""
        return self._party() is not None

    def _party(self) -> RelyingParty | None:
        settings = self._opened.settings
        return passkeys.relying_party(settings.web.public_url, settings.alert.name)

    def _needed(self) -> RelyingParty:
        party = self._party()
        if party is None:
            raise UsageError(
                "passkeys need https, and the extra: `pip install 'monthly-alerts[passkeys]'`"
            )
        return party

    @call
    def of(self, person: Person) -> Sequence[Passkey]:
        """Those of a person, the oldest first."""
        return kept.of_person(self._opened.db, person.id)

    @call
    def options_to_add(self, person: Person, browser: str) -> str:
        """What a browser is told to make a passkey, as JSON. Raises `UsageError` where none can work."""
        opened, party = self._opened, self._needed()
        value = secrets.token_bytes(_OCTETS)
        return passkeys.options_to_add(opened.db, party, person, value, browser, opened.now)

    @call
    def add(self, person: Person, answer: str, name: str, browser: str) -> None:
        """Add what the browser made; raises `InputError`, `UsageError`."""
        opened, party = self._opened, self._needed()
        shown = tidy(name)[:_LONGEST]
        passkeys.add(opened.db, party, person, answer, shown, browser, opened.now)

    @call
    def options_to_enter(self, browser: str) -> str:
        """What a browser is told to sign in, as JSON. Raises `UsageError` where none can work."""
        opened, party = self._opened, self._needed()
        value = secrets.token_bytes(_OCTETS)
        return passkeys.options_to_enter(opened.db, party, value, browser, opened.now)

    @call
    def enter(self, answer: str, browser: str, fresh: str) -> Person | None:
        """Begin a session, whose cookie is `fresh`, of whose passkey answered; None where none did."""
        opened, party = self._opened, self._needed()
        return passkeys.enter(opened.db, party, answer, browser, fresh, opened.now)

    @call
    def remove(self, person: Person, number: int) -> bool:
        """Remove one of a person; False where there is none."""
        return passkeys.remove(self._opened.db, person, number, self._opened.now)
