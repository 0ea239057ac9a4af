"""The header section: what must be there, once, and well formed (RFC 5322, 2369, 2919, 8058)."""

import re
from collections import Counter
from collections.abc import Iterator
from email.utils import parsedate_tz

from alerts.lint.document import ENCODED_WORD, Document, Header
from alerts.lint.finding import Found, Level, Place, check
from alerts.lint.mailboxes import mailboxes
from alerts.lint.options import Options
from alerts.lint.page import shortened

_NEEDED = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version")
_ONCE = (
    *_NEEDED,
    *("Sender", "Reply-To", "Cc", "Bcc", "In-Reply-To", "References", "Content-Type"),
    *("Content-Transfer-Encoding", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post"),
    *("List-Help", "List-Archive", "List-Owner", "List-Post", "List-Subscribe", "Feedback-ID"),
    *("Auto-Submitted", "Content-Language", "Precedence"),
)
_WELCOME = ("List-Archive", "List-Help", "Feedback-ID", "Auto-Submitted", "Content-Language")
_ADDRESS = r"[^\s@<>\"(),:;]+@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]+)+"
_ID = re.compile(r"<[^\s@<>]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z0-9-]+>")
_URIS = re.compile(rb"\s*<[!-;=?-~]+>(?:\s*\([^()]*\))?(?:,\s*<[!-;=?-~]+>(?:\s*\([^()]*\))?)*\s*")
_LIST_ID = re.compile(r"(?:.*\s)?<[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9_-]+)+>")


def _at(header: Header) -> Place:
    return Place("headers", header.line, header.name)


@check(
    "header-missing", Level.ERROR, "design 7, RFC 5322 §3.6",
    why="Mail without its basic fields is malformed; big receivers refuse it.",
    remedy="Add the field.",
)  # fmt: skip
def _missing(document: Document, _: Options) -> Iterator[Found]:
    for name in _NEEDED if document.is_message else ():
        if not any(header.value for header in document.all(name)):
            yield Found(Place("headers", 0, name), f"There is no {name}.")


@check(
    "header-list", Level.HINT, "design 7, S8, S9",
    why="These fields let receivers group, file and explain bulk mail.",
    remedy="Add the field.",
)  # fmt: skip
def _welcome(document: Document, _: Options) -> Iterator[Found]:
    for name in _WELCOME if document.is_message else ():
        if not document.first(name):
            yield Found(Place("headers", 0, name), f"There is no {name}.")


@check(
    "header-repeated", Level.ERROR, "RFC 5322 §3.6",
    why="Where a field comes twice, each program believes another one; Gmail refuses such mail.",
    remedy="Keep one of them.",
)  # fmt: skip
def _repeated(document: Document, _: Options) -> Iterator[Found]:
    counted = Counter(header.name.lower() for header in document.headers)
    for name in _ONCE:
        if counted[name.lower()] > 1:
            last = document.all(name)[-1]
            yield Found(_at(last), f"{name} is there {counted[name.lower()]} times.")


@check(
    "header-malformed", Level.ERROR, "RFC 5322 §2.2, S12",
    why="A line that is no field, or holds raw octets, ends the header for some programs.",
    remedy="Write “Name: value” in ASCII; encode other letters as RFC 2047 says.",
)  # fmt: skip
def _malformed(document: Document, _: Options) -> Iterator[Found]:
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
            yield Found(place, "A line of the header holds letters outside ASCII, unencoded.")


@check(
    "header-line-long", Level.WARNING, "RFC 5322 §2.1.1, S12",
    why="Lines over 78 octets are cut or refolded by some programs; over 998 mail is refused.",
    remedy="Fold the field at a space.",
)  # fmt: skip
def _long(document: Document, _: Options) -> Iterator[Found]:
    for number, line in enumerate(document.header_lines, 1):
        name = line.partition(b":")[0].decode("latin-1") if line[:1].strip() else ""
        place = Place("headers", number, shortened(name, 40))
        if len(line) > 998:
            yield Found(place, "A line has more than 998 octets.", Level.ERROR)
        elif len(line) > 78 and b" " in line.partition(b":")[2].strip() and b"<http" not in line:
            yield Found(place, "A line has more than 78 octets.")


@check(
    "encoded-word", Level.ERROR, "RFC 2047 §2 and §5, traps A and B",
    why="A word that is too long, broken or in the wrong place is shown as gibberish, or hides "
    "something from filters.",
    remedy="Encode only words of free text, each in at most 75 characters, as UTF-8.",
)  # fmt: skip
def _encoded(document: Document, _: Options) -> Iterator[Found]:
    for header in document.headers:
        value = header.value
        for word in ENCODED_WORD.finditer(value):
            if len(word[0]) > 75:
                yield Found(_at(header), f"An encoded word of {len(word[0])} characters, not 75.")
        if "=?" in ENCODED_WORD.sub("", value) and header.name.lower() in ("subject", "from"):
            yield Found(_at(header), f"{header.name} holds a broken encoded word.")
        structured = header.name.lower().startswith(("list-", "message-id", "feedback-id", "date"))
        if "=?" in "".join(re.findall(r"<[^>]*>", value)):
            yield Found(_at(header), f"{header.name} has an encoded word between < and >.")
        elif structured and header.name.lower() != "list-id" and ENCODED_WORD.search(value):
            yield Found(_at(header), f"{header.name} has an encoded word, which nobody decodes.")
        if re.search(r"[\r\n\0]", header.decoded):
            yield Found(_at(header), f"An encoded word in {header.name} hides a line break.")


@check(
    "from", Level.ERROR, "S11, RFC 5322 §3.6.2",
    why="Receivers judge mail by the address in From.",
    remedy="Write one address with the name of the sender before it.",
)  # fmt: skip
def _from(document: Document, _: Options) -> Iterator[Found]:
    for header in document.all("From"):
        found = mailboxes(header.value)
        if len(found) != 1 or not re.fullmatch(_ADDRESS, found[0][1]):
            yield Found(_at(header), "From is not one address.")
            continue
        name = shown_name(header)
        domains = re.findall(r"@([\w-]+(?:\.[\w-]+)+)", name)
        own = found[0][1].rpartition("@")[2].lower()
        if any(domain.lower() != own for domain in domains):
            yield Found(
                _at(header), f"The name in From shows another address: {shortened(name, 60)}"
            )
        elif not name:
            yield Found(
                _at(header), "From has an address and no name.", Level.WARNING,
                "Set sender.name: readers look at the name first.",
            )  # fmt: skip


def shown_name(header: Header) -> str:
    """The display name of the first address, decoded."""
    return Header("", header.raw.rpartition(b"<")[0], 0).decoded.strip(' "')


@check(
    "to", Level.ERROR, "S11",
    why="A list of recipients in To or Cc gives addresses away, and looks like spam.",
    remedy="Write the one recipient in To; neither Cc nor Bcc.",
)  # fmt: skip
def _to(document: Document, _: Options) -> Iterator[Found]:
    for header in document.all("To"):
        found = mailboxes(header.value)
        if len(found) != 1 or not found[0][1]:
            yield Found(_at(header), f"To names {len(found)} recipients, not one.")
    for name in ("Cc", "Bcc"):
        for header in document.all(name):
            yield Found(_at(header), f"There is a {name}.")


@check(
    "date", Level.ERROR, "S10, RFC 5322 §3.3",
    why="Mail with a wrong date is sorted wrongly, and filters count it against the sender.",
    remedy="Write it as “Mon, 02 Nov 2026 09:00:00 +0000”.",
)  # fmt: skip
def _date(document: Document, _: Options) -> Iterator[Found]:
    for header in document.all("Date"):
        pattern = (
            r"(?:\w{3}, )?\d{1,2} \w{3} \d{4} \d\d:\d\d(?::\d\d)? (?:[+-]\d{4}|GMT|UT)(?: \(.*\))?"
        )
        if not re.fullmatch(pattern, header.value) or not parsedate_tz(header.value):
            yield Found(_at(header), f"Date is malformed: {shortened(header.value, 60)}")


@check(
    "message-id", Level.ERROR, "S10, RFC 5322 §3.6.4",
    why="It tells two copies of one message from two messages; a retry must carry the same.",
    remedy="Write <something-unique@your-domain>, without anything personal.",
)  # fmt: skip
def _message_id(document: Document, _: Options) -> Iterator[Found]:
    recipients = {address.lower() for _, address in _people(document, "To")}
    domains = {address.rpartition("@")[2].lower() for _, address in _people(document, "From")}
    for header in document.all("Message-ID"):
        value = header.value
        if not _ID.fullmatch(value):
            yield Found(_at(header), f"Message-ID is malformed: {shortened(value, 60)}")
        elif any(address and address in value.lower() for address in recipients):
            yield Found(_at(header), "Message-ID holds the recipient's address.")
        elif not any(_akin(value.strip("<>").rpartition("@")[2].lower(), own) for own in domains):
            yield Found(_at(header), "Message-ID is not of the sender's domain.", Level.HINT)


def _people(document: Document, name: str) -> list[tuple[str, str]]:
    return [one for header in document.all(name) for one in mailboxes(header.value)]


def _akin(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


@check(
    "list-unsubscribe", Level.ERROR, "S2, RFC 2369 §3.2, RFC 8058",
    why="Gmail, Yahoo and Microsoft refuse bulk mail that cannot be left with one click.",
    remedy="Write List-Unsubscribe: <https://…>, <mailto:…> with a token of the recipient's own.",
)  # fmt: skip
def _unsubscribe(document: Document, _: Options) -> Iterator[Found]:
    if not document.is_message:
        return
    headers = document.all("List-Unsubscribe")
    if not headers:
        yield Found(Place("headers", 0, "List-Unsubscribe"), "There is no List-Unsubscribe.")
    for header in headers:
        targets = re.findall(rb"<([^<>]*)>", header.raw)
        if not any(target.lower().startswith(b"https://") for target in targets):
            yield Found(_at(header), "List-Unsubscribe has no <https://…>.")
        elif not any(target.lower().startswith(b"mailto:") for target in targets):
            yield Found(
                _at(header), "List-Unsubscribe has no <mailto:…> beside the address.", Level.HINT
            )


@check(
    "list-unsubscribe-post", Level.ERROR, "S3, RFC 8058 §3.1",
    why="Without it the address in List-Unsubscribe is not one-click.",
    remedy="Write List-Unsubscribe-Post: List-Unsubscribe=One-Click, just so.",
)  # fmt: skip
def _post(document: Document, _: Options) -> Iterator[Found]:
    if not document.is_message:
        return
    headers = document.all("List-Unsubscribe-Post")
    if not headers:
        yield Found(
            Place("headers", 0, "List-Unsubscribe-Post"), "There is no List-Unsubscribe-Post."
        )
    for header in headers:
        if header.raw.strip() != b"List-Unsubscribe=One-Click":
            yield Found(_at(header), f"List-Unsubscribe-Post says “{shortened(header.value, 60)}”.")


@check(
    "list-header", Level.ERROR, "RFC 2369 §2, trap B",
    why="No receiver reads a List- field whose address is not plainly between < and >.",
    remedy="Write each address between < and > in ASCII, unfolded, with commas between them.",
)  # fmt: skip
def _list_header(document: Document, _: Options) -> Iterator[Found]:
    for name in ("List-Unsubscribe", "List-Archive", "List-Help", "List-Owner", "List-Subscribe"):
        for header in document.all(name):
            if not _URIS.fullmatch(header.raw):
                yield Found(_at(header), f"{header.name} is not <address>, <address>…")


@check(
    "list-id", Level.WARNING, "S8, RFC 2919",
    why="Readers filter by it, and receivers keep a reputation by it.",
    remedy="Write List-Id: Name <label.your-domain>, the same for every issue and language.",
)  # fmt: skip
def _list_id(document: Document, _: Options) -> Iterator[Found]:
    if not document.is_message:
        return
    headers = document.all("List-Id")
    if not headers:
        yield Found(Place("headers", 0, "List-Id"), "There is no List-Id.")
    for header in headers:
        if not _LIST_ID.fullmatch(header.value):
            yield Found(_at(header), "List-Id is not “Name <label.domain>”.", Level.ERROR)
        elif len(header.raw) > 255:
            yield Found(_at(header), f"List-Id has {len(header.raw)} octets, more than 255.")


@check(
    "feedback-id", Level.WARNING, "S9",
    why="Gmail shows complaint rates by its fields.",
    remedy="Write a:b:c:SenderId, four fields at most, the last of 5 to 15 characters.",
)  # fmt: skip
def _feedback_id(document: Document, _: Options) -> Iterator[Found]:
    for header in document.all("Feedback-ID"):
        fields = header.value.split(":")
        if "@" in header.value:
            yield Found(_at(header), "Feedback-ID holds an address.", Level.ERROR)
        elif len(fields) > 4 or not 5 <= len(fields[-1].strip()) <= 15:
            yield Found(_at(header), "Feedback-ID is not a:b:c:SenderId.")


@check(
    "reply-to", Level.WARNING, "S11",
    why="Readers do answer; “no-reply” loses what they say, and filters dislike it.",
    remedy="Set sender.reply_to to an address that somebody reads.",
)  # fmt: skip
def _reply_to(document: Document, _: Options) -> Iterator[Found]:
    for header in document.all("Reply-To") or document.all("From"):
        for _name, address in mailboxes(header.value):
            if re.match(r"(?:no|do-?not|ne-?pas)[-_.]?(?:reply|responder|repondre)", address, re.I):
                yield Found(_at(header), f"Answers go to {shortened(address, 60)}.")
            elif not re.fullmatch(_ADDRESS, address):
                yield Found(_at(header), f"{header.name} is no address.", Level.ERROR)
