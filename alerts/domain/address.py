"""One e-mail address, parsed once.

Guarantees that an `Address` is safe in an SMTP envelope and in a header: no control characters, no
spaces, no angle brackets, lengths within RFC 5321 §4.5.3.1, the domain in its ASCII form (IDNA 2008,
UTS 46). Local parts may be non-ASCII (RFC 6531). Quoted local parts and address literals are refused:
people do not subscribe with them. Does not use DNS.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from alerts.domain.errors import InputError
from alerts.domain.printable import printable

# Domains of one provider that lead to the same mailboxes: Gmail was sold as Google Mail in Germany and the
# United Kingdom (https://support.google.com/mail/answer/10313). Dots and +tags stay different people here:
# they are the same mailbox at Gmail, but their owners subscribe with them on purpose.
SAME_PROVIDER = {"googlemail.com": "gmail.com"}

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
    """A mailbox. `local` as written; `domain` lower-case and ASCII."""

    local: str
    domain: str

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Parse one bare address; raises `InputError`, which says what is wrong with it."""
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
        """The same for all spellings of one mailbox; the database compares by it."""
        return mailbox_key(self.local, self.domain)

    @property
    def former_key(self) -> str:
        """The key under which an older version stored this mailbox; empty if there is none."""
        return former_key(self.key)

    @property
    def masked(self) -> str:
        """The address in a form that its owner recognises and nobody else can use."""
        return f"{self.local[:1]}•••@{self.domain}"

    @property
    def needs_smtputf8(self) -> bool:
        """True if only a relay that offers SMTPUTF8 (RFC 6531) can accept it."""
        return not self.local.isascii()


def mailbox_key(local: str, domain: str) -> str:
    """The same for every spelling of one mailbox, from the two parts of a parsed address."""
    return f"{local.lower()}@{SAME_PROVIDER.get(domain, domain)}"


def former_key(key: str) -> str:
    """The key under which an older version stored this mailbox; empty if it was the same.

    Keyed hashes of addresses are kept after the address is deleted, so they cannot be updated: a
    look-up of a hash must also try the hash of this key.
    """
    local, _, domain = key.rpartition("@")
    return f"{local}@googlemail.com" if domain == "gmail.com" else ""


def _parse_slowly(text: str) -> Address:
    """The exact checks; raises `InputError` for the first fault."""
    local, at, domain = text.rpartition("@")
    if not at:
        raise InputError(f"“{printable(text, 80)}” is not an e-mail address: it has no @")
    local = unicodedata.normalize("NFC", local)
    if not local or not _LOCAL.fullmatch(local) or not local.isprintable():
        raise InputError(
            f"“{printable(text, 80)}” is not an e-mail address: the part before @ is malformed"
        )
    if len(local.encode()) > 64:
        raise InputError(
            f"“{printable(text, 80)}” is not an e-mail address: over 64 octets before @"
        )
    labels = ascii_domain(domain)
    if labels is None or not _ASCII.fullmatch(f"a@{labels}"):
        raise InputError(
            f"“{printable(text, 80)}” is not an e-mail address: the domain is malformed"
        )
    return Address(local, labels)


@lru_cache(maxsize=4096)
def ascii_domain(domain: str) -> str | None:
    """The A-label form (RFC 5891), or None if there is none."""
    import idna  # takes 15 ms to import; most lists do not need it

    try:
        return idna.encode(domain, uts46=True).decode().lower()
    except (idna.IDNAError, UnicodeError):
        return None
