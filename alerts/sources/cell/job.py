"""A job for a cell, as JSON: the task, the place of the document, and the settings that it needs.

No other setting and no secret is sent to a cell.
"""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from alerts.config.declarations import AlertSettings, SourcesSettings
from alerts.config.settings import Settings
from alerts.domain.article import Source, SourceKind
from alerts.sources.document import Fetched
from alerts.sources.normalise import Intake

LANGUAGES = "languages"  # the need of the language model


class Task(StrEnum):
    """The task for a document."""

    READ = "read"  # its articles
    LINKS = "links"  # the links of a listing
    IS_LISTING = "is_listing"  # whether a page is a listing
    SITEMAP = "sitemap"  # the addresses in a sitemap
    ROBOTS = "robots"  # whether a robots.txt allows a page
    OUTLINES = "outlines"  # the feeds of an OPML file
    HOLIDAYS = "holidays"  # the days of a calendar of holidays
    PICTURE = "picture"  # the files that are made of an original
    VERSIONS = "versions"  # the files that are made of a master (`sources/picture/make.py`)
    DMARC = "dmarc"  # the rows of a DMARC report (`mailbox/dmarc_xml.py`)
    SHARE = "share"  # the picture that other sites show of an issue (`sources/picture/share.py`)


@dataclass(frozen=True, slots=True)
class Job:
    """One document to parse; its octets are sent separately.

    `place` names it in messages. `since` is for calendars. For `Task.ROBOTS`, `url` is the page to
    check, and `agent` the User-Agent. For pictures, `kind` is a `PictureKind` and `focus` the point that
    must stay in view. `seconds` is the upper limit of CPU time.
    """

    task: Task
    place: str
    kind: str = ""
    section: str = ""
    language: str = ""
    profile: str = ""
    tags: tuple[str, ...] = ()
    url: str = ""
    base: str = ""
    content_type: str = ""
    since: str = ""
    languages: tuple[str, ...] = ("en",)
    timezone: str = "UTC"
    summary_length: int = 400
    upcoming: float = 0.0
    agent: str = ""
    focus: tuple[int, ...] = ()
    seconds: float = 20.0

    def to_json(self) -> bytes:
        """The job as JSON, for the cell."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Job":
        """The job from JSON, in the cell. The parent wrote it, so it is trusted."""
        fields = json.loads(text)
        job = cls(**fields)
        return replace(
            job,
            task=Task(job.task),
            tags=tuple(job.tags),
            languages=tuple(job.languages),
            focus=tuple(job.focus),
        )

    def intake(self) -> Intake:
        """The `Intake` for this source."""
        source = Source(
            0, self.place, self.kind, self.section, self.language, self.profile,
            tags=self.tags,
        )  # fmt: skip
        settings = Settings(
            root=Path("/"),
            alert=AlertSettings(languages=self.languages, timezone=self.timezone),
            sources=SourcesSettings(
                summary_length=self.summary_length,
                upcoming=timedelta(seconds=self.upcoming),
                timeout=timedelta(seconds=self.seconds),
            ),
        )
        return Intake(source, settings)

    def document(self, body: bytes) -> Fetched:
        """The document with its octets."""
        return Fetched(self.url, self.base, body, self.content_type)

    @property
    def needs(self) -> frozenset[str]:
        """The modules that must be loaded for our kinds and tasks; a plug-in is loaded in the cell
        itself."""
        if self.task in (Task.LINKS, Task.IS_LISTING):
            return frozenset({str(SourceKind.PAGE)})
        return frozenset({self.kind if self.task is Task.READ else str(self.task)})

    @property
    def may_need(self) -> frozenset[str]:
        """Further needs of some documents."""
        return frozenset({LANGUAGES} if self.task is Task.READ else ())

    @property
    def moment(self) -> datetime:
        """The moment from which events are news."""
        return (
            datetime.fromisoformat(self.since) if self.since else datetime.min.replace(tzinfo=UTC)
        )


def job_for(
    source: Source,
    document: Fetched,
    settings: Settings,
    task: Task = Task.READ,
    since: datetime | None = None,
) -> Job:
    """The job to do `task` with a document of that source."""
    return Job(
        task,
        source.location,
        str(source.kind),
        source.section,
        source.language,
        source.profile,
        source.tags,
        document.url,
        document.base,
        document.content_type,
        since.isoformat() if since else "",
        tuple(settings.alert.languages),
        settings.alert.timezone,
        settings.sources.summary_length,
        settings.sources.upcoming.total_seconds(),
    )
