"""How the hub stands while something is lent to it: what `alerts status`, monitors and the desk show."""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.errors import SettingsError
from alerts.store import hub_leases

if TYPE_CHECKING:
    from alerts.hub.figures import HubFigures, WorkerFigures


@dataclass(frozen=True, slots=True)
class NamedRate:
    """A rate for all workers together, in messages a second; `domains` are those of its destination (none:
    of all destinations together), and `ahead` seconds of it are taken already."""

    domains: tuple[str, ...]
    rate: float
    ahead: float


@dataclass(frozen=True, slots=True)
class HubStatus:
    """Deliveries by state, leases, workers seen in the last minute, rates, and the seconds since the last
    sign of the control node; or, where the hub does not answer, the `fault` alone."""

    fault: str = ""
    open: int = 0
    leased: int = 0
    done: int = 0
    leases: int = 0
    workers: "tuple[WorkerFigures, ...]" = ()
    rates: tuple[NamedRate, ...] = ()
    lag: float = 0.0

    def document(self) -> dict[str, Any]:
        """As `alerts status --json` shows it."""
        if self.fault:
            return {"fault": self.fault}
        told = asdict(self)
        del told["fault"]
        faults = sorted({one.fault for one in self.workers if one.fault})
        return {**told, "workers": len(self.workers), "each": told["workers"], "faults": faults}


def hub_status(db: Database, settings: Settings) -> HubStatus | None:
    """How the hub stands; None while nothing is lent, so that nobody waits for it."""
    if not (settings.delivery.hub and hub_leases.current(db)):
        return None
    from alerts.hub import figures  # psycopg, only where there is a hub
    from alerts.hub.database import HubDatabase, HubUnavailable

    hub = HubDatabase(settings.delivery.hub, "delivery.hub", "alerts status")
    try:
        return _named(settings, figures.read(hub))
    except (HubUnavailable, SettingsError) as fault:
        return HubStatus(str(fault))
    finally:
        hub.close()


def _named(settings: Settings, found: "HubFigures") -> HubStatus:
    known = [one.domains for one in settings.destinations]
    rates = tuple(
        NamedRate(known[one.place] if 0 <= one.place < len(known) else (), one.rate, one.ahead)
        for one in found.rates
    )
    return HubStatus(
        "", found.open, found.leased, found.done, found.leases, found.workers, rates, found.lag
    )
