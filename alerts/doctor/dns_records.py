"""Judges SPF and DKIM records. Pure: texts in, results out."""

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator

from alerts.doctor.finding import CheckLevel, CheckOutput

MOST_LOOKUPS = 10  # RFC 7208 §4.6.4
_NEUTRAL = "?all"
_SHORT_KEY, _GOOD_KEY = 1024, 2048  # bits; rule S1


def is_spf(text: str) -> bool:
    """RFC 7208 §4.5."""
    return re.match(r"v=spf1( |$)", text, re.IGNORECASE) is not None


def is_dmarc(text: str) -> bool:
    """RFC 9989 §4.8: the version comes first."""
    return re.match(r"v\s*=\s*DMARC1\s*(;|$)", text) is not None


def is_key(text: str) -> bool:
    """RFC 6376 §3.6.1: only the tag `p` is required."""
    return "p" in tags(text)


def public(text: str) -> str:
    """The public key in a DKIM record, in the form of `dkim.Key.public`."""
    return re.sub(r"\s+", "", tags(text).get("p", ""))


def tags(text: str) -> dict[str, str]:
    """`a=b; c=d` as a mapping; malformed parts are left out."""
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, equals, value in pairs if equals}


def spf_lookups(text: str, ask: Callable[[str], Iterable[str]], seen: tuple[str, ...] = ()) -> int:
    """The number of DNS look-ups that the record needs; above the limit, at least that number."""
    if len(seen) > MOST_LOOKUPS:  # an endless chain
        return MOST_LOOKUPS + 1
    total = 0
    for term in text.split()[1:]:
        name, _, rest = re.sub(r"^[+?~-]", "", term).partition(":" if "=" not in term else "=")
        kind = name.partition("/")[0].lower()
        if kind == "redirect" and re.search(r"(?i)\s[+?~-]?all(\s|$)", text):
            continue  # means nothing beside all (RFC 7208 §6.1)
        if kind in ("include", "redirect", "a", "mx", "ptr", "exists"):
            total += 1
        if kind in ("include", "redirect") and rest and "%" not in rest and rest not in seen:
            for inner in filter(is_spf, ask(rest)):
                total += spf_lookups(inner, ask, (*seen, rest))
        if total > MOST_LOOKUPS:
            return total
    return total


def judged_spf(domain: str, text: str, lookups: int) -> Iterator[CheckOutput]:
    """Whether one SPF record is valid and protects the domain."""
    terms = text.lower().split()[1:]
    found = []
    if any(term in ("all", "+all") for term in terms):
        found.append(
            CheckOutput(
                CheckLevel.ERROR,
                f"the SPF record of {domain} lets anyone send (+all)",
                "end it in -all",
            )
        )
    elif not any(re.fullmatch(r"[?~-]all|redirect=.+", term) for term in terms):
        found.append(
            CheckOutput(
                CheckLevel.WARNING,
                f"the SPF record of {domain} says nothing of other senders",
                "end it in -all, or ~all",
            )
        )
    elif _NEUTRAL in terms:
        found.append(
            CheckOutput(
                CheckLevel.WARNING,
                f"the SPF record of {domain} is neutral ({_NEUTRAL})",
                "end it in -all",
            )
        )
    if lookups > MOST_LOOKUPS:
        found.append(
            CheckOutput(
                CheckLevel.ERROR,
                f"the SPF record of {domain} takes more than {MOST_LOOKUPS} look-ups, so none counts",
                "remove includes that are not needed",
            )
        )
    if any(re.fullmatch(r"[+?~-]?ptr(:.*)?", term) for term in terms):
        found.append(
            CheckOutput(
                CheckLevel.WARNING,
                f"the SPF record of {domain} uses ptr, which many receivers ignore",
                "remove it",
            )
        )
    yield from found or [CheckOutput(CheckLevel.OK, f"SPF of {domain}: {text}")]


def judged_key(name: str, text: str) -> Iterator[CheckOutput]:
    """Whether one DKIM key is usable."""
    key = tags(text)
    data = public(text)
    kind = key.get("k", "rsa").lower()
    if not data:
        yield CheckOutput(
            CheckLevel.ERROR, f"the DKIM key at {name} is revoked", "publish the relay's new one"
        )
        return
    try:
        octets = base64.b64decode(data, validate=True)
    except binascii.Error:
        yield CheckOutput(
            CheckLevel.ERROR, f"the DKIM key at {name} is not base64", "publish it once more"
        )
        return
    if kind == "ed25519":
        yield CheckOutput(
            CheckLevel.HINT, f"the key at {name} is Ed25519, good as a second key beside RSA"
        )
        return
    bits = _rsa_bits(octets)
    if kind != "rsa" or not bits:
        yield CheckOutput(
            CheckLevel.ERROR, f"the DKIM key at {name} is not an RSA key", "publish it once more"
        )
    elif bits < _SHORT_KEY:
        yield CheckOutput(
            CheckLevel.ERROR,
            f"the DKIM key at {name} has {bits} bits: too few",
            "make one of 2048 bits",
        )
    elif "y" in key.get("t", "").lower().split(":"):
        yield CheckOutput(
            CheckLevel.WARNING, f"the DKIM key at {name} is marked as a test (t=y)", "take t=y out"
        )
    elif bits < _GOOD_KEY:
        yield CheckOutput(
            CheckLevel.WARNING, f"the DKIM key at {name} has {bits} bits", "make one of 2048 bits"
        )
    else:
        yield CheckOutput(CheckLevel.OK, f"DKIM key at {name}: {bits} bits")


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
