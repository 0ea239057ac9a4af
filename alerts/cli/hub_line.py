"""How a hub stands, on a line, for `alerts status`."""

from collections.abc import Iterator

from alerts.library.hub_status import HubStatus
from alerts.text.plural import counted


def hub_words(hub: HubStatus) -> str:
    """Workers, leases, deliveries, the last sign of the control node, rates, and what relays refuse."""
    return hub.fault or "; ".join(_parts(hub))


def _parts(hub: HubStatus) -> Iterator[str]:
    yield f"{counted(len(hub.workers), 'worker')}, {counted(hub.leases, 'lease')}"
    yield f"{hub.open} open, {hub.leased} leased, {hub.done} to be folded"
    yield f"last sign {hub.lag:.0f} s ago"
    for one in hub.rates:
        of = f" to {one.domains[0]}" if one.domains else ""
        yield f"{one.rate:g}/s{of} for all workers"
    ending = sum(one.drain for one in hub.workers)
    if ending:
        yield f"{ending} asked to end"
    for words in sorted({one.fault for one in hub.workers if one.fault}):
        yield f"a worker says: {words}"
