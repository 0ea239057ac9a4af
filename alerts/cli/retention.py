"""`alerts retention`: delete data that is older than `[retention]` allows."""

from dataclasses import asdict

import click

from alerts.cli.anyway import known
from alerts.cli.context import Session, anyway_option, json_option, pass_session, print_json


@click.command()
@click.option("--dry-run", is_flag=True, help="Report what would be removed; change nothing.")
@anyway_option
@json_option
@pass_session
def retention(session: Session, dry_run: bool, anyway: tuple[str, ...], as_json: bool) -> None:
    """Delete data that is older than [retention] in alerts.toml allows; `schedule` does it daily.

    Refuses while the clock may be wrong (`--anyway clock`).
    """
    session.begin_log("retention")
    done = session.project.retention(dry_run=dry_run, anyway=known(anyway))
    if as_json:
        print_json({**asdict(done), "dry_run": dry_run})
        return
    session.show(
        f"{'would be: ' if dry_run else ''}{done.sign_ups} sign-ups and {done.pending} pending people"
        f" deleted, {done.replies} replies and {done.notices} notices emptied,"
        f" {done.erased} unsubscribed people erased",
        "removed",
    )
