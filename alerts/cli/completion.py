"""`alerts completion`: prints what a shell needs to complete commands and options."""

import click

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the completion of commands and options for SHELL, to be put where it looks for them.

    A wheel installs it for all three below share/ of its environment.
    """
    click.echo(completion_of(shell), nl=False)


def completion_of(shell: str) -> str:
    """The script for one of `SHELLS`; raises `KeyError` for another."""
    from click.shell_completion import BashComplete, get_completion_class

    from alerts.cli import alerts

    kind = get_completion_class(shell)
    if kind is None:
        raise KeyError(shell)
    made = kind(alerts, {}, "alerts", "_ALERTS_COMPLETE")
    if isinstance(made, BashComplete):  # `source` asks the bash of this machine for its version
        return made.source_template % made.source_vars()
    return made.source()
