"""What makes an SPF record count for nothing: `permerror` of RFC 7208, in words for a person. Pure."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator

from alerts.doctor.dns_records import MOST_LOOKUPS, is_spf

_QUALIFIER = re.compile(r"[+?~-]")
_MODIFIER = re.compile(r"([a-z][a-z0-9._-]*)=(.*)", re.IGNORECASE)
_MACRO = re.compile(r"%(?:\{[slodiphcrtv][0-9]*r?[-.+,/_=]*\}|[%_-])", re.IGNORECASE)
_END = re.compile(r"\.(?:[a-z0-9]*[a-z][a-z0-9]*|[a-z0-9]+-[a-z0-9-]*[a-z0-9])\.?$", re.IGNORECASE)
_LENGTHS = re.compile(r"(.*?)(?:/([0-9]+))?(?://([0-9]+))?")


def fault(text: str, ask: Callable[[str], Iterable[str]], within: tuple[str, ...] = ()) -> str:
    """Why receivers take a record for broken, which is as good as none; empty where they do not.

    `ask` gives the TXT records of a name; `within` are the names whose records led here. The limit of
    look-ups is `dns_records.spf_lookups`. RFC 7208 §4.6, §5.2, §6.1.
    """
    seen: set[str] = set()
    for term in text.split(" ")[1:]:
        if why := _term(term, seen):
            return why
    for name in _referred(text):
        if name in within:
            return f"{name} refers to itself"
        if "%" in name or len(within) > MOST_LOOKUPS:
            continue  # not known beforehand, or a chain that the limit of look-ups ends
        found = [one for one in ask(name) if is_spf(one)]
        if len(found) != 1:
            return f"{name}, which it refers to, has {len(found) or 'no'} SPF record{'s' * (len(found) > 1)}"
        if inner := fault(found[0], ask, (*within, name)):
            return f"{name}, which it refers to: {inner}"
    return ""


def _referred(text: str) -> Iterator[str]:
    """The names whose records count as part of this one: those of include, and of redirect without all."""
    terms = [_QUALIFIER.sub("", term, count=1) for term in text.lower().split()[1:]]
    for term in terms:
        if term.startswith("include:"):
            yield term.partition(":")[2].rstrip(".")
        elif term.startswith("redirect=") and "all" not in terms:
            yield term.partition("=")[2].rstrip(".")


def _term(term: str, seen: set[str]) -> str:
    """What is wrong with one term; `seen` are the modifiers so far that may stand once."""
    if not term:
        return ""
    plain = term[1:] if _QUALIFIER.match(term) else term
    name, colon, rest = plain.partition(":")
    kind = name.partition("/")[0].lower()
    modifier = _MODIFIER.fullmatch(plain)
    if modifier and ":" not in modifier[1]:
        return _modifier(term, modifier[1].lower(), modifier[2], seen)
    match kind:
        case "all":
            right = plain.lower() == "all"
        case "include" | "exists":
            right = name.lower() == kind and _domain(rest)
        case "a" | "mx":
            right = _host(plain[len(kind) :])
        case "ptr":
            right = plain.lower() == "ptr" or (bool(colon) and _domain(rest))
        case "ip4" | "ip6":
            right = bool(colon) and _network(rest, 4 if kind == "ip4" else 6)
        case _:
            return f"“{term}” is no mechanism of SPF"
    return "" if right else f"“{term}” is written wrong"


def _modifier(term: str, name: str, value: str, seen: set[str]) -> str:
    if name not in ("redirect", "exp"):
        return ""  # unknown ones are passed over
    if name in seen:
        return f"{name}= stands twice"
    seen.add(name)
    return "" if _domain(value) and term[0] not in "+?~-" else f"“{term}” is written wrong"


def _domain(text: str) -> bool:
    """Whether it is a domain-spec: RFC 7208 §7.1."""
    plain = _MACRO.sub("", text)
    if not text or "%" in plain or "/" in plain or not text.isascii():
        return False
    return bool(_END.search(text)) or text.endswith("}")


def _host(rest: str) -> bool:
    """What follows `a` or `mx`: a domain, and lengths of prefixes."""
    found = _LENGTHS.fullmatch(rest)
    if found is None:
        return False
    domain, short, long = found.groups()
    right = not domain or (domain.startswith(":") and _domain(domain[1:]))
    return right and int(short or 0) <= 32 and int(long or 0) <= 128


def _network(text: str, version: int) -> bool:
    try:
        return (
            ipaddress.ip_network(text, strict=False).version == version
            and "." not in (text.partition("/")[2])
        )
    except ValueError:
        return False
