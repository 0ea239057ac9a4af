"""The context of all pages: the settings, the database, the clock, the templates, and the thread to
wake."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from sqlite_utils import Database

from alerts.config.settings import Settings
from alerts.domain.networks import belongs
from alerts.editions.escaping import link
from alerts.library.connections import Pool
from alerts.library.project import Project
from alerts.library.recent_drafts import RecentDrafts
from alerts.library.system_clock import system_clock
from alerts.web.count_writer import CountWriter
from alerts.web.figures import AnswerCounts, FigureCache
from alerts.web.page_cache import PageCache
from alerts.web.rate_limits import RateLimits
from alerts.web.templates import Pages
from alerts.web.uploads import Uploads

Tell = Callable[[str, str], None]
LOOPBACK = ("127.0.0.0/8", "::1")
Log = Callable[[str], None]


@dataclass(frozen=True)
class Site:
    """One project's pages.

    `wake` is called when there may be a new notice to send, `wake_jobs` when there may be a new job;
    `log` gets one line per visit, `warn` messages about faults, `tell` (by default `log`) one for each
    visit that an admin wants to know of, with the name of the event. `host` is the address on which the
    server listens, by default that of the settings.
    """

    settings: Settings
    wake: Callable[[], None] = lambda: None
    wake_jobs: Callable[[], None] = lambda: None
    log: Log = lambda line: None
    warn: Log = lambda line: None
    now: Callable[[], datetime] = system_clock
    host: str = ""
    tell: Tell | None = None
    pages: Pages = field(init=False)
    pool: Pool = field(init=False)
    limits: RateLimits = field(init=False)
    counts: CountWriter = field(init=False)
    drafts: RecentDrafts = field(init=False)
    cache: PageCache = field(init=False)
    answers: AnswerCounts = field(init=False, default_factory=AnswerCounts)
    figures: FigureCache = field(init=False, default_factory=FigureCache)
    uploads: Uploads = field(init=False, default_factory=Uploads)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pages", Pages(self.settings))
        if self.pages.fault is not None:
            self.warn(f"the pages have no style sheet: {self.pages.fault}")
        object.__setattr__(self, "pool", Pool(self.settings, self.warn))
        object.__setattr__(self, "limits", RateLimits.of(self.settings.web))
        object.__setattr__(self, "drafts", RecentDrafts(self.wake_jobs))
        object.__setattr__(self, "cache", PageCache())
        object.__setattr__(self, "counts", CountWriter(self.pool, self.warn))

    @property
    def loopback(self) -> bool:
        """Whether only programs of this machine can reach the server."""
        host = self.host or self.settings.web.host
        return host.lower() == "localhost" or belongs(host, LOOPBACK)

    def project(self, db: Database, now: datetime) -> Project:
        """The project at that moment, over one connection of the pool."""
        return Project.over(self.settings, db, now, "serve")

    def close(self) -> None:
        """Write the remaining counts and close the database; only when no visit is in progress."""
        self.uploads.close()
        self.counts.close()
        self.pool.close()

    @property
    def prefix(self) -> str:
        """The path of the public address; a proxy may keep or remove it."""
        return urlsplit(self.settings.web.base_url).path.rstrip("/")

    @property
    def images(self) -> str:
        """The origin of pictures other than ours: the logo's site, if there is a logo."""
        logo = urlsplit(link(self.settings.alert.logo))
        return f"{logo.scheme}://{logo.netloc}" if logo.netloc else ""

    def policy(self, frames: str = "'none'", more: str = "") -> str:
        """Content-Security-Policy of a page; `frames` may show it within theirs. `more`: what it loads of
        ours besides its style and pictures, as further directives."""
        return (
            f"default-src 'none'; style-src 'self'; img-src 'self' {self.images}; {more}"
            f"form-action 'self'; base-uri 'none'; frame-ancestors {frames}"
        )

    @property
    def behind_tls(self) -> bool:
        """True where the public address is https."""
        return self.settings.web.base_url.startswith("https:")
