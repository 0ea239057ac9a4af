"""Names the endpoints and commands that do not take what they are told."""

from collections.abc import Iterator

from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.domain.errors import SettingsError
from alerts.hooks.endpoint import endpoints
from alerts.store import faults, hooks
from alerts.text.plural import counted


def taken(context: CheckContext) -> Iterator[CheckOutput]:
    """Tell of each endpoint that was given up or does not answer, and of secrets that are missing."""
    settings, db = context.settings, context.open_database()
    every = endpoints(settings)
    for one in every:
        with faults(settings.database_path):
            found = hooks.figures(db, one.name)
        if one.url:
            try:
                one.secrets(settings, context.environ)
            except SettingsError as fault:
                yield CheckOutput(CheckLevel.ERROR, str(fault))
                continue
        if found.given_up:
            yield CheckOutput(
                CheckLevel.WARNING,
                f"hook {one.name}: {counted(found.given_up, 'event')} given up, the last answer:"
                f" {found.answer}",
                f"mend {one.target}, then `alerts hook retry {one.name}`",
            )
        elif found.waiting and found.answer and found.next_due > "":
            yield CheckOutput(
                CheckLevel.HINT,
                f"hook {one.name}: {counted(found.waiting, 'event')} waiting, the last answer:"
                f" {found.answer}",
                f"`alerts hook test {one.name}` tries it now",
            )
        else:
            yield CheckOutput(
                CheckLevel.OK, f"hook {one.name}: {counted(found.delivered, 'event')} taken"
            )
    if not every:
        yield CheckOutput(CheckLevel.OK, "no hook is set")
