"""`alerts issue drop`: settle that the issue of a month is not sent."""

import click

from alerts.cli.context import Session, by_option, confirm, next_fields, on_month, print_json
from alerts.domain.errors import UsageError
from alerts.library.issue_results import DropPlan
from alerts.text.plural import counted


@click.command()
@click.option("--why", default="", metavar="TEXT", help="Why it is not sent, for the event log.")
@click.option("--undo", is_flag=True, help="Have a dropped issue be owed again, as it was.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@by_option
@on_month
def drop(
    session: Session, month: str | None, why: str, undo: bool, yes: bool, by: str, as_json: bool
) -> None:
    """Settle that the month's issue is not sent; it is no longer owed, and nothing names it as such.

    For an issue that is overdue, or a month without one. Its articles stay with it: `alerts article move`
    takes one into another issue, and what is found later joins the next open month. An issue that is queued
    or sent is refused; `alerts issue recall` first stops what has not left.
    """
    chosen = session.month(month)
    if undo:
        _undo(session, month, by, as_json)
        return
    planned = session.project.issues.plan_drop(chosen)
    if not why.strip() and not planned.already:
        raise UsageError(f"why is {chosen} not sent? --why TEXT, for the event log")
    if not planned.already and not yes:
        _ask(planned)
    done = session.project.issues.drop(chosen, why, by=by)
    step = session.project.next_step(None)
    if as_json:
        fields = {"month": str(chosen), "dropped": True, "already": done.already}
        print_json({**fields, "skipped": done.skipped, **next_fields(step)})
        return
    if done.already:
        click.echo(f"{chosen}: was dropped before; nothing changed")
        return
    skipped = f", {counted(done.skipped, 'copy')} that had not left" if done.skipped else ""
    click.echo(f"{chosen}: dropped{skipped}; `alerts issue drop {chosen.option} --undo` undoes it")
    if planned.articles:
        session.say(
            f"{counted(planned.articles, 'article')} of it left as they are:"
            " `alerts article move ID --to YYYY-MM` takes one into another issue"
        )
    session.tell_next(step)


def _undo(session: Session, month: str | None, by: str, as_json: bool) -> None:
    chosen = session.month(month)
    done = session.project.issues.undo_drop(chosen, by=by)
    step = session.project.next_step(chosen)
    if as_json:
        fields = {"month": str(chosen), "dropped": False, "already": done.already}
        print_json({**fields, "skipped": 0, **next_fields(step)})
        return
    if done.already:
        click.echo(f"{chosen}: is not dropped; nothing changed")
    else:
        click.echo(f"{chosen}: is no longer dropped; it is owed as before")
    session.tell_next(step)


def _ask(planned: DropPlan) -> None:
    """Have a person confirm it; raises `UsageError` where nobody can be asked."""
    about = (
        f"the issue of {planned.month} ({counted(planned.articles, 'article')},"
        f" {counted(planned.readers, 'reader')})"
    )
    nobody = f"{about} would not be sent: --yes drops it without asking"
    confirm(f"Never send {about}?", nobody=nobody, refused="nothing was dropped")
