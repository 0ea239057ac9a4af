"""Which provider has the mailboxes of a domain, for the large ones with several domains."""

import re

_FAMILIES = (
    ("Gmail", r"gmail\.com|googlemail\.com"),
    ("Outlook.com", r"(?:outlook|hotmail|live|windowslive)\.[a-z.]{2,6}|msn\.com"),
    ("Yahoo", r"(?:yahoo|ymail|rocketmail|aol)\.[a-z.]{2,6}"),
    ("iCloud", r"icloud\.com|me\.com|mac\.com"),
    ("GMX and WEB.DE", r"gmx\.[a-z.]{2,6}|web\.de"),
    ("Mail.ru", r"mail\.ru|inbox\.ru|list\.ru|bk\.ru"),
    ("Yandex", r"yandex\.[a-z.]{2,6}|ya\.ru"),
    ("Proton", r"proton\.me|protonmail\.com|pm\.me"),
)
_PATTERNS = tuple((name, re.compile(pattern)) for name, pattern in _FAMILIES)
UNKNOWN = "(erased)"


def provider_of(domain: str) -> str:
    """The provider of a domain in lower case: its name, or the domain itself."""
    for name, pattern in _PATTERNS:
        if pattern.fullmatch(domain):
            return name
    return domain or UNKNOWN
