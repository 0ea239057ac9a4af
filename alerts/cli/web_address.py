"""A web address that somebody gave as an option."""

from alerts.domain.errors import UsageError
from alerts.text.plain_text import safe_url


def web_address(text: str, option: str) -> str:
    """A URL given as an option, or "" to remove it; raises `UsageError`."""
    url = safe_url(text)
    if text and not url:
        raise UsageError(f"{option} “{text}”: write a full URL, http://… or https://…")
    return url
