"""What the checks find in the headers and the structure of a message, or word in code."""

from collections.abc import Mapping

from alerts.editions.catalogue import later

HEADER_FINDINGS = (
    later("The HTML has %(size)s octets."),
    later("From has an address and no name."),
    later("%(name)s has an encoded word between < and >."),
    later("%(name)s has an encoded word, which nobody decodes."),
    later("%(name)s holds a broken encoded word."),
    later("%(name)s is not an address."),
    later("%(name)s occurs %(counted)s times."),
    later("A file is attached: %(kind)s."),
    later("A folded line continues nothing, or is empty."),
    later("A line has more than 78 octets."),
    later("A line has more than 998 octets."),
    later("A line of the header holds characters outside ASCII, unencoded."),
    later("A line of the header holds control characters."),
    later("A table has neither a role nor headers."),
    later("An encoded word in %(name)s hides a line break."),
    later("An encoded word of %(word)s characters, not 75."),
    later("Date is malformed: %(value)s"),
    later("Feedback-ID holds an address."),
    later("From is not one address."),
    later("List-Id has %(raw)s octets, more than 255."),
    later("List-Unsubscribe-Post says “%(value)s”."),
    later("Message-ID is malformed: %(value)s"),
    later("Text and HTML are not in a multipart/alternative."),
    later("The %(kind)s part cannot be decoded: %(fault)s."),
    later("The %(kind)s part holds U+FFFD, a lost character."),
    later("The HTML has %(size)s octets%(beyond)s."),
    later("The MIME structure is broken: %(fault)s."),
    later("The body does not begin with a hidden preheader."),
    later("The body holds octets over 127 that are not encoded."),
    later("The file has LF line ends: right on disk, not on the wire."),
    later("The name in From shows another address: %(name)s"),
    later("The preheader begins like the %(name)s."),
    later("The preheader has %(length)s characters."),
    later("The preheader is empty."),
    later("The preheader is hidden from screen readers."),
    later("There is a NUL octet."),
    later("There is a lone CR or LF."),
    later("There is no header section."),
    later("To names %(found)s recipients, not one."),
    later("“%(name)s” occurs twice."),
)
"""Findings about headers and the parts of a message."""

REWORDED_FINDINGS: Mapping[str, str] = {
    "%(name)s is not <address>, <address>…": later(
        "%(name)s is not a list of addresses in angle brackets."
    ),
    "<!--[if …]> never ends.": later("A conditional comment for Outlook never ends."),
    "<![endif]--> ends nothing.": later(
        "The end of a conditional comment for Outlook ends nothing."
    ),
    "<body> has no xml:lang, which Outlook reads.": later(
        "<body> has no xml-lang, which Outlook reads."
    ),
    "A line of the header is not “Name: value”.": later(
        "A line of the header is not a name and a value."
    ),
    "An image is a data: address, which Gmail and Outlook do not show.": later(
        "An image is within its address, which Gmail and Outlook do not show."
    ),
    "Feedback-ID is not a:b:c:SenderId.": later(
        "Feedback-ID has not the four parts that it needs."
    ),
    "List-Id is not “Name <label.domain>”.": later(
        "List-Id is not a name with an identifier in angle brackets."
    ),
    "List-Unsubscribe has no <https://…>.": later("List-Unsubscribe has no https address."),
    "List-Unsubscribe has no <mailto:…> beside the address.": later(
        "List-Unsubscribe has no mailto beside the address."
    ),
    "Message-ID holds the recipient's address.": later(
        "Message-ID holds the address of the recipient."
    ),
    "Message-ID is not of the sender's domain.": later(
        "Message-ID is not of the domain of the sender."
    ),
    "The document does not begin with <!DOCTYPE html>.": later(
        "The document does not begin with its type, html."
    ),
    "There are %(found)s h1.": later("The number of h1 is %(found)s."),
    "This looks like a slot: %(found)s; did you mean {slot:%(close)s}?": later(
        "This looks like a slot: %(found)s; did you mean slot %(close)s?"
    ),
    "“%(name)s” has no !important, so that a style attribute wins.": later(
        "“%(name)s” is not marked as important, so that a style attribute wins."
    ),
}
"""Findings that quote code, and how the desk says them without it."""
