"""Parses bounces without machine-readable fields, as written by qmail, Exim, Sendmail and others.

In all of them the failed address begins a line, alone or before the reason, and the reason follows it;
or the text names only one address besides ours.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from alerts.bounces.parse import Mail
from alerts.bounces.recipients import ADDRESS, MOST, about, address, blocks, reason
from alerts.bounces.report import BounceReport
from alerts.bounces.verdict import REPLY, status_of, verdict

_DAEMON = re.compile(
    r"mailer[-_ ]?daemon|post[-_ ]?master|mail[-_. ](?:delivery|administrator)", re.IGNORECASE
)
_SUBJECT = re.compile(
    r"undeliver|returned mail|failure (?:notice|delivery)|delayed mail|error sending your mail"
    r"|delivery (?:has )?(?:status|failure|failed|problem|error|delay|report)"
    r"|mail (?:failed|failure|delivery|error|system error)|message (?:delivery|status|not delivered)"
    r"|could not be delivered|warning: (?:message|could not send)"
    r"|non[- ]?remis|no entregad|nicht zugestellt|unzustellbar|não (?:foi )?entregue"
    r"|не доставлен|не удалось доставить",
    re.IGNORECASE,
)
_FAILED = re.compile(
    r"(?:could|can) ?not be delivered|unable to deliver|was not delivered|returned to sender|delivery failed"
    r"|wasn't able to deliver|were unable to deliver|undeliverable",
    re.IGNORECASE,
)
_DELAY = re.compile(
    r"warning (?:message )?only|not yet been delivered|(?:has been|is) delayed|will be retried"
    r"|still being retried|do not need to re-?send|keep trying|delivery delayed|temporary failure report",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?:rcpt to|recipients?|address(?:es)?|deliver(?:ed|ing|y)?|attempts|userid|size|gateway|failed)"
    rf"[^\n@<]{{0,40}}?(?<![^\s<:\"'(])<?({ADDRESS.pattern})",
    re.IGNORECASE,
)
_ANY = re.compile(f"({ADDRESS.pattern})")
_NOT_THEM = re.compile(
    r"mail from|envelope-from|generated from|contact|sender|(?:write|mail) to|\bfrom\b",
    re.IGNORECASE,
)


def is_report(mail: Mail) -> bool:
    """True if a mail server wrote this message, or somebody forwarded such a message."""
    author = mail.head.get("from", "")
    nobody = mail.head.get("return-path", "").strip() == "<>" or author.strip() in ("", "<>")
    return bool(
        "x-failed-recipients" in mail.head
        or mail.report_type == "delivery-status"
        or _DAEMON.search(author)
        or _SUBJECT.search(mail.head.get("subject", ""))
        or (nobody and REPLY.search(mail.text))
        or ((nobody or mail.returned) and _FAILED.search(mail.text[:1000]))
    )


def recipients(mail: Mail) -> tuple[BounceReport, ...]:
    """A report for each failed recipient that the text names."""
    text = re.sub(r"^>[> ]*", "", mail.text, flags=re.MULTILINE)
    if not text.strip():
        return ()
    ours = _ours(mail)
    named = blocks(text, ours)
    subject = mail.head.get("subject", "")
    action = "delayed" if _DELAY.search(f"{subject}\n{text}") else "failed"
    found = []
    for who in _whom(mail, text, named, ours):
        words = about(who, named, text)
        status, said = status_of(words), reason(words)
        kind, meaning = verdict(action, status, words)
        final = action != "delayed"
        found.append(BounceReport(kind, who, status, said, final, mail.returned, meaning))
    return tuple(found)


def _ours(mail: Mail) -> Callable[[str], bool]:
    """A function that is true for the sender's address and for addresses of mail servers."""
    senders = {address(mail.returned.get(name, "")) for name in ("from", "return-path", "sender")}
    senders.add(address(mail.head.get("to", "")))
    known = {sender.lower() for sender in senders}
    return lambda who: who.lower() in known or bool(_DAEMON.search(who))


def _whom(
    mail: Mail, text: str, named: Iterable[str], ours: Callable[[str], bool]
) -> Sequence[str]:
    """The failed recipients: from the header, else addresses that begin a line, else any that the text
    names, else the recipient of our message."""
    listed = [match[0] for match in ADDRESS.finditer(mail.head.get("x-failed-recipients", ""))]
    if found := listed or list(named):
        return list(dict.fromkeys(found))[:MOST]
    for pattern in (_NAMED, _ANY):
        for match in islice(pattern.finditer(text), MOST):
            line = text[text.rfind("\n", 0, match.start(1)) + 1 : match.start(1)]
            if not ours(match[1]) and not _NOT_THEM.search(line):
                return [match[1]]
    return list(filter(None, [address(mail.returned.get("to", ""))]))
