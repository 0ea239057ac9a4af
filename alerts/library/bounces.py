"""`project.bounces`: returned mail, and its effects."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING

from alerts.bounces.forgive import Forgiven
from alerts.bounces.forgive import forgive as undo
from alerts.bounces.process import BounceProcessor, Feedback, Returned
from alerts.bounces.report import BounceReport, Kind
from alerts.domain.errors import InputError, SettingsError, UsageError
from alerts.library.connections import Pool
from alerts.library.opened import ProjectPart, call

if TYPE_CHECKING:
    import socket

    from sqlite_utils import Database

BOUNCES_REST = 0.02  # seconds between two commits of received bounces


def _dmarc(
    message: bytes, write: "Callable[[Callable[[Database], str]], str]", now: datetime
) -> Feedback | None:
    """What a DMARC report says, once it is kept by `write`; None for any other mail. One that cannot be
    read says so, and is not tried again."""
    from alerts.bounces.dmarc_subject import is_report

    if not is_report(message):
        return None
    from alerts.library import dmarc  # what starts a cell

    try:
        report = dmarc.read(message)
    except InputError as fault:
        return Feedback(BounceReport(Kind.UNRECOGNISED, diagnostic=str(fault)))
    if report is None:
        return None
    words = write(lambda db: dmarc.keep(db, report, now))
    return Feedback(BounceReport(Kind.UNRECOGNISED, diagnostic=words))


class Bounces(ProjectPart):
    """Bounces, complaints, and mail that asks to unsubscribe."""

    @call
    def process(self, message: bytes) -> tuple[Feedback, ...]:
        """Process one message; its effects are on disk when this returns. Can be repeated.

        Only messages with our own signature count. A DMARC report is kept (`project.dmarc`).
        """
        opened = self._opened
        if (told := _dmarc(message, lambda keep: keep(opened.db), opened.now)) is not None:
            return (told,)
        processor = BounceProcessor(opened.db, opened.settings.bounces.soft_limit)
        return processor.process(message, opened.now)

    @call
    def mailbox(self) -> Iterator[tuple[str, bytes]]:
        """(UID, octets) of each unseen message in bounces.mailbox; each is marked as seen once the next
        one is requested.

        Raises `UsageError` where no mailbox is set, `SettingsError` and `MailboxUnavailable`.
        """
        from alerts.config.secret_files import password
        from alerts.mailbox.imap import ImapMailbox  # imports imaplib and ssl

        settings = self._opened.settings
        bounces = settings.bounces
        if not bounces.mailbox:
            raise UsageError(
                "name a FILE, a DIR or -; or set bounces.mailbox to imaps://user@host/INBOX"
            )
        box = ImapMailbox.parse(
            bounces.mailbox,
            settings.delivery.timeout.total_seconds(),
            oauth=bool(bounces.token_command),
        )
        secret = password(settings, "bounces", self._opened.environ)
        if secret is None:
            raise SettingsError(
                "bounces.mailbox: no password; set the variable that bounces.password_env names"
                f" ({bounces.password_env}), or bounces.password_file"
            )
        return box.unseen(secret)

    @call
    def forgive(self, since: datetime, *, gone_too: bool = False) -> Forgiven:
        """Lift suppressions from that moment on (aware) that were caused by a fault of ours or of a
        provider; with `gone_too` also those of addresses that do not exist."""
        return undo(self._opened.db, since, self._opened.now, gone_too=gone_too)

    @contextlib.contextmanager
    def receiving(
        self, listening: AbstractContextManager["socket.socket"], warn: Callable[[str], None]
    ) -> Iterator[None]:
        """Receive mail from the mail server over LMTP while the block runs, at a socket that
        `listening` opens, once no other process does so for this project.

        `warn` gets messages about mail that could not be processed. Raises `LockHeld` if another
        process receives.
        """
        from alerts.bounces import lmtp  # imports aiosmtpd: 60 ms
        from alerts.store.lock import project_lock

        opened, settings = self._opened, self._opened.settings
        pool = Pool(settings, most_rest=BOUNCES_REST)

        def take(message: bytes, recipients: Sequence[str]) -> None:
            now = opened.now
            if _dmarc(message, pool.write, now) is not None:
                return
            mail = Returned.read(message)

            def act(db: "Database") -> None:
                processor = BounceProcessor(db, settings.bounces.soft_limit)
                for recipient in recipients:
                    processor.act(mail.to(recipient), now)

            pool.write(act)

        with (
            project_lock(settings.database_path, "serve", opened.now, "lmtp"),
            contextlib.closing(pool),
            listening as bound,
            lmtp.serving(bound, take, warn),
        ):
            yield
