"""Classifies a message that came back: a bounce (hard, soft, ours), a complaint, an autoresponse, or a
request to unsubscribe.

Pure: octets in, reports out. Nothing in the message is trusted; `bounces/process.py` decides what is
done about it. Machine-readable fields are tried first, then texts that mail servers write for people,
then mail from people's own programs. A message may report on several recipients; one that reports on
none is `unrecognised`.
"""

from alerts.bounces import auto_reply, complaint, dsn, plain_text, ses
from alerts.bounces.parse import Mail, groups, head, taken_apart
from alerts.bounces.report import BounceReport, Fields, Kind

__all__ = ["BounceReport", "Fields", "Kind", "classify", "head"]

_NOTHING = (BounceReport(Kind.UNRECOGNISED),)


def classify(octets: bytes) -> tuple[BounceReport, ...]:
    """The reports of a message, one per recipient, in its order; never empty, never raises."""
    if octets[:100].lstrip()[:1] == b"{":  # a notification saved as a bare file
        return ses.notification(octets.decode(errors="replace")) or _NOTHING
    mail = taken_apart(octets)
    if told := ses.notification(mail.text):
        return told
    about = complaint.complaint(mail)
    if about:
        return (about,)
    found = _failures(mail)
    if not found:
        said = auto_reply.request_to_leave(mail) or auto_reply.autoresponse(mail)
        found = (said,) if said else ()
    return found or (BounceReport(Kind.UNRECOGNISED, returned=mail.returned),)


def _failures(mail: Mail) -> tuple[BounceReport, ...]:
    fields = mail.groups or [each for each in groups(mail.text) if "final-recipient" in each]
    if any("action" in each or "status" in each for each in fields):
        return dsn.recipients(fields, mail.returned, mail.text)
    return plain_text.recipients(mail) if plain_text.is_report(mail) else ()
