"""Checks the secrets of the relays that report bounces over HTTP, and says what they have reported."""

from collections.abc import Iterator

from alerts.config.secret_files import named_secret
from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.domain.errors import SettingsError
from alerts.hooks.signature import secrets_of
from alerts.store import faults, relay_events
from alerts.text.plural import counted

SHORTEST = 16  # characters of a secret that a relay shows


def readable(context: CheckContext) -> Iterator[CheckOutput]:
    """Tell of each relay in [[relay_reports]]."""
    settings, db = context.settings, context.open_database()
    with faults(settings.database_path):
        counts = relay_events.counts(db)
    for one in settings.relay_reports:
        name = f"relay_reports: {one.relay}"
        try:
            secret = named_secret(settings, context.environ, one.secret_env, one.secret_file, name)
            if one.relay == "resend":
                secrets_of(secret, name)
        except SettingsError as fault:
            yield CheckOutput(CheckLevel.ERROR, str(fault))
            continue
        needed = one.relay != "ses" and not one.networks
        if needed and len(secret) < SHORTEST:
            yield CheckOutput(
                CheckLevel.ERROR,
                f"{name}: its secret is missing or shorter than {SHORTEST} characters",
                "set the variable of secret_env, or secret_file",
            )
            continue
        number = sum(count.number for count in counts if count.relay == one.relay)
        last = max((count.last_at for count in counts if count.relay == one.relay), default="")
        told = f"{counted(number, 'event')}, the last one {last}" if number else "nothing yet"
        yield CheckOutput(CheckLevel.OK, f"{name} has reported {told}")
    if not settings.relay_reports:
        yield CheckOutput(CheckLevel.OK, "no relay reports over HTTP")
