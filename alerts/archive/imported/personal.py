"""What of an old e-mail is about one reader, or acts on their subscription, and must not be public.

Merge tags, addresses, links to unsubscribe or to change a profile, and links by which the old system
counted who followed them. It prefers to leave out too much.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from alerts.domain.organisational_domain import organisational_domain
from alerts.text.plain_text import safe_url
from alerts.text.urls import canonical

MERGE_TAG = re.compile(
    r"\*\|[^|]{1,200}\|\*|\{\{[^{}]{0,300}\}\}|\{%[^%]{0,300}%\}|%%[\w .:-]{1,80}%%|\[\[[^\[\]]{1,80}\]\]"
    r"|\{[$#@/][^{}]{1,80}\}|\{slot:[^{}]*\}|%\w{0,40}(?:unsub|recipient|subscriber|contact|email)[\w.-]{0,40}%"
    r"|%[A-Z][A-Z_]{3,40}%|\[(?:unsub|webversion|web_version|preferences|forward)\w*\]"
    r"|\{(?:unsub|subtag|webversion|email|name|firstname)[\w:. ]*\}",
    re.IGNORECASE,
)
_MERGED = re.compile(rf"\s?(?:{MERGE_TAG.pattern})", re.IGNORECASE)
_ADDRESS = re.compile(r"[\w.+'-]{1,64}@(?:[\w-]{1,63}\.){1,8}\w{2,24}")
_LINK_IN_TEXT = re.compile(r"https?://[^\s<>\"']+")
# links that act on a subscription, in the services and programs that send newsletters
_ACTS = re.compile(
    r"unsub|opt-?out|abmeld|abbestell|desuscri|d[eé]sinscri|d[eé]sabonn|descadastr|disiscri|cancelar?-?sub"
    r"|list-manage\d*\.com/(?!track)|campaign-archive|forward-?to-?(?:a-?)?friend|update-?(?:your-?)?profile"
    r"|(?:manage|update|edit|email|subscription)[-_/]?preferences|view-?in-?(?:your-?)?browser|web-?version"
    r"|/preferences/|/(?:profile|subscription)s?/(?:edit|manage|update)",
    re.IGNORECASE,
)
_SAYS_SO = re.compile(
    r"unsubscri|opt out|update (?:your )?(?:profile|preferences)|(?:email|subscription) preferences"
    r"|view (?:it|this|the)?\b.{0,20}\bbrowser|web version|forward (?:this|to a friend)"
    r"|darse de baja|d[aá]rse de baja|cancelar (?:la |su |a )?(?:suscripci|subscri|inscri)"
    r"|en (?:el|su|tu) navegador"
    r"|d[ée]sabonn|d[ée]sinscri|dans (?:le|votre) navigateur|no navegador|abmelden|abbestellen|im browser"
    r"|disiscriv|отпис|в браузере|إلغاء الاشتراك|في المتصفح",
    re.IGNORECASE,
)
_COUNTS = re.compile(
    r"list-manage\d*\.com/track|mandrillapp\.com/track|sendgrid\.net/|/ls/click|/wf/click|awstrack\.me"
    r"|mjt\.lu/|sendibm\d|sibautomation|emltrk|hubspotlinks|hubspotemail|/track/(?:click|open)|/e/c/|/c/eJ"
    r"|://(?:www\.)?cmail\d+\.com|createsend\d*\.com/t/|rs6\.net/|/link/[cs]/|://(?:clicks?|track(?:ing)?|trk)\.",
    re.IGNORECASE,
)
_PERSONAL_PARTS = frozenset(
    {
        *("e", "eid", "email", "e_mail", "mail", "recipient", "recipient_id", "subscriber"),
        *("subscriber_id", "subscriberid", "contact", "contact_id", "contactid", "member"),
        *("member_id", "sid", "cid", "ct", "mc_eid", "vero_id", "ck_subscriber_id"),
    }
)


@dataclass(frozen=True, slots=True)
class Reader:
    """What is known of whom a copy was sent to: `addresses`, `names`; `service` are links of the program
    that sent it, and `ours` the domains whose addresses may stay."""

    addresses: Collection[str] = ()
    names: Collection[str] = ()
    service: Collection[str] = ()
    ours: Collection[str] = field(default_factory=frozenset)

    def words(self, text: str) -> str:
        """The text without merge tags, addresses of others, and links that are about one reader."""
        text = _MERGED.sub("", text)
        text = _LINK_IN_TEXT.sub(lambda found: self.link(found[0]), text)
        return _ADDRESS.sub(self._address, text)

    def _address(self, found: re.Match[str]) -> str:
        mine = found[0].lower() in {one.lower() for one in self.addresses}
        domain = organisational_domain(found[0].rpartition("@")[2].lower())
        return "" if mine or domain not in self.ours else found[0]

    def link(self, url: str) -> str:
        """The link for everybody, or "" where it is for one reader, counts, or is no web address."""
        if self.acts(url) or _COUNTS.search(url):
            return ""
        safe = safe_url(url)
        if not safe:
            return ""
        parts = urlsplit(canonical(safe))
        kept = [
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if name.lower() not in _PERSONAL_PARTS
        ]
        if len(kept) < len(parse_qsl(parts.query, keep_blank_values=True)):
            parts = parts._replace(query=urlencode(kept))
        clean = urlunsplit(parts)
        return "" if _ADDRESS.search(unquote(clean)) else clean

    def acts(self, url: str) -> bool:
        """True for a link that acts on a subscription, or belongs to what sent the e-mail."""
        if MERGE_TAG.search(unquote(url)) or "*|" in url or _ACTS.search(url):
            return True
        return any(_below(url, one) for one in self.service)

    def about_one(self, text: str, links: Collection[str]) -> bool:
        """True for a block of text that is for one reader alone: a greeting by name, the line with the
        links for leaving."""
        short = len(text) <= 400
        if short and (any(map(self.acts, links)) or _SAYS_SO.search(text)):
            return True
        return len(text) <= 80 and any(name and name in text for name in self.names)


def _below(url: str, service: str) -> bool:
    """True for two links of one host with the same beginning of the path."""
    try:
        one, other = urlsplit(url), urlsplit(service)
    except ValueError:
        return False
    first = other.path.split("/")[1:2]
    return bool(one.netloc) and one.netloc == other.netloc and one.path.split("/")[1:2] == first
