"""Settings as frozen types: each declared here once, with its default and its description.

`project.py` reads them from `alerts.toml` and the environment, and writes the commented file of
`alerts init` from these declarations; docs/settings.md is made from them too. Secrets are given by
reference (a variable or a file) and are never a setting themselves, so settings can be printed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from alerts.model import RetryPolicy

DATABASE_NAME = "subscribers.db"


def option(default: Any, about: str, choices: tuple[str, ...] = ()) -> Any:
    """Declare a setting: its default, what it means, and the values allowed if they are few."""
    metadata = {"about": about, "choices": choices}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """Who speaks, in which languages, in which order."""

    name: str = option("Monthly Alert", "The name of the alert; it opens every subject line.")
    organisation: str = option("Our organisation", "Who sends it; shown in the footer.")
    address: str = option("", "The postal address that the law wants in the footer of bulk mail.")
    website: str = option("", "The organisation's own site.")
    logo: str = option("", "URL of the logo (https); empty: the name in letters.")
    timezone: str = option("UTC", "The time zone in which a month begins and ends.")
    languages: tuple[str, ...] = option(
        ("en", "es", "fr"), "One edition is made in each of these; the first is the default."
    )
    fallback: Mapping[str, tuple[str, ...]] = option(
        {},
        'What a reader understands next best, e.g. { pt = ["es", "en"] }; default: first language.',
    )
    sections: tuple[str, ...] = option(
        ("news", "publications", "events", "members"),
        "Sections in reading order; “featured” always comes first.",
    )
    section_titles: Mapping[str, Mapping[str, str]] = option(
        {}, 'Titles of your own sections, e.g. { jobs = { en = "Jobs", es = "Empleo" } }.'
    )
    layouts: Mapping[str, str] = option(
        {},
        'How a section looks, e.g. { news = "compact", members = "featured" }: "full" (the default) '
        'has title and summary, "compact" titles alone, "featured" a picture above each.',
        ("full", "compact", "featured"),
    )
    welcome: Mapping[str, str] = option(
        {}, 'The standing welcome by language, e.g. { en = "Welcome to…" }.'
    )
    review: str = option(
        "none",
        "required: an issue goes out only once editors have approved it; none: straight away.",
        ("none", "required"),
    )
    approvals: int = option(1, "How many different people must approve an issue.")
    editors: tuple[str, ...] = option(
        (), "Who is mailed a preview for review; empty: the address that answers go to."
    )
    min_coverage: Mapping[str, float] = option(
        {},
        "The share of titles that an edition must have in its language before it is approved or"
        " queued, e.g. { es = 0.8 }; the key “all” is for every other language.",
    )
    late: timedelta = option(
        timedelta(days=31),
        "An article found after its month was sent joins the next issue if at most this much older.",
    )
    max_late: timedelta = option(
        timedelta(days=20),
        "An issue overdue by more than this is not sent by `run` without --month.",
    )


@dataclass(frozen=True, slots=True)
class Funder:
    """One funder named in the footer."""

    name: str
    link: str = ""
    logo: str = ""


@dataclass(frozen=True, slots=True)
class ThemeSettings:
    """How the e-mail looks; colours are `#rrggbb`, and must read on their background."""

    accent: str = option("#0f5c5c", "Links, dates and the bar at the top, on white.")
    accent_dark: str = option("#7fd1c7", "The same for dark mode, on near-black.")
    canvas: str = option("#f3f0ea", "The ground around the letter.")
    tint: str = option("#eaf2f0", "The ground of date tiles and cards.")
    heading_font: str = option(
        "Georgia, 'Noto Serif', 'Times New Roman', serif", "Fonts of headings, best first."
    )
    body_font: str = option(
        "-apple-system, 'Segoe UI', 'Noto Sans', Roboto, Helvetica, Arial, sans-serif",
        "Fonts of everything else.",
    )
    radius: int = option(6, "How round corners are, in pixels.")


@dataclass(frozen=True, slots=True)
class SenderSettings:
    """The headers of a message."""

    name: str = option("", "The name in From; empty: alert.name.")
    address: str = option("alerts@example.org", "The address in From.")
    reply_to: str = option("", "Where answers go; empty: the address in From.")
    bounces: str = option("", "Where bounces go; its part before @ gets a +token; empty: From.")
    unsubscribe: str = option("", "The mailto: side of List-Unsubscribe; empty: From.")
    list_id: str = option(
        "", "List-Id label, e.g. alert.example.org; empty: alert.<From's domain>."
    )


NO_PAGES = "https://example.org/alerts"  # the address of the pages until there is one


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The public pages."""

    base_url: str = option(NO_PAGES, "Public address of the pages of `alerts serve`.")
    confirm_within: timedelta = option(
        timedelta(days=7), "How long the link works that confirms a sign-up; then it is forgotten."
    )
    consent: Mapping[str, str] = option(
        {}, 'The words that people agree to, e.g. { en = "Send me…" }; kept with each sign-up.'
    )
    keep_network: str = option(
        "none",
        "What is kept of a visitor's IP address as evidence of consent.",
        ("none", "network", "address"),
    )
    embed_origins: tuple[str, ...] = option(
        (), 'Sites that may show the form to join as their own, e.g. ["https://example.org"].'
    )
    signups_per_network: int = option(
        20, "How many sign-ups an hour one network (IPv4 /24, IPv6 /48) may make."
    )
    signups_per_domain: int = option(200, "… and how many for addresses of one domain.")
    signups_in_all: int = option(1000, "… and how many in all.")
    host: str = option("127.0.0.1", "The address on which `alerts serve` listens.")
    port: int = option(8000, "The port on which it listens; 0: any that is free.")
    trusted_proxies: tuple[str, ...] = option(
        ("127.0.0.1", "::1"),
        "Addresses or networks of reverse proxies whose X-Forwarded-For is believed.",
    )

    @property
    def has_address(self) -> bool:
        """True once somebody has said where the pages are."""
        return self.base_url.rstrip("/") != NO_PAGES


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How messages leave."""

    relay: str = option(
        "maildir:outbox",
        "Where messages go: maildir:FOLDER, smtp://user@host:587, smtps://user@host, null:",
    )
    password_env: str = option(
        "ALERTS_RELAY_PASSWORD", "The variable that holds the relay's password."
    )
    password_file: str = option("", "Or the file that holds it (mode 0600).")
    connections: int = option(4, "How many connections to the relay at once.")
    rate: float = option(0.0, "Messages a second over all connections; 0: no limit.")
    window_limit: int = option(
        0, "At most so many messages in any delivery.window, such as a host's quota; 0: no limit."
    )
    window: timedelta = option(timedelta(hours=1), "The length of that window.")
    warm_up: tuple[int, ...] = option(
        (),
        "At most so many messages on the first, second, … day of sending, by alert.timezone,"
        " e.g. [200, 1000, 5000].",
    )
    timeout: timedelta = option(
        timedelta(minutes=5), "How long to wait for an answer of the relay."
    )
    in_doubt: str = option(
        "resend",
        "What to do with a message that the relay may or may not have taken when a crash cut us off.",
        ("resend", "hold"),
    )
    retry_first: timedelta = option(
        timedelta(minutes=15), "The wait after a first temporary failure."
    )
    retry_longest: timedelta = option(timedelta(hours=6), "The longest wait between two attempts.")
    give_up_after: timedelta = option(timedelta(days=4), "When a deferred delivery becomes failed.")

    @property
    def retry(self) -> RetryPolicy:
        """When what was deferred is tried again."""
        return RetryPolicy(self.retry_first, self.retry_longest, self.give_up_after)


@dataclass(frozen=True, slots=True)
class DestinationSettings:
    """Domains of one provider, sent to over connections of their own; a duration of 0 is delivery's."""

    domains: tuple[str, ...]
    rate: float = 0.0
    connections: int = 1
    retry_first: timedelta = timedelta()
    retry_longest: timedelta = timedelta()
    give_up_after: timedelta = timedelta()

    def retry(self, usual: RetryPolicy) -> RetryPolicy:
        """When what was deferred is tried again; where nothing is said here, as usual."""
        return RetryPolicy(
            self.retry_first or usual.first,
            self.retry_longest or usual.longest,
            self.give_up_after or usual.give_up_after,
        )


@dataclass(frozen=True, slots=True)
class DkimSettings:
    """Signatures of messages. Leave it empty where the relay signs; see docs/dkim.md."""

    domain: str = option("", "The domain that signs, such as that of From; empty: no signatures.")
    keys: Mapping[str, str] = option(
        {},
        "Selectors and their private keys (PEM, mode 0600); each of them signs, e.g. "
        '{ a2026 = "dkim-rsa.pem", b2026 = "dkim-ed25519.pem" }.',
    )
    selectors: tuple[str, ...] = option(
        (), "Where the relay signs: the selectors of its keys, for `alerts doctor` to look at."
    )
    changed_key: str = option(
        "refuse",
        "What to do when the key that an unfinished issue is signed with is gone: refuse to send, "
        "or sign with those that are there.",
        ("refuse", "sign"),
    )


@dataclass(frozen=True, slots=True)
class SourcesSettings:
    """How articles are fetched."""

    allow_private: bool = option(False, "Fetch from private and loopback addresses too.")
    timeout: timedelta = option(timedelta(seconds=20), "How long one source may take in all.")
    max_bytes: int = option(10_000_000, "The largest document that is read, in octets, unpacked.")
    concurrency: int = option(8, "How many sources are fetched at once.")
    per_host: int = option(2, "How many of them from one host at once.")
    retries: int = option(2, "How often a failed fetch is tried again.")
    robots: bool = option(True, "Heed the robots.txt of a site when pages are read.")
    follow: int = option(30, "How many new links of a listing are read in one collection.")
    upcoming: timedelta = option(
        timedelta(days=45), "Events of calendars that begin within this after the issue's month."
    )
    join_doubles: bool = option(
        True, "Show what several sources report as one article that names the others."
    )
    user_agent: str = option("", "Empty: alerts/<version> (+web.base_url).")
    summary_length: int = option(
        400, "Summaries are cut at a sentence end before this many letters."
    )


@dataclass(frozen=True, slots=True)
class ScheduleSettings:
    """When `alerts schedule` does what; cron lines in alert.timezone."""

    collect: str = option("0 5 * * *", "When articles are collected; empty: only with the run.")
    run: str = option("0 9 1 * *", "When the last month's issue goes out.")
    send: str = option("*/15 * * * *", "When deferred deliveries are tried again.")
    bounces: str = option("20 * * * *", "When bounces.mailbox is read, if there is one.")
    retention: str = option("30 3 * * *", "When what is too old is let go, as [retention] says.")


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """Numbers about reading: of an edition and its articles by day, of nobody in particular."""

    count_opens: bool = option(False, "Count how often an edition is opened, by a picture in it.")
    count_clicks: bool = option(
        False, "Count how often an article is followed; its link leads by way of web.base_url."
    )


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """How long what is about people is kept; `alerts retention` lets it go. 0: for ever."""

    pending: timedelta = option(
        timedelta(days=90),
        "Who was added as pending and has not confirmed is forgotten after this.",
    )
    replies: timedelta = option(
        timedelta(days=365), "What relays answered, and settled notices, are emptied after this."
    )
    unsubscribed: timedelta = option(
        timedelta(), "Who left is erased after this; a keyed hash stays, against imports."
    )


@dataclass(frozen=True, slots=True)
class BouncesSettings:
    """What is made of mail that comes back; `alerts bounce process` reads it."""

    mailbox: str = option(
        "", "The mailbox to read, over IMAP: imaps://user@host/INBOX; empty: none."
    )
    password_env: str = option(
        "ALERTS_MAILBOX_PASSWORD", "The variable that holds the mailbox's password."
    )
    password_file: str = option("", "Or the file that holds it (mode 0600).")
    soft_limit: int = option(
        3, "An address is mailed no more after so many issues in a row came back; 0: never mind."
    )
    most_hard: float = option(
        0.05,
        "A send is paused when more than this share of the issue came back for good; 0: never.",
    )
    most_complaints: float = option(
        0.003, "… or when more than this share of its readers complained; 0: never."
    )
    enough: int = option(200, "So many copies must have been sent before a share says anything.")


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """How the database is kept."""

    synchronous: str = option(
        "full",
        "full: what the relay answered survives power loss; normal: survives kill -9, and after power"
        " loss what was sent in the last second or so is sent again.",
        ("full", "normal"),
    )


@dataclass(frozen=True, slots=True)
class LintSettings:
    """What `alerts issue lint` counts, and what it leaves unsaid."""

    clients: Mapping[str, float] = option(
        {},
        "What your readers read mail in, by weight, e.g. "
        '{ gmail = 40, apple-mail = 30, "outlook.windows" = 15 }; default: a rough average.',
    )
    skip: tuple[str, ...] = option((), "Codes of docs/lint.md that you do not want to hear of.")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one project, and where it lies."""

    root: Path
    alert: AlertSettings = field(default_factory=AlertSettings)
    theme: ThemeSettings = field(default_factory=ThemeSettings)
    sender: SenderSettings = field(default_factory=SenderSettings)
    web: WebSettings = field(default_factory=WebSettings)
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    dkim: DkimSettings = field(default_factory=DkimSettings)
    sources: SourcesSettings = field(default_factory=SourcesSettings)
    schedule: ScheduleSettings = field(default_factory=ScheduleSettings)
    lint: LintSettings = field(default_factory=LintSettings)
    privacy: PrivacySettings = field(default_factory=PrivacySettings)
    bounces: BouncesSettings = field(default_factory=BouncesSettings)
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    database: DatabaseSettings = field(default_factory=DatabaseSettings)
    funders: tuple[Funder, ...] = ()
    destinations: tuple[DestinationSettings, ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The alert's time zone."""
        return ZoneInfo(self.alert.timezone)

    @property
    def database_path(self) -> Path:
        """Where the database of the project lies."""
        return self.root / DATABASE_NAME

    @property
    def default_language(self) -> str:
        """The language of a subscriber who has not chosen one."""
        return self.alert.languages[0]
