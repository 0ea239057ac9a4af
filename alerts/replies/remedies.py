"""Remedies for a reply: by provider for well-known ones, by the subject of the reply for others."""

import re

from alerts.domain.delivery import Reason
from alerts.replies.judge import judge, plain
from alerts.replies.meaning import About, Action, Meaning

_BY_PROVIDER = (
    (
        r"5\.7\.139\b|basic auth",
        "Microsoft takes no password: register an application, and set delivery.token_command to a"
        " command that prints an OAuth 2 token.",
    ),
    (
        r"badcredentials|application-specific|5\.7\.14\b",
        "Google refuses the password: use an app password, or set delivery.token_command.",
    ),
    (
        r"[45]\.4\.5\b.*(?:limit|quota)|answer/166852|sending limits",
        "Google's daily limit is used up: sending continues when it is renewed, within 24 h; set"
        " delivery.window_limit to what the account may send in a day.",
    ),
    (
        r"[45]\.7\.2[67]\b|[45]\.7\.3[0-2]\b",
        "Gmail could not authenticate the mail: publish SPF for the relay, sign with DKIM for the"
        " sender's domain, and have a DMARC record (`alerts doctor`).",
    ),
    (
        r"[45]\.7\.2[35]\b|does not have a ptr",
        "Gmail wants a PTR record: have the owner of the address give it a name that points back to it.",
    ),
    (
        r"[45]\.7\.28\b|unusual rate",
        "Gmail limits the rate: send slower (delivery.rate, or delivery.warm_up), and see"
        " postmaster.google.com for complaints.",
    ),
    (
        r"5\.7\.515\b|5\.7\.509\b",
        "Microsoft wants SPF, DKIM and DMARC to pass for the sender's domain: run `alerts doctor`.",
    ),
    (
        r"5\.7\.(?:60[6-9]|6[1-4]\d|511)\b|s3140|s3150",
        "Microsoft has listed the sending address: ask at sender.office.com (outlook.com:"
        " sendersupport.olc.protection.outlook.com) to delist it.",
    ),
    (
        r"5\.7\.708\b|5\.7\.705\b|5\.7\.75\d\b",
        "Microsoft lets a new or exceeded tenant send no mail (5.7.708): ask its support, or send by"
        " another relay.",
    ),
    (
        r"\btss?0\d|\btss1\d|yahoo|aol\.com",
        "Yahoo and AOL refuse for volume, complaints or policy: send slower (delivery.destinations), sign"
        " with DKIM, and ask at senders.yahooinc.com.",
    ),
    (
        r"gmx|web\.de|nemesis|mail\.com|1und1|kundenserver",
        "GMX and web.de: give the sending address a PTR record of its own, and ask at postmaster.gmx.net.",
    ),
    (
        r"\blpn\d|laposte",
        "laposte.net refuses: send slower, and ask at postmaster.laposte.net with the code of its reply.",
    ),
    (
        r"\bofr[_0-9]|orange|wanadoo",
        "Orange refuses: ask at postmaster.orange.fr with its code.",
    ),
    (
        r"not verified|amazonses|\bses\b|awsapps|account not subscribed",
        "Amazon SES: verify the sender's domain in the region that you send by, leave the sandbox, and"
        " look at the account's dashboard.",
    ),
    (
        r"throttling failure|maximum sending rate",
        "Amazon SES limits the rate: set delivery.rate below the account's, or delivery.window_limit.",
    ),
    (
        r"sendgrid|credits? exceeded|verified sender identity",
        "SendGrid: the credits are used up or the sender is not verified; see its dashboard.",
    ),
    (
        r"spamhaus",
        "Listed by Spamhaus: see check.spamhaus.org for the cause, correct it, and ask there to be removed.",
    ),
    (
        r"spamcop|sorbs|barracuda|dnsbl|\brbl\b",
        "Listed by a block list: correct the cause, and ask there to be removed.",
    ),
)
_PATTERNS = tuple((re.compile(pattern), words) for pattern, words in _BY_PROVIDER)

_BY_ABOUT = {
    About.RECIPIENT: "The mailbox is full or closed: `alerts delivery retry` in some days, or let it be.",
    About.CONTENT: "The message is refused for what it holds: run `alerts issue lint`.",
    About.OUR_DOMAIN: "The sender's domain is refused: check SPF, DKIM, DMARC and its MX (`alerts doctor`).",
    About.OUR_IP: "The sending host is refused: check its PTR record, HELO name and block lists.",
    About.OUR_AUTH: "The relay refuses the login or the sender: check user, password and delivery.relay.",
    About.OUR_ACCOUNT_LIMIT: (
        "The account's limit is reached: sending continues once it is renewed; set delivery.rate or"
        " delivery.window_limit to what the relay allows."
    ),
    About.CONNECTION: "The connection failed: `alerts delivery retry` later.",
    About.RECEIVER_TEMPORARY: "Their mail server is busy or broken: `alerts delivery retry` later.",
    About.AMBIGUOUS: "The reply does not say whose fault it is: ask the recipient's postmaster.",
}
_GONE = "The address is gone: correct it with `alerts subscriber edit --email`, or let it be."


_BY_REASON = {
    Reason.EXPIRED: "It was tried until delivery.give_up_after; `alerts delivery retry` tries again.",
    Reason.UNADDRESSABLE: "The relay must offer SMTPUTF8 for this address; use one that does.",
    Reason.TOO_LARGE: "The message is larger than the relay accepts: raise its limit or shorten the issue.",
}
_UNKNOWN = "Look at the relay's words; `alerts delivery retry` tries again once the cause is gone."


def remedy_for(reply: str, meaning: Meaning) -> str:
    """A sentence or two with a remedy; never empty."""
    if meaning.action is Action.DROP_ADDRESS:
        return _GONE
    if meaning.about is About.RECIPIENT:
        return _BY_ABOUT[About.RECIPIENT]
    said = plain(reply)
    for pattern, words in _PATTERNS:
        if pattern.search(said):
            return words
    return _BY_ABOUT[meaning.about]


def remedy_of_ours(reply: str) -> str:
    """What an admin can do about a reply that is about us, not the recipient; empty for others."""
    meaning = judge(reply)
    return remedy_for(reply, meaning) if reply and meaning.ours else ""


def remedy(reason: str, reply: str) -> str:
    """What an admin can do about a delivery that failed for `reason` (a `Reason`), in a sentence."""
    if known := _BY_REASON.get(Reason(reason)):
        return known
    return remedy_for(reply, judge(reply)) if reply else _UNKNOWN
