"""How a send by the hub stands, in one statement: for `alerts status`, monitors and the desk, and for the
control node, which says what workers tell."""

from dataclasses import dataclass

from alerts.hub.database import HubDatabase


@dataclass(frozen=True, slots=True)
class WorkerFigures:
    """A worker seen in the last minute: outcomes since it began, seconds since its last sign, the fault of
    its relay or hub, or empty, and whether it is asked to end."""

    host: str
    done: int
    seen: float
    fault: str
    drain: bool


@dataclass(frozen=True, slots=True)
class HubRate:
    """A rate for all workers together, in messages a second, by the place of its destination (-1: all of
    them); `ahead` seconds of it are taken already."""

    place: int
    rate: float
    ahead: float


@dataclass(frozen=True, slots=True)
class HubFigures:
    """Deliveries by state, leases, the workers, the rates, and the seconds since the last sign of the control
    node; 0 where nothing is lent."""

    open: int
    leased: int
    done: int
    leases: int
    workers: tuple[WorkerFigures, ...]
    rates: tuple[HubRate, ...]
    lag: float

    @property
    def faults(self) -> tuple[str, ...]:
        """What workers say is wrong, each once."""
        return tuple(sorted({one.fault for one in self.workers if one.fault}))


def read(hub: HubDatabase) -> HubFigures:
    """How it stands now."""
    (row,) = hub.rows(
        """SELECT count(*) FILTER (WHERE state = 'open'), count(*) FILTER (WHERE state = 'leased'),
                  count(*) FILTER (WHERE state = 'done'), (SELECT count(*) FROM alerts_hub.leases),
                  coalesce((SELECT extract(epoch FROM clock_timestamp() - max(seen_at))::float8
                              FROM alerts_hub.sends), 0)
             FROM alerts_hub.slips"""
    )
    lent_out, leased, done, leases, lag = row
    return HubFigures(lent_out, leased, done, leases, workers(hub), _rates(hub), round(lag, 1))


def workers(hub: HubDatabase) -> tuple[WorkerFigures, ...]:
    """The workers seen in the last minute, in the order in which they are named."""
    rows = hub.rows(
        """SELECT host, done, extract(epoch FROM clock_timestamp() - seen_at)::float8, fault, drain
             FROM alerts_hub.workers WHERE seen_at > clock_timestamp() - interval '60 s' ORDER BY id"""
    )
    return tuple(
        WorkerFigures(host, done, round(max(0.0, seen), 1), fault, drain)
        for host, done, seen, fault, drain in rows
    )


def _rates(hub: HubDatabase) -> tuple[HubRate, ...]:
    rows = hub.rows(
        """SELECT place, rate, greatest(0, extract(epoch FROM next_at - clock_timestamp()))::float8
             FROM alerts_hub.rates ORDER BY place"""
    )
    return tuple(HubRate(place, rate, round(ahead, 1)) for place, rate, ahead in rows)
