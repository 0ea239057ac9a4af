"""The merge: an edition's bytes, encoded once, with the slots that each recipient fills.

    frame.py   what the messages of one issue have in common
    head.py    the header section, and header texts (RFC 5322, RFC 2047)
    body.py    the two text parts, each in quoted-printable or base64
    merge.py   the template of an edition, and the messages made of it

`template` turns an edition into the bytes of a finished RFC 5322 message whose personal places are
slots between two NUL octets (NUL occurs nowhere else in a message). `Merge` cuts it at the slots and
then makes a message in a few microseconds. What comes out has CRLF line ends, is 7-bit clean (but
for an address that is not ASCII), keeps every line within 76 octets where the content allows and 998
always, and holds no header but ours: every text is stripped of control characters, and text that
looks like an RFC 2047 encoded word is encoded itself (mail-rules traps A and B).

Does not use `email.message`, whose folding breaks List-Unsubscribe and whose header parsing lets
encoded line breaks through on Python before 3.13.
"""

from alerts.message.frame import Frame
from alerts.message.head import clean, mailbox, unstructured
from alerts.message.merge import Merge, copy, multipart, sample, template

__all__ = [
    "Frame",
    "Merge",
    "clean",
    "copy",
    "mailbox",
    "multipart",
    "sample",
    "template",
    "unstructured",
]
