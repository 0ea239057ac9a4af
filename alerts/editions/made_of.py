"""What the editions of an issue are made of, as one hash: equal hashes give the same bytes.

Renders nothing. The rendering is given only the settings of which the hash is, so that no other can change
an edition unseen.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import alerts
from alerts.config.settings import Settings
from alerts.domain.issue import Issue
from alerts.editions.pictures import Prepared
from alerts.editions.template_files import file_contents, file_stamps, template_files
from alerts.editions.versions import rendered_with

# The folders whose code makes an edition: another version has other files.
_CODE = ("config", "domain", "editions", "issue", "mail", "text")


def rendering_settings(settings: Settings) -> Settings:
    """The settings that an edition may depend on; all others have their defaults."""
    return Settings(
        root=settings.root,
        alert=settings.alert,
        theme=settings.theme,
        sender=settings.sender,
        web=settings.web,
        pictures=settings.pictures,
        privacy=settings.privacy,
        funders=settings.funders,
    )


def made_of(settings: Settings, issue: Issue, prepared: Prepared, where: str) -> str:
    """The hash: of the issue, whom it is for, its pictures, the settings, all templates and catalogues, our
    code and the packages that render. `settings` are all, or those of `rendering_settings`."""
    parts = (
        sorted(rendered_with().items()),
        tuple(file_stamps(_code_files())),
        tuple(file_contents(template_files(settings.root))),
        rendering_settings(settings),
        issue,
        where,
        sorted(dict(prepared).items()),
    )
    return hashlib.sha256("\n".join(map(repr, parts)).encode()).hexdigest()


def _code_files() -> Iterator[Path]:
    package = Path(alerts.__file__).parent
    for folder in _CODE:
        yield from sorted((package / folder).rglob("*.py"))
