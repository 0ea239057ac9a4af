"""`alerts issue approve`: sign an issue exactly as it is."""

import click

from alerts.cli.context import Session, by_option, on_month, print_json


@click.command()
@click.option(
    "--content",
    default="",
    metavar="HASH",
    help="The content that you approve, as the preview names it.",
)
@by_option
@on_month
def approve(session: Session, month: str | None, content: str, by: str, as_json: bool) -> None:
    """Approve the issue exactly as it is now; any later change voids the approval.

    With alert.review = "required", nothing is sent before alert.approvals different people approved.
    """
    chosen = session.month(month)
    draft = session.project.draft(chosen)
    after = session.project.approve(draft, by=by, content=content)
    for line in session.project.issues.missing(draft):
        session.say(f"missing: {line}")
    for group in session.project.linter.causes(draft):
        session.say(group.line(chosen))
    if as_json:
        document = {"month": str(chosen), "content": after.content_hash, "by": list(after.names)}
        print_json({**document, "needed": after.needed, "approved": after.complete})
        return
    click.echo(
        f"{chosen}: approved by {', '.join(after.names)} ({len(after.names)} of {after.needed}),"
        f" content {after.content_hash[:12]}"
    )
    if after.complete:
        session.say(f"next: `alerts run {chosen.option}`")
