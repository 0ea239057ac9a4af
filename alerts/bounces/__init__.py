"""What a message that came back means: hard or soft bounce, complaint, autoresponse, unsubscribe.

Pure: octets in, reports out, nothing looked up and nothing believed; `feedback.py` decides what is done
about it. The fields that machines wrote come first, then what they wrote for people, then what people's
own programs wrote. A message may report on several recipients; one that reports on none is
`unrecognised`.
"""

from alerts.bounces import answer, complaint, dsn, prose
from alerts.bounces.mail import Mail, groups, head, taken_apart
from alerts.bounces.report import Fields, Kind, Report

__all__ = ["Fields", "Kind", "Report", "classify", "head"]


def classify(octets: bytes) -> tuple[Report, ...]:
    """What a message says, one report a recipient, in its order; never empty, never raises."""
    mail = taken_apart(octets)
    about = complaint.complaint(mail)
    if about:
        return (about,)
    found = _failures(mail)
    if not found:
        said = answer.request_to_leave(mail) or answer.autoresponse(mail)
        found = (said,) if said else ()
    return found or (Report(Kind.UNRECOGNISED, returned=mail.returned),)


def _failures(mail: Mail) -> tuple[Report, ...]:
    fields = mail.groups or [each for each in groups(mail.text) if "final-recipient" in each]
    if any("action" in each or "status" in each for each in fields):
        return dsn.recipients(fields, mail.returned, mail.text)
    return prose.recipients(mail) if prose.is_report(mail) else ()
