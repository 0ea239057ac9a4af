"""Rates in the hub, for all workers together: one row a destination says when its next message may go.

A worker takes the next moments in one statement, by the clock of the hub, and counts them from its own clock
once it has the answer: so never too early. What it does not use is lost, never made up for.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from alerts.hub.database import HubDatabase

ALL = -1  # the place of the rate of all destinations together


@dataclass(frozen=True, slots=True)
class TakenMoments:
    """`number` moments, the first in `first` seconds from now, each `apart` seconds after the one before."""

    first: float
    apart: float
    number: int


def keep(hub: HubDatabase, rates: Mapping[int, float]) -> None:
    """Set the rates by place, in messages a second; what was taken already stays taken."""
    hub.rows(
        """WITH given AS (SELECT * FROM unnest(%(places)s::int[], %(rates)s::float8[]) AS g(place, rate)),
                gone AS (DELETE FROM alerts_hub.rates WHERE place NOT IN (SELECT place FROM given))
           INSERT INTO alerts_hub.rates (place, rate) SELECT place, rate FROM given
           ON CONFLICT (place) DO UPDATE SET rate = excluded.rate""",
        {"places": list(rates), "rates": list(rates.values())},
    )


def take(hub: HubDatabase, place: int, seconds: float) -> TakenMoments | None:
    """Take the moments of so many seconds of sending, at least one; None where there is no rate any more."""
    rows = hub.rows(
        """UPDATE alerts_hub.rates AS r
              SET next_at = greatest(r.next_at, clock_timestamp())
                            + make_interval(secs => greatest(1, floor(r.rate * %(seconds)s)) / r.rate)
            WHERE r.place = %(place)s
        RETURNING extract(epoch FROM r.next_at - clock_timestamp())::float8, r.rate,
                  greatest(1, floor(r.rate * %(seconds)s))::int""",
        {"place": place, "seconds": seconds},
    )
    if not rows:
        return None
    until, rate, number = rows[0]
    return TakenMoments(max(0.0, until - number / rate), 1 / rate, number)
