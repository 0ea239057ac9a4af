"""One e-mail address, parsed once.

Promises that an `Address` can stand in an SMTP envelope and a header without harm: no control
characters, no spaces, no angle brackets, lengths within RFC 5321 §4.5.3.1, the domain in its ASCII
form (IDNA 2008, UTS 46). Local parts may be non-ASCII (RFC 6531). Quoted local parts and address
literals are refused: no person subscribes with one. Does not ask the DNS.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from alerts.errors import InputError

_ASCII = re.compile(
    r"(?=[^@]{1,64}@)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?=.{1,253}\Z)(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*"
    r"(?!\d+\Z)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
)
_LOCAL = re.compile(
    r"[^\s\x00-\x20\x7f-\xa0\"(),:;<>@\[\\\].]+(?:\.[^\s\x00-\x20\x7f-\xa0\"(),:;<>@\[\\\].]+)*"
)


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox. `local` as its owner writes it; `domain` lower-case and ASCII."""

    local: str
    domain: str

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read one bare address; raises `InputError` that says what is wrong with it."""
        text = text.strip()
        if _ASCII.fullmatch(text):
            local, _, domain = text.rpartition("@")
            if "xn--" not in domain.lower():
                return cls(local, domain.lower())
        return _parse_slowly(text)

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def key(self) -> str:
        """What two spellings of one mailbox share; the database compares by it."""
        return f"{self.local.lower()}@{self.domain}"

    @property
    def needs_smtputf8(self) -> bool:
        """True where only a relay that offers SMTPUTF8 (RFC 6531) can take it."""
        return not self.local.isascii()


def _parse_slowly(text: str) -> Address:
    """The exact checks, with an error that names the first thing wrong."""
    local, at, domain = text.rpartition("@")
    if not at:
        raise InputError(f"“{_shown(text)}” is not an e-mail address: it has no @")
    local = unicodedata.normalize("NFC", local)
    if not local or not _LOCAL.fullmatch(local) or not local.isprintable():
        raise InputError(
            f"“{_shown(text)}” is not an e-mail address: the part before @ is malformed"
        )
    if len(local.encode()) > 64:
        raise InputError(f"“{_shown(text)}” is not an e-mail address: over 64 octets before @")
    labels = ascii_domain(domain)
    if labels is None or not _ASCII.fullmatch(f"a@{labels}"):
        raise InputError(f"“{_shown(text)}” is not an e-mail address: the domain is malformed")
    return Address(local, labels)


@lru_cache(maxsize=4096)
def ascii_domain(domain: str) -> str | None:
    """The A-label form (RFC 5891), or None where there is none."""
    import idna  # costs 15 ms; most lists never need it

    try:
        return idna.encode(domain, uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        return None


def _shown(text: str) -> str:
    """The input, safe to print on one line of a terminal."""
    flat = "".join(c if c.isprintable() else "�" for c in text)
    return flat if len(flat) <= 80 else f"{flat[:77]}…"
