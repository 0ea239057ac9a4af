"""Reports for people: bounces without fields for machines, as qmail, Exim, Sendmail and others write them.

They have in common that the failed address stands at the beginning of a line, alone or before the
reason, and that the reason follows it; or else that the text names one address besides ours.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from alerts.bounces.mail import Mail
from alerts.bounces.names import ADDRESS, MOST, about, address, blocks, reason
from alerts.bounces.report import Report
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
    """Whether a machine that delivers mail wrote this, or somebody who forwards what it wrote."""
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


def recipients(mail: Mail) -> tuple[Report, ...]:
    """What the text says of each failed recipient; of none where it names nobody."""
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
        kind = verdict(action, status, words)
        found.append(Report(kind, who, status, said, action != "delayed", mail.returned))
    return tuple(found)


def _ours(mail: Mail) -> Callable[[str], bool]:
    """Whether an address is that of the sender, or of a machine."""
    senders = {address(mail.returned.get(name, "")) for name in ("from", "return-path", "sender")}
    senders.add(address(mail.head.get("to", "")))
    known = {sender.lower() for sender in senders}
    return lambda who: who.lower() in known or bool(_DAEMON.search(who))


def _whom(
    mail: Mail, text: str, named: Iterable[str], ours: Callable[[str], bool]
) -> Sequence[str]:
    """Those it failed for: as listed in the head, or first in a line, or named at all, or written to."""
    listed = [match[0] for match in ADDRESS.finditer(mail.head.get("x-failed-recipients", ""))]
    if found := listed or list(named):
        return list(dict.fromkeys(found))[:MOST]
    for pattern in (_NAMED, _ANY):
        for match in islice(pattern.finditer(text), MOST):
            line = text[text.rfind("\n", 0, match.start(1)) + 1 : match.start(1)]
            if not ours(match[1]) and not _NOT_THEM.search(line):
                return [match[1]]
    return list(filter(None, [address(mail.returned.get("to", ""))]))
