"""Sends notices: mails to one person about their own subscription.

    admit the requests of visitors ─► due? ─► written ─► claimed ─► the relay ─► settled

One connection, one notice after the other. A notice's bytes and envelope are on disk before the first
attempt and stay the same for every attempt. An attempt that a crash interrupted is repeated whatever
the setting `delivery.in_doubt` is, because a second link does no harm and a missing one does. A welcome
is the opposite (docs/adr/0039-welcomes.md): it is made anew for each attempt, and never sent again where it
may have arrived. Holds the lock of notices, so it can run while an issue is sent (docs/adr/0013-notices.md).
"""

from datetime import timedelta
from typing import Any

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.delivery import DeliveryState, Envelope, Outcome, Reason, Reply
from alerts.domain.errors import AlertsError, RelayUnavailable
from alerts.domain.month import Month
from alerts.issue.compose import edition_language
from alerts.mail import tokens
from alerts.mail.dkim_keys import Keyring
from alerts.mail.issue_headers import Frame
from alerts.mail.notice import notice as message_of
from alerts.outbox import clock_gate
from alerts.outbox.backoff import next_attempt
from alerts.outbox.options import SendReport, World
from alerts.people import sign_in
from alerts.store import clock, link_numbers, moment, notices, signing_keys, transaction
from alerts.store.notices import Notice, NoticeKind
from alerts.subscribers import comment_mail, confirmation, unconfirmed
from alerts.subscribers.self_service import PROOF_WITHIN, UNDO_WITHIN
from alerts.transport.send_one import SingleSender

_FAULTS_IN_A_ROW = 3  # failures in a row before this call ends


def send_due(db: Database, settings: Settings, world: World) -> SendReport:
    """Send all notices that are due; a notice that the relay refuses is tried again at the next call."""
    if clock_gate.doubted(db, world.now()) is None:  # by a wrong clock, sign-ups of today are old
        unconfirmed.purge(db, world.now(), within=settings.web.confirm_within)
        clock.pull_forward(
            db, world.now(), settings.delivery.retry_longest, windows=settings.windows.on
        )
    confirmation.admit(db, world.now())
    sign_in.admit(db, world.now())
    with transaction(db):
        notices.recover(db, world.now())
    report = SendReport()
    try:
        with SingleSender(world.connect) as post:
            office = _NoticeSender(db, settings, world, post, report)
            while not world.stop.is_set() and not report.relay_fault:
                due = notices.due(db, world.now(), 1)
                if not due:
                    break
                office.send(due[0])
    except RelayUnavailable as fault:
        report.relay_fault = str(fault)
    report.stopped = world.stop.is_set()
    return report


class _NoticeSender:
    """Sends one notice after the other."""

    def __init__(
        self, db: Database, settings: Settings, world: World, post: SingleSender, report: SendReport
    ) -> None:
        self._db, self._settings, self._world = db, settings, world
        self._post, self._report = post, report
        self._faults = 0

    def send(self, notice: Notice) -> None:
        """One attempt, from the claim to the settlement; raises `RelayUnavailable` where no attempt was
        made."""
        if self._unwanted(notice):
            self._skip(notice)
            return
        try:
            envelope, message = written(self._db, self._settings, notice, self._world.keyring)
        except AlertsError as fault:
            if notice.kind is not NoticeKind.WELCOME:
                raise
            self._retry_later(notice, fault)
            return
        self._post.open()
        with transaction(self._db):
            claimed = notices.claim(self._db, notice, envelope.sender, message, self._world.now())
        if not claimed:
            self._report.outcomes[DeliveryState.SKIPPED] += 1
            return
        try:
            outcome = self._post.send(envelope, message)
        except RelayUnavailable as fault:  # it refuses us: no message was transferred
            words = Reply(0, str(fault))
            outcome = Outcome(DeliveryState.DEFERRED, words, Reason.TEMPORARY, relay_fault=True)
            self._faults = _FAULTS_IN_A_ROW
        self._settle(notice, outcome)

    def _unwanted(self, notice: Notice) -> bool:
        """Whether nothing is to be sent: a welcome that the settings no longer want, or comments that
        were all deleted."""
        if notice.kind is NoticeKind.WELCOME:
            return self._settings.web.welcome_mail == "none"
        fresh = notice.kind is NoticeKind.COMMENTS and notice.message is None
        return fresh and comment_mail.empty(self._db, notice)

    def _skip(self, notice: Notice) -> None:
        """Settle a notice that is not wanted any more."""
        with transaction(self._db):
            notices.skip(self._db, notice.id, Reason.CANCELLED, self._world.now())
        self._report.outcomes[DeliveryState.SKIPPED] += 1

    def _retry_later(self, notice: Notice, fault: AlertsError) -> None:
        """Set a later attempt for a welcome that cannot be made, so that no other notice waits for it."""
        now = self._world.now()
        retry, chance = self._settings.delivery.retry, self._world.chance()
        due = next_attempt(retry, notice.attempts + 1, now, chance)
        with transaction(self._db):
            if due is None:
                notices.skip(self._db, notice.id, Reason.EXPIRED, now)
            else:
                notices.retry_later(self._db, notice.id, due, now)
        self._report.not_made = str(fault)

    def _settle(self, notice: Notice, outcome: Outcome) -> None:
        now, attempts = self._world.now(), notice.attempts + 1
        if notice.kind is NoticeKind.WELCOME and outcome.state is DeliveryState.IN_DOUBT:
            fault = outcome.relay_fault
            outcome = Outcome(
                DeliveryState.FAILED, outcome.reply, Reason.UNANSWERED, relay_fault=fault
            )
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
    """The envelope and the bytes of a notice: the frozen ones, or made and signed now."""
    if notice.kind is NoticeKind.WELCOME:
        from alerts.subscribers.welcome_mail import welcome_message

        return welcome_message(db, settings, notice, keyring)
    if notice.message is not None and notice.sender:
        return Envelope(notice.sender, notice.email), notice.message
    frame = Frame.of(settings, Month.of(moment(notice.created_at), settings.zone))
    key = signing_keys.newest(db)
    token = tokens.sign(*key, tokens.Purpose.NOTICE, notice.id)
    local, _, domain = frame.bounces.rpartition("@")
    envelope = Envelope(f"{local}+{token}@{domain}", notice.email)
    if notice.message is not None:  # frozen by a version that did not keep its sender
        return envelope, notice.message
    about = link_numbers.number_of(db, notice.subscriber_id or 0)
    facts: dict[str, Any] = {
        "url": frame.base_url + _path(*key, notice, about, settings.web.confirm_within),
        "site": frame.base_url,
        "undo_days": UNDO_WITHIN.days,
        "days": settings.web.confirm_within.days,
        "minutes": int(sign_in.LINK_WITHIN.total_seconds() // 60),
        "address": notice.email,
    }
    if notice.kind is NoticeKind.COMMENTS:
        facts |= comment_mail.facts(db, notice, frame.base_url)
    language = edition_language(notice.language, settings)
    # what renders is not needed where nothing is due
    from alerts.editions.draft import pictures_of
    from alerts.editions.notice import render_notice

    edition = render_notice(notice.kind, language, settings, facts, pictures_of(db, settings))
    asked = moment(notice.created_at)
    sign = keyring.signer_of(asked)
    return envelope, message_of(edition, frame, notice.email, token, asked, sign)


def _path(secret_id: int, secret: bytes, notice: Notice, about: int, within: timedelta) -> str:
    """The path of the link in a notice; `about` is the number of the person."""
    number, asked = notice.subscriber_id or 0, moment(notice.created_at)
    if notice.kind is NoticeKind.COMMENTS:
        return "/desk"
    if notice.kind is NoticeKind.SIGN_IN:
        until = int((asked + sign_in.LINK_WITHIN).timestamp())
        key, link = tokens.Purpose.SIGN_IN, notice.sign_in_id or 0
        return f"/desk/enter/{tokens.sign_until(secret_id, secret, key, link, until)}"
    if notice.kind is NoticeKind.LEFT:
        leave = tokens.sign(secret_id, secret, tokens.Purpose.UNSUBSCRIBE, about)
        until = int((asked + UNDO_WITHIN).timestamp())
        undo = tokens.sign_until(secret_id, secret, tokens.Purpose.UNDO, number, until)
        return f"/unsubscribe/{leave}/undo?undo={undo}"
    if notice.kind not in (NoticeKind.CONFIRM, NoticeKind.MOVE):
        choose = tokens.sign(secret_id, secret, tokens.Purpose.PREFERENCES, about)
        if notice.kind is NoticeKind.ALREADY:
            return f"/preferences/{choose}"
        until = int((asked + PROOF_WITHIN).timestamp())
        proof = tokens.sign_until(secret_id, secret, tokens.Purpose.MAILBOX, notice.id, until)
        return f"/preferences/{choose}/{notice.kind.value}?proof={proof}"
    until = int((asked + within).timestamp())
    confirm = tokens.Purpose.CONFIRM
    proof = tokens.sign_until(secret_id, secret, confirm, notice.confirmation_id or 0, until)
    return f"/confirm/{proof}"
