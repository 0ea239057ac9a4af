"""Well-formed addresses that are probably wrong, with a suggestion.

They reach nobody, or a stranger, so the admin is asked about each before it is imported. Uses no DNS.
"""

import difflib
import unicodedata
from functools import lru_cache

from alerts.domain.address import Address
from alerts.domain.organisational_domain import top_level_known

LONGEST = 254  # octets: RFC 5321 §4.5.3.1.3, 256 with the angle brackets

# Providers with many mailboxes, and frequent typing errors in their names.
_PROVIDERS = (
    "gmail.com", "googlemail.com", "hotmail.com", "hotmail.fr", "hotmail.es", "hotmail.co.uk",
    "outlook.com", "outlook.es", "yahoo.com", "yahoo.fr", "yahoo.es", "yahoo.co.uk", "yahoo.com.br",
    "yahoo.com.mx", "icloud.com", "protonmail.com", "live.com", "msn.com", "aol.com", "gmx.de",
    "gmx.net", "web.de", "orange.fr", "wanadoo.fr", "laposte.net", "libero.it", "yandex.ru",
    "mail.ru", "terra.com.br", "uol.com.br", "proton.me",
)  # fmt: skip
_NAMES = {one.partition(".")[0]: one for one in reversed(_PROVIDERS)}
# Domains one character away from a provider's that belong to others.
_OTHERS = frozenset(
    ("mail", "email", "ymail", "fmail", "gmx", "hmail", "zmail", "rmail", "cmail", "vmail", "tmail")
)
_TESTING = frozenset(("example", "test"))  # RFC 2606: for examples
_NOWHERE = frozenset(("invalid", "localhost", "local", "localdomain", "internal", "lan"))


def doubt(address: Address) -> str:
    """Why an address is doubtful, in a few words; empty if it is not."""
    if found := domain_doubt(address.domain):
        meant = found[1]
        return f"{found[0]}{f'; did you mean {address.local}@{meant}?' if meant else ''}"
    if len(str(address).encode()) > LONGEST:
        return f"over {LONGEST} octets long"
    if not address.local.isascii() and (scripts := mixed_scripts(address.local)):
        return f"letters of several scripts in one word ({scripts})"
    return ""


def reserved(address: Address) -> bool:
    """Whether its domain is one that no mail reaches by its kind, as people write it who try things out."""
    return address.domain.rpartition(".")[2] in _NOWHERE and "." in address.domain


@lru_cache(maxsize=65536)
def domain_doubt(domain: str) -> tuple[str, str] | None:
    """Why a domain is doubtful, and the domain that was probably meant, if any; None if it is not."""
    name, _, rest = domain.partition(".")
    last = domain.rpartition(".")[2]
    if last in _NOWHERE:
        return f"no mail reaches “.{last}” (RFC 6761)", ""
    if not rest:
        return "its domain has no dot", _NAMES.get(name, "") or _near(name)
    if domain in _PROVIDERS:
        return None
    if "xn--" in domain and (scripts := _domain_scripts(domain)):
        return f"letters of several scripts in its domain ({scripts})", ""
    if last not in _TESTING and not top_level_known(domain):
        return f"there is no top-level domain “.{last}”", _near_end(name, rest)
    if (near := _near(name)) and near.partition(".")[0] != name and _provider_end(rest):
        return "its domain looks mistyped", near
    if name in _NAMES and rest in ("co", "cm", "om", "comm"):
        return "its domain looks mistyped", _NAMES[name]
    return None


def _provider_end(rest: str) -> bool:
    """Whether a provider has a domain that ends with this."""
    return any(one.partition(".")[2] == rest for one in _PROVIDERS)


def _near(name: str) -> str:
    """The provider whose name is one typing error away; empty if none."""
    if len(name) < 4 or name in _OTHERS:
        return ""
    for known, domain in _NAMES.items():
        if len(known) >= 5 and name != known and _one_typing_error(name, known):
            return domain
    return ""


def _near_end(name: str, rest: str) -> str:
    """The domain with the top-level domain that was probably meant."""
    provider = _NAMES.get(name, "") or _near(name)
    if provider:
        return provider
    close = difflib.get_close_matches(rest, ("com", "org", "net", "edu", "gov"), 1, 0.6)
    return f"{name}.{close[0]}" if close else ""


def _one_typing_error(one: str, other: str) -> bool:
    """Whether one character is missing, added, replaced, or exchanged with its neighbour."""
    if abs(len(one) - len(other)) > 1:
        return False
    start = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    if start is None:
        return len(one) != len(other)
    a, b = one[start:], other[start:]
    swapped = len(a) > 1 and len(b) > 1 and a[0] == b[1] and a[1] == b[0] and a[2:] == b[2:]
    return swapped or a[1:] == b[1:] or a == b[1:] or a[1:] == b


def _domain_scripts(domain: str) -> str:
    import idna  # costs 15 ms

    for label in domain.split("."):
        try:
            text = idna.ulabel(label)
        except idna.IDNAError:
            continue
        if found := mixed_scripts(text):
            return found
    return ""


_TOGETHER = frozenset(("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO"))  # UTS 39 §5.2


def mixed_scripts(word: str) -> str:
    """The scripts of a word that mixes scripts as no real word does, such as Latin and Cyrillic; else
    empty."""
    scripts = {unicodedata.name(c, "UNKNOWN").split()[0] for c in word if c.isalpha()}
    if len(scripts) < 2 or scripts <= {"LATIN", *_TOGETHER}:
        return ""
    return " and ".join(sorted(script.capitalize() for script in scripts))
