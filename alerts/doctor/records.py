"""What SPF, DKIM and DMARC records say, and whether that is good. Pure: texts in, findings out."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator

from alerts.doctor.finding import Level, Said

MOST_LOOKUPS = 10  # RFC 7208 §4.6.4
_SHORT_KEY, _GOOD_KEY = 1024, 2048  # bits; rule S1


def is_spf(text: str) -> bool:
    """RFC 7208 §4.5."""
    return re.match(r"v=spf1( |$)", text, re.IGNORECASE) is not None


def is_dmarc(text: str) -> bool:
    """RFC 7489 §6.3: the version comes first."""
    return re.match(r"v\s*=\s*DMARC1\s*(;|$)", text) is not None


def is_key(text: str) -> bool:
    """RFC 6376 §3.6.1: `p` is the one tag that must be there."""
    return "p" in tags(text)


def public(text: str) -> str:
    """The public key in a DKIM record, as `dkim.Key.public` has it."""
    return re.sub(r"\s+", "", tags(text).get("p", ""))


def tags(text: str) -> dict[str, str]:
    """`a=b; c=d` as a mapping; what is no tag is left out."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}


def spf_lookups(text: str, ask: Callable[[str], Iterable[str]], seen: tuple[str, ...] = ()) -> int:
    """How many DNS questions checking the record takes; above the limit, at least that many."""
    if len(seen) > MOST_LOOKUPS:  # a chain without end
        return MOST_LOOKUPS + 1
    total = 0
    for term in text.split()[1:]:
        name, _, rest = re.sub(r"^[+?~-]", "", term).partition(":" if "=" not in term else "=")
        kind = name.partition("/")[0].lower()
        if kind in ("include", "redirect", "a", "mx", "ptr", "exists"):
            total += 1
        if kind in ("include", "redirect") and rest and "%" not in rest and rest not in seen:
            for inner in filter(is_spf, ask(rest)):
                total += spf_lookups(inner, ask, (*seen, rest))
        if total > MOST_LOOKUPS:
            return total
    return total


def judged_spf(domain: str, text: str, lookups: int) -> Iterator[Said]:
    """Whether one SPF record protects and does not break."""
    terms = text.lower().split()[1:]
    found = []
    if any(term in ("all", "+all") for term in terms):
        found.append(
            Said(
                Level.ERROR, f"the SPF record of {domain} lets anyone send (+all)", "end it in -all"
            )
        )
    elif not any(re.fullmatch(r"[?~-]all|redirect=.+", term) for term in terms):
        found.append(
            Said(
                Level.WARNING,
                f"the SPF record of {domain} says nothing of other senders",
                "end it in -all, or ~all",
            )
        )
    elif "?all" in terms:
        found.append(
            Said(Level.WARNING, f"the SPF record of {domain} is neutral (?all)", "end it in -all")
        )
    if lookups > MOST_LOOKUPS:
        found.append(
            Said(
                Level.ERROR,
                f"the SPF record of {domain} takes more than {MOST_LOOKUPS} look-ups, so none counts",
                "remove includes that are not needed",
            )
        )
    if any(re.fullmatch(r"[+?~-]?ptr(:.*)?", term) for term in terms):
        found.append(
            Said(
                Level.WARNING,
                f"the SPF record of {domain} uses ptr, which many ignore",
                "remove it",
            )
        )
    yield from found or [Said(Level.OK, f"SPF of {domain}: {text}")]


def judged_key(name: str, text: str) -> Iterator[Said]:
    """Whether one DKIM key can be used."""
    key = tags(text)
    data = public(text)
    kind = key.get("k", "rsa").lower()
    if not data:
        yield Said(Level.ERROR, f"the DKIM key at {name} is revoked", "publish the relay's new one")
        return
    try:
        octets = base64.b64decode(data, validate=True)
    except binascii.Error:
        yield Said(Level.ERROR, f"the DKIM key at {name} is not base64", "publish it once more")
        return
    if kind == "ed25519":
        yield Said(Level.HINT, f"the key at {name} is Ed25519, good as a second one beside RSA")
        return
    bits = _rsa_bits(octets)
    if kind != "rsa" or not bits:
        yield Said(Level.ERROR, f"the DKIM key at {name} is no RSA key", "publish it once more")
    elif bits < _SHORT_KEY:
        yield Said(
            Level.ERROR, f"the DKIM key at {name} has {bits} bits: too few", "make one of 2048 bits"
        )
    elif "y" in key.get("t", "").lower().split(":"):
        yield Said(
            Level.WARNING, f"the DKIM key at {name} is marked as a test (t=y)", "take t=y out"
        )
    elif bits < _GOOD_KEY:
        yield Said(
            Level.WARNING, f"the DKIM key at {name} has {bits} bits", "make one of 2048 bits"
        )
    else:
        yield Said(Level.OK, f"DKIM key at {name}: {bits} bits")


def _rsa_bits(octets: bytes) -> int:
    """The length of an RSA modulus in a SubjectPublicKeyInfo or RSAPublicKey (RFC 8017); 0: none.

    The modulus is the first long INTEGER in either.
    """
    for match in re.finditer(rb"\x02(\x81[\x40-\xff]|\x82..|[\x21-\x7f])", octets, re.DOTALL):
        length = int.from_bytes(match[1][1:], "big") if len(match[1]) > 1 else match[1][0]
        number = octets[match.end() : match.end() + length]
        if len(number) == length:
            return int.from_bytes(number, "big").bit_length()
    return 0


def judged_dmarc(domain: str, found: list[str], author: str, envelope: str) -> Iterator[Said]:
    """Whether the policy counts, and whether the return path is within the domain that it is for."""
    if len(found) > 1:
        yield Said(
            Level.ERROR, f"{domain} has {len(found)} DMARC records, so none counts", "keep one"
        )
        return
    policy = tags(found[0])
    wish = policy.get("p", "").lower()
    said = []
    if wish not in ("none", "quarantine", "reject"):
        said.append(
            Said(
                Level.ERROR,
                f"the DMARC record of {domain} has no policy",
                "write p=none, quarantine or reject in it",
            )
        )
    if "rua" not in policy:
        said.append(
            Said(
                Level.HINT,
                f"nobody reads the DMARC reports of {domain}",
                "add rua=mailto:… with an address of yours",
            )
        )
    strict = policy.get("aspf", "r").lower() == "s"
    if envelope != author and (strict or not f".{envelope}".endswith(f".{domain}")):
        said.append(
            Said(
                Level.WARNING,
                f"bounces go to {envelope}, so SPF does not count for {author}",
                f"write an address at {author} in sender.bounces; else all depends on DKIM",
            )
        )
    if all(one.level is Level.HINT for one in said):
        yield Said(Level.OK, f"DMARC of {domain}: {found[0]}")
    yield from said
