"""Checks whether a reverse proxy before the pages is named in the settings.

Without its name, all visitors seem to have the same address.
"""

from collections.abc import Iterator
from datetime import timedelta

from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.domain.networks import belongs
from alerts.store import faults, proxies

RECENT = timedelta(days=30)


def named(context: CheckContext) -> Iterator[CheckOutput]:
    """Report the last peer that sent X-Forwarded-For without being trusted, as `alerts serve` recorded
    it."""
    db = context.open_database()
    with faults(context.settings.database_path):
        noted = proxies.noted(db)
    if noted is None or context.now - noted[1] > RECENT:
        yield CheckOutput(
            CheckLevel.OK, "no reverse proxy was seen that web.trusted_proxies does not name"
        )
        return
    peer, seen = noted
    if belongs(peer, context.settings.web.trusted_proxies):
        yield CheckOutput(
            CheckLevel.OK, f"the reverse proxy {peer} is named in web.trusted_proxies"
        )
        return
    yield CheckOutput(
        CheckLevel.WARNING,
        f"the pages seem to be behind a reverse proxy: {peer} sent X-Forwarded-For on"
        f" {seen:%Y-%m-%d}, which is not believed, so all visitors share the limits of one",
        f'if that is your proxy, add "{peer}" to web.trusted_proxies and restart `alerts serve`',
    )
