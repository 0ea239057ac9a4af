"""What the library and the checks say, in the language of the person at the desk.

An error or a finding is one English sentence that holds values. `SENTENCES` are those that people at the
desk meet most, with a placeholder for each value; a sentence that matches one is said by its translation,
and without commands of a shell. Any other stays as it is. `tests/web/desk/test_sentences.py` checks that
each is one of the program's.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from alerts.editions.catalogue import Catalogue, later

REWORDED: Mapping[str, str] = {
    "%(month)s is queued or sent: its articles and introductions can no longer be changed; "
    "`alerts issue recall %(option)s` stops what has not left and opens it again, `alerts "
    "issue correct %(again)s` tells those who got it what is right": later(
        "%(month)s is queued or sent: its articles can no longer be changed. On “Approve and "
        "send” what has not left can be stopped, and a correction sent."
    ),
    "%(month)s: %(thin)s: `alerts article translate ID LANG`": later(
        "%(month)s: %(thin)s. Add translations on “Translate”."
    ),
    "the issue of %(month)s has this subject, “%(subject)s”: readers would take the new one "
    "for it; write another, or use it all the same: `alerts issue edit --subject … --again`": later(
        "the issue of %(month)s has this subject, “%(subject)s”: readers would take the new "
        "one for it. Write another."
    ),
    "%(month)s: is not queued, so there is nothing to recall: `alerts article edit` and the "
    "other commands change it as it is": later(
        "%(month)s: is not queued, so there is nothing to stop: it can be changed as it is"
    ),
    "%(month)s: nothing of it is left to stop; `alerts issue correct %(option)s` tells those "
    "who got it what is right": later(
        "%(month)s: nothing of it is left to stop; a correction can tell those who got it "
        "what is right"
    ),
    "a correction needs words: --text LANG=TEXT or --file LANG=FILE": later(
        "a correction needs words"
    ),
    "%(address)s is the only admin: make somebody else admin first (`alerts person add EMAIL "
    "--role admin`)": later(
        "%(address)s is the only admin: give that role to another person first"
    ),
    "“%(address)s” is not an e-mail address: it has no @": later(
        "“%(address)s” is not an email address: it has no @"
    ),
    "“%(address)s” is not an e-mail address: the part before @ is malformed": later(
        "“%(address)s” is not an email address: the part before @ is malformed"
    ),
    "“%(address)s” is not an e-mail address: the domain is malformed": later(
        "“%(address)s” is not an email address: the domain is malformed"
    ),
    "“%(role)s”: which language? Write translator:es": later("“%(role)s”: choose a language"),
    "“%(url)s”: an article needs a full URL, http://… or https://…": later(
        "“%(url)s”: an article needs a full address, which begins with http or https"
    ),
    "%(url)s: exists already; change it with `alerts article edit`": later(
        "%(url)s: exists already; change it on its page"
    ),
    "%(fault)s; to write it by hand, give --title": later("%(fault)s. Nothing was added."),
    "no article “%(words)s”; `alerts article list` shows them": later(
        "there is no article “%(words)s”"
    ),
    "%(told)s, from %(sources)s: %(named)s": later("%(told)s; from: %(named)s"),
}
"""Sentences that name commands of a shell or are said otherwise at the desk, and what it says instead."""

ERRORS = (
    later("%(month)s: no articles, so there is nothing to approve"),
    later(
        "%(month)s: has changed since content %(content)s was previewed; it is %(now)s now: "
        "preview it again"
    ),
    later("%(month)s: was changed at the same moment; preview it again"),
    later("%(own)s of %(total)s titles in “%(language)s”, alert.min_coverage requires %(share)s"),
    later("%(holder)s works on this project; this call changes nothing, try again later"),
    later("%(address)s: these are all their roles; remove the person instead"),
    later("%(address)s: nobody with this address works here"),
    later("title: an article needs one"),
    later("there is no such story"),
    later("the process that did it ended before it was done; ask for it again"),
)
"""Faults, as the library words them."""

FINDINGS = (
    later("%(count)s times: %(first)s"),
    later("%(count)s large pictures have no description"),
    later("%(count)s links do not say where they lead"),
    later("%(count)s links have the name of another and lead elsewhere"),
    later("%(count)s links are plain http"),
    later("%(count)s links are not full URLs"),
    later("%(count)s URLs are malformed"),
    later("%(count)s addresses track readers or hide where they lead"),
    later("The picture of %(article)s “%(title)s” has no description."),
    later("%(article)s “%(title)s” is shown without its picture: %(reason)s."),
    later("Its pictures weigh %(weight)s KB, more than %(most)s KB."),
    later("A link says no more than “%(name)s”."),
    later("“%(name)s” leads to two URLs, here to %(link)s"),
    later("It lacks what other editions link to: %(links)s"),
    later("The %(kind)s is the same as in %(language)s: %(words)s"),
    later("alert.address is empty."),
    later("The subject is empty."),
    later("The subject is in capitals."),
    later("The headline is in capitals."),
    later("The HTML has %(size)s octets."),
    later("This is in English: %(words)s"),
    later("A placeholder was not filled: %(words)s"),
    later("A value is missing: %(words)s"),
    later("Sample text: %(words)s"),
    later("%(script)s text where lang is %(language)s."),
    later("Replies go to %(address)s."),
    later("From has an address and no name."),
)
"""What the checks find, as they word it."""

SENTENCES: Mapping[str, str] = {**REWORDED, **{one: one for one in (*ERRORS, *FINDINGS)}}
"""What is said at the desk, by the sentence of the program."""

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_MOST = 1_000  # characters; a longer text is no sentence


def told(catalogue: Catalogue, text: str, depth: int = 2) -> str:
    """The sentence in the language of `catalogue`, as text; as it is where `SENTENCES` does not have it.

    A value may be such a sentence itself.
    """
    if not depth or len(text) > _MOST:
        return text
    for sentence, values in _matches(text):
        said = {name: told(catalogue, value, depth - 1) for name, value in values.items()}
        return str(catalogue.write(SENTENCES[sentence], **said))
    return text


def _matches(text: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for sentence, pattern in _patterns():
        for tried in (
            text,
            f"{text}.",
        ):  # a group of findings quotes its first without the full stop
            if found := pattern.fullmatch(tried):
                yield sentence, found.groupdict()


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The sentences, those with most words of their own first."""

    def own(sentence: str) -> int:
        return len(_PLACEHOLDER.sub("", sentence))

    return tuple((one, _pattern(one)) for one in sorted(SENTENCES, key=own, reverse=True))


def _pattern(sentence: str) -> re.Pattern[str]:
    words = _PLACEHOLDER.split(sentence)
    parts = [
        f"(?P<{word}>.+?)" if number % 2 else re.escape(word) for number, word in enumerate(words)
    ]
    return re.compile("".join(parts), re.DOTALL)
