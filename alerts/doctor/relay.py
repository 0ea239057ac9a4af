"""The relay: is it there, is the way to it private, and does it let us in?"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from alerts.doctor.finding import Level, Patient, Said
from alerts.transport import transport


def login(patient: Patient) -> Iterator[Said]:
    """Connect and log in as `alerts send` would, and say goodbye; raises `AlertsError`."""
    relay = patient.settings.delivery.relay
    if not relay.startswith(("smtp:", "smtps:")):
        yield Said(Level.OK, f"{relay} needs no login")
        return
    connection = transport(patient.settings, patient.password("delivery"))()
    connection.cut()
    parts = urlsplit(relay)
    where = f"{parts.hostname}, as {parts.username}" if parts.username else f"{parts.hostname}"
    yield Said(Level.OK, f"the relay lets us in: {where}")
