"""The values that all messages of an issue share, frozen when the issue is queued.

Addresses and URLs are in ASCII form, so that they can be written into a header unchanged.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Self
from urllib.parse import quote, urlsplit, urlunsplit

from alerts.config.declarations import AlertSettings
from alerts.config.settings import Settings
from alerts.domain.address import Address, ascii_domain
from alerts.domain.month import Month
from alerts.mail.dkim import Signature

_URL_SAFE = "%/:=&?~#+!$,;'@()*[]"


@dataclass(frozen=True, slots=True)
class Frame:
    """Sender, reply address, base URL of the pages, and signing keys of an issue.

    `names` are names in From by language, where they differ from `from_name`. `complaints` is the address
    of CFBL-Address, which stands only in messages that we sign.
    """

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
    names: Mapping[str, str] = field(default_factory=dict)
    complaints: str = ""

    @classmethod
    def of(cls, settings: Settings, month: Month) -> Self:
        """The values from the present settings, without signatures, which queueing adds.

        Special alerts have a List-Id of their own (RFC 2919) below that of the alert, so that readers can
        sort them.
        """
        sender, alert = settings.sender, settings.alert
        address = Address.parse(sender.address)
        list_id = sender.list_id or f"alert.{address.domain}"
        return cls(
            month=str(month),
            from_name=sender.name or alert.name,
            from_address=str(address),
            reply_to=str(Address.parse(sender.reply_to)) if sender.reply_to else "",
            bounces=str(Address.parse(sender.bounces or sender.address)),
            unsubscribe=str(Address.parse(sender.unsubscribe or sender.address)),
            list_id=f"special.{list_id}" if month.special else list_id,
            list_name=alert.name,
            base_url=_ascii_url(settings.web.public_url),
            names={} if sender.name else dict(_names(alert)),
            complaints=str(Address.parse(sender.complaints)) if sender.complaints else "",
        )

    def name_in(self, language: str) -> str:
        """The name in From of the edition in `language`."""
        return self.names.get(language, self.from_name)

    def to_json(self) -> str:
        """As JSON, for the database."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """From the JSON in the database."""
        fields = json.loads(text)
        fields["dkim"] = tuple(Signature(**each) for each in fields.get("dkim", ()))
        return cls(**fields)


def _names(alert: AlertSettings) -> Iterator[tuple[str, str]]:
    for language in alert.languages:
        name = alert.in_language(language).name
        if name != alert.name:
            yield language, name


def _ascii_url(url: str) -> str:
    """A URL as a URI (RFC 3986): A-labels in the host, the rest percent-encoded."""
    if url.isascii():
        return quote(url, safe=_URL_SAFE)
    parts = urlsplit(url)
    host = (ascii_domain(parts.hostname or "") or "") + (f":{parts.port}" if parts.port else "")
    return quote(urlunsplit(parts._replace(netloc=host)), safe=_URL_SAFE)
