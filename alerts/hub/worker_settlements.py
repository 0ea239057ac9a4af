"""The outcomes of a worker, written to the hub before the next body of their connection; what
`outbox/settlements.py` is for a local send. The control node decides what follows from them."""

import hashlib
from collections.abc import Callable

from alerts.domain.delivery import DeliveryState, Outcome, Owed
from alerts.domain.errors import StoreError
from alerts.hub.database import HubDatabase, HubUnavailable
from alerts.hub.worker_claims import HubClaims
from alerts.hub.worker_limits import WorkerLimits
from alerts.mail.dkim_keys import Keyring
from alerts.mail.issue_headers import Frame
from alerts.mail.merge import Merge
from alerts.outbox.options import World

_FAULTS_IN_A_ROW = 5  # as in a local send
_PATIENCE = 40.0  # seconds that outcomes wait for the hub: as long as it may still know the leases
_PAUSE = 0.5  # seconds between two tries


class HubSettlements:
    """The outcomes of one round of a worker."""

    def __init__(
        self, hub: HubDatabase, claims: HubClaims, limits: WorkerLimits, world: World
    ) -> None:
        self._hub, self._claims, self._limits, self._world = hub, claims, limits, world
        self._unwritten: list[tuple[int, Owed, Outcome]] = []
        self._merges: dict[int, Merge] = {}
        self._faults = self._refusals = 0
        self._halted = False
        self.done = 0  # outcomes that were written
        self.relay_fault = ""
        self.needs_person = False
        self.fault: Exception | None = None

    @property
    def stopping(self) -> bool:
        """True when no further message may be begun."""
        claims = self._claims
        return self._halted or self._world.stop.is_set() or not claims.goes_on or claims.drain

    def settle(self, lease: int, owed: Owed, outcome: Outcome) -> None:
        """Add an outcome. The next message of that lease may be begun only after `write`."""
        self._unwritten.append((lease, owed, outcome))

    def write(self) -> None:
        """Settle all added outcomes with one commit of the hub."""
        if not self._unwritten:
            return
        rows = [(lease, owed.id, outcome) for lease, owed, outcome in self._unwritten]
        self._retrying(lambda: self._claims.write(rows))
        for lease, _, outcome in self._unwritten:
            self._limits.heard(self._claims.place(lease), outcome, self._world.steady())
            self._count(outcome)
        self.done += len(rows)
        self._unwritten.clear()

    @property
    def disk_is_slow(self) -> bool:
        """False: the hub's disk is shared, and more connections here would not help the others."""
        return False

    def on_disk(self, lease: int) -> bool:
        """True: the hub had committed its outcomes when `write` returned."""
        return True

    def release(self, *, over: bool) -> None:
        """Release the leases that were closed; if the hub does not answer, they expire."""
        self._retrying(self._claims.release)

    def merge(self, owed: Owed) -> Merge:
        """The merge of the delivery's edition; each is read from the hub once, and checked."""
        merge = self._merges.get(owed.edition_id)
        if merge is None:
            self._merges[owed.edition_id] = merge = merge_of(
                self._hub, self._claims.generation, owed.edition_id, self._world.keyring
            )
        return merge

    def end_round(self) -> None:
        """Begin no further message in this round."""
        self._halted = True

    def fail(self, fault: Exception) -> None:
        """Stop the round for an exception that is not an outcome; it is raised later."""
        self.fault = self.fault or fault
        self._halted = True

    def relay_failed(self, words: str, *, needs_person: bool = False, said: str = "") -> None:
        """Stop the round, because the relay refuses us or fails repeatedly."""
        self.relay_fault = self.relay_fault or said or words
        self.needs_person = self.needs_person or needs_person
        self._halted = True

    def _count(self, outcome: Outcome) -> None:
        if outcome.about_us:
            self._refusals += 1
        elif outcome.state is DeliveryState.SENT:
            self._refusals = 0
        self._faults = self._faults + 1 if outcome.relay_fault else 0
        if outcome.halts or max(self._faults, self._refusals) >= _FAULTS_IN_A_ROW:
            self.relay_failed(str(outcome.reply))

    def _retrying(self, write: Callable[[], None]) -> None:
        """Write; where the hub does not answer, try again while it may still know the leases."""
        give_up = self._world.steady() + _PATIENCE
        while True:
            try:
                return write()
            except HubUnavailable:
                if self._world.stop.is_set() or self._world.steady() > give_up:
                    raise
                self._world.stop.wait(_PAUSE)


def merge_of(hub: HubDatabase, generation: int, edition_id: int, keyring: Keyring) -> Merge:
    """The merge of an edition that was lent with that send: another project has editions of the same numbers.

    Raises `StoreError` where its octets have changed, and `SettingsError` where this worker lacks the keys
    that sign it.
    """
    rows = hub.rows(
        """SELECT sha256, template, frame, secret_id, secret, language, mark
             FROM alerts_hub.editions
            WHERE id = %(id)s
              AND EXISTS (SELECT 1 FROM alerts_hub.sends WHERE generation = %(generation)s)""",
        {"id": edition_id, "generation": generation},
    )
    if not rows:
        raise HubUnavailable("the send was taken back")
    digest, template, frame_text, secret_id, secret, language, mark = rows[0]
    if hashlib.sha256(template).hexdigest() != digest:
        raise StoreError(f"edition {language} is not what was lent: the hub is damaged")
    frame = Frame.from_json(frame_text)
    sign = keyring.signer(frame)
    return Merge(bytes(template), frame, secret_id, bytes(secret), language, sign, mark=mark)
