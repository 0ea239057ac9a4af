"""The settings of the public pages; see declarations.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from alerts.config.option import option

NO_PAGES = "https://example.org/alerts"  # the value of web.base_url until it is set


@dataclass(frozen=True, slots=True)
class WebSettings:
    """The public pages."""

    base_url: str = option(NO_PAGES, "Public address of the pages of `alerts serve`.")
    pdf: bool = option(
        False,
        "Offer each issue as a PDF file too, made after it is sent; needs `pip install"
        " 'monthly-alerts[pdf]'` and the library Pango.",
    )
    section_feeds: bool = option(
        False,
        "Offer the stories of each section as Atom and JSON feeds, by language (channels.md).",
    )
    events_feed: bool = option(
        False, "Offer the events of past issues as a calendar to subscribe to, by language."
    )
    confirm_within: timedelta = option(
        timedelta(days=7), "How long a confirmation link works; then the sign-up is deleted."
    )
    welcome_mail: str = option(
        "link",
        "What people are mailed, once, when they have confirmed their subscription: link, a short welcome"
        " with a link to the latest issue; issue, that issue itself as it was sent; none.",
        ("link", "issue", "none"),
    )
    tell_leavers: bool = option(
        False,
        "Mail readers who were unsubscribed by a link, with a way to undo it: it may have been somebody"
        " to whom they forwarded an e-mail.",
    )
    sign_up_title: Mapping[str, str] = option(
        {},
        'The heading of the sign-up page, e.g. { en = "What moved in water last month" }; default: the'
        " alert's name.",
    )
    pitch: Mapping[str, str] = option(
        {},
        "Why one should subscribe, in two or three sentences, by language; default: a sentence on what"
        " the alert is.",
    )
    privacy_notice: Mapping[str, str] = option(
        {},
        "Your privacy notice for the sign-up page, by language: its text, or its address (https://…);"
        " default: what is stored, for how long, and how to leave.",
    )
    consent: Mapping[str, str] = option(
        {}, 'The wording that people agree to, e.g. { en = "Send me…" }; stored with each sign-up.'
    )
    keep_network: str = option(
        "none",
        "How much of a visitor's IP address is stored as evidence of consent.",
        ("none", "network", "address"),
    )
    embed_origins: tuple[str, ...] = option(
        (), 'Sites that may embed the sign-up form, e.g. ["https://example.org"].'
    )
    signups_per_network: int = option(
        20,
        "The limit of sign-ups per hour from one network: IPv4 /24, IPv6 /64; five times as many from an"
        " IPv6 /48.",
    )
    signups_per_domain: int = option(200, "… and for addresses of one domain.")
    signups_in_all: int = option(1000, "… and in all.")
    api_origins: tuple[str, ...] = option(
        (),
        'Sites whose scripts may use the HTTP API in a browser, e.g. ["https://example.org"]; none by'
        " default.",
    )
    api_per_hour: int = option(
        20_000, "How many requests an hour one token of the HTTP API may make, also all at once."
    )
    host: str = option("127.0.0.1", "The address on which `alerts serve` listens.")
    port: int = option(8000, "The port on which it listens; 0: any free port.")
    metrics: str = option(
        "token",
        "Who may read /metrics, figures for Prometheus without addresses: token, whoever has the token, and"
        " programs on this machine while `web.host` is a loopback address; open, everybody; off, nobody.",
        ("token", "open", "off"),
    )
    metrics_token_env: str = option(
        "ALERTS_METRICS_TOKEN", "The variable that holds the token of /metrics."
    )
    metrics_token_file: str = option("", "Or the file that holds it (mode 0600).")
    trusted_proxies: tuple[str, ...] = option(
        ("127.0.0.1", "::1"),
        "Addresses or networks of reverse proxies whose X-Forwarded-For is trusted.",
    )

    @property
    def has_address(self) -> bool:
        """True once `web.base_url` is set."""
        return self.public_url != NO_PAGES

    @property
    def public_url(self) -> str:
        """`web.base_url` without a slash at its end: paths begin with one."""
        return self.base_url.rstrip("/")
