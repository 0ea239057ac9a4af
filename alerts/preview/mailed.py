"""Previews by mail: each editor gets each edition of an issue, with its lint findings at the top."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.address import Address
from alerts.domain.delivery import DeliveryState, Outcome
from alerts.domain.issue import Actor, Edition
from alerts.domain.month import Month
from alerts.editions import approval
from alerts.editions.draft import Draft
from alerts.editions.gaps import Gap, marked
from alerts.issue.editing import record
from alerts.lint.group import grouped
from alerts.lint.place import Level
from alerts.lint.run import LintReport, chosen, copies, lint_editions
from alerts.lint.stories import of_issue
from alerts.mail.dkim_keys import Keyring
from alerts.mail.merge import copy
from alerts.preview.mails import PreviewsMailed
from alerts.store import transaction
from alerts.transport.connection import Transport
from alerts.transport.send_one import SingleSender


def mail_previews(
    db: Database,
    settings: Settings,
    draft: Draft,
    actor: Actor,
    now: datetime,
    connect: Transport,
) -> PreviewsMailed:
    """Mail each editor the present state of the month's issue, unless they have it already.

    Raises `RelayUnavailable`; editors who were mailed until then are not mailed again.
    """
    state = approval.approval_status(db, settings, draft)
    voided = approval.recheck(db, settings, draft.month, actor, now, draft)
    # the linter is slow, and this runs at every tick
    if not approval.unmailed(db, settings, state):
        return PreviewsMailed(draft.month, voided, {})
    found = _lacks(linted(db, settings, draft, now))
    sent: dict[str, tuple[str, ...]] = {}
    refused = []
    with SingleSender(connect) as relay:
        for preview in list(approval.previews(db, settings, draft, state, now, found)):
            outcome = relay.send(preview.envelope, preview.message)
            if outcome.state is DeliveryState.SENT:
                approval.mailed(db, state, preview, actor, now)
                sent[preview.recipient] = (*sent.get(preview.recipient, ()), preview.language)
            else:
                refused.append((preview.recipient, str(outcome.reply)))
    return PreviewsMailed(draft.month, voided, sent, tuple(refused))


def linted(
    db: Database,
    settings: Settings,
    draft: Draft,
    now: datetime,
    each: Callable[[], None] = lambda: None,
) -> tuple[LintReport, ...]:
    """The lint report of each edition of the issue; `each` is called after each that is checked."""
    read = copies(draft.editions, settings, draft.month, now)
    options = of_issue(db, chosen(settings), draft.issue)
    return lint_editions(read, settings, options=options, editions=True, each=each)


def _lacks(proofs: Iterable[LintReport]) -> tuple[Gap, ...]:
    """The errors and warnings of each edition, grouped by cause; hints are only in `issue lint`."""
    return tuple(
        Gap(group.code, f"{group.level}: {group.headline}", language=proof.language)
        for proof in proofs
        for group in grouped(proof.findings, Level.WARNING)
    )


def mail_test(
    db: Database,
    settings: Settings,
    month: Month,
    editions: Sequence[Edition],
    recipient: Address,
    actor: Actor,
    now: datetime,
    connect: Transport,
) -> Mapping[str, Outcome]:
    """Mail editions to one address, with subjects that begin with [TEST]; returns the outcomes by
    language.

    It is not recorded as a delivery, and its unsubscribe link does not work. Raises `RelayUnavailable`.
    """
    sign = Keyring.load(settings).signer_of(now)
    outcomes = {}
    with SingleSender(connect) as relay:
        for edition in editions:
            number = approval.number_of(f"test {recipient} {edition.language} {now.isoformat()}")
            shown = marked(edition, "[TEST]")
            message = copy(shown, settings, month, now, str(recipient), number, sign)
            outcomes[edition.language] = relay.send(*message)
    if any(outcome.state is DeliveryState.SENT for outcome in outcomes.values()):
        with transaction(db):
            detail = {"languages": [edition.language for edition in editions]}
            record(db, month, "issue.tested", detail, actor, now)
    return outcomes
