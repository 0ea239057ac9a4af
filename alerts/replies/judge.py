"""Judges a reply: whose fault it is, the state of the address, and what the sender should do.

There are two kinds of evidence: codes (reply code, enhanced status code of RFC 3463, the step of the
SMTP transaction) and words. An address is dead if the enhanced code says exactly that (x.1.1 and
similar), or if words say so and the class of the code agrees. Words about our side or about a full
mailbox in the reply itself overrule the code, and then the result is not sure. Pure.
"""

import re
from dataclasses import replace
from functools import cache

from alerts.replies.gone import BARE, FOR_NOW, GONE, NAMED, OPPOSED, VAGUE
from alerts.replies.meaning import OURS, About, Action, Meaning, ReplyCause, Step, Verdict
from alerts.replies.table import AFTER, BEFORE, ROWS

STATUS = re.compile(r"(?<![\w.])([245]\.\d{1,3}\.\d{1,3})(?!\.?\d)")
REPLY = re.compile(r"(?<![\w.:/+-])([45]\d\d)(?=[ \t#-]|$)")

# Bad mailbox, bad system, bad syntax, moved, null MX, no route (RFC 3463 and its registry, RFC 7505).
_EXACT = re.compile(r"5\.(?:1\.(?:1|2|3|6|10|12|351)|4\.4)")
_NOBODY = re.compile(
    r"no such (?:user|mailbox|recipient)|(?:user|recipient|mailbox) unknown|unknown user"
    r"|(?:user|recipient|mailbox|account|address)(?: x@x)? (?:does not|doesn't) exist"
)
_VAGUE = re.compile(r"[245]\.(?:0\.0|5\.0|1\.0|2\.0|3\.0|7\.0)")
_HOST_SAID = re.compile(
    r"(?<!\S)(?:host )?[^\s\[]{1,255}\[[^\]]{0,80}\] (?:said|refused to talk to me):"
)
# qmail: the address of the server that answered is no word of the answer.
_QMAIL = re.compile(
    r"(?:connected to )?(?:\d{1,3}\.){3}\d{1,3} (?=failed after |does not like |but )"
    r"|giving up on (?:\d{1,3}\.){3}\d{1,3}|remote host said:"
)
_IN_REPLY = re.compile(r"\(?in reply to (end of data|[a-z]+)[a-z ]*command\)?")
_STEPS = {
    "end of data": Step.DOT,
    "data": Step.DATA,
    "rcpt": Step.RCPT,
    "mail": Step.MAIL,
    "helo": Step.CONNECT,
    "ehlo": Step.CONNECT,
    "auth": Step.AUTH,
}
# Before RCPT nobody has been named, so nothing is about a recipient; an unknown address is the sender's.
_EARLY = (Step.CONNECT, Step.AUTH, Step.MAIL)
_REPEATED = re.compile(r"(?<=\s)[45]\d\d-(?:[ ]?[245]\.\d+\.\d+)?")
_ADDRESS = re.compile(r"(?<![^\s<>()\[\],;:])[^\s<>()\[\],;:@]{1,320}@[^\s<>()\[\],;:]{1,320}")
_MOST = 4000  # characters of a reply that are read


@cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


def status_of(*said: str) -> str:
    """The enhanced status code: the first specific one, else the first."""
    codes = [code for text in said for code in STATUS.findall(text)]
    codes = [code for code in codes if not code.startswith("2")] or codes
    precise = [code for code in codes if not _VAGUE.fullmatch(code)]
    return next(iter(precise or codes), "")


def plain(words: str) -> str:
    """The words in lower case, on one line, with plain apostrophes, as the patterns expect."""
    line = _ADDRESS.sub("x@x", _line(words))
    for aside in (_HOST_SAID, _QMAIL, _IN_REPLY, _REPEATED):
        line = aside.sub(" ", line)
    return " ".join(line.split())


def step_of(words: str) -> Step:
    """The SMTP command that was answered, where a bounce names it as Postfix does."""
    named = _IN_REPLY.search(_line(words))
    return _STEPS.get(named[1], Step.UNKNOWN) if named else Step.UNKNOWN


def _line(words: str) -> str:
    return " ".join(words[:_MOST].lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())


def judge(words: str, status: str = "", step: Step = Step.UNKNOWN) -> Meaning:
    """The meaning of a reply; `status` is the enhanced code where it is given apart from the words."""
    said = plain(words)
    # a bounce: the server has given up, whatever the class of the code
    given_up = step is Step.UNKNOWN
    step = step_of(words) if given_up else step
    status = status or status_of(said)
    reply = next(iter(REPLY.findall(said)), "")
    exact = step not in _EARLY and bool(_EXACT.fullmatch(status))
    plainly_gone = step not in _EARLY and _names_nobody(said)
    gone = plainly_gone or (step not in _EARLY and bool(_compiled(VAGUE).search(said)))
    cause = _first(BEFORE, said, step)
    if cause is not None and not (plainly_gone and exact and cause.about is not About.OUR_DOMAIN):
        return _settled(cause, reply, status, given_up, sure=cause.sure and not exact)
    cause = _first(AFTER, said, step) if gone and not plainly_gone and not exact else None
    if cause is not None and cause.about in OURS:
        return _of(cause, sure=False)
    lasting = reply.startswith("5") or not (reply or status) or (not reply and status[:1] == "5")
    if given_up and gone and _compiled(FOR_NOW).search(said) is None:
        named = bool(_EXACT.fullmatch(f"5{status[1:]}"))
        lasting = lasting or named or (not reply and bool(_VAGUE.fullmatch(status)))
        exact = exact or named
    if exact or (gone and lasting):
        plainly = not status.startswith("5.7.") or _NOBODY.search(said) is not None
        agreed = (
            plainly and gone and lasting and reply in ("", "550", "551", "552", "553", "554", "556")
        )
        opposed = not exact and _compiled(OPPOSED).search(said) is not None
        return _dead(said, exact=exact, agreed=agreed and not opposed)
    if gone:
        return Meaning(About.RECIPIENT, Verdict.SOFT, Action.RETRY, True, "unknown_for_now")
    cause = _first(AFTER, said, step)
    if cause is None:
        return _by_code(reply, status, step)
    return _settled(cause, reply, status, given_up, sure=cause.sure)


def _names_nobody(said: str) -> bool:
    """Whether the words say that there is no such mailbox or domain."""
    if _compiled(GONE).search(said):
        return True
    return bool(_compiled(BARE).search(said) and _compiled(NAMED).search(said))


def _settled(cause: ReplyCause, reply: str, status: str, given_up: bool, *, sure: bool) -> Meaning:
    """The meaning of a row for a reply of that class: 4xx is tried again, 5xx and bounces are not."""
    meaning = _of(cause, sure=sure)
    if meaning.action not in (Action.RETRY, Action.FAIL_THIS_ONE) or meaning.ours:
        return meaning
    over = reply.startswith("5") or (not reply and status.startswith("5"))
    if meaning.about is About.RECIPIENT and reply[:1] in ("4", "5"):
        action = Action.FAIL_THIS_ONE if over else Action.RETRY
        return replace(meaning, action=action)
    if meaning.about is About.RECEIVER_TEMPORARY and (over or given_up):
        action = Action.FAIL_THIS_ONE if over or not reply else Action.RETRY
        return replace(meaning, verdict=Verdict.SOFT, action=action)
    return meaning


def _dead(said: str, *, exact: bool, agreed: bool) -> Meaning:
    """The address is dead; sure if two signs agree, or if an exact code is not contradicted."""
    if not (exact and agreed) and _compiled(ROWS["ip_refused"].patterns).search(said):
        return _of(ROWS["ip_refused"], sure=False)
    if exact and not _names_nobody(said) and _compiled(ROWS["named_spam"].patterns).search(said):
        return _of(ROWS["named_spam"], sure=False)
    if not exact and not agreed:
        return Meaning(About.RECIPIENT, Verdict.SOFT, Action.ASK_PERSON, False, "gone")
    return Meaning(About.RECIPIENT, Verdict.HARD, Action.DROP_ADDRESS, True, "gone")


def is_clear(words: str) -> bool:
    """Whether the words contain a code, or match a row of the table."""
    said = plain(words)
    return bool(
        STATUS.search(said)
        or REPLY.search(said)
        or _names_nobody(said)
        or _first((*BEFORE, *AFTER), said, Step.UNKNOWN)
    )


def _first(causes: tuple[ReplyCause, ...], said: str, step: Step) -> ReplyCause | None:
    return next(
        (
            cause
            for cause in causes
            if (not cause.steps or step in cause.steps)
            and not (step in _EARLY and cause.about is About.RECIPIENT)
            and _compiled(cause.patterns).search(said)
        ),
        None,
    )


def _of(cause: ReplyCause, *, sure: bool) -> Meaning:
    return Meaning(cause.about, cause.verdict, cause.action, sure, cause.name)


def _by_code(reply: str, status: str, step: Step) -> Meaning:
    """The meaning of the codes alone, where no words are known: by the subject of RFC 3463 and the
    step."""
    if status.startswith("4") or (reply.startswith("4") and not status):
        return Meaning(About.RECEIVER_TEMPORARY, Verdict.NONE, Action.RETRY, False, "code")
    if status[2:3] == "5" and not _VAGUE.fullmatch(status):
        return Meaning(About.CONNECTION, Verdict.NONE, Action.FIX_AND_PAUSE, False, "code")
    if step in (Step.CONNECT, Step.MAIL):
        return Meaning(About.OUR_IP, Verdict.NONE, Action.FIX_AND_PAUSE, False, "code")
    if step is Step.AUTH:
        return Meaning(About.OUR_AUTH, Verdict.NONE, Action.FIX_AND_PAUSE, False, "code")
    subject = status[2:3]
    if subject in ("6", "7") or (step is Step.DOT and subject not in ("1", "2")):
        return Meaning(About.CONTENT, Verdict.NONE, Action.PAUSE_ALL, False, "code")
    if subject in ("1", "2"):
        return Meaning(About.RECIPIENT, Verdict.SOFT, Action.FAIL_THIS_ONE, False, "code")
    if subject == "4":
        return Meaning(About.CONNECTION, Verdict.SOFT, Action.FAIL_THIS_ONE, False, "code")
    return Meaning(About.AMBIGUOUS, Verdict.SOFT, Action.ASK_PERSON, False, "code")
