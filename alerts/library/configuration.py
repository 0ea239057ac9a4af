"""`project.configuration`: the settings in effect, whether they are right, and the project's templates."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from alerts.domain.errors import SettingsError
from alerts.library.opened import ProjectPart, call

if TYPE_CHECKING:
    from pathlib import Path

    from alerts.config.origins import ShownSetting
    from alerts.editions.template_copies import OlderTemplate, TemplateCopied


class Configuration(ProjectPart):
    """What an admin has set; the database is not opened."""

    @call
    def shown(self) -> "Sequence[ShownSetting]":
        """Every setting with its origin, without secrets."""
        from alerts.config.origins import shown

        return list(shown(self._opened.settings.root, self._opened.environ))

    @call
    def check(self) -> None:
        """Return if the lines of [schedule], the relay and its password, and the send windows are right too:
        their holidays can be read, and each opens within a year. Raises `SettingsError`."""
        from alerts.domain.send_window import ReaderGroup
        from alerts.library import schedule
        from alerts.outbox.send_windows import windows_of
        from alerts.transport.relay import relay_of

        settings, now = self._opened.settings, self._opened.now
        of_readers, said = windows_of(settings, now), settings.windows
        for language in sorted({*settings.alert.languages, *said.languages, *said.zones}):
            of_readers.span(ReaderGroup(language, ""), now)
        schedule.check(self._opened.settings, idle=True)
        relay_of(self._opened.settings, self._opened.environ)

    @call
    def change(self, changes: Sequence[str]) -> "Path":
        """Change settings in alerts.toml, each `section.key=value`; all of them or none. The path of the
        file; this project keeps the settings that it was opened with.

        Raises `UsageError` for a name that is no setting, `SettingsError` for a wrong value.
        """
        from alerts.config.edit import edited
        from alerts.config.load import FILE_NAME
        from alerts.text.atomic_file import atomic_file
        from alerts.text.decoding import written

        root = self._opened.settings.root
        path = root / FILE_NAME
        changed = edited(root, written(path.read_bytes(), str(path), SettingsError), changes)
        with atomic_file(path, path.stat().st_mode & 0o777, durable=True) as file:
            file.write(changed.encode())
        return path

    @call
    def copy_templates(self, names: Sequence[str]) -> "Sequence[TemplateCopied]":
        """Copy packaged templates, or all, into the project, where there is none of that name.

        Raises `UsageError` for an unknown name, before anything is copied.
        """
        from alerts.editions import template_copies

        return list(template_copies.copy(self._opened.settings.root, names))

    @call
    def older_templates(self) -> "Sequence[OlderTemplate]":
        """The project's own copies of templates whose packaged ones have changed since."""
        from alerts.editions import template_copies

        return list(template_copies.older(self._opened.settings.root))
