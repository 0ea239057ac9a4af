"""`alerts upgrade-check`: whether the project's own templates are of this version."""

import click

from alerts.cli.context import Session, json_option, pass_session, print_json


@click.command("upgrade-check")
@json_option
@pass_session
def upgrade_check(session: Session, as_json: bool) -> int:
    """Check settings and templates after an upgrade. Exits 1 where a person should look at something.

    The database is brought up to date by the first command; a copy of a template is not, since you may
    have changed it.
    """
    project = session.project
    project.configuration.check()
    found = project.configuration.older_templates()
    if as_json:
        print_json({"templates": [{"name": one.name, "copied_from": one.version} for one in found]})
        return 1 if found else 0
    for one in found:
        whence = f"copied from version {one.version}" if one.version else "of an unknown version"
        session.warn(
            f"templates/{one.name}: {whence}, and the packaged one has changed since: compare them, and"
            " remove yours if it has no changes of your own"
        )
    if not found:
        session.say("settings and templates fit this version")
    return 1 if found else 0
