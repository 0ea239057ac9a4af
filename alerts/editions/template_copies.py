"""Copies packaged templates into a project, where its own copy wins, and keeps from which version they are.

`templates/.copied.json` has the version and the SHA-256 of each packaged template at the time it was copied,
so that an upgrade can tell which copies are of an older one.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from alerts import __version__
from alerts.domain.errors import UsageError
from alerts.editions.template_files import packaged_templates
from alerts.text.atomic_file import atomic_file

RECORD = ".copied.json"
KINDS = (".html", ".txt", ".css", ".js")


@dataclass(frozen=True, slots=True)
class TemplateCopied:
    """One template: its name below templates/, and whether it was copied or was there already."""

    name: str
    copied: bool


@dataclass(frozen=True, slots=True)
class OlderTemplate:
    """A project's own template that is not of this version; `version` is empty where nobody knows of which
    it is, as it was not copied by us."""

    name: str
    version: str


def older(root: Path) -> Iterator[OlderTemplate]:
    """The project's own templates that differ from the packaged ones, which have changed since they were
    copied, or of which that is not known."""
    folder, versions = root / "templates", _versions(root / "templates" / RECORD)
    for name in names():
        own, packaged = folder / name, (packaged_templates() / name).read_bytes()
        if not own.is_file() or own.read_bytes() == packaged:
            continue
        known = versions.get(name, {})
        if known.get("sha256") != hashlib.sha256(packaged).hexdigest():
            yield OlderTemplate(name, known.get("version", ""))


def _versions(record: Path) -> dict[str, dict[str, str]]:
    """What was kept about copies; empty for a record that is missing or cannot be read."""
    try:
        found = json.loads(record.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def names() -> Sequence[str]:
    """The names of the packaged templates."""
    folder = packaged_templates()
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path.suffix in KINDS
    )


def copy(root: Path, wanted: Sequence[str]) -> Iterator[TemplateCopied]:
    """Copy those templates, or all, into the project; one that is there is left alone.

    Raises `UsageError` for an unknown name, before anything is copied.
    """
    known, folder = names(), root / "templates"
    for name in wanted:
        if name not in known:
            raise UsageError(f"{name}: no template of that name; there are {', '.join(known)}")
    record = folder / RECORD
    versions = _versions(record)
    for name in wanted or known:
        there, octets = folder / name, (packaged_templates() / name).read_bytes()
        there.parent.mkdir(parents=True, exist_ok=True)
        try:
            with there.open("xb") as file:
                file.write(octets)
        except FileExistsError:
            yield TemplateCopied(name, copied=False)
            continue
        versions[name] = {"version": __version__, "sha256": hashlib.sha256(octets).hexdigest()}
        with atomic_file(record, 0o644) as file:
            file.write(json.dumps(versions, indent=1, sort_keys=True).encode())
        yield TemplateCopied(name, copied=True)
