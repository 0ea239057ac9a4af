"""`alerts article`: see and shape the articles of the month; verbs that belong together share a file.

An editor's changes overrule the source, also when the source changes later. Articles of a month that is
queued or sent cannot be changed.
"""

import click

from alerts.cli.lazy import LazyGroup

COMMANDS = {
    "add": (
        "alerts.cli.article.add:add",
        "Add the page at URL; options take precedence over what the page says.",
    ),
    "edit": ("alerts.cli.article.edit:edit", "Change what is given; an empty text removes it."),
    "exclude": ("alerts.cli.article.marking:exclude", "Leave an article out of the issue."),
    "feature": ("alerts.cli.article.marking:feature", "Put an article at the top of the issue."),
    "include": ("alerts.cli.article.marking:include", "Include an excluded article again."),
    "join": (
        "alerts.cli.article.duplicates:join",
        "Mark the first article as the same story as the second.",
    ),
    "list": (
        "alerts.cli.article.list_:list_",
        "List the articles of the month, excluded ones too.",
    ),
    "move": ("alerts.cli.article.move:move", "Move an article to another section, place or month."),
    "part": (
        "alerts.cli.article.duplicates:part",
        "Make a duplicate or a translation a separate article again, for good.",
    ),
    "show": (
        "alerts.cli.article.show:show",
        "Show one article, with an editor's text and its source's.",
    ),
    "translate": (
        "alerts.cli.article.translate:translate",
        "Give title or summary, or both, in LANG; the other stays as it is, an empty text removes it.",
    ),
}


@click.group(cls=LazyGroup, table=COMMANDS)
def article() -> None:
    """Show and edit the articles of the month."""
