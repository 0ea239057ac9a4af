"""Approvals that a change of an issue has voided."""

from collections.abc import Iterable
from dataclasses import dataclass

from alerts.domain.month import Month
from alerts.library.opened import Opened


@dataclass(frozen=True, slots=True)
class Voided:
    """The month's issue has changed, so the approvals by `names` are void."""

    month: Month
    names: tuple[str, ...]


def voided(opened: Opened, months: Iterable[Month], by: str) -> tuple[Voided, ...]:
    """Void the approvals of older contents of these months; returns whose they were."""
    from alerts.editions import approval  # imported here because it renders

    found = (
        Voided(
            month,
            approval.recheck(opened.db, opened.settings, month, opened.actor(by), opened.now),
        )
        for month in sorted(set(months))
    )
    return tuple(one for one in found if one.names)
