"""`alerts issue approve`, `test` and `log`: who looked at an issue, and what was done to it."""

from collections.abc import Iterator
from typing import Any

import click

from alerts import approval, publish
from alerts.address import Address
from alerts.cli.send import direct_post
from alerts.cli.session import (
    Session,
    by_option,
    json_option,
    month_option,
    pass_session,
    print_json,
)
from alerts.editing import record
from alerts.errors import InputError, UsageError
from alerts.keyring import Keyring
from alerts.message import copy
from alerts.model import DeliveryState
from alerts.publish import Draft
from alerts.review import Lack, lacks, marked
from alerts.store import events, issues, moment, transaction


@click.command()
@month_option
@click.option(
    "--content", default="", metavar="HASH", help="What was looked at: as the preview says."
)
@by_option
@json_option
@pass_session
def approve(session: Session, month: str | None, content: str, by: str, as_json: bool) -> None:
    """Sign the issue exactly as it is now; any later change voids that.

    With alert.review = "required" nothing goes out before alert.approvals different people did.
    """
    chosen, settings = session.month(month), session.settings
    actor = session.actor(by)
    draft = publish.drafted(session.db, settings, chosen)
    after = approval.approve(session.db, settings, draft, actor, session.now, content)
    for lack in lacks(draft.issue, settings):
        session.say(f"missing: {lack.text}")
    for lack in _linted(session, draft):
        session.say(f"{lack.language}: {lack.text}")
    if as_json:
        document = {"month": str(chosen), "content": after.content_hash, "by": list(after.names)}
        print_json({**document, "needed": after.needed, "approved": after.complete})
        return
    click.echo(
        f"{chosen}: approved by {', '.join(after.names)} ({len(after.names)} of {after.needed}),"
        f" content {after.content_hash[:12]}"
    )
    if after.complete:
        session.say(f"next: `alerts run --month {chosen}`")


@click.command()
@month_option
@click.option("--to", required=True, metavar="ADDR", help="Who gets it.")
@click.option("--language", metavar="LANG", help="Only that edition; default: all of them.")
@by_option
@pass_session
def test(session: Session, month: str | None, to: str, language: str | None, by: str) -> int:
    """Mail the editions to ADDR as a test; their subjects begin with [TEST].

    Nothing is booked: it is no delivery, and its unsubscribe link leads nowhere.
    """
    chosen, settings, now = session.month(month), session.settings, session.now
    try:
        recipient = str(Address.parse(to))
    except InputError as fault:
        raise UsageError(f"--to: {fault}") from fault
    made = publish.editions(session.db, settings, chosen)
    wanted = [one for one in made if language in (None, one.language)]
    if not made:
        session.say(f"{chosen}: no articles, so there is nothing to test")
    elif not wanted:
        raise UsageError(
            f"no edition in “{language}”; there are {', '.join(one.language for one in made)}"
        )
    failed, sign = 0, Keyring.load(settings).signer_of(now)
    with direct_post(settings) as relay:
        for edition in wanted:
            number = approval.number_of(f"test {recipient} {edition.language} {now.isoformat()}")
            shown = marked(edition, "[TEST]")
            message = copy(shown, settings, chosen, now, recipient, number, sign)
            outcome = relay.send(*message)
            if outcome.state is DeliveryState.SENT:
                session.say(f"{chosen} in “{edition.language}”: sent to {recipient}")
            else:
                session.warn(f"{chosen} in “{edition.language}”: not sent: {outcome.reply}")
                failed += 1
    if len(wanted) > failed:
        with transaction(session.db):
            detail = {"languages": [one.language for one in wanted]}
            record(session.db, chosen, "issue.tested", detail, session.actor(by), now)
    return 1 if failed else 0


@click.command()
@month_option
@json_option
@pass_session
def log(session: Session, month: str | None, as_json: bool) -> None:
    """Tell everything that changed the issue: when, who, from which command, and what."""
    chosen = session.month(month)
    stored = issues.get(session.db, chosen)
    found = events.of_issue(session.db, stored.id) if stored else ()
    if as_json:
        print_json([{"at": e["at"], "kind": e["kind"], **e["detail"]} for e in found])
        return
    for event in found:
        at = moment(event["at"]).astimezone(session.settings.zone)
        detail = event["detail"]
        who = " ".join(filter(None, (detail.get("by", ""), detail.get("command", ""))))
        click.echo(f"{at:%Y-%m-%d %H:%M}  {event['kind']}  {who}".rstrip())
        for line in _lines(detail):
            click.echo(f"    {line}")
    session.say(f"{chosen}: {len(found)} events")


def _lines(detail: dict[str, Any]) -> Iterator[str]:
    """What an event is about, and each field with its old and its new value."""
    about = {
        key: value
        for key, value in detail.items()
        if key not in ("by", "command", "changes", "article", "title")
    }
    if "article" in detail:
        yield f"{detail['article']}  {detail.get('title', '')}".rstrip()
    if "content" in about:
        about["content"] = about["content"][:12]
    for key, value in about.items():
        yield f"{key}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
    for name, (old, new) in detail.get("changes", {}).items():
        if (old or None) != (new or None):
            yield f"{name}: {_short(old)} → {_short(new)}"


def _short(value: Any) -> str:
    if not value:
        return "nothing"
    if value is True or isinstance(value, int):
        return "yes" if value is True else str(value)
    text = " ".join(str(value).split())
    return f"“{text[:70]}…”" if len(text) > 71 else f"“{text}”"


def _linted(session: Session, draft: Draft) -> tuple[Lack, ...]:
    """What the linter has against the editions, errors first; hints are left to `issue lint`."""
    from alerts.lint import Level  # imports a style sheet parser
    from alerts.proofread import chosen, copies, proofread

    settings = session.settings
    read = copies(draft.editions, settings, draft.month, session.now)
    proofs = proofread(read, settings, options=chosen(settings), editions=True)
    findings = [(f, proof.language) for proof in proofs for f in proof.findings]
    return tuple(
        Lack(f.code, f"{f.level}: {f.reason}; {f.remedy}", language=language)
        for level in (Level.ERROR, Level.WARNING)
        for f, language in findings
        if f.level is level
    )


def mail_previews(session: Session, draft: Draft) -> None:
    """Mail each editor what the month's issue is, unless they have been mailed exactly that."""
    db, settings, month = session.db, session.settings, draft.month
    state = approval.standing(db, settings, draft)
    session.recheck(month, draft=draft)
    if not approval.unmailed(db, settings, state):
        return  # the linter takes its time, and this is asked at every tick
    found = _linted(session, draft)
    sent: dict[str, list[str]] = {}
    with direct_post(settings) as relay:
        for preview in list(approval.previews(db, settings, draft, state, session.now, found)):
            outcome = relay.send(preview.envelope, preview.message)
            if outcome.state is DeliveryState.SENT:
                approval.mailed(db, state, preview, session.actor(), session.now)
                sent.setdefault(preview.recipient, []).append(preview.language)
            else:
                session.warn(f"preview for {preview.recipient}: not sent: {outcome.reply}")
    for recipient, languages in sent.items():
        session.say(f"{month}: preview mailed to {recipient} ({', '.join(languages)})")
