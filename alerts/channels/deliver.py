"""Posts what channels are owed, one after the other.

    make → claim (in doubt from here) → post → settle

Each step is committed before the next begins, so a process may be killed between any two. What was posted
without an answer is sent again only while its network tells a repetition by its key; afterwards, and where
there is no key, it is held for a person. Waits after a failure as hooks do, and gives up after four days. A
network that does not answer is asked for nothing else until then. The caller holds the lock of channels.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlite_utils import Database

from alerts.channels.answer import PostAnswer, PostOutcome
from alerts.channels.channel import Channel
from alerts.channels.content import frozen_content
from alerts.config.settings import Settings
from alerts.domain.channel import REPEATABLE, ChannelKind, PostKey
from alerts.domain.errors import SettingsError
from alerts.hooks.attempts import AttemptWorld
from alerts.hooks.backoff import WAITS, next_wait
from alerts.store import channel_posts
from alerts.store.channel_posts import OwedPost

GIVE_UP_AFTER = timedelta(days=4)
IN_DOUBT = "it may be there; look, and `alerts channel accept {0}` or `alerts channel repeat {0}`"
_TOGETHER = 50  # posts read at once


@dataclass(frozen=True, slots=True)
class ChannelsPosted:
    """How many posts are there, and how many attempts failed or are in doubt."""

    posted: int = 0
    failed: int = 0


def repeatable(kind: ChannelKind, doubted_at: datetime, at: datetime) -> bool:
    """Whether a post in doubt since then can be sent again at that moment, and will not be there twice."""
    return at - doubted_at < REPEATABLE[kind]


def deliver(
    db: Database,
    settings: Settings,
    world: AttemptWorld,
    owed_by: tuple[Channel, ...],
    unsure_through: str,
) -> ChannelsPosted:
    """Post everything that is due to these channels."""
    posted = failed = 0
    for channel in owed_by:
        told = _channel(db, settings, world, channel, unsure_through)
        posted, failed = posted + told.posted, failed + told.failed
    return ChannelsPosted(posted, failed)


def _channel(
    db: Database, settings: Settings, world: AttemptWorld, channel: Channel, unsure_through: str
) -> ChannelsPosted:
    name, language = channel.name, channel.language
    for post in channel_posts.torn(db, name):
        _in_doubt(db, world, channel, post, "the process that posted it ended", world.now())
    channel_posts.make(db, name, language, world.now(), unsure_through, stories=channel.stories)
    if not channel_posts.due(db, name, world.now(), 1):
        return ChannelsPosted()
    from alerts.channels.network import network_of  # imports httpx2

    try:
        network = network_of(channel, channel.token(settings, world.environ))
    except SettingsError as fault:
        world.tell(f"channel {name}: {fault}")
        channel_posts.pause(db, name, world.now() + WAITS[1])
        return ChannelsPosted(failed=1)
    posted = failed = 0
    while owed := channel_posts.due(db, name, world.now(), _TOGETHER):
        for post in owed:
            if world.stopped():
                return ChannelsPosted(posted, failed)
            answer = _post(db, settings, world, channel, network.post, post)
            if answer is None:
                continue
            posted += answer.outcome is PostOutcome.POSTED
            failed += answer.outcome is not PostOutcome.POSTED
            if answer.silent:
                return ChannelsPosted(posted, failed)
    return ChannelsPosted(posted, failed)


Post = Callable[..., PostAnswer]


def _post(
    db: Database,
    settings: Settings,
    world: AttemptWorld,
    channel: Channel,
    send: Post,
    post: OwedPost,
) -> PostAnswer | None:
    """One post; None where nothing was sent."""
    now = world.now()
    if post.doubted_at is not None and not repeatable(channel.kind, post.doubted_at, now):
        _in_doubt(db, world, channel, post, "no answer told whether it is there", now)
        return None
    content = frozen_content(db, settings, post.month, post.language, post.article)
    if content is None or not channel_posts.claim(db, post, now):
        return None  # recalled or withdrawn meanwhile
    answer = send(PostKey(post.name, post.id, int(post.made_at.timestamp())), content)
    world.tell(f"channel {channel.name}: {_called(post)}: {answer.words}")
    _settle(db, world, channel, post, answer, now)
    return answer


def _settle(
    db: Database,
    world: AttemptWorld,
    channel: Channel,
    post: OwedPost,
    answer: PostAnswer,
    begun: datetime,
) -> None:
    """Note what came of an attempt that was begun then."""
    now, words = world.now(), answer.words
    if answer.outcome is PostOutcome.POSTED:
        channel_posts.settle(db, post, "posted", words, now, url=answer.url)
        return
    if answer.outcome is PostOutcome.REFUSED:
        channel_posts.settle(db, post, "given_up", words, now)
        return
    wait = next_wait(post.attempts + 1, GIVE_UP_AFTER, world.chance())
    again = now + max(wait or WAITS[-1], answer.wait)
    doubted = post.doubted_at or begun
    if answer.outcome is PostOutcome.DOUBT:
        _in_doubt(db, world, channel, post, words, again, doubted)
    elif post.doubted_at is not None:  # an earlier attempt is still in doubt
        channel_posts.settle(db, post, "queued", words, now, again=again, doubted=True)
    elif wait is None:
        channel_posts.settle(db, post, "given_up", words, now)
    else:
        channel_posts.settle(db, post, "queued", words, now, again=again)
    if answer.silent:
        channel_posts.pause(db, channel.name, again)


def _in_doubt(
    db: Database,
    world: AttemptWorld,
    channel: Channel,
    post: OwedPost,
    words: str,
    again: datetime,
    doubted: datetime | None = None,
) -> None:
    """Have a post that may be there sent again then, if its network would tell; else hold it."""
    since = doubted or post.doubted_at or datetime.min.replace(tzinfo=UTC)
    if repeatable(channel.kind, since, again):
        channel_posts.settle(db, post, "queued", words, world.now(), again=again, doubted=True)
        return
    held = f"{words}: {IN_DOUBT.format(post.id)}"
    channel_posts.settle(db, post, "held", held, world.now(), doubted=True)
    world.tell(f"channel {channel.name}: {_called(post)}: held: {held}")


def _called(post: OwedPost) -> str:
    return f"{post.month} {post.article}".strip()
