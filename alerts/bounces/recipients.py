"""Finds the addresses in a text for people, and the words that are about each of them."""

import re
from collections.abc import Callable, Mapping
from itertools import islice

from alerts.bounces.verdict import REPLY, is_clear

_LOCAL = r"(?:\"(?:[^\"\\\n]|\\.){1,64}\"|[^\s<>()\[\]{}:;,\"'`|=@]{1,128})"
_DOMAIN = r"[^\s<>()\[\]{}:;,\"'`|=@/?&]*[^\s<>()\[\]{}:;,\"'`|=@/?&.!]"
ADDRESS = re.compile(rf"{_LOCAL}@{_DOMAIN}")
# the type before an address or diagnostic (RFC 3464): rfc822; smtp;
TYPE = re.compile(r"^\s*[\w-]+\s*;\s*")
# An address at the beginning of a line, alone or before the reason, perhaps after a reply code.
_LEADS = re.compile(
    rf"""^[ \t>*-]* (?: (?:(?:final|original)?[ -]?(?:recipient|address|to|user)s? [ \t]*:[ \t]*)
                      | [45]\d\d [ -] (?:[45]\.\d+\.\d+[ ])? )?
         "?<? ({ADDRESS.pattern}) (?!\w|[.-]\w) "?>? (?:<mailto:[^>\n]*>)?
         (?: [ \t]*$ | [ \t]*[:;,.(\[-].* | [ \t].* )""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")

MOST = 100
"""Most recipients of one report that are read; each of our messages has one recipient."""

LONGEST_BLOCK = 2000  # characters that are read for one recipient


def address(value: str) -> str:
    """The address in a field such as `rfc822; <ana@example.org>`, or ""."""
    match = ADDRESS.search(TYPE.sub("", value))
    return match[0] if match else ""


def blocks(text: str, ours: Callable[[str], bool] = lambda _: False) -> dict[str, str]:
    """The addresses that begin a line, without `ours`, each with the text up to the next one."""
    leads = list(islice((m for m in _LEADS.finditer(text) if not ours(m[1])), MOST))
    ends = [*(match.start() for match in leads[1:]), len(text)]
    found: dict[str, str] = {}
    for match, end in zip(leads, ends, strict=False):
        so_far = found.get(match[1], "")
        found[match[1]] = (so_far + text[match.start() : end])[:LONGEST_BLOCK]
    return found


def about(who: str, named: Mapping[str, str], text: str) -> str:
    """The text about an address: its block where that is clear, else the whole text, unless that is
    also about others."""
    block = named.get(who, "")
    return block if block and (len(named) > 1 or is_clear(block)) else text


def reason(words: str) -> str:
    """The line that says most: a server's reply, else a line with clear words, else the first line with
    words."""
    lines = [" ".join(line.split()) for line in words.split("\n")]
    answers = [line for line in lines if REPLY.search(line) and len(line) > 8]
    clear = [line for line in lines if is_clear(line)]
    telling = [line for line in lines if len(_WORD.findall(ADDRESS.sub("", line))) >= 2]
    return next(iter(answers or clear or telling or lines), "")[:300]
