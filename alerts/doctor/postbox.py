"""The mailbox of bounces: is it there, and does it let us in?"""

from collections.abc import Iterator

from alerts.doctor.finding import Level, Patient, Said
from alerts.postbox import Postbox


def read(patient: Patient) -> Iterator[Said]:
    """Log in as `alerts bounce process` would, and mark nothing; raises `AlertsError`."""
    settings = patient.settings
    if not settings.bounces.mailbox:
        yield Said(
            Level.OK,
            "bounces.mailbox is empty: bounces count where your mail server calls `alerts bounce process`",
        )
        return
    box = Postbox.parse(settings.bounces.mailbox, settings.delivery.timeout.total_seconds())
    waiting = box.waiting(patient.password("bounces") or "")
    yield Said(Level.OK, f"the mailbox of bounces lets us in: {box.host}, {waiting} not read yet")
