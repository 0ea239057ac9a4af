"""Names the channels that would take no post, and the posts that wait for a person."""

from collections.abc import Iterator

from alerts.channels.answer import PostOutcome
from alerts.channels.channel import Channel, channels, hindrance
from alerts.doctor.finding import CheckContext, CheckLevel, CheckOutput
from alerts.domain.errors import SettingsError
from alerts.store import channel_list, faults
from alerts.text.plural import counted


def settled(context: CheckContext) -> Iterator[CheckOutput]:
    """Tell of each channel that has posts for a person to settle, and why nothing is posted at all."""
    settings = context.settings
    if settings.channels and (why := hindrance(settings)):
        yield CheckOutput(CheckLevel.HINT, f"channels: {why}", "see docs/channels.md")
    for one in channels(settings):
        with faults(settings.database_path):
            found = channel_list.figures(context.open_database(), one.name)
        if count := found.held + found.given_up:
            yield CheckOutput(
                CheckLevel.WARNING,
                f"channel {one.name}: {counted(count, 'post')} held or given up, the last answer:"
                f" {found.answer}",
                "`alerts channel list` names them",
            )
        else:
            yield CheckOutput(
                CheckLevel.OK, f"channel {one.name}: {counted(found.posted, 'post')} made"
            )
    if not settings.channels:
        yield CheckOutput(CheckLevel.OK, "no channel is set")


def reachable(context: CheckContext) -> Iterator[CheckOutput]:
    """Ask each network whether it knows the account; nothing is posted."""
    for one in channels(context.settings):
        yield _asked(context, one)
    if not context.settings.channels:
        yield CheckOutput(CheckLevel.OK, "nothing is posted to other networks")


def _asked(context: CheckContext, channel: Channel) -> CheckOutput:
    from alerts.channels.network import network_of  # imports httpx2

    try:
        token = channel.token(context.settings, context.environ)
    except SettingsError as fault:
        return CheckOutput(CheckLevel.ERROR, str(fault))
    answer = network_of(channel, token).check()
    about = f"channel {channel.name}: {channel.target}: {answer.words}"
    if answer.outcome is PostOutcome.POSTED:
        return CheckOutput(CheckLevel.OK, about)
    return CheckOutput(
        CheckLevel.ERROR, about, "mend server, to or token in [[channels]]; see docs/channels.md"
    )
