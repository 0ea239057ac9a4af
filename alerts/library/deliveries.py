"""`project.deliveries`: single deliveries of a month, and an admin's decisions about them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from alerts.domain.address import Address
from alerts.domain.delivery import DeliveryState, Reason
from alerts.domain.errors import InputError
from alerts.domain.month import Month
from alerts.library.opened import AMonth, ProjectPart, call
from alerts.outbox.drop import check_not_dropped
from alerts.outbox.rebuild import RebuiltMessage, rebuild
from alerts.store import deliveries, outbox_figures, subscribers
from alerts.store.deliveries import Delivery, DeliverySelection

MISSED = (DeliveryState.FAILED,)
DOUBTFUL = (DeliveryState.IN_DOUBT,)
UNDECIDED = (DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.IN_DOUBT)
RETRIED = (*MISSED, *DOUBTFUL, DeliveryState.DEFERRED)


@dataclass(frozen=True, slots=True)
class Decided:
    """How many deliveries of the month a decision changed, and how many are in doubt now."""

    month: Month
    changed: int
    in_doubt: int


class Deliveries(ProjectPart):
    """The deliveries of the months, selected by state, reason, domain and addresses; an argument that
    is not given does not restrict the selection. Raises `InputError` for a malformed address or
    domain."""

    def list(
        self,
        month: AMonth = None,
        *,
        state: DeliveryState | None = None,
        reason: Reason | str = "",
        domain: str = "",
        after: int = 0,
    ) -> Iterator[Delivery]:
        """The selected deliveries of an id over `after`, in the order in which they were queued."""
        with self._opened.translated():
            which = self._which(month, (state,) if state else (), reason, domain, ())
            yield from deliveries.listed(self._opened.db, which, after)

    @call
    def find(self, email: str, month: AMonth = None) -> Delivery:
        """One person's delivery; raises `InputError` where there is none."""
        address, chosen = Address.parse(email), self._opened.month(month)
        db = self._opened.db
        person = subscribers.find(db, address)
        found = deliveries.of_subscriber(db, person.id, chosen) if person else None
        if found is None:
            raise InputError(
                f"{address}: there is no delivery of {chosen} to them; `alerts why {address}` says why"
            )
        return found

    @call
    def attempts(self, delivery: Delivery) -> Sequence[Mapping[str, Any]]:
        """The failed attempts and an admin's decisions, oldest first: `at`, `became` and, where known,
        `reason`, `reply` and `by`."""
        return deliveries.attempts(self._opened.db, delivery.id)

    @call
    def message(self, delivery: Delivery, *, signed: bool = True) -> RebuiltMessage:
        """The rebuilt message of a delivery: octets, envelope and Message-ID.

        Raises `InputError` where its recipient was erased, and `SettingsError` where a key for `signed`
        is missing.
        """
        from alerts.mail.dkim_keys import Keyring

        keyring = Keyring.load(self._opened.settings) if signed else None
        return rebuild(self._opened.db, delivery.id, keyring)

    @call
    def retry(
        self,
        *emails: str,
        month: AMonth = None,
        state: DeliveryState = DeliveryState.FAILED,
        reason: Reason | str = "",
        domain: str = "",
    ) -> Decided:
        """Queue failed deliveries, or those in that state, again; one in doubt may have arrived.

        Raises `UsageError` for an issue that is dropped: nothing of it is sent.
        """
        check_not_dropped(self._opened.db, self._opened.month(month))
        which = self._which(month, (state,), reason, domain, emails)
        return self._decide(which, DeliveryState.QUEUED)

    @call
    def cancel(
        self,
        *emails: str,
        month: AMonth = None,
        state: DeliveryState | None = None,
        reason: Reason | str = "",
        domain: str = "",
    ) -> Decided:
        """Cancel open deliveries, or those in that state."""
        which = self._which(month, (state,) if state else UNDECIDED, reason, domain, emails)
        return self._decide(which, DeliveryState.SKIPPED)

    @call
    def accept(self, *emails: str, month: AMonth = None) -> Decided:
        """Mark deliveries in doubt as arrived."""
        return self._decide(self._which(month, DOUBTFUL, "", "", emails), DeliveryState.SENT)

    def _which(
        self,
        month: AMonth,
        states: Sequence[DeliveryState],
        reason: str,
        domain: str,
        emails: Sequence[str],
    ) -> DeliverySelection:
        return DeliverySelection(
            self._opened.month(month),
            states,
            reason,
            Address.parse(f"x@{domain.removeprefix('@')}").domain if domain else "",
            [Address.parse(email).key for email in emails],
        )

    def _decide(self, which: DeliverySelection, becomes: DeliveryState) -> Decided:
        """Apply one decision while no send is running; raises `LockHeld`."""
        from alerts.store.lock import project_lock

        opened = self._opened
        with project_lock(opened.settings.database_path, "delivery", opened.now):
            moved = deliveries.decide(opened.db, which, becomes, opened.now)
        doubtful = outbox_figures.counts(opened.db, which.month)[DeliveryState.IN_DOUBT]
        return Decided(which.month, moved, doubtful)
