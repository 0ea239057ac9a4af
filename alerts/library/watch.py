"""`project.watch`: looks for what an admin must know of, and mails each of `alert.admins` once about it."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from alerts.domain.delivery import DeliveryState, Envelope
from alerts.domain.errors import FetchError, RelayUnavailable, SettingsError
from alerts.library.opened import Opened, ProjectPart, call

if TYPE_CHECKING:
    from alerts.mail.merge import Sign
    from alerts.store.incidents import Incident, OwedIncidentMail
    from alerts.transport.connection import Transport
    from alerts.transport.send_one import SingleSender

LOCK = "watch"
HEARTBEAT_WITHIN = timedelta(seconds=10)
LOCAL = "smtp://127.0.0.1:25?tls=never"
TITLES: Mapping[str, str] = {
    "relay": "the relay refuses our mail",
    "approval": "nobody has approved the issue",
    "overdue": "an issue is overdue",
    "disk": "the disk is nearly full",
    "backup": "the last backup is too old",
    "bounces": "too many copies come back",
    "copy": "this copy of the database may not send",
    "clock": "the clock may be wrong",
}


@dataclass(frozen=True, slots=True)
class Watched:
    """What a look has found: how many incidents were opened and healed, the open ones, how many mails were
    sent, and the fault of the last relay for those that were not."""

    opened: int
    healed: int
    open: "tuple[Incident, ...]"
    sent: int
    fault: str = ""


class Watch(ProjectPart):
    """What an admin must know of."""

    @call
    def look(self) -> Watched:
        """Look, keep what is new and what is over, and mail it. Sends nothing without alert.admins.

        Raises `LockHeld` while another process does the same.
        """
        from alerts.library.check import check
        from alerts.library.troubles import found
        from alerts.store import incidents
        from alerts.store.lock import project_lock

        opened = self._opened
        settings, now = opened.settings, opened.now
        with project_lock(settings.database_path, LOCK, now, LOCK):
            checked = check(opened.db, settings, now)
            troubles = {
                (one.kind, one.subject): one for one in found(opened.db, settings, now, checked)
            }
            admins = tuple(dict.fromkeys(settings.alert.admins))
            new, over = incidents.update(opened.db, list(troubles.values()), admins, now)
            sent, fault = _mail(opened)
            opened.pass_over()  # what was found is no sign that the clock is right
            return Watched(new, over, tuple(incidents.open_ones(opened.db)), sent, fault)

    @call
    def beat(self) -> str:
        """Fetch watch.heartbeat, if it is set; why it did not answer, or an empty text. By the rules of
        sources: nothing on a private network, unless sources.allow_private."""
        settings = self._opened.settings
        if not settings.watch.heartbeat:
            return ""
        from alerts.sources.fetch import Fetcher

        quick = replace(settings.sources, timeout=HEARTBEAT_WITHIN, retries=1)
        try:
            Fetcher(replace(settings, sources=quick)).fetch(settings.watch.heartbeat)
        except FetchError as fault:
            return str(fault)
        return ""


def _mail(opened: Opened) -> tuple[int, str]:
    """Send the mails that are owed, by the first relay that takes each; how many, and the last fault."""
    from alerts.store import incidents

    owed = incidents.owed_mails(opened.db)
    sent, fault = 0, ""
    with ExitStack() as stack:
        senders = list(_senders(opened, stack)) if owed else []
        sign = _signer(opened) if owed else None
        for mail in owed:
            envelope = Envelope(opened.settings.sender.address, mail.recipient)
            message = _message(opened, mail, sign)
            for sender in senders:
                try:
                    outcome = sender.send(envelope, message)
                except (RelayUnavailable, SettingsError) as refused:
                    fault = str(refused)
                    continue
                states = {DeliveryState.SENT: "sent", DeliveryState.FAILED: "failed"}
                state = states.get(outcome.state, "queued")
                incidents.settle(opened.db, mail, state, str(outcome.reply), opened.now)
                sent += state == "sent"
                fault = "" if state == "sent" else f"{outcome.reply}"
                break
    return sent, fault


def _senders(opened: Opened, stack: ExitStack) -> "Iterator[SingleSender]":
    """The relays to try, in order."""
    from alerts.transport.send_one import SingleSender

    for connect in _transports(opened):
        yield stack.enter_context(SingleSender(connect))


def _transports(opened: Opened) -> "Iterator[Transport]":
    from alerts.config.server_url import leaves_the_machine
    from alerts.transport.relay import relay_of, transport

    settings = opened.settings

    def of(relay: str, password: str | None) -> "Transport":
        plain = replace(settings.delivery, relay=relay, token_command="")
        return transport(replace(settings, delivery=plain), password)

    if settings.watch.admin_relay:
        password = opened.environ.get(settings.watch.admin_password_env)
        yield of(settings.watch.admin_relay, password)
        return
    try:
        yield relay_of(settings, opened.environ)
        far = leaves_the_machine(settings)
    except SettingsError:  # which `check` tells of; the mail goes out by the other one
        far = True
    if far:
        yield of(LOCAL, None)


def _signer(opened: Opened) -> "Sign | None":
    """The DKIM signature; None where the keys cannot be used, which must not keep the mail back."""
    from alerts.mail.dkim_keys import Keyring

    try:
        return Keyring.load(opened.settings).signer_of(opened.now)
    except SettingsError:
        return None


def _message(opened: Opened, mail: "OwedIncidentMail", sign: "Sign | None") -> bytes:
    """The message; the same bytes each time, as long as the settings are the same."""
    from alerts.mail.incident_mail import incident_mail

    settings, incident, trouble = opened.settings, mail.incident, mail.incident.trouble
    healed = mail.turn == "healed"
    at = (incident.healed_at if healed else None) or incident.opened_at
    title = TITLES[trouble.kind] + (f": {trouble.subject}" if trouble.subject else "")
    local = f"{incident.opened_at.astimezone(settings.zone):%Y-%m-%d %H:%M}"
    since = f"Since {local} ({settings.alert.timezone})."
    lines = (
        (f"This is over: {trouble.words}", since)
        if healed
        else (trouble.words, trouble.remedy, since, "You are mailed again once it is over.")
    )
    whom = hashlib.sha256(mail.recipient.encode()).hexdigest()[:12]
    return incident_mail(
        settings.alert.name,
        settings.sender.address,
        mail.recipient,
        f"{'[healed]' if healed else '[alert]'} {settings.alert.name}: {title}",
        (*lines, f"Project: {settings.root}"),
        f"incident-{incident.id}-{mail.turn}-{whom}-{int(at.timestamp())}",
        at,
        sign,
    )
