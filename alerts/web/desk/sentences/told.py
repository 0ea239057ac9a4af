"""What the library and the checks say, in the language of the person at the desk.

An error or a finding is one English sentence that holds values. `SENTENCES` has each that the desk can come
to, with a placeholder for each value; a sentence that matches one is said by its translation, and without
commands of a shell. What only who has a shell can mend stays as it is: settings, files of the machine,
templates. `tests/web/desk/test_sentences.py` finds the sentences in the code, and fails for one that is
missing here.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from alerts.domain.errors import (
    AlertsError,
    MailboxUnavailable,
    PlugInFault,
    Refused,
    RelayUnavailable,
    SettingsError,
    StoreError,
    TemplateFault,
    TransactionFault,
)
from alerts.domain.languages import primary
from alerts.editions.catalogue import Catalogue, later
from alerts.web.desk.sentences.doctor import DOCTOR, DOCTOR_WORDS
from alerts.web.desk.sentences.doctor_domain import DOCTOR_DOMAIN
from alerts.web.desk.sentences.errors import ERRORS
from alerts.web.desk.sentences.findings import FINDINGS
from alerts.web.desk.sentences.header_findings import HEADER_FINDINGS, REWORDED_FINDINGS
from alerts.web.desk.sentences.of_files import OF_FILES
from alerts.web.desk.sentences.reworded import REWORDED
from alerts.web.desk.sentences.reworded_doctor import REWORDED_DOCTOR
from alerts.web.desk.sentences.reworded_files import REWORDED_FILES
from alerts.web.desk.sentences.standing import REWORDED_STANDING, STANDING, WORDS

_AS_THEY_ARE = (*ERRORS, *OF_FILES, *FINDINGS, *HEADER_FINDINGS, *STANDING, *DOCTOR, *DOCTOR_DOMAIN)
SENTENCES: Mapping[str, str] = {
    **REWORDED,
    **REWORDED_FILES,
    **REWORDED_FINDINGS,
    **REWORDED_STANDING,
    **REWORDED_DOCTOR,
    **{one: one for one in _AS_THEY_ARE},
}
"""What is said at the desk, by the sentence of the program."""

_WORDS = frozenset((*WORDS, *DOCTOR_WORDS))
_OF_ADMINS = (
    SettingsError,
    StoreError,
    TemplateFault,
    PlugInFault,
    TransactionFault,
    MailboxUnavailable,
    RelayUnavailable,
)
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_QUOTED = re.compile(r"“%\((\w+)\)s”")
_MOST = 1_000  # characters; a longer text is no sentence
_DEEPEST = 3  # sentences within each other


class _Sentence(NamedTuple):
    """A sentence, what recognises it, and words that each text of it has: quick to look for; and the names of
    its values that quote what people wrote, which are no sentences."""

    words: str
    pattern: re.Pattern[str]
    certain: str
    quoted: frozenset[str]


def told(catalogue: Catalogue, text: str) -> str:
    """The sentence in the language of `catalogue`, as text; as it is where `SENTENCES` does not have it.

    Each line and each part between “; ” may be a sentence of its own, and so may a value.
    """
    return _told(catalogue, text, _DEEPEST) if len(text) <= _MOST else text


def fault_told(catalogue: Catalogue, fault: AlertsError) -> str:
    """A fault in that language; one that only an admin can mend as it is, and whose it is to mend."""
    words = str(fault)
    if not isinstance(fault, _OF_ADMINS) or isinstance(fault, Refused):
        return told(catalogue, words)
    if primary(catalogue.language) == "en":
        return words
    return str(catalogue.write(later("An admin can mend this: %(fault)s"), fault=words))


def _told(catalogue: Catalogue, text: str, depth: int) -> str:
    if not depth or not text.strip():
        return text
    if depth < _DEEPEST and text in _WORDS:
        return str(catalogue.say(text))
    if "\n" in text and depth < _DEEPEST:
        return _parts(catalogue, text, "\n", depth)
    for sentence, values in _matches(text):
        said = {
            name: value if name in sentence.quoted else _told(catalogue, value, depth - 1)
            for name, value in values.items()
        }
        return str(catalogue.write(SENTENCES[sentence.words], **said))
    for between in ("\n", "; "):
        if between in text:
            return _parts(catalogue, text, between, depth)
    return text


def _parts(catalogue: Catalogue, text: str, between: str, depth: int) -> str:
    return between.join(_told(catalogue, one.strip(), depth) for one in text.split(between))


def _matches(text: str) -> Iterator[tuple[_Sentence, Mapping[str, str]]]:
    for sentence in _sentences():
        if sentence.certain in text or sentence.certain in f"{text}.":
            # a group of findings quotes its first without the full stop
            for tried in (text, f"{text}."):
                if found := sentence.pattern.fullmatch(tried):
                    yield sentence, found.groupdict()


@cache
def _sentences() -> tuple[_Sentence, ...]:
    """The sentences, those with most words of their own first."""

    def own(sentence: str) -> int:
        return len(_PLACEHOLDER.sub("", sentence))

    found = sorted(SENTENCES, key=own, reverse=True)
    return tuple(
        _Sentence(one, _pattern(one), _certain(one), frozenset(_QUOTED.findall(one)))
        for one in found
    )


def _certain(sentence: str) -> str:
    return max(_PLACEHOLDER.split(sentence)[::2], key=len)


def _pattern(sentence: str) -> re.Pattern[str]:
    words = _PLACEHOLDER.split(sentence)
    parts = [
        f"(?P<{word}>.*?)" if number % 2 else re.escape(word) for number, word in enumerate(words)
    ]
    return re.compile("".join(parts), re.DOTALL)
