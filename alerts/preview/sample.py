"""One edition as a made-up reader gets it, and its variants.

Pure. What is shown is parsed from the bytes of the finished message, as by a mail program, so the
preview cannot differ from the mail. Dark mode and missing styles are made by changing the document, so
that they look the same in any browser and in screenshots.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from alerts.config.settings import Settings
from alerts.domain.issue import Edition
from alerts.domain.month import Month
from alerts.domain.picture import Picture, readdressed
from alerts.mail.merge import sample

CLIP = 102_400  # octets of HTML; Gmail clips what is longer (rule S15)

_SCHEME = re.compile(r"\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)")
_ROOT = re.compile(r"(:root\s*\{\s*color-scheme:)[^;}]*")
_META = re.compile(r'(<meta name="(?:supported-)?color-schemes?" content=")[^"]*')
_STYLE = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)
_ALWAYS, _NEVER = "(min-width:0px)", "(max-width:0px)"


@dataclass(frozen=True, slots=True)
class EditionPreview:
    """An edition as a finished message; `headers` as in the message, unfolded."""

    language: str
    subject: str
    preheader: str
    sender: str
    message: bytes
    headers: tuple[tuple[str, str], ...]
    html: str
    text: str
    pictures: tuple[Picture, ...] = ()

    @classmethod
    def of(
        cls, edition: Edition, settings: Settings, month: Month, now: datetime
    ) -> "EditionPreview":
        """The preview of an edition of that month, dated `now`."""
        octets = sample(edition, settings, month, now)
        parsed = message_from_bytes(octets, policy=policy.default)
        assert isinstance(parsed, EmailMessage)  # noqa: S101
        plain, page = parsed.get_body(("plain",)), parsed.get_body(("html",))
        assert isinstance(plain, EmailMessage)  # noqa: S101
        assert isinstance(page, EmailMessage)  # noqa: S101
        return cls(
            language=edition.language,
            subject=str(parsed["Subject"]),
            preheader=edition.preheader,
            sender=str(parsed["From"]),
            message=octets,
            headers=tuple((name, str(value)) for name, value in parsed.items()),
            html=page.get_content().replace("\r\n", "\n"),
            text=plain.get_content().replace("\r\n", "\n"),
            pictures=edition.pictures,
        )

    def page(self, *, dark: bool = False, styles: bool = True) -> str:
        """The HTML as a client in light or dark mode shows it, or one that removes every `<style>`."""
        html = self._with_pictures()
        html = html if styles else _STYLE.sub("", html)
        scheme = "dark" if dark else "light"
        html = _SCHEME.sub(lambda match: _ALWAYS if match[1] == scheme else _NEVER, html)
        html = _ROOT.sub(rf"\g<1>{scheme}", html)
        return _META.sub(rf"\g<1>{scheme if styles else 'light'}", html)

    def _with_pictures(self) -> str:
        """The HTML with our pictures in it: no server has them yet, nor has a browser the message."""
        shown = {
            one.name: f"data:{one.type};base64,{b64encode(one.octets).decode()}"
            for one in self.pictures
        }
        html = readdressed(self.html, shown)
        for name, address in shown.items():
            html = re.sub(rf"cid:{name[:40]}@[^\s\"'()<>]+", address, html)
        return html

    @property
    def sizes(self) -> tuple[tuple[str, int], ...]:
        """The parts of the message with their sizes in octets."""
        kept = sum(len(style.encode()) for style in _STYLE.findall(self.html))
        return (
            ("HTML", len(self.html.encode())),
            ("of it <style>", kept),
            ("text", len(self.text.encode())),
            ("pictures", sum(len(one.octets) for one in self.pictures)),
            ("message", len(self.message)),
        )

    @property
    def clipped(self) -> float:
        """The size of the HTML as a share of Gmail's limit; above 1 it is clipped."""
        return len(self.html.encode()) / CLIP
