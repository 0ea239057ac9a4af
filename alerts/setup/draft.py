"""The settings as they would be with the answers so far: checked as `alerts.toml` is, and written nowhere.

An answer that makes the settings wrong, or that the gate would refuse to send with, is raised in one line.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from alerts.config.edit import drafted
from alerts.config.load import FILE_NAME
from alerts.config.settings import Settings
from alerts.config.write import fresh_toml
from alerts.domain.errors import SettingsError, UsageError
from alerts.library import schedule
from alerts.outbox import gate
from alerts.setup.questions import Question, changes
from alerts.text.decoding import written
from alerts.transport.relay import transport


@dataclass(frozen=True, slots=True)
class SettingsDraft:
    """The text of `alerts.toml` in `root` with the answers so far, its settings, and what stands in the file
    now: None where there is no project yet."""

    root: Path
    text: str
    settings: Settings
    before: str | None

    @classmethod
    def of(cls, root: Path) -> "SettingsDraft":
        """The project in the folder `root`, or a new one; raises `SettingsError` where its file is wrong."""
        path = root / FILE_NAME
        if not path.is_file():
            text, settings = drafted(root, fresh_toml(), ())
            return cls(root, text, settings, None)
        before = written(path.read_bytes(), str(path), SettingsError)
        return cls(root, before, drafted(root, before, ())[1], before)

    @property
    def new(self) -> bool:
        """Whether there is no project yet."""
        return self.before is None

    def settings_before(self) -> Settings:
        """The settings that stand in the file now; those of a new project where there is none."""
        return drafted(self.root, fresh_toml() if self.before is None else self.before, ())[1]

    def with_answer(self, question: Question, typed: str) -> "SettingsDraft":
        """With that answer too. Raises `UsageError` or `SettingsError` that says in one line what is wrong
        with it; the present value is never refused."""
        if not typed.strip():
            raise UsageError(f"write something: {question.about}")
        draft = self.with_changes(changes(question, typed.strip(), self.settings))
        if draft.settings == self.settings:
            return self
        try:
            schedule.check(draft.settings, idle=True)
            transport(draft.settings, None)
        except SettingsError as fault:
            raise SettingsError(_without_place(str(fault))) from fault
        for one in gate.of_settings(draft.settings):
            if one.name in question.obstacles:
                raise UsageError(f"{one.reason}: {one.remedy}")
        return draft

    def with_changes(self, made: Iterable[str]) -> "SettingsDraft":
        """With these settings, each `section.key=value`; raises as above."""
        try:
            text, settings = drafted(self.root, self.text, list(made))
        except SettingsError as fault:
            raise SettingsError(_without_place(str(fault))) from fault
        return replace(self, text=text, settings=settings)


def _without_place(message: str) -> str:
    """A message about the file without the line in it, which the person has not written."""
    return re.sub(rf"^\S.*?{re.escape(FILE_NAME)}(?:, line \d+)?(?:, [\w.]+)?: ", "", message)
