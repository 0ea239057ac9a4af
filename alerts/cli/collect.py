"""`alerts collect`: collect articles from the sources."""

from dataclasses import asdict

import click

from alerts.cli.context import Session, json_option, month_option, pass_session, print_json
from alerts.cli.steps import tell


@click.command()
@month_option
@json_option
@pass_session
def collect(session: Session, month: str | None, as_json: bool) -> int:
    """Collect articles from the sources; those without a date join the month."""
    session.begin_log("collect")
    result = session.project.collect(month)
    tell(session, result)
    if as_json:
        failed = [{"source": f.source, "reason": f.reason} for f in result.failed]
        counts = {name: getattr(result, name) for name in ("new", "updated", "unchanged")}
        moved = {"moved": [asdict(move) for move in result.moved]} if result.moved else {}
        print_json({"month": str(result.month), **counts, "failed": failed, **moved})
    else:
        line = (
            f"{result.month}: {result.new} new, {result.updated} updated, "
            f"{result.unchanged} unchanged, {len(result.failed)} failed"
        )
        session.show(line, "collected", month=result.month)
    return 1 if result.failed else 0
