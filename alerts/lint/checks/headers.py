"""The header section: required fields, once and well formed (RFC 5322, 2369, 2919, 8058)."""

import re
from collections import Counter
from collections.abc import Iterator
from email.utils import parsedate_tz

from alerts.domain.organisational_domain import same_organisation
from alerts.lint.document import ENCODED_WORD, Document, Header
from alerts.lint.each import at, each_header
from alerts.lint.mailboxes import mailboxes
from alerts.lint.options import LintOptions
from alerts.lint.page import shortened
from alerts.lint.place import Found, Level, Place
from alerts.lint.register import check
from alerts.mail.header_rules import EXPECTED, NEEDED, ONCE

_ADDRESS = r"[^\s@<>\"(),:;]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+"
_ID = re.compile(r"<[^\s@<>]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+>")


@check(
    "header-missing", Level.ERROR, "RFC 5322 §3.6",
    why="Mail without its basic fields is malformed; large receivers refuse it.",
    remedy="Add the field.",
)  # fmt: skip
def _missing(document: Document, _: LintOptions) -> Iterator[Found]:
    for name in NEEDED if document.is_message else ():
        if not any(header.value for header in document.all(name)):
            yield Found(Place("headers", 0, name), f"There is no {name}.")


@check(
    "header-list", Level.HINT, "S8, S9",
    why="Receivers use these fields to group, file and explain bulk mail.",
    remedy="Add the field.",
)  # fmt: skip
def _welcome(document: Document, _: LintOptions) -> Iterator[Found]:
    for name in EXPECTED if document.is_message else ():
        if not document.first(name):
            yield Found(Place("headers", 0, name), f"There is no {name}.")


@check(
    "header-repeated", Level.ERROR, "RFC 5322 §3.6",
    why="If a field occurs twice, programs disagree about which one counts; Gmail refuses such mail.",
    remedy="Keep one of them.",
)  # fmt: skip
def _repeated(document: Document, _: LintOptions) -> Iterator[Found]:
    counted = Counter(header.name.lower() for header in document.headers)
    for name in ONCE:
        if counted[name.lower()] > 1:
            last = document.all(name)[-1]
            yield Found(at(last), f"{name} occurs {counted[name.lower()]} times.")


@check(
    "header-malformed", Level.ERROR, "RFC 5322 §2.2, S12",
    why="For some programs a line that is not a field, or has raw octets, ends the header.",
    remedy="Write “Name: value” in ASCII; encode other characters as in RFC 2047.",
)  # fmt: skip
def _malformed(document: Document, _: LintOptions) -> Iterator[Found]:
    if document.is_message and not document.headers:
        yield Found(Place("headers", 1), "There is no header section.")
        return
    for number, line in enumerate(document.header_lines, 1):
        place = Place("headers", number, shortened(line[:20].decode("latin-1"), 20))
        if line[:1] in (b" ", b"\t"):
            if number == 1 or not line.strip():
                yield Found(place, "A folded line continues nothing, or is empty.")
        elif not re.match(rb"[!-9;-~]+:", line):
            yield Found(place, "A line of the header is not “Name: value”.")
        if re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", line):
            yield Found(place, "A line of the header holds control characters.")
        elif not line.isascii():
            yield Found(place, "A line of the header holds characters outside ASCII, unencoded.")


@check(
    "header-line-long", Level.WARNING, "RFC 5322 §2.1.1, S12",
    why="Some programs cut or refold lines over 78 octets; mail with lines over 998 is refused.",
    remedy="Fold the field at a space.",
)  # fmt: skip
def _long(document: Document, _: LintOptions) -> Iterator[Found]:
    for number, line in enumerate(document.header_lines, 1):
        name = line.partition(b":")[0].decode("latin-1") if line[:1].strip() else ""
        place = Place("headers", number, shortened(name, 40))
        if len(line) > 998:
            yield Found(place, "A line has more than 998 octets.", Level.ERROR)
        elif len(line) > 78 and b" " in line.partition(b":")[2].strip() and b"<http" not in line:
            yield Found(place, "A line has more than 78 octets.")


@check(
    "encoded-word", Level.ERROR, "RFC 2047 §2 and §5, traps A and B",
    why="An encoded word that is too long, broken or in the wrong place is shown undecoded, or hides "
    "text from filters.",
    remedy="Encode only words of free text, each in at most 75 characters, as UTF-8.",
)  # fmt: skip
def _encoded(document: Document, _: LintOptions) -> Iterator[Found]:
    for header in document.headers:
        value = header.value
        for word in ENCODED_WORD.finditer(value):
            if len(word[0]) > 75:
                yield Found(at(header), f"An encoded word of {len(word[0])} characters, not 75.")
        if "=?" in ENCODED_WORD.sub("", value) and header.name.lower() in ("subject", "from"):
            yield Found(at(header), f"{header.name} holds a broken encoded word.")
        structured = header.name.lower().startswith(("list-", "message-id", "feedback-id", "date"))
        if "=?" in "".join(re.findall(r"<[^>]*>", value)):
            yield Found(at(header), f"{header.name} has an encoded word between < and >.")
        elif structured and header.name.lower() != "list-id" and ENCODED_WORD.search(value):
            yield Found(at(header), f"{header.name} has an encoded word, which nobody decodes.")
        if re.search(r"[\r\n\0]", header.decoded):
            yield Found(at(header), f"An encoded word in {header.name} hides a line break.")


@check(
    "from", Level.ERROR, "S11, RFC 5322 §3.6.2",
    why="Receivers judge mail by the address in From.",
    remedy="Write the name of the sender and one address.",
)  # fmt: skip
@each_header("From")
def _from(header: Header) -> Iterator[Found]:
    found = mailboxes(header.value)
    if len(found) != 1 or not re.fullmatch(_ADDRESS, found[0][1]):
        yield Found(at(header), "From is not one address.")
        return
    name = shown_name(header)
    domains = re.findall(r"@([\w-]+(?:\.[\w-]+)+)", name)
    own = found[0][1].rpartition("@")[2].lower()
    if any(domain.lower() != own for domain in domains):
        yield Found(at(header), f"The name in From shows another address: {shortened(name, 60)}")
    elif not name:
        yield Found(
            at(header), "From has an address and no name.", Level.WARNING,
            "Set sender.name: readers look at the name first.",
        )  # fmt: skip


def shown_name(header: Header) -> str:
    """The display name of the first address, decoded."""
    return Header("", header.raw.rpartition(b"<")[0], 0).decoded.strip(' "')


@check(
    "to", Level.ERROR, "S11",
    why="A list of recipients in To or Cc reveals their addresses, and looks like spam.",
    remedy="Write one recipient in To; use neither Cc nor Bcc.",
)  # fmt: skip
def _to(document: Document, _: LintOptions) -> Iterator[Found]:
    for header in document.all("To"):
        found = mailboxes(header.value)
        if len(found) != 1 or not found[0][1]:
            yield Found(at(header), f"To names {len(found)} recipients, not one.")
    for name in ("Cc", "Bcc"):
        for header in document.all(name):
            yield Found(at(header), f"There is a {name}.")


@check(
    "date", Level.ERROR, "S10, RFC 5322 §3.3",
    why="Mail with a wrong date is sorted wrongly, and filters penalise it.",
    remedy="Write it as “Mon, 02 Nov 2026 09:00:00 +0000”.",
)  # fmt: skip
@each_header("Date")
def _date(header: Header) -> Iterator[Found]:
    pattern = (
        r"(?:\w{3}, )?\d{1,2} \w{3} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UT)(?: \(.*\))?"
    )
    if not re.fullmatch(pattern, header.value) or not parsedate_tz(header.value):
        yield Found(at(header), f"Date is malformed: {shortened(header.value, 60)}")


@check(
    "message-id", Level.ERROR, "S10, RFC 5322 §3.6.4",
    why="It distinguishes two copies of one message from two messages; a retry must have the same one.",
    remedy="Write <something-unique@your-domain>, without personal data.",
)  # fmt: skip
def _message_id(document: Document, _: LintOptions) -> Iterator[Found]:
    recipients = {address.lower() for _, address in _people(document, "To")}
    domains = {address.rpartition("@")[2].lower() for _, address in _people(document, "From")}
    for header in document.all("Message-ID"):
        value = header.value
        if not _ID.fullmatch(value):
            yield Found(at(header), f"Message-ID is malformed: {shortened(value, 60)}")
        elif any(address and address in value.lower() for address in recipients):
            yield Found(at(header), "Message-ID holds the recipient's address.")
        elif not any(
            same_organisation(value.strip("<>").rpartition("@")[2], own) for own in domains
        ):
            yield Found(at(header), "Message-ID is not of the sender's domain.", Level.HINT)


def _people(document: Document, name: str) -> list[tuple[str, str]]:
    return [one for header in document.all(name) for one in mailboxes(header.value)]


@check(
    "reply-to", Level.WARNING, "S11",
    why="Readers do reply; “no-reply” loses their replies, and filters penalise it.",
    remedy="Set sender.reply_to to an address that somebody reads.",
)  # fmt: skip
def _reply_to(document: Document, _: LintOptions) -> Iterator[Found]:
    for header in document.all("Reply-To") or document.all("From"):
        for _name, address in mailboxes(header.value):
            if re.match(r"(?:no|do-?not|ne-?pas)[-_.]?(?:reply|responder|repondre)", address, re.I):
                yield Found(at(header), f"Replies go to {shortened(address, 60)}.")
            elif not re.fullmatch(_ADDRESS, address):
                yield Found(at(header), f"{header.name} is not an address.", Level.ERROR)
