"""What the messages of one issue have in common; frozen with the issue when it is queued.

Addresses and URLs are in ASCII form here, so that they can stand in a header as they are.
"""

import json
from dataclasses import asdict, dataclass
from typing import Self
from urllib.parse import quote, urlsplit, urlunsplit

from alerts.address import Address, ascii_domain
from alerts.dkim import Signature
from alerts.model import Month
from alerts.settings import Settings

_URL_SAFE = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True, slots=True)
class Frame:
    """Who speaks, where answers go, where the pages are, which keys sign."""

    month: str
    from_name: str
    from_address: str
    reply_to: str
    bounces: str
    unsubscribe: str
    list_id: str
    list_name: str
    base_url: str
    dkim: tuple[Signature, ...] = ()

    @classmethod
    def of(cls, settings: Settings, month: Month) -> Self:
        """The frame that the settings of now make, without signatures: those come with queueing."""
        sender, alert = settings.sender, settings.alert
        address = Address.parse(sender.address)
        return cls(
            month=str(month),
            from_name=sender.name or alert.name,
            from_address=str(address),
            reply_to=str(Address.parse(sender.reply_to)) if sender.reply_to else "",
            bounces=str(Address.parse(sender.bounces or sender.address)),
            unsubscribe=str(Address.parse(sender.unsubscribe or sender.address)),
            list_id=sender.list_id or f"alert.{address.domain}",
            list_name=alert.name,
            base_url=_ascii_url(settings.web.base_url.rstrip("/")),
        )

    def to_json(self) -> str:
        """For the database."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """From the database."""
        fields = json.loads(text)
        fields["dkim"] = tuple(Signature(**each) for each in fields.get("dkim", ()))
        return cls(**fields)


def _ascii_url(url: str) -> str:
    """An address of the web as a URI (RFC 3986): A-labels in the host, the rest percent-encoded."""
    if url.isascii():
        return quote(url, safe=_URL_SAFE)
    parts = urlsplit(url)
    host = (ascii_domain(parts.hostname or "") or "") + (f":{parts.port}" if parts.port else "")
    return quote(urlunsplit(parts._replace(netloc=host)), safe=_URL_SAFE)
