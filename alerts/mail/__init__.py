"""The merge: an edition's bytes, encoded once, with the slots that are filled for each recipient.

    issue_headers.py  the values that all messages of one issue share
    header_rules.py   the table of header fields: required, signed, allowed once
    headers.py        the header section, and header texts (RFC 5322, RFC 2047)
    body.py           the two text parts, each in quoted-printable or base64
    merge.py          the template of an edition, and the messages made of it
    notice.py         the message of a notice

`template` turns an edition into the bytes of a finished RFC 5322 message whose personal places are
slots between two NUL octets (NUL occurs nowhere else in a message). `Merge` cuts it at the slots and
then makes a message in a few microseconds. A message has CRLF line ends, is 7-bit clean (except for an
address that is not ASCII), has lines of at most 76 octets if possible and never over 998, and contains
only our own headers: control characters are removed from every text, and text that looks like an RFC
2047 encoded word is encoded itself (mail-rules traps A and B).

Does not use `email.message`, whose folding breaks List-Unsubscribe and whose header parsing lets
encoded line breaks through on Python before 3.13.
"""
