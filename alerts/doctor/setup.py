"""Settings that are well formed and still not what an alert needs; and the clock."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

from alerts.address import Address
from alerts.doctor.finding import Level, Patient, Said
from alerts.project import FILE_NAME
from alerts.store import faults, health
from alerts.transport import transport

# RFC 2606, RFC 6761: domains that belong to nobody
_MADE_UP = ("example", "example.com", "example.net", "example.org", "test", "invalid", "localhost")
# No clock is before the program was written.
_WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)


def made_up(domain: str) -> bool:
    """True for a domain that can belong to nobody."""
    return any(domain == one or domain.endswith(f".{one}") for one in _MADE_UP)


def settings(patient: Patient) -> Iterator[Said]:
    """Who sends, from where, with what the law wants."""
    chosen = patient.settings
    alert, sender, web = chosen.alert, chosen.sender, chosen.web
    transport(chosen, "")  # raises where delivery.relay is none
    found = []
    if not alert.address:
        found.append(
            Said(
                Level.ERROR,
                "no postal address in the footer, which the law wants in bulk mail",
                "write it in alert.address",
            )
        )
    if made_up(Address.parse(sender.address).domain):
        found.append(
            Said(
                Level.ERROR,
                f"mail would come from {sender.address}, which is an example",
                "write an address of your own in sender.address",
            )
        )
    page = urlsplit(web.base_url)
    if made_up(page.hostname or ""):
        found.append(
            Said(
                Level.ERROR,
                f"links to unsubscribe lead to {web.base_url}, which is an example",
                "write the address of your pages in web.base_url",
            )
        )
    elif page.scheme != "https":
        found.append(
            Said(
                Level.ERROR,
                f"{web.base_url} is not https, so mail programs show no one-click unsubscribe",
                "serve the pages by https and write that in web.base_url",
            )
        )
    if alert.logo and urlsplit(alert.logo).scheme != "https":
        found.append(
            Said(
                Level.WARNING,
                f"many mail programs show no logo that is not https: {alert.logo}",
                "write an https address in alert.logo",
            )
        )
    if chosen.delivery.relay.startswith(("maildir:", "null:")):
        found.append(
            Said(
                Level.HINT,
                f"nothing leaves this machine: the relay is {chosen.delivery.relay}",
                "write smtp://user@host:587 in delivery.relay when it should",
            )
        )
    yield from found or [Said(Level.OK, f"{chosen.root / FILE_NAME} is complete")]


def clock(patient: Patient) -> Iterator[Said]:
    """The clock against what it has already said: the newest date in the database."""
    now, db = patient.now, patient.open_database()
    with faults(patient.settings.database_path):
        newest = health.newest(db)
    remedy = "set the clock, and keep it right with NTP (timedatectl set-ntp true)"
    if now < _WRITTEN:
        yield Said(
            Level.ERROR, f"the clock says {now:%Y-%m-%d}, before this program was made", remedy
        )
    elif newest is not None and (newest - now).total_seconds() > 60:
        yield Said(
            Level.ERROR,
            f"the clock says {now:%Y-%m-%d %H:%M}, but the newest event is of {newest:%Y-%m-%d %H:%M}:"
            " it was set back",
            remedy,
        )
    else:
        local = now.astimezone(patient.settings.zone)
        yield Said(Level.OK, f"it is {local:%Y-%m-%d %H:%M} in {patient.settings.alert.timezone}")
