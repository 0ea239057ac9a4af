"""The settings of hooks: the programs that are told what happens; see declarations.py."""

from dataclasses import dataclass
from datetime import timedelta

from alerts.config.option import option


@dataclass(frozen=True, slots=True)
class HooksSettings:
    """Commands that are run when something has happened, with JSON on stdin; addresses that are called are
    in [[webhooks]] (hooks.md)."""

    collected: str = option(
        "", "The command that is run after articles of an issue were collected; empty: none."
    )
    waiting: str = option("", "… when an issue waits for its approval or its translations.")
    approved: str = option("", "… when an issue has all approvals it needs.")
    queued: str = option("", "… when an issue was queued.")
    sent: str = option("", "… when nothing of an issue is open any more.")
    paused: str = option("", "… when a send is paused because too much comes back.")
    joined: str = option("", "… when a reader became active.")
    left: str = option("", "… when a reader unsubscribed, or was erased.")
    bounced: str = option("", "… when a copy came back.")
    complained: str = option("", "… when a reader complained.")
    addresses: bool = option(
        False, "Commands are given the addresses of readers, and not only their numbers."
    )
    timeout: timedelta = option(
        timedelta(seconds=30), "How long a command may take; it is ended then, and run again later."
    )
    patience: timedelta = option(
        timedelta(seconds=15), "How long a webhook waits for the answer of its endpoint."
    )
    give_up_after: timedelta = option(
        timedelta(days=4), "When an event that no endpoint or command took is given up."
    )


@dataclass(frozen=True, slots=True)
class WebhookSettings:
    """An endpoint that is called when something has happened (Standard Webhooks; hooks.md). `secret_env`
    names the variable with its secret, `secret_file` a file (mode 0600); `events` are those it is told
    of, empty for all; with `addresses` it is given the addresses of readers, and not only their numbers."""

    name: str
    url: str
    secret_env: str = ""
    secret_file: str = ""
    events: tuple[str, ...] = ()
    addresses: bool = False


@dataclass(frozen=True, slots=True)
class RelayReportsSettings:
    """A relay that reports bounces and complaints to `alerts serve`, at `/hooks/RELAY` (bounces.md): ses,
    sendgrid, postmark, mailgun, mailjet, sparkpost, brevo or resend. `secret_env` names the variable with
    its secret, or the key of its signatures, `secret_file` a file (mode 0600). `topics` are the ARNs of
    Amazon SNS whose messages are believed; `networks` those that a relay without a secret reports from."""

    relay: str
    secret_env: str = ""
    secret_file: str = ""
    topics: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
