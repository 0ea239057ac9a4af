"""Notices: mails to one person about their own subscription are written, frozen and sent.

    admit what visitors asked ─► due? ─► written ─► claimed ─► the relay ─► settled

One connection, one notice after the other. A notice's bytes and envelope are on disk before it is first
begun and stay the same for every attempt; an attempt that a crash cut off is repeated whatever
`delivery.in_doubt` says, since a second link harms nobody and a missing one does. Works with the lock
of notices held, beside an issue that may be on its way (docs/adr/0013-notices.md).
"""

from datetime import timedelta

from sqlite_utils import Database

from alerts import optin, tokens
from alerts.dispatch import Report, World
from alerts.errors import RelayUnavailable
from alerts.keyring import Keyring
from alerts.message import Frame
from alerts.model import DeliveryState, Envelope, Month, Outcome, Reason, Reply
from alerts.notice import notice as message_of
from alerts.publish import edition_language
from alerts.render.letter import render_letter
from alerts.retry import next_attempt
from alerts.settings import Settings
from alerts.store import moment, notices, secrets, transaction
from alerts.store.notices import Notice, NoticeKind
from alerts.transport.post import Post

_FAULTS_IN_A_ROW = 3  # before the relay is given up for now


def work(db: Database, settings: Settings, world: World) -> Report:
    """Do all that is due now; what the relay refuses waits for the next call."""
    within = settings.web.confirm_within
    optin.purge(db, world.now(), within=within)
    optin.admit(db, world.now())
    with transaction(db):
        notices.recover(db, world.now())
    report = Report()
    try:
        with Post(world.connect) as post:
            office = _Office(db, settings, world, post, report)
            while not world.stop.is_set() and not report.relay_fault:
                due = notices.due(db, world.now(), 1)
                if not due:
                    break
                office.send(due[0])
    except RelayUnavailable as fault:
        report.relay_fault = str(fault)
    report.stopped = world.stop.is_set()
    return report


class _Office:
    """What is done about one notice after the other."""

    def __init__(
        self, db: Database, settings: Settings, world: World, post: Post, report: Report
    ) -> None:
        self._db, self._settings, self._world = db, settings, world
        self._post, self._report = post, report
        self._faults = 0

    def send(self, notice: Notice) -> None:
        """One attempt, from the claim to the settlement; raises `RelayUnavailable` with none made."""
        envelope, message = written(self._db, self._settings, notice, self._world.keyring)
        self._post.open()
        with transaction(self._db):
            claimed = notices.claim(self._db, notice, envelope.sender, message, self._world.now())
        if not claimed:
            self._report.outcomes[DeliveryState.SKIPPED] += 1
            return
        try:
            outcome = self._post.send(envelope, message)
        except RelayUnavailable as fault:  # it refuses us: nothing was taken
            words = Reply(0, str(fault))
            outcome = Outcome(DeliveryState.DEFERRED, words, Reason.TEMPORARY, relay_fault=True)
            self._faults = _FAULTS_IN_A_ROW
        self._settle(notice, outcome)

    def _settle(self, notice: Notice, outcome: Outcome) -> None:
        now, attempts = self._world.now(), notice.attempts + 1
        due = next_attempt(self._settings.delivery.retry, attempts, now, self._world.chance())
        if due is None and outcome.state is not DeliveryState.SENT:
            outcome = Outcome(DeliveryState.FAILED, outcome.reply, Reason.EXPIRED)
        with transaction(self._db):
            notices.settle(self._db, notice.id, outcome, attempts, due or now, now)
        self._report.outcomes[outcome.state] += 1
        self._faults = self._faults + 1 if outcome.relay_fault else 0
        if self._faults >= _FAULTS_IN_A_ROW:
            self._report.relay_fault = str(outcome.reply)


def written(
    db: Database, settings: Settings, notice: Notice, keyring: Keyring
) -> tuple[Envelope, bytes]:
    """The envelope and the bytes of a notice: as frozen, or made and signed now."""
    if notice.message is not None and notice.sender:
        return Envelope(notice.sender, notice.email), notice.message
    frame = Frame.of(settings, Month.of(moment(notice.created_at), settings.zone))
    key = secrets.newest(db)
    token = tokens.sign(*key, tokens.Purpose.NOTICE, notice.id)
    local, _, domain = frame.bounces.rpartition("@")
    envelope = Envelope(f"{local}+{token}@{domain}", notice.email)
    if notice.message is not None:  # frozen by a version that did not keep its sender
        return envelope, notice.message
    facts = {
        "url": frame.base_url + _path(*key, notice, settings.web.confirm_within),
        "site": frame.base_url,
        "days": settings.web.confirm_within.days,
        "address": notice.email,
    }
    language = edition_language(notice.language, settings)
    letter = render_letter(notice.kind, language, settings, facts)
    asked = moment(notice.created_at)
    sign = keyring.signer_of(asked)
    return envelope, message_of(letter, frame, notice.email, token, asked, sign)


def _path(secret_id: int, secret: bytes, notice: Notice, within: timedelta) -> str:
    """Where the link of a notice leads."""
    if notice.kind is NoticeKind.ALREADY:
        number = notice.subscriber_id or 0
        choose = tokens.sign(secret_id, secret, tokens.Purpose.PREFERENCES, number)
        return f"/preferences/{choose}"
    until = int((moment(notice.created_at) + within).timestamp())
    confirm = tokens.Purpose.CONFIRM
    proof = tokens.sign_until(secret_id, secret, confirm, notice.confirmation_id or 0, until)
    return f"/confirm/{proof}"
