"""BIMI: a logo beside the mail, for those whose DMARC policy rejects or quarantines.

The record is judged as receivers do (draft-brand-indicators-for-message-identification-12, §4.3 and §7.2);
what the logo looks like is not: nothing is fetched.
"""

import re
from collections.abc import Iterator

from alerts.doctor.dmarc import policy, walk
from alerts.doctor.dns_records import tags
from alerts.doctor.finding import Ask, CheckLevel, CheckOutput

_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_REST = r"(?::\d{1,5})?(?:[/?#](?:[\w.~!$&'()*+;=:@/?#-]|%[0-9a-f]{2})*)?"
_LOGO = re.compile(rf"https://(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\]){_REST}", re.IGNORECASE)
_PROOF = re.compile(rf"https://{_LABEL}(?:\.{_LABEL})*\.[a-z]{_LABEL}{_REST}", re.IGNORECASE)
_PIXELS = re.compile(r"\.(?:png|jpe?g|gif|webp)$", re.IGNORECASE)


def is_bimi(text: str) -> bool:
    """§7.2: the version comes first; any other text is passed by."""
    return re.match(r"v\s*=\s*BIMI1\s*(;|$)", text) is not None


def fault(record: str) -> str:
    """Why the record names no logo; empty if it does, or says on purpose that there is none."""
    names = [part.partition("=")[0].strip().lower() for part in record.split(";") if part.strip()]
    if any("=" not in part for part in record.split(";") if part.strip()):
        return "a part of it has no “=”"
    known = [name for name in names if name in ("v", "l", "a", "e", "avp", "lps")]
    if len(known) != len(set(known)):
        return "it has a tag twice"
    given = tags(record)
    if "l" not in given:
        return "it has no l="
    if given["l"] and not _LOGO.fullmatch(given["l"]):
        return "l= is no https address"
    if _PIXELS.search(given["l"]):
        return "the logo is no SVG"
    if given.get("a") and not _PROOF.fullmatch(given["a"]):
        return "a= is no https address"
    return ""


def indicator(ask: Ask, author: str) -> Iterator[CheckOutput]:
    """What receivers make of the logo of the domain in From, or of its organisation's."""
    found = walk(ask, author)
    for domain in dict.fromkeys((author, found.organisation)):
        texts = [text for text in ask(f"default._bimi.{domain}", "TXT") if is_bimi(text)]
        if not texts:
            continue
        wrong = fault(texts[0]) if len(texts) == 1 else "there are several, so none counts"
        logo = tags(texts[0]).get("l", "")
        if wrong:
            yield CheckOutput(
                CheckLevel.WARNING,
                f"the BIMI record of {domain} names no logo that counts, {wrong}: {' '.join(texts)}",
                "publish one record with l=https://….svg (SVG Tiny PS)",
            )
        elif not logo:
            yield CheckOutput(CheckLevel.OK, f"{domain} says that it has no BIMI logo (l=)")
        elif policy(found) not in ("quarantine", "reject"):
            yield CheckOutput(
                CheckLevel.WARNING,
                f"{domain} has a BIMI logo, but its DMARC policy is “{policy(found) or 'none'}”",
                "BIMI needs p=quarantine or p=reject",
            )
        else:
            yield CheckOutput(CheckLevel.OK, f"BIMI logo of {domain}: {logo}")
        return
    yield CheckOutput(CheckLevel.OK, f"{author} has no BIMI logo, which is optional")
