"""The settings of delivery: relay, destinations, signatures, bounces, database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from alerts.config.option import option
from alerts.domain.delivery import RetryPolicy


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How messages are sent."""

    relay: str = option(
        "maildir:outbox",
        "Where messages are sent: maildir:FOLDER, smtp://user@host:587, smtps://user@host, null:",
    )
    password_env: str = option(
        "ALERTS_RELAY_PASSWORD", "The variable that holds the relay's password."
    )
    password_file: str = option("", "Or the file that holds it (mode 0600).")
    token_command: str = option(
        "",
        "A command that prints an OAuth 2 access token, for a relay that takes no password (Microsoft 365,"
        " Google); instead of a password.",
    )
    hub: str = option(
        "",
        "A PostgreSQL that lends the outbox to `alerts worker` on other machines for the time of a send:"
        " postgresql://user@host/database; empty: none (hub.md).",
    )
    hub_send: bool = option(False, "With a hub, `alerts send` also sends, as one more worker.")
    connections: int = option(4, "How many connections to the relay at once.")
    most_connections: int = option(
        0,
        "How many at most where the disk is slow to flush and all of them wait for it: more are opened one"
        " by one; 0: no more than connections.",
    )
    rate: float = option(0.0, "Messages a second over all connections; 0: no limit.")
    window_limit: int = option(
        0, "The limit of messages within delivery.window, such as a host's quota; 0: no limit."
    )
    window: timedelta = option(timedelta(hours=1), "The length of that window.")
    warm_up: tuple[int, ...] = option(
        (),
        "The limits of messages on the first, second, … day of sending, in alert.timezone,"
        " e.g. [200, 1000, 5000].",
    )
    timeout: timedelta = option(timedelta(minutes=5), "How long to wait for a reply of the relay.")
    in_doubt: str = option(
        "resend",
        "What to do with a message that the relay may have accepted before a crash.",
        ("resend", "hold"),
    )
    retry_first: timedelta = option(
        timedelta(minutes=15), "The wait after the first temporary failure."
    )
    retry_longest: timedelta = option(timedelta(hours=6), "The longest wait between two attempts.")
    give_up_after: timedelta = option(timedelta(days=4), "When a deferred delivery becomes failed.")

    @property
    def retry(self) -> RetryPolicy:
        """When deferred deliveries are tried again."""
        return RetryPolicy(self.retry_first, self.retry_longest, self.give_up_after)


@dataclass(frozen=True, slots=True)
class DestinationSettings:
    """Domains of one provider, with connections of their own; a duration of 0 means that of [delivery]."""

    domains: tuple[str, ...]
    rate: float = 0.0
    connections: int = 1
    retry_first: timedelta = timedelta()
    retry_longest: timedelta = timedelta()
    give_up_after: timedelta = timedelta()

    def retry(self, usual: RetryPolicy) -> RetryPolicy:
        """When deferred deliveries are tried again; durations not set here are those of `usual`."""
        return RetryPolicy(
            self.retry_first or usual.first,
            self.retry_longest or usual.longest,
            self.give_up_after or usual.give_up_after,
        )


@dataclass(frozen=True, slots=True)
class DkimSettings:
    """DKIM signatures of messages. Leave this empty if the relay signs; see docs/dkim.md."""

    domain: str = option("", "The domain that signs, such as that of From; empty: no signatures.")
    keys: Mapping[str, str] = option(
        {},
        "Selectors and their private keys (PEM, mode 0600); each of them signs, e.g. "
        '{ a2026 = "dkim-rsa.pem", b2026 = "dkim-ed25519.pem" }.',
    )
    selectors: tuple[str, ...] = option(
        (), "If the relay signs: the selectors of its keys, which `alerts doctor` checks."
    )
    changed_key: str = option(
        "refuse",
        "What to do if the key of an issue that is being sent is missing: refuse to send, "
        "or sign with the keys that are configured.",
        ("refuse", "sign"),
    )


@dataclass(frozen=True, slots=True)
class BouncesSettings:
    """How `alerts bounce process` and `alerts serve` read and count bounces and complaints."""

    mailbox: str = option(
        "", "The mailbox to read, over IMAP: imaps://user@host/INBOX; empty: none."
    )
    password_env: str = option(
        "ALERTS_MAILBOX_PASSWORD", "The variable that holds the mailbox's password."
    )
    password_file: str = option("", "Or the file that holds it (mode 0600).")
    token_command: str = option(
        "",
        "A command that prints an OAuth 2 access token, for a mailbox that takes no password (Microsoft 365,"
        " Google); instead of a password.",
    )
    lmtp: str = option(
        "",
        "Where `alerts serve` takes mail from the mail server of this machine, over LMTP:"
        " unix:/run/alerts/lmtp or 127.0.0.1:2424; empty: nowhere.",
    )
    lmtp_mode: str = option("0660", "Who may connect to that socket: its mode.")
    lmtp_group: str = option(
        "", "… and its group, such as the mail server's; empty: that of `alerts serve`."
    )
    soft_limit: int = option(
        3, "An address is suppressed after soft bounces of so many issues in a row; 0: never."
    )
    most_hard: float = option(
        0.05,
        "A send pauses above this share of hard bounces of the issue; 0: never.",
    )
    most_ours: float = option(
        0.05, "… or came back for a fault of ours, such as a block listing; 0: never."
    )
    most_complaints: float = option(
        0.003, "… or when more than this share of its readers complained; 0: never."
    )
    enough: int = option(200, "So many copies must have been sent before a share says anything.")


@dataclass(frozen=True, slots=True)
class DeparturesSettings:
    """Who has left, outside the database too: the departures ledger (operations.md)."""

    paths: tuple[str, ...] = option(
        (),
        "Folders with further copies of the ledger, on another disk or a mount; one lies beside the"
        " database and one in the user's state folder anyway.",
    )


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """How the database is written."""

    synchronous: str = option(
        "full",
        "full: outcomes survive power loss; normal: outcomes survive kill -9, but after power loss"
        " messages sent in about the last second are sent again.",
        ("full", "normal"),
    )
