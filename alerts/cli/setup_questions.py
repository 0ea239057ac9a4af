"""The conversation of `alerts setup`: asks, says in one line why an answer is wrong, and asks again.

Nothing is written here. What only the network can tell (a relay, a domain, a source) may be wrong for
now: the same answer given again is kept.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import click

from alerts.cli.context import Session
from alerts.config.secret_files import password
from alerts.config.server_url import leaves_the_machine
from alerts.doctor.dns import system_names
from alerts.doctor.finding import CheckLevel, CheckOutput
from alerts.domain.errors import AlertsError, UsageError
from alerts.setup import online
from alerts.setup.draft import SettingsDraft
from alerts.setup.questions import QUESTIONS, Question

MARKS = {CheckLevel.OK: "✓", CheckLevel.HINT: "·", CheckLevel.WARNING: "!", CheckLevel.ERROR: "✗"}
_NONE = "none"


@dataclass(frozen=True, slots=True)
class SetupAnswers:
    """What was answered: the settings, the password of the relay and the first source, each if there is
    one."""

    draft: SettingsDraft
    relay_password: str = field(default="", repr=False)
    source: str = ""


@dataclass(frozen=True, slots=True)
class SetupConversation:
    """`given`: the answers that came as options, by name. `asks`: a person is asked for the others.
    `offline`: nothing is tried on the network. `environ` has passwords."""

    session: Session
    given: Mapping[str, str]
    environ: Mapping[str, str]
    asks: bool
    offline: bool
    sources: int  # that the project has

    def held(self, answers: SetupAnswers) -> SetupAnswers:
        """All questions, in their order."""
        number = len(QUESTIONS) + 1
        for at, question in enumerate(QUESTIONS, 1):
            place = at + (at > 4)  # the source is the fifth
            answers = self._answered(answers, question, f"{place}/{number}")
            if question.name == "timezone":
                answers = replace(answers, source=self._source(answers.draft, f"5/{number}"))
        return answers

    def _answered(self, answers: SetupAnswers, question: Question, place: str) -> SetupAnswers:
        """The answers with one more."""
        draft = answers.draft
        if question.name in self.given:
            return self._option(answers, question)
        if not self.asks:
            return answers
        present = draft.settings
        default, kept = question.present(present), ""
        while True:
            typed = self._asked(f"{place}  {question.words}", question.about, default)
            if typed == question.present(present):
                return answers
            try:
                drafted = draft.with_answer(question, typed)
            except AlertsError as fault:
                self._tell(CheckLevel.ERROR, str(fault))
                continue
            try:
                return self._tried(replace(answers, draft=drafted), question)
            except AlertsError as fault:
                if typed == kept:
                    self._tell(CheckLevel.WARNING, "kept as it is; the doctor looks at it again")
                    return replace(answers, draft=drafted)
                self._tell(CheckLevel.ERROR, f"{fault} (the same answer again keeps it)")
                default = kept = typed

    def _option(self, answers: SetupAnswers, question: Question) -> SetupAnswers:
        """An answer that came as an option; raises `UsageError`, or what the network says."""
        try:
            drafted = answers.draft.with_answer(question, self.given[question.name])
        except AlertsError as fault:
            raise UsageError(f"--{question.name}: {fault}") from fault
        if drafted is answers.draft:
            return answers
        return self._tried(replace(answers, draft=drafted), question)

    def _tried(self, answers: SetupAnswers, question: Question) -> SetupAnswers:
        """An answer that is tried on the network, if it is one; raises `AlertsError`."""
        settings = answers.draft.settings
        if question.name == "relay":
            answers = replace(answers, relay_password=self._password(answers))
            if leaves_the_machine(settings) or settings.delivery.relay.startswith("smtp"):
                now, typed = self.session.now, answers.relay_password
                self._network(lambda: online.relay_login(settings, typed, now, self.environ))
        elif question.name == "sender":
            self._network(lambda: online.sender_domain(settings, system_names()))
        return answers

    def _password(self, answers: SetupAnswers) -> str:
        """The password of the relay, where its address names a user and none is known."""
        settings = answers.draft.settings
        user = urlsplit(settings.delivery.relay).username
        if not user or settings.delivery.token_command or not self.asks:
            return answers.relay_password
        if answers.relay_password or password(settings, "delivery", self.environ):
            return answers.relay_password
        typed: str = click.prompt(
            f"      Password of {user} (not shown; empty: later, in {settings.delivery.password_env})",
            default="", show_default=False, hide_input=True, err=True,
        )  # fmt: skip
        return typed

    def _source(self, draft: SettingsDraft, place: str) -> str:
        """The first feed, page, calendar or folder; empty for none."""
        if "source" in self.given:
            location = given_source(draft.root, self.given["source"])
            self._network(lambda: self._looked(draft, location))
            return location
        if not self.asks:
            return ""
        there = f"there are {self.sources} already; " if self.sources else ""
        about = f"{there}the address of a feed, page or calendar, or a folder; {_NONE}: later"
        kept, default = "", _NONE
        while True:
            typed = self._asked(f"{place}  What is a first source of articles?", about, default)
            if typed == _NONE:
                return ""
            typed = given_source(draft.root, typed)
            try:
                self._network(partial(self._looked, draft, typed))
            except AlertsError as fault:
                if typed != kept or isinstance(fault, UsageError):
                    self._tell(CheckLevel.ERROR, f"{fault} (“{_NONE}” goes on without it)")
                    kept, default = typed, _NONE
                    continue
                self._tell(CheckLevel.WARNING, "left out: add it later, with `alerts source add`")
                return ""
            return typed

    def _looked(self, draft: SettingsDraft, location: str) -> Iterable[CheckOutput]:
        return online.first_source(draft.settings, location, self.session.now, self.environ)

    def _network(self, look: Callable[[], Iterable[CheckOutput]]) -> None:
        """Try it, and tell what was found; nothing where nothing is to be tried."""
        if self.offline:
            return
        for said in look():
            self._tell(said.level, said.about)

    def _asked(self, question: str, about: str, default: str) -> str:
        typed: str = click.prompt(
            f"{question}\n      {about}\n     ", default=default, err=True, prompt_suffix="> ",
            show_default=bool(default),
        )  # fmt: skip
        return typed.strip()

    def _tell(self, level: CheckLevel, words: str) -> None:
        click.echo(f"      {MARKS[level]} {words}", err=True)


def given_source(root: Path, location: str) -> str:
    """A source as it is named from the current folder, where it is a path that exists there."""
    here = Path(location)
    return str(here.resolve()) if not root.joinpath(here).exists() and here.exists() else location
