"""`alerts issue`: the issue of one month, or a special alert; one verb per file."""

import click

from alerts.cli.lazy import LazyGroup

COMMANDS = {
    "approve": (
        "alerts.cli.issue.approve:approve",
        "Approve the issue exactly as it is now; any later change voids the approval.",
    ),
    "correct": (
        "alerts.cli.issue.correct:correct",
        "Tell those who got a mistake what is right, in a short e-mail.",
    ),
    "drop": (
        "alerts.cli.issue.drop:drop",
        "Settle that the month's issue is not sent; it is no longer owed.",
    ),
    "edit": (
        "alerts.cli.issue.edit:edit",
        "Open the whole issue in $VISUAL or $EDITOR, and import it when the editor closes.",
    ),
    "export": (
        "alerts.cli.issue.export:export",
        "Write the whole issue into FILE (- is stdout), for `import`.",
    ),
    "import": (
        "alerts.cli.issue.import_:import_",
        "Import FILE, as written by `export` and changed (- is stdin), completely or not at all.",
    ),
    "letter": (
        "alerts.cli.issue.letter:letter",
        "Show the month's introduction in LANG, or write it with --text or --file.",
    ),
    "lint": (
        "alerts.cli.issue.lint:lint",
        "Check the editions of the month, or FILEs (.eml, .html, .txt; - is stdin).",
    ),
    "list": (
        "alerts.cli.issue.list_:list_",
        "List all issues by their keys: months, special alerts, corrections, imported ones.",
    ),
    "log": (
        "alerts.cli.issue.log:log",
        "List everything that changed the issue: when, who, by which command, and what.",
    ),
    "new": (
        "alerts.cli.issue.new:new",
        "Begin a special alert: an issue that is not a month's; prints its key.",
    ),
    "preview": (
        "alerts.cli.issue.preview:preview",
        "Show its editions in the browser, until stopped with Ctrl-C.",
    ),
    "recall": (
        "alerts.cli.issue.recall:recall",
        "Stop what has not left of a queued issue, at once; it can be edited again.",
    ),
    "reissue": (
        "alerts.cli.issue.reissue:reissue",
        "Queue the mended version of a recalled issue for those who were not mailed.",
    ),
    "schedule": (
        "alerts.cli.issue.schedule:schedule",
        "Have a special alert go by itself at a moment.",
    ),
    "screenshot": (
        "alerts.cli.issue.screenshot:screenshot",
        "Write DIR/MONTH/LANGUAGE-SCREEN-MODE.png for desktop and phone, light and dark.",
    ),
    "show": (
        "alerts.cli.issue.show:show",
        "Show its sections, how much of it is in each language, and what is missing.",
    ),
    "test": (
        "alerts.cli.issue.test:test",
        "Mail the editions to ADDR as a test; their subjects begin with [TEST].",
    ),
    "undo": (
        "alerts.cli.issue.undo:undo",
        "List what editors did to the issue, and undo one act.",
    ),
}


@click.group(cls=LazyGroup, table=COMMANDS)
def issue() -> None:
    """Show, edit, approve and test the issue of the month."""
