"""`project.readers`: self-service of people, by a link that names them: subscribe, preferences,
unsubscribe, erase.

`project.links` verifies the link; here a reader is the id of their row. Each act is one transaction
that records an event and can be repeated. A reader who no longer exists gets the same answer as one who
has just unsubscribed, so an old link never fails.
"""

from collections.abc import Callable, Mapping
from typing import Any

from alerts.domain.address import Address
from alerts.domain.subscriber import Subscriber
from alerts.issue.compose import edition_language
from alerts.library.opened import ProjectPart, call
from alerts.store import after_commit, confirmations, moment, notices, stamp, subscribers
from alerts.store.confirmations import JOINS, Confirmation
from alerts.store.notices import NoticeKind
from alerts.subscribers import confirmation, fields, self_service
from alerts.subscribers.confirmation import Confirmed, SignUp
from alerts.subscribers.self_service import PAUSES, Choice, LeaveReason
from alerts.subscribers.unsubscribe import Way, unsubscribe_lost

__all__ = ["JOINS", "PAUSES", "Choice", "Readers", "SignUp", "Way", "clean_name", "clean_wording"]


def clean_name(text: str) -> str:
    """A name on one line; raises `InputError` where it is too long."""
    return fields.clean(text, fields.MAX_NAME, "name")


def clean_wording(text: str) -> str:
    """The wording of a consent as it is stored: verbatim except for control characters."""
    return fields.evidence(text)


class Readers(ProjectPart):
    """Self-service of people."""

    @call
    def find(self, number: int) -> Subscriber | None:
        """The person of that row, whatever their status."""
        return subscribers.by_id(self._opened.db, number)

    def language(self, language: str) -> str:
        """The language of the edition that a reader of `language` gets."""
        return edition_language(language, self._opened.settings)

    def paused_until(self, person: Subscriber) -> Any:
        """The end of the pause, a moment in the alert's time zone; None where there is none."""
        if person.paused_until <= stamp(self._opened.now):
            return None
        return moment(person.paused_until).astimezone(self._opened.settings.zone)

    @call
    def ask_to_join(self, sign_up: SignUp) -> None:
        """Record a sign-up; it is decided, and a notice queued for it, when notices are sent."""
        confirmation.ask_to_join(self._opened.db, sign_up, self._opened.now)

    @call
    def confirmation(self, number: int) -> Confirmation | None:
        """The request that a person is asked to confirm."""
        return confirmations.get(self._opened.db, number)

    @call
    def confirm(self, number: int, *, network: str = "", shown: str = "") -> Confirmed:
        """Carry out a request; `network` is the part of the visitor's IP address that is kept, `shown`
        the wording that they agreed to."""
        opened = self._opened
        web = opened.settings.web
        return confirmation.confirm(
            opened.db,
            number,
            opened.now,
            within=web.confirm_within,
            network=network,
            shown=shown,
            welcome=web.welcome_mail != "none",
        )

    @call
    def choose(self, number: int, choice: Choice) -> bool:
        """Store the choices; returns whether they changed anything."""
        return self_service.choose(self._opened.db, number, choice, self._opened.now)

    @call
    def ask_to_move(self, person: Subscriber, address: Address) -> None:
        """Record that a person wants to receive mail at another address, which must confirm it."""
        confirmation.ask_to_move(self._opened.db, person, address, self._opened.now)

    @call
    def prove(self, person: Subscriber, kind: NoticeKind) -> None:
        """Mail a link to a mailbox that proves, once, that the visitor reads it."""
        self_service.prove(self._opened.db, person, kind, self._opened.now)

    @call
    def proves(self, notice: int, kind: NoticeKind, number: int) -> bool:
        """Whether the link of that notice is still unused."""
        return notices.unused(self._opened.db, notice, kind, number)

    @call
    def use_proof(self, notice: int, kind: NoticeKind, number: int) -> bool:
        """Use that link; False where it was used before."""
        return notices.use(self._opened.db, notice, kind, number, self._opened.now)

    @call
    def held(self, person: Subscriber) -> Mapping[str, Any]:
        """All data stored about a person (S19), as a JSON object."""
        return self_service.stored_data(self._opened.db, person)

    @call
    def leave(self, number: int, *, by: Way, notify: bool = False) -> bool:
        """Unsubscribe a person; returns whether they were active before. `notify` mails them a link
        that undoes it."""
        opened = self._opened
        return self_service.leave(opened.db, number, opened.now, by=by, notify=notify)

    @call
    def leave_lost(self, token_number: int, *, by: Way) -> None:
        """Unsubscribe a person who is not in this copy of the database, by the number in their link."""
        unsubscribe_lost(self._opened.db, token_number, self._opened.now, by=by)

    @call
    def stay(self, number: int) -> bool:
        """Undo an unsubscription; returns whether the person is active now."""
        return self_service.undo_leave(self._opened.db, number, self._opened.now)

    @call
    def tell_why(self, number: int, reason: LeaveReason) -> None:
        """Record why a person unsubscribed, once for each unsubscription."""
        self_service.record_reason(self._opened.db, number, reason, self._opened.now)

    @call
    def forget(self, number: int) -> None:
        """Erase a person at their own request."""
        self_service.forget(self._opened.db, number, self._opened.now)

    def afterwards(self, act: Callable[[], None]) -> None:
        """Do `act` once the changes are on disk; never if they are rolled back."""
        after_commit(self._opened.db, act)
