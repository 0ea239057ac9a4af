"""Locations of sources as an admin writes them: a URL, or a path relative to the project's folder."""

from pathlib import Path

from alerts.config.settings import Settings
from alerts.domain.errors import UsageError
from alerts.sources.public_only import shown
from alerts.text.plain_text import safe_url


def normal_location(location: str, settings: Settings) -> str:
    """A location in the form that is stored: the absolute URL, or the path relative to the project
    where possible.

    Raises `UsageError` for a malformed address or a missing file.
    """
    location = location.strip()
    if location.lower().startswith("webcal://"):  # the scheme of calendar subscriptions
        location = f"https://{location[9:]}"
    if is_imap(location):
        from alerts.mailbox.imap import ImapMailbox  # imports imaplib and ssl

        ImapMailbox.parse(location, 1.0, section="mailbox", place="a mailbox")
        return location
    path = local_path(location, settings)
    if path is None:
        url = safe_url(location)
        if not url:
            raise UsageError(
                f"“{shown(location)}” is not the location of a source: "
                "write http(s)://… without a password, imaps://user@host/FOLDER, or a path"
            )
        return url
    if not path.exists():
        raise UsageError(
            f"{location}: no such file or folder (paths are relative to {settings.root})"
        )
    resolved, root = path.resolve(), settings.root.resolve()
    return str(resolved.relative_to(root)) if resolved.is_relative_to(root) else str(resolved)


def is_imap(location: str) -> bool:
    """True for the address of a folder on an IMAP server."""
    return location.lower().startswith(("imap://", "imaps://"))


def local_path(location: str, settings: Settings) -> Path | None:
    """The path that an admin named, resolved against the project's folder; None for a URL."""
    if "://" in location or location.lower().startswith(("data:", "javascript:", "file:")):
        return None
    return settings.root / Path(location).expanduser()
