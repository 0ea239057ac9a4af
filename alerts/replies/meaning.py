"""The values that describe the meaning of a reply, the same for live replies and for bounces."""

from dataclasses import dataclass
from enum import StrEnum


class About(StrEnum):
    """The subject of a reply: why a message was not accepted."""

    RECIPIENT = "recipient"
    CONTENT = "content"
    OUR_DOMAIN = "our_domain"  # the sender's domain: SPF, DKIM, DMARC, a listing, the return path
    OUR_IP = "our_ip"  # the host that sends: its address, PTR record, HELO name, reputation
    OUR_AUTH = "our_auth"  # login, TLS, or permission to send as this sender
    OUR_ACCOUNT_LIMIT = "our_account_limit"  # a quota of our account, or the account is closed
    CONNECTION = "connection"
    RECEIVER_TEMPORARY = "receiver_temporary"
    AMBIGUOUS = "ambiguous"


OURS = frozenset(
    {About.CONTENT, About.OUR_DOMAIN, About.OUR_IP, About.OUR_AUTH, About.OUR_ACCOUNT_LIMIT}
)


class Verdict(StrEnum):
    """What a reply says about the recipient's address."""

    HARD = "hard"
    SOFT = "soft"
    NONE = "none"


class Action(StrEnum):
    """What the sender does next."""

    DROP_ADDRESS = "drop_address"
    FAIL_THIS_ONE = "fail_this_one"
    RETRY = "retry"
    PAUSE_ALL = "pause_all"
    FIX_AND_PAUSE = "fix_and_pause"
    ASK_PERSON = "ask_person"


class Step(StrEnum):
    """The step of the SMTP transaction that was answered; UNKNOWN in most bounces."""

    CONNECT = "connect"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    DOT = "dot"
    UNKNOWN = "bounce"


@dataclass(frozen=True, slots=True)
class Meaning:
    """The meaning of a reply: its subject, the state of the address, the action, and whether that is
    sure.

    `cause` names the row of the table that decided; `remedies.py` has texts for some of them.
    """

    about: About
    verdict: Verdict
    action: Action
    sure: bool
    cause: str = ""

    @property
    def ours(self) -> bool:
        """True where the reply says nothing about the address, and the fault is on our side."""
        return self.verdict is Verdict.NONE and (
            self.about in OURS or self.about is About.CONNECTION
        )

    @property
    def pauses(self) -> bool:
        """True where messages to other recipients would get the same reply."""
        return self.action in (Action.PAUSE_ALL, Action.FIX_AND_PAUSE)


@dataclass(frozen=True, slots=True)
class ReplyCause:
    """A row of the table: its patterns match "code status words" in lower case."""

    name: str
    about: About
    action: Action
    patterns: tuple[str, ...]
    verdict: Verdict = Verdict.NONE
    sure: bool = True
    steps: frozenset[Step] = frozenset()  # steps to which the row applies; empty: all
