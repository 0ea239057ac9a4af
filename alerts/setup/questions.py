"""The questions of `alerts setup`, in their order: each is about one setting, with its present value as the
default. Pure.

What is typed becomes changes of `alerts.toml`, which `draft.py` checks as it checks the file.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from alerts.config.settings import Settings
from alerts.domain.errors import UsageError
from alerts.outbox.gate import Fatal

_DAY_AND_HOUR = re.compile(r"(\d{1,2})\s+(\d{1,2}):(\d{2})")
_MONTHLY = re.compile(r"(\d{1,2}) (\d{1,2}) (\d{1,2}) \* \*")


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True, slots=True)
class Question:
    """A question about the setting `section.key`. `name` is its option; `about` says what is wanted, with an
    example. `stored` makes the value of the setting of what was typed (`UsageError` where it cannot), `shown`
    the reverse. `obstacles`: what the gate may say against an answer."""

    name: str
    words: str
    about: str
    section: str
    key: str
    stored: Callable[[str], str] = _as_it_is
    shown: Callable[[str], str] = _as_it_is
    obstacles: frozenset[Fatal] = frozenset()

    @property
    def setting(self) -> str:
        """`section.key`."""
        return f"{self.section}.{self.key}"

    def present(self, settings: Settings) -> str:
        """The present value, as one would type it."""
        value: Any = getattr(getattr(settings, self.section), self.key)
        return self.shown(",".join(value) if isinstance(value, tuple) else str(value))


def cron_line(text: str) -> str:
    """`1 09:00`, a day of the month and an hour, as a line of cron; such a line as it is. `UsageError` for
    anything else; days and hours that do not exist are found where the line is checked."""
    if found := _DAY_AND_HOUR.fullmatch(text):
        return f"{int(found[3])} {int(found[2])} {int(found[1])} * *"
    if len(text.split()) == 5:
        return text
    raise UsageError(
        f"“{text}”: write a day of the month and an hour, such as 1 09:00, or five fields of cron"
    )


def day_and_hour(line: str) -> str:
    """The reverse; a line that is no day of each month stays as it is."""
    if found := _MONTHLY.fullmatch(line):
        return f"{found[3]} {int(found[2]):02}:{int(found[1]):02}"
    return line


QUESTIONS = (
    Question(
        "organisation",
        "Which organisation sends the alert?",
        "shown in the footer",
        "alert",
        "organisation",
    ),
    Question("name", "What is the alert called?", "such as Rivers Monthly", "alert", "name"),
    Question(
        "languages",
        "In which languages?",
        "codes, the main one first, such as en,es,pt-br",
        "alert",
        "languages",
    ),
    Question(
        "timezone",
        "In which time zone does a month end?",
        "such as Europe/Madrid",
        "alert",
        "timezone",
    ),
    Question(
        "sender",
        "From which address does it come?",
        "one at a domain of yours, such as news@rivers.example",
        "sender",
        "address",
        obstacles=frozenset({Fatal.EXAMPLE_SENDER}),
    ),
    Question(
        "address",
        "What is your postal address?",
        "on one line; laws require it in the footer",
        "alert",
        "address",
        obstacles=frozenset({Fatal.NO_ADDRESS}),
    ),
    Question(
        "relay",
        "Which relay hands the mail over?",
        "such as smtp://user@host:587; maildir:outbox writes it into a folder, for a trial",
        "delivery",
        "relay",
    ),
    Question(
        "pages",
        "At which public address are the pages?",
        "such as https://rivers.example/alerts",
        "web",
        "base_url",
        obstacles=frozenset({Fatal.EXAMPLE_PAGES, Fatal.PRIVATE_PAGES, Fatal.PLAIN_HTTP_PAGES}),
    ),
    Question(
        "when",
        "When is the issue of a month sent?",
        "day and hour of the next month, such as 1 09:00",
        "schedule",
        "run",
        cron_line,
        day_and_hour,
    ),
)


def changes(question: Question, typed: str, settings: Settings) -> Iterator[str]:
    """The change of `alerts.toml` that an answer makes: none where it is the present value."""
    if typed != question.present(settings):
        yield f"{question.setting}={question.stored(typed)}"
