"""One edition as a made-up reader gets it, and the ways to look at it.

Pure. What is shown comes out of the bytes of the finished message, as a mail program reads them, so
the preview can't be better than the mail. Dark mode and missing styles are made by changing the
document: then they look the same on a machine that is light and in a picture.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from alerts.message import sample
from alerts.model import Edition, Month
from alerts.settings import Settings

CLIP = 102_400  # octets of HTML; Gmail clips what is longer (rule S15)

_SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)")
_ROOT = re.compile(r"(:root\s*\{\s*color-scheme:)[^;}]*")
_META = re.compile(r'(<meta name="(?:supported-)?color-schemes?" content=")[^"]*')
_STYLE = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)
_ALWAYS, _NEVER = "(min-width:0px)", "(max-width:0px)"


@dataclass(frozen=True, slots=True)
class Exhibit:
    """An edition as a finished message; `headers` as they stand in it, unfolded."""

    language: str
    subject: str
    preheader: str
    sender: str
    message: bytes
    headers: tuple[tuple[str, str], ...]
    html: str
    text: str

    @classmethod
    def of(cls, edition: Edition, settings: Settings, month: Month, now: datetime) -> "Exhibit":
        """The exhibit of an edition of that month, dated `now`."""
        octets = sample(edition, settings, month, now)
        parsed = message_from_bytes(octets, policy=policy.default)
        assert isinstance(parsed, EmailMessage)  # noqa: S101
        plain, page = parsed.iter_parts()
        return cls(
            language=edition.language,
            subject=str(parsed["Subject"]),
            preheader=edition.preheader,
            sender=str(parsed["From"]),
            message=octets,
            headers=tuple((name, str(value)) for name, value in parsed.items()),
            html=page.get_content().replace("\r\n", "\n"),
            text=plain.get_content().replace("\r\n", "\n"),
        )

    def page(self, *, dark: bool = False, styles: bool = True) -> str:
        """The HTML as a client in light or dark mode shows it, or one that drops every `<style>`."""
        html = self.html if styles else _STYLE.sub("", self.html)
        scheme = "dark" if dark else "light"
        html = _SCHEME.sub(lambda match: _ALWAYS if match[1] == scheme else _NEVER, html)
        html = _ROOT.sub(rf"\g<1>{scheme}", html)
        return _META.sub(rf"\g<1>{scheme if styles else 'light'}", html)

    @property
    def sizes(self) -> tuple[tuple[str, int], ...]:
        """What weighs how many octets."""
        kept = sum(len(style.encode()) for style in _STYLE.findall(self.html))
        return (
            ("HTML", len(self.html.encode())),
            ("of it <style>", kept),
            ("text", len(self.text.encode())),
            ("message", len(self.message)),
        )

    @property
    def clipped(self) -> float:
        """The HTML's size as a part of what Gmail shows; above 1 it clips."""
        return len(self.html.encode()) / CLIP
