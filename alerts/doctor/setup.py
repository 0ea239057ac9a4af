"""Checks settings that are well formed, but incomplete or without use."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from alerts.config.load import FILE_NAME
from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.outbox import gate
from alerts.transport.relay import transport


def settings(context: CheckContext) -> Iterator[CheckOutput]:
    """Check sender, page address, relay, and data that laws require."""
    chosen = context.settings
    alert = chosen.alert
    transport(chosen, "")  # raises where delivery.relay is not a valid URL
    found = [
        CheckOutput(CheckLevel.ERROR, one.reason, one.remedy) for one in gate.of_settings(chosen)
    ]
    linked = alert.logo and chosen.pictures.delivery == "source"
    if linked and urlsplit(alert.logo).scheme != "https":
        found.append(
            CheckOutput(
                CheckLevel.WARNING,
                f"many mail programs show no logo that is not https: {alert.logo}",
                "set alert.logo to an https URL",
            )
        )
    if chosen.delivery.relay.startswith(("maildir:", "null:")):
        found.append(
            CheckOutput(
                CheckLevel.HINT,
                f"nothing leaves this machine: the relay is {chosen.delivery.relay}",
                "set delivery.relay to smtp://user@host:587 when mail should be sent",
            )
        )
    yield from found or [CheckOutput(CheckLevel.OK, f"{chosen.root / FILE_NAME} is complete")]
