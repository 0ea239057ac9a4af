"""Who sends as us, by what receivers reported: unknown addresses, and mail of ours that fails."""

from collections.abc import Iterator

from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.library.dmarc import SPAN, DmarcPicture, picture
from alerts.store import faults
from alerts.text.plural import counted

MANY = 10  # messages from which on an unknown address is more than a forwarder
FAILING = 0.05  # share of an address's messages that may fail, as forwarding breaks SPF


def seen(context: CheckContext) -> Iterator[CheckOutput]:
    """Tell of unknown sources and of known ones that fail, within 30 days."""
    settings = context.settings
    with faults(settings.database_path):
        found = picture(context.open_database(), settings, context.now - SPAN)
    if not found.reports:
        yield CheckOutput(
            CheckLevel.OK,
            "no DMARC report was read in 30 days, so nobody else is known to send as us",
        )
        return
    said = [*_unknown(found), *_failing(found)]
    yield from said
    if not said:
        number = sum(one.number for one in (*found.known, *found.unknown))
        yield CheckOutput(
            CheckLevel.OK,
            f"{counted(found.reports, 'DMARC report')} of 30 days: {number:,} messages as {found.domain},"
            " all but a few vouched for",
        )


def _unknown(found: DmarcPicture) -> Iterator[CheckOutput]:
    """Addresses for which neither DKIM nor SPF vouches."""
    number = sum(one.number for one in found.unknown)
    if number < MANY:
        return
    most = found.unknown[0]
    yield CheckOutput(
        CheckLevel.WARNING,
        f"{counted(len(found.unknown), 'unknown address')} sent {number:,} messages as {found.domain} in 30"
        f" days, most of them {most.source} ({most.number:,})",
        "`alerts dmarc` lists them; if one is yours, add it to SPF or let it sign by DKIM; else raise the"
        " policy to p=quarantine once all your own mail is vouched for",
    )


def _failing(found: DmarcPicture) -> Iterator[CheckOutput]:
    """Addresses of ours of whose mail too much is not vouched for."""
    for one in found.known:
        if one.failed >= MANY and one.failed > FAILING * one.number:
            yield CheckOutput(
                CheckLevel.WARNING,
                f"of {one.number:,} messages that {one.source} sent as {one.header_from}, {one.failed:,}"
                " were vouched for by neither DKIM nor SPF",
                "compare `alerts doctor` on SPF and DKIM; a relay must sign all it sends",
            )
        elif one.number >= MANY and not one.dkim:
            yield CheckOutput(
                CheckLevel.HINT,
                f"no message of {one.source} had a DKIM signature of {one.header_from}",
                "let it sign by DKIM: SPF alone fails when mail is forwarded",
            )
