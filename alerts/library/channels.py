"""`project.channels`: where issues are posted besides being mailed."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from alerts.archive.pieces import articles_of
from alerts.channels.channel import Channel, channels, hindrance, wanted
from alerts.channels.content import of_issue, of_story
from alerts.channels.deliver import ChannelsPosted, deliver
from alerts.channels.plain import PlainPost
from alerts.domain.errors import UsageError
from alerts.editions.draft import Draft, drafted, pictures_of
from alerts.library.attempts import attempt_world
from alerts.library.opened import AMonth, ProjectPart, call
from alerts.store import archive, channel_list, channel_posts, instance, issues
from alerts.store.channel_list import ListedPost
from alerts.store.channel_posts import ChannelFigures
from alerts.store.lock import project_lock

LOCK = "channels"
_OPEN = ("queued", "posting", "held", "given_up")


@dataclass(frozen=True, slots=True)
class ChannelStanding:
    """A channel, how it stands with it, and the posts that are not there yet."""

    channel: Channel
    figures: ChannelFigures
    open: tuple[ListedPost, ...]


@dataclass(frozen=True, slots=True)
class ChannelPreview:
    """What a channel would be posted of an issue, in order."""

    channel: Channel
    posts: tuple[PlainPost, ...]


class Channels(ProjectPart):
    """Mastodon, Bluesky, Telegram and Matrix, and what was posted there."""

    @property
    def hindrance(self) -> str:
        """Why nothing is posted anywhere yet; empty where it is."""
        return hindrance(self._opened.settings)

    @call
    def list(self) -> tuple[ChannelStanding, ...]:
        """Every channel, and how it stands with it."""
        db = self._opened.db
        return tuple(
            ChannelStanding(
                one,
                channel_list.figures(db, one.name),
                tuple(channel_list.listed(db, one.name, _OPEN)),
            )
            for one in channels(self._opened.settings)
        )

    @call
    def any_due(self) -> bool:
        """Whether anything is to be posted now."""
        opened = self._opened
        if not wanted(opened.settings):
            return False
        return any(
            channel_posts.any_owed(opened.db, one.name, one.language, stories=one.stories)
            or channel_posts.any_due(opened.db, one.name, opened.now)
            for one in channels(opened.settings)
        )

    @call
    def deliver(
        self,
        *,
        tell: Callable[[str], None] = lambda line: None,
        stop: threading.Event | None = None,
    ) -> ChannelsPosted:
        """Post what is due; `tell` gets a line for each attempt. Raises `LockHeld` while another process
        does so, and `UndecidedCopy` where this copy may not send."""
        opened = self._opened
        if not wanted(opened.settings):
            return ChannelsPosted()
        world = attempt_world(opened, tell, stop)
        with project_lock(opened.settings.database_path, "channel", opened.now, LOCK):
            opened.ensure_may_send()
            here = instance.get(opened.db)
            unsure = here.unsure_through if here else ""
            return deliver(opened.db, opened.settings, world, channels(opened.settings), unsure)

    @call
    def retry(
        self, *names: str, tell: Callable[[str], None] = lambda line: None
    ) -> tuple[ChannelStanding, ...]:
        """Try at once what waits or was given up, for the channels named or all; how it stands then.

        What is held is left alone. Raises `UsageError` for an unknown name, `LockHeld`, `UndecidedCopy`.
        """
        chosen = [self._named(name) for name in names] or channels(self._opened.settings)
        for one in chosen:
            channel_list.requeue(self._opened.db, one.name, self._opened.now)
        self.deliver(tell=tell)
        named = {one.name for one in chosen}
        return tuple(one for one in self.list() if one.channel.name in named)

    @call
    def accept(self, *numbers: int, by: str = "") -> int:
        """Settle that held posts are there, so that they are not posted again; how many."""
        return self._decide(numbers, "posted", "accepted", by)

    @call
    def repeat(self, *numbers: int, by: str = "") -> int:
        """Settle that held posts are not there, so that they are posted; how many."""
        return self._decide(numbers, "queued", "to be repeated", by)

    def _decide(self, numbers: Sequence[int], state: str, words: str, by: str) -> int:
        opened = self._opened
        answer = f"{words} by {opened.actor(by).name}"
        return channel_list.decide(opened.db, numbers, state, answer, opened.now)

    @call
    def preview(
        self, *names: str, month: AMonth = None, language: str = ""
    ) -> tuple[ChannelPreview, ...]:
        """What channels would be posted of an issue, as it is now or was frozen; of the channels named, or
        all, or those of a language. Raises `UsageError` for an unknown name."""
        chosen = [self._named(name) for name in names] or channels(self._opened.settings)
        found = [one for one in chosen if not language or one.language == language]
        if not found:
            return ()
        opened = self._opened
        made = drafted(opened.db, opened.settings, opened.month(month))
        return tuple(self._previewed(made, one) for one in found)

    @call
    def preview_of(self, made: Draft, language: str) -> tuple[ChannelPreview, ...]:
        """The same of a draft that the caller has, for the channels of a language."""
        there = channels(self._opened.settings)
        return tuple(self._previewed(made, one) for one in there if one.language == language)

    def _previewed(self, made: Draft, channel: Channel) -> ChannelPreview:
        from alerts.channels.network import shown  # imports httpx2

        opened, settings, month = self._opened, self._opened.settings, made.month
        edition = next((e for e in made.editions if e.language == channel.language), None)
        if edition is None:
            return ChannelPreview(channel, ())
        stored = issues.get(opened.db, month)
        if stored is not None and stored.frozen:
            pieces = archive.pieces(opened.db, month, channel.language)
        else:
            there = pictures_of(opened.db, settings)
            pieces = list(articles_of(made.issue, channel.language, settings, opened.now, there))
        if channel.stories:
            contents = [of_story(settings, month, channel.language, one) for one in pieces]
        else:
            contents = [of_issue(settings, month, edition, pieces)]
        return ChannelPreview(channel, tuple(shown(channel.kind, one) for one in contents))

    def _named(self, name: str) -> Channel:
        there = channels(self._opened.settings)
        for one in there:
            if one.name == name:
                return one
        known = ", ".join(one.name for one in there) or "none in alerts.toml"
        raise UsageError(f"no channel “{name}”; there are: {known}")
