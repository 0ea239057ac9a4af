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
from alerts.config.settings import Settings
from alerts.doctor.dns import system_names
from alerts.doctor.finding import CheckLevel, CheckOutput
from alerts.domain.errors import AlertsError, LoginRefused, TryLater, UsageError
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
        default = question.present(present)
        refused: tuple[str, SetupAnswers] | None = None
        while True:
            typed = self._asked(f"{place}  {question.words}", question.about, default)
            if typed == question.present(present):
                return answers
            try:
                drafted = draft.with_answer(question, typed)
            except AlertsError as fault:
                self._tell(CheckLevel.ERROR, str(fault))
                continue
            again = refused is not None and refused[0] == typed
            attempt = refused[1] if refused and again else replace(answers, draft=drafted)
            attempt, wrong = self._tried(attempt, question)
            if wrong is None:
                return attempt
            if again:
                self._tell(CheckLevel.WARNING, "kept as it is; the doctor looks at it again")
                return attempt
            self._tell(CheckLevel.ERROR, f"{wrong} (the same answer again keeps it)")
            default, refused = typed, (typed, attempt)

    def _option(self, answers: SetupAnswers, question: Question) -> SetupAnswers:
        """An answer that came as an option. Raises `UsageError` where it is wrong, and `TryLater` where the
        network cannot tell now."""
        try:
            drafted = answers.draft.with_answer(question, self.given[question.name])
        except AlertsError as fault:
            raise UsageError(f"--{question.name}: {fault}") from fault
        if drafted is answers.draft:
            return answers
        answers, wrong = self._tried(replace(answers, draft=drafted), question)
        if wrong is not None:
            raise _of_option(question.name, wrong)
        return answers

    def _tried(
        self, answers: SetupAnswers, question: Question
    ) -> tuple[SetupAnswers, AlertsError | None]:
        """An answer that is tried on the network, if it is one, with the password that belongs to it; and
        what is wrong with it."""
        try:
            if question.name == "relay":
                return self._relay_tried(answers)
            if question.name == "sender":
                settings = answers.draft.settings
                self._network(lambda: online.sender_domain(settings, system_names()))
        except AlertsError as fault:
            return answers, fault
        return answers, None

    def _relay_tried(self, answers: SetupAnswers) -> tuple[SetupAnswers, AlertsError | None]:
        """The same of a relay. A password that it refuses is asked for again, and not kept."""
        settings, now = answers.draft.settings, self.session.now
        wants = urlsplit(settings.delivery.relay).username and not settings.delivery.token_command
        known = password(settings, "delivery", self.environ)
        if wants and self.asks and not answers.relay_password and not known:
            answers = replace(answers, relay_password=self._password(settings))
            if not answers.relay_password:
                self._tell(CheckLevel.HINT, "its login is not tried: there is no password yet")
                return answers, None
        if not leaves_the_machine(settings) and not settings.delivery.relay.startswith("smtp"):
            return answers, None
        from_elsewhere = settings.delivery.password_env in self.environ
        while True:
            typed = answers.relay_password
            try:
                self._network(partial(online.relay_login, settings, typed, now, self.environ))
            except LoginRefused as fault:
                again = ""
                if wants and self.asks and fault.of_password and (typed or not from_elsewhere):
                    self._tell(CheckLevel.ERROR, str(fault))
                    again = self._password(settings)
                if not again:
                    return replace(answers, relay_password=""), fault
                answers = replace(answers, relay_password=again)
            except AlertsError as fault:
                return answers, fault
            else:
                return answers, None

    def _password(self, settings: Settings) -> str:
        """The password of the relay, which is asked for; empty for none."""
        user = urlsplit(settings.delivery.relay).username
        typed: str = click.prompt(
            f"      Password of {user} (not shown; empty: later, in {settings.delivery.password_env})",
            default="", show_default=False, hide_input=True, err=True,
        )  # fmt: skip
        return typed

    def _source(self, draft: SettingsDraft, place: str) -> str:
        """The first feed, page, calendar or folder; empty for none."""
        if "source" in self.given:
            location = given_source(draft.root, self.given["source"])
            try:
                self._network(lambda: self._looked(draft, location))
            except AlertsError as fault:
                raise _of_option("source", fault) from fault
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


def _of_option(name: str, fault: AlertsError) -> AlertsError:
    """What to raise for an answer that came as an option: what may pass by itself as it is."""
    if isinstance(fault, TryLater) and fault.exit_code == TryLater.exit_code:
        return fault
    return UsageError(f"--{name}: {fault}")


def given_source(root: Path, location: str) -> str:
    """A source as it is named from the current folder, where it is a path that exists there."""
    here = Path(location)
    return str(here.resolve()) if not root.joinpath(here).exists() and here.exists() else location
