"""`alerts subscriber`: the people on the list; one verb per file."""

import click

from alerts.cli.lazy import LazyGroup

COMMANDS = {
    "add": (
        "alerts.cli.subscriber.add:add",
        "Add one person to the list; existing data that is not named stays.",
    ),
    "edit": ("alerts.cli.subscriber.edit:edit", "Change the data of one person."),
    "erase": (
        "alerts.cli.subscriber.erase:erase",
        "Delete all data of one person permanently; imports cannot bring the address back.",
    ),
    "export": (
        "alerts.cli.subscriber.export:export",
        "Write the list to FILE (“-”: standard output) as CSV, safe to open in a spreadsheet, or JSON.",
    ),
    "history": (
        "alerts.cli.subscriber.history:history",
        "List every event of one person, with copies and notices; --json: all data stored.",
    ),
    "import": (
        "alerts.cli.subscriber.import_:import_",
        "Import a FILE of CSV or JSON (“-”: standard input) completely or not at all; names bad lines.",
    ),
    "list": (
        "alerts.cli.subscriber.list_:list_",
        "List the subscribers; erased ones only with --status erased.",
    ),
    "show": (
        "alerts.cli.subscriber.show:show",
        "Show the data of one person, with their latest events.",
    ),
    "tag": (
        "alerts.cli.subscriber.tag:tag",
        "Give a tag to everyone selected, all of them or nobody; without a selection, to everyone.",
    ),
    "unsubscribe": (
        "alerts.cli.subscriber.unsubscribe:unsubscribe",
        "Unsubscribe one person; their queued deliveries are skipped.",
    ),
}


@click.group(cls=LazyGroup, table=COMMANDS)
def subscriber() -> None:
    """Add, import, list and change subscribers."""
