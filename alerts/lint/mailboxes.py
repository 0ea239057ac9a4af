"""Parses the mailboxes of an address field (RFC 5322 §3.4) without recursion, from any text.

`email.utils.getaddresses` recurses into nested comments up to Python's limit. A group counts as its
members.
"""

import re

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|\\.|[()<>,;:]|[^()<>,;:"\\]+|"')


def mailboxes(value: str) -> list[tuple[str, str]]:
    """(display name, address) of each mailbox; the name without quotes, comments left out."""
    found: list[tuple[str, str]] = []
    name, address, depth, inside = "", "", 0, False
    for piece in [*_PIECE.findall(value), ","]:
        if piece in "()":
            depth = max(0, depth + (1 if piece == "(" else -1))
        elif depth:
            continue
        elif piece == "<":
            inside, address = True, ""
        elif piece == ">":
            inside = False
        elif inside:
            address += piece
        elif piece in (",", ";"):
            if name.strip() or address:
                found.append(_mailbox(name, address))
            name, address = "", ""
        elif piece == ":":
            name = ""
        else:
            name += piece
    return found


def _mailbox(name: str, address: str) -> tuple[str, str]:
    if not address:
        return "", name.strip()
    bare = re.sub(r'\A"(.*)"\Z', r"\1", name.strip(), flags=re.DOTALL)
    return re.sub(r"\\(.)", r"\1", bare), address.strip()
