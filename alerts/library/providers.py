"""`project.years.providers()`: what came of the copies of issues, by mailbox provider."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils import Database

from alerts.domain.mailbox_provider import provider_of
from alerts.store import moment, provider_figures

SHORTEST = timedelta(
    minutes=1
)  # a send is never counted as shorter, so that its rate says something


@dataclass(frozen=True, slots=True)
class ProviderFigures:
    """The copies of issues for one provider: accepted, deferred at least once, refused for good, returned
    (hard, soft, or by a fault of ours), and complaints. `hourly`: how many were accepted an hour."""

    provider: str
    domains: tuple[str, ...]
    sent: int
    deferred: int
    failed: int
    hard: int
    soft: int
    ours: int
    complaints: int
    hourly: int

    @property
    def copies(self) -> int:
        """The copies that were settled."""
        return self.sent + self.failed


def by_provider(db: Database, issues: Sequence[int]) -> tuple[ProviderFigures, ...]:
    """The figures of those issues, the provider with the most copies first."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    domains: dict[str, dict[str, int]] = defaultdict(dict)
    for one in provider_figures.copies(db, issues):
        name = provider_of(one.domain)
        sums[name].update(sent=one.sent, deferred=one.deferred, failed=one.failed)
        domains[name][one.domain] = one.sent + one.failed
        if one.sent:
            took = max(moment(one.ended) - moment(one.began), SHORTEST)
            sums[name]["hourly"] += round(one.sent * timedelta(hours=1) / took)
    for domain, kind, number in provider_figures.returned(db, issues):
        sums[provider_of(domain)][kind] += number
    found = (
        ProviderFigures(
            name,
            tuple(sorted(domains[name], key=lambda each: (-domains[name][each], each))),
            each["sent"],
            each["deferred"],
            each["failed"],
            each["hard"],
            each["soft"],
            each["ours"],
            each["complaint"],
            each["hourly"],
        )
        for name, each in sums.items()
    )
    return tuple(sorted(found, key=lambda one: (-one.copies, one.provider)))
