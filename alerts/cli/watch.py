"""`alerts watch`: look for what an admin must know of, and mail `alert.admins` once about it."""

from typing import TYPE_CHECKING

import click

from alerts.cli.context import Session, json_option, pass_session, print_json
from alerts.domain.errors import AlertsError, LockHeld

if TYPE_CHECKING:
    from alerts.library.watch import Watched


@click.command()
@json_option
@pass_session
def watch(session: Session, as_json: bool) -> int:
    """Look for trouble: relay, approval, overdue issues, disk, backup, bounces, copies, clock.

    Each of alert.admins is mailed once when something is wrong, and once when it is over. Exits 0 if
    nothing is wrong, 1 if something is, 75 if a mail about it could not be sent. `run`, `send`, `schedule`
    and `serve` do the same by themselves.
    """
    session.begin_log("watch")
    found = session.project.watch.look()
    if as_json:
        print_json(
            {
                "open": [
                    {
                        "kind": one.trouble.kind,
                        "subject": one.trouble.subject,
                        "about": one.trouble.words,
                        "remedy": one.trouble.remedy,
                        "since": one.opened_at.isoformat(),
                    }
                    for one in found.open
                ],
                "opened": found.opened,
                "healed": found.healed,
                "mailed": found.sent,
            }
        )
    else:
        for one in found.open:
            remedy = f": {one.trouble.remedy}" if one.trouble.remedy else ""
            session.show(f"{one.trouble.words}{remedy}", one.trouble.kind, incident=one.id)
        if not found.open:
            session.say("nothing is wrong", "good")
    _tell(session, found)
    _beat(session, found)
    return 75 if found.fault else int(bool(found.open))


def watched(session: Session, *, good: bool) -> None:
    """The same at the end of `run` and `send`, where there are admins, or a heartbeat after a `good` end."""
    if not session.settings.alert.admins and not session.settings.watch.heartbeat:
        return
    try:
        found = session.project.watch.look()
    except LockHeld:  # another call looks at this moment
        return
    except (
        AlertsError
    ) as fault:  # of the watch alone: what was run has ended well or has told why not
        session.warn(f"what admins must know of was not looked for: {fault}", "unwatched")
        return
    _tell(session, found)
    if good:
        _beat(session, found)


def _beat(session: Session, found: "Watched") -> None:
    """Say that all is well to whoever waits for it; nobody hears where something is wrong."""
    if not found.open and (fault := session.project.watch.beat()):
        session.explain(f"watch.heartbeat: {fault}", "heartbeat")


def _tell(session: Session, found: "Watched") -> None:
    if found.fault:
        session.explain(f"a mail to the admins waits: {found.fault}", "waits")
