"""Settings as frozen types: each declared once, with its default and its description.

`config/load.py` reads them from `alerts.toml` and the environment; `config/write.py` and docs/settings.md
are generated from these declarations. Secrets are given by reference (a variable or a file) and are
never a setting themselves, so settings can be printed (X14).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from alerts.config.option import option

# of the articles of a section
LAYOUTS = ("full", "compact", "featured", "cards", "rows")
# what `alert.localised` may say in another language
LOCALISED = ("name", "organisation", "address", "website", "logo", "logo_dark")


@dataclass(frozen=True, slots=True)
class AlertSettings:
    """The alert: organisation, languages, sections, review."""

    name: str = option("Monthly Alert", "The name of the alert.")
    organisation: str = option(
        "Our organisation", "The organisation that sends it; shown in the footer."
    )
    address: str = option("", "The postal address, which laws require in the footer of bulk mail.")
    website: str = option("", "The organisation's own site.")
    logo: str = option(
        "",
        "URL of the logo (https), or a file in the project's folder, at best a square of 96 pixels; empty:"
        " the name as text.",
    )
    logo_dark: str = option("", "The logo for dark mode; empty: the same, on a white ground.")
    localised: Mapping[str, Mapping[str, str]] = option(
        {},
        "The same in other languages: [alert.localised.es] with name, organisation, address, website,"
        " logo, logo_dark.",
    )
    timezone: str = option("UTC", "The time zone in which a month begins and ends.")
    languages: tuple[str, ...] = option(
        ("en", "es", "fr"),
        "One edition is made in each of these; the first is the default. “en” has the dates of the USA"
        " (January 1, 2027): take “en-gb” for 1 January 2027. “pt” is Portugal's, “pt-br” Brazil's.",
    )
    fallback: Mapping[str, tuple[str, ...]] = option(
        {},
        'Languages to use where a translation is missing, in order, e.g. { pt = ["es", "en"] };'
        " default: the first language.",
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
        'Layouts of sections, e.g. { news = "compact", members = "featured" }; default: chosen for each'
        ' story by its picture and length. "full" shows title and summary, "compact" titles only, '
        '"featured" a large picture above each article, "cards" two in a row, "rows" a small picture '
        "beside each.",
        LAYOUTS,
    )
    own_language_first: bool = option(
        True, "In each section, stories in the edition's language come before those in others."
    )
    welcome: Mapping[str, str] = option(
        {}, 'The standing welcome by language, e.g. { en = "Welcome to…" }.'
    )
    review: str = option(
        "none",
        "required: an issue is sent only after editors have approved it; none: without approval, and"
        " what is not plausible or has a guessed date is held, and told to the editors.",
        ("none", "required"),
    )
    approvals: int = option(1, "How many different people must approve an issue.")
    approval_by: str = option(
        "name",
        "Whose approval counts: name, also that of whoever is named by `issue approve --by`; sign-in, only"
        " that of people who have signed in at the desk.",
        ("name", "sign-in"),
    )
    editors: tuple[str, ...] = option(
        (),
        "Addresses that get a preview for review; empty: the people of the desk who edit or approve, else"
        " the address for replies.",
    )
    admins: tuple[str, ...] = option(
        (),
        "Addresses that get one mail when something is wrong that a person must know of, and one when it"
        " is over; see [watch].",
    )
    min_coverage: Mapping[str, float] = option(
        {},
        "The share of titles that an edition must have in its language before it is approved or"
        " queued, e.g. { es = 0.8 }; the key “all” is for every other language.",
    )
    late: timedelta = option(
        timedelta(days=62),
        "An article found after its month's issue was queued joins the next open month; if it is older"
        " than this when that month begins, it is excluded until `article include`.",
    )
    max_late: timedelta = option(
        timedelta(days=20),
        "An issue overdue by more than this is not sent by `run` without --month.",
    )

    def in_language(self, language: str) -> "AlertSettings":
        """The settings with what `localised` says for `language` ("pt-br", else "pt")."""
        for tag in (language, language.partition("-")[0]):
            if words := self.localised.get(tag):
                known = {key: text for key, text in words.items() if text}
                return replace(self, **known)  # type: ignore[arg-type]
        return self


@dataclass(frozen=True, slots=True)
class Funder:
    """One funder named in the footer."""

    name: str
    link: str = ""
    logo: str = ""


@dataclass(frozen=True, slots=True)
class ThemeSettings:
    """The look of the e-mail; colours are `#rrggbb`, and must be readable on their background.

    The defaults of colours and fonts are those of the theme; `config/themes.py` has the others.
    """

    name: str = option(
        "magazine",
        'The theme: "magazine" with large pictures, "bulletin" with much on little room, "quiet" '
        "with type alone.",
        ("magazine", "bulletin", "quiet"),
    )
    accent: str = option(
        "#b3351f", "Your house colour: bars, links and labels; default: the theme's."
    )
    accent_dark: str = option(
        "#ffa388", "The same in dark mode, on near-black; default: derived from accent."
    )
    canvas: str = option("#e6edef", "The background around the e-mail; default: the theme's.")
    tint: str = option("#eef4f4", "The background of cards; default: the theme's.")
    heading_font: str = option(
        "'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
        "Fonts of headings, in order of preference; default: the theme's. Write one first that Windows"
        " has: classic Outlook shows Times where it does not know the first.",
    )
    body_font: str = option(
        "'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
        "Fonts of all other text; default: the theme's.",
    )
    radius: int = option(6, "The radius of rounded corners, in pixels.")
    section_colours: Mapping[str, str] = option(
        {}, 'Colours of sections, e.g. { news = "#1747b8" }; default: the theme\'s.'
    )


@dataclass(frozen=True, slots=True)
class SenderSettings:
    """The headers of a message."""

    name: str = option("", "The name in From, in every language; empty: alert.name.")
    address: str = option("alerts@example.org", "The address in From.")
    reply_to: str = option("", "The address for replies; empty: the address in From.")
    bounces: str = option(
        "", "The address for bounces; its part before @ gets a +token; empty: From."
    )
    unsubscribe: str = option("", "The mailto: address in List-Unsubscribe; empty: From.")
    complaints: str = option(
        "",
        "Where mailbox providers send complaints (CFBL-Address, RFC 9477), read as bounces are; only in mail"
        " that is signed here ([dkim]); empty: nowhere.",
    )
    list_id: str = option(
        "", "List-Id label, e.g. alert.example.org; empty: alert.<From's domain>."
    )


@dataclass(frozen=True, slots=True)
class SourcesSettings:
    """How articles are collected."""

    allow_private: bool = option(False, "Fetch from private and loopback addresses too.")
    timeout: timedelta = option(timedelta(seconds=20), "The time limit for one source.")
    max_bytes: int = option(
        10_000_000, "The largest document that is read, in octets, uncompressed."
    )
    concurrency: int = option(8, "How many sources are fetched at once.")
    per_host: int = option(2, "How many of them from one host at once.")
    retries: int = option(2, "How often a failed fetch is tried again.")
    robots: bool = option(True, "Obey the robots.txt of a site when reading pages.")
    follow: int = option(30, "How many new links of a listing are read in one collection.")
    upcoming: timedelta = option(
        timedelta(days=45),
        "Show calendar events that begin within this time after the issue's month.",
    )
    join_doubles: bool = option(
        True, "Show articles of several sources about one story as one that names the others."
    )
    look_up: int = option(
        60, "How many pages of articles are read for their translations in one collection; 0: none."
    )
    user_agent: str = option("", "Empty: alerts/<version> (+web.base_url).")
    summary_length: int = option(
        400, "The greatest length of a summary, in characters; it is cut at the end of a sentence."
    )


@dataclass(frozen=True, slots=True)
class MailboxSettings:
    """The login of sources that are mailboxes on an IMAP server: one for all, or by mailbox."""

    password_env: str = option(
        "ALERTS_SOURCE_PASSWORD", "The variable that holds the password of these mailboxes."
    )
    password_file: str = option("", "Or the file that holds it (mode 0600).")
    password_envs: Mapping[str, str] = option(
        {},
        "Mailboxes with a password of their own, as user@host, and the variable that holds it, e.g. "
        '{ "items@imap.example.org" = "ALERTS_ITEMS_PASSWORD" }; all folders of one have the same.',
    )
    token_command: str = option(
        "",
        "A command that prints an OAuth 2 access token, for mailboxes that take no password (Microsoft 365,"
        " Google); instead of a password.",
    )
    token_commands: Mapping[str, str] = option(
        {},
        "Mailboxes with a command of their own that prints their token, by user@host, e.g. "
        '{ "items@outlook.office365.com" = "./token items" }; it goes before a password.',
    )


@dataclass(frozen=True, slots=True)
class ScheduleSettings:
    """When `alerts schedule` runs what; cron lines in alert.timezone."""

    collect: str = option("0 5 * * *", "When articles are collected; empty: only by `run`.")
    run: str = option("0 9 1 * *", "When the last month's issue is sent.")
    wait_until: str = option(
        "18:00",
        "On its day, an issue waits until this hour while a source that usually gives articles cannot be"
        " read; empty: it does not wait.",
    )
    send: str = option("*/15 * * * *", "When deferred deliveries are tried again.")
    bounces: str = option("20 * * * *", "When bounces.mailbox is read, if there is one.")
    retention: str = option("30 3 * * *", "When old data is removed, as set in [retention].")


@dataclass(frozen=True, slots=True)
class PrivacySettings:
    """Counts of opens and clicks: totals per edition, article and day, never per person."""

    count_opens: bool = option(False, "Count how often an edition is opened, with an image in it.")
    count_clicks: bool = option(
        False, "Count how often an article is followed; its link leads through web.base_url."
    )


@dataclass(frozen=True, slots=True)
class RetentionSettings:
    """How long personal data is kept until `alerts retention` removes it. 0: no limit."""

    pending: timedelta = option(
        timedelta(days=90),
        "People added as pending who have not confirmed are deleted after this.",
    )
    replies: timedelta = option(
        timedelta(days=365), "Replies of relays, and settled notices, are emptied after this."
    )
    unsubscribed: timedelta = option(
        timedelta(),
        "Unsubscribed people are erased after this; a keyed hash is kept, to block imports.",
    )


@dataclass(frozen=True, slots=True)
class LintSettings:
    """Options of `alerts issue lint`."""

    clients: Mapping[str, float] = option(
        {},
        "Your readers' mail programs, by weight, e.g. "
        '{ gmail = 40, apple-mail = 30, "outlook.windows" = 15 }; default: a rough average.',
    )
    skip: tuple[str, ...] = option((), "Codes of docs/lint.md that are not checked.")
