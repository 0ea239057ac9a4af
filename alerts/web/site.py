"""What all pages share: the settings, the database, the clock, the look, and whom to wake."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from alerts.render.gate import link
from alerts.settings import Settings
from alerts.web.limits import Limits
from alerts.web.pages import Pages
from alerts.web.pool import Pool

Log = Callable[[str], None]


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Site:
    """One project's pages.

    `stir` is called when something was asked for that the post should look at; `log` hears of every
    visit, `warn` of what went wrong.
    """

    settings: Settings
    stir: Callable[[], None] = lambda: None
    log: Log = lambda line: None
    warn: Log = lambda line: None
    now: Callable[[], datetime] = _clock
    pages: Pages = field(init=False)
    pool: Pool = field(init=False)
    limits: Limits = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pages", Pages(self.settings))
        object.__setattr__(self, "pool", Pool(self.settings))
        object.__setattr__(self, "limits", Limits.of(self.settings.web))

    @property
    def prefix(self) -> str:
        """The path under which the public address has these pages; a proxy may keep it or cut it."""
        return urlsplit(self.settings.web.base_url).path.rstrip("/")

    @property
    def images(self) -> str:
        """Where pictures of the pages come from besides ourselves: the logo's site, if there is one."""
        logo = urlsplit(link(self.settings.alert.logo))
        return f"{logo.scheme}://{logo.netloc}" if logo.netloc else ""

    def policy(self, frames: str = "'none'") -> str:
        """Content-Security-Policy of a page; `frames` may show it within theirs."""
        return (
            f"default-src 'none'; style-src 'self'; img-src 'self' {self.images}; "
            f"form-action 'self'; base-uri 'none'; frame-ancestors {frames}"
        )

    @property
    def behind_tls(self) -> bool:
        """True where the public address is https."""
        return self.settings.web.base_url.startswith("https:")
