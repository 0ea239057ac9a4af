"""The parts of an open project, each created when it is first used, since some take long to import."""

from functools import cached_property
from typing import TYPE_CHECKING

from alerts.library.opened import ProjectPart

if TYPE_CHECKING:
    from alerts.library.api_access import ApiTokens
    from alerts.library.archive import Archive
    from alerts.library.articles import Articles
    from alerts.library.bounces import Bounces
    from alerts.library.changes import RecentChanges
    from alerts.library.channels import Channels
    from alerts.library.comments import Comments
    from alerts.library.configuration import Configuration
    from alerts.library.copies import Copies
    from alerts.library.deliveries import Deliveries
    from alerts.library.desk import Desk
    from alerts.library.dmarc import Dmarc
    from alerts.library.drafts import Drafts
    from alerts.library.figures import ProjectFigures
    from alerts.library.hooks import Hooks
    from alerts.library.issues import Issues
    from alerts.library.jobs import Jobs
    from alerts.library.keys import SigningKeys
    from alerts.library.links import Links
    from alerts.library.linting import Linter
    from alerts.library.passkeys import Passkeys
    from alerts.library.people import People
    from alerts.library.pictures import PictureFiles
    from alerts.library.previews import Previews
    from alerts.library.profiles import Profiles
    from alerts.library.readers import Readers
    from alerts.library.recalls import Recalls
    from alerts.library.relay_reports import RelayReports
    from alerts.library.service import Service
    from alerts.library.sources import Sources
    from alerts.library.subscriber_list import SubscriberList
    from alerts.library.subscribers import Subscribers
    from alerts.library.suppressions import Suppressions
    from alerts.library.translations import Translations
    from alerts.library.watch import Watch
    from alerts.library.year import Years


class Parts(ProjectPart):
    """The attributes of a project, one per part."""

    @cached_property
    def subscribers(self) -> "Subscribers":
        """The people on the list."""
        from alerts.library.subscribers import Subscribers

        return Subscribers(self._opened)

    @cached_property
    def subscriber_list(self) -> "SubscriberList":
        """The same people page by page, and counted."""
        from alerts.library.subscriber_list import SubscriberList

        return SubscriberList(self._opened)

    @cached_property
    def suppressions(self) -> "Suppressions":
        """The addresses that must not be mailed."""
        from alerts.library.suppressions import Suppressions

        return Suppressions(self._opened)

    @cached_property
    def readers(self) -> "Readers":
        """Self-service of the same people, by a signed link."""
        from alerts.library.readers import Readers

        return Readers(self._opened)

    @cached_property
    def sources(self) -> "Sources":
        """The sources from which articles are collected."""
        from alerts.library.sources import Sources

        return Sources(self._opened)

    @cached_property
    def pictures(self) -> "PictureFiles":
        """The pictures of issues."""
        from alerts.library.pictures import PictureFiles

        return PictureFiles(self._opened)

    @cached_property
    def articles(self) -> "Articles":
        """The articles of the months."""
        from alerts.library.articles import Articles

        return Articles(self._opened)

    @cached_property
    def translations(self) -> "Translations":
        """The translations of a month, beside their sources."""
        from alerts.library.translations import Translations

        return Translations(self._opened)

    @cached_property
    def years(self) -> "Years":
        """What a year of issues came to."""
        from alerts.library.year import Years

        return Years(self._opened)

    @cached_property
    def people(self) -> "People":
        """The people who work on the alert."""
        from alerts.library.people import People

        return People(self._opened)

    @cached_property
    def passkeys(self) -> "Passkeys":
        """Their passkeys."""
        from alerts.library.passkeys import Passkeys

        return Passkeys(self._opened)

    @cached_property
    def desk(self) -> "Desk":
        """The month as people make it in a browser."""
        from alerts.library.desk import Desk

        return Desk(self._opened)

    @cached_property
    def drafts(self) -> "Drafts":
        """The drafts of the months, rendered and checked once."""
        from alerts.library.drafts import Drafts

        return Drafts(self._opened)

    @cached_property
    def changes(self) -> "RecentChanges":
        """What editors did to the issues, and taking it back."""
        from alerts.library.changes import RecentChanges

        return RecentChanges(self._opened)

    @cached_property
    def comments(self) -> "Comments":
        """What those people say to each other about a story or an issue."""
        from alerts.library.comments import Comments

        return Comments(self._opened)

    @cached_property
    def profiles(self) -> "Profiles":
        """The partner organisations."""
        from alerts.library.profiles import Profiles

        return Profiles(self._opened)

    @cached_property
    def issues(self) -> "Issues":
        """The issues of the months, and their texts."""
        from alerts.library.issues import Issues

        return Issues(self._opened)

    @cached_property
    def recalls(self) -> "Recalls":
        """Issues that are recalled and sent again, mended."""
        from alerts.library.recalls import Recalls

        return Recalls(self._opened)

    @cached_property
    def linter(self) -> "Linter":
        """The linter over the issues."""
        from alerts.library.linting import Linter

        return Linter(self._opened)

    @cached_property
    def previews(self) -> "Previews":
        """Previews of editions."""
        from alerts.library.previews import Previews

        return Previews(self._opened)

    @cached_property
    def deliveries(self) -> "Deliveries":
        """Single deliveries, and decisions on them."""
        from alerts.library.deliveries import Deliveries

        return Deliveries(self._opened)

    @cached_property
    def bounces(self) -> "Bounces":
        """Returned mail."""
        from alerts.library.bounces import Bounces

        return Bounces(self._opened)

    @cached_property
    def dmarc(self) -> "Dmarc":
        """Who sends as us, by the reports of receivers."""
        from alerts.library.dmarc import Dmarc

        return Dmarc(self._opened)

    @cached_property
    def relay_reports(self) -> "RelayReports":
        """What relays report over HTTP."""
        from alerts.library.relay_reports import RelayReports

        return RelayReports(self._opened)

    @cached_property
    def archive(self) -> "Archive":
        """The issues that were sent."""
        from alerts.library.archive import Archive

        return Archive(self._opened)

    @cached_property
    def links(self) -> "Links":
        """The signed links that name readers."""
        from alerts.library.links import Links

        return Links(self._opened)

    @cached_property
    def keys(self) -> "SigningKeys":
        """The keys that sign them."""
        from alerts.library.keys import SigningKeys

        return SigningKeys(self._opened)

    @cached_property
    def copies(self) -> "Copies":
        """Backups, and the copy of the database that sends."""
        from alerts.library.copies import Copies

        return Copies(self._opened)

    @cached_property
    def jobs(self) -> "Jobs":
        """Long work that `alerts serve` does."""
        from alerts.library.jobs import Jobs

        return Jobs(self._opened)

    @cached_property
    def tokens(self) -> "ApiTokens":
        """The tokens of the HTTP API."""
        from alerts.library.api_access import ApiTokens

        return ApiTokens(self._opened)

    @cached_property
    def figures(self) -> "ProjectFigures":
        """Lists and counts over the whole project."""
        from alerts.library.figures import ProjectFigures

        return ProjectFigures(self._opened)

    @cached_property
    def service(self) -> "Service":
        """Figures for a program that watches over this one."""
        from alerts.library.service import Service

        return Service(self._opened)

    @cached_property
    def watch(self) -> "Watch":
        """What an admin must know of."""
        from alerts.library.watch import Watch

        return Watch(self._opened)

    @cached_property
    def hooks(self) -> "Hooks":
        """The programs that are told what happens."""
        from alerts.library.hooks import Hooks

        return Hooks(self._opened)

    @cached_property
    def channels(self) -> "Channels":
        """Where issues are posted besides being mailed."""
        from alerts.library.channels import Channels

        return Channels(self._opened)

    @cached_property
    def configuration(self) -> "Configuration":
        """The settings in effect, and the project's templates."""
        from alerts.library.configuration import Configuration

        return Configuration(self._opened)
