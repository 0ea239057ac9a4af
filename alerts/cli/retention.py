"""`alerts retention`: let go what is older than `[retention]` allows."""

from dataclasses import asdict

import click

from alerts import retention as rule
from alerts.cli.session import Session, json_option, pass_session, print_json


@click.command()
@click.option("--dry-run", is_flag=True, help="Tell what would go; change nothing.")
@json_option
@pass_session
def retention(session: Session, dry_run: bool, as_json: bool) -> None:
    """Let go what is older than [retention] in alerts.toml allows; `schedule` does it daily."""
    act = rule.foretell if dry_run else rule.reduce
    done = act(session.db, session.settings, session.now)
    if as_json:
        print_json({**asdict(done), "dry_run": dry_run})
        return
    click.echo(
        f"{'would be: ' if dry_run else ''}{done.sign_ups} sign-ups and {done.pending} pending people"
        f" forgotten, {done.replies} replies and {done.notices} notices emptied,"
        f" {done.erased} who left erased"
    )
