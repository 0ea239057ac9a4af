"""How a hub stands, on a line, for `alerts status`."""

from typing import Any

from alerts.text.plural import counted


def hub_words(hub: dict[str, Any]) -> str:
    """Workers, leases, deliveries, the last sign of the control node, and what relays refuse."""
    if fault := hub.get("fault"):
        return str(fault)
    told = (
        f"{counted(hub['workers'], 'worker')}, {counted(hub['leases'], 'lease')}; {hub['open']} open,"
        f" {hub['leased']} leased, {hub['done']} to be folded; last sign {hub['lag']:.0f} s ago"
    )
    return "; ".join((told, *(f"a worker says: {one}" for one in hub["faults"])))
