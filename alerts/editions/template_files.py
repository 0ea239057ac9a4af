"""The folders from which templates are taken, and the files in them."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import alerts


def packaged_templates() -> Path:
    """The packaged templates: inside a wheel, beside the package in a checkout."""
    package = Path(alerts.__file__).parent
    inside = package / "_templates"
    return inside if inside.is_dir() else package.parent / "templates"


def template_folders(root: Path) -> tuple[Path, ...]:
    """The template folders of the project at `root`, in order of precedence."""
    return root / "templates", packaged_templates()


def template_files(root: Path) -> Iterator[Path]:
    """All files of the folders from which the project at `root` takes its templates."""
    for folder in template_folders(root):
        yield from sorted(path for path in folder.rglob("*") if path.is_file())


def file_stamps(paths: Iterable[Path]) -> Iterator[tuple[str, int, int]]:
    """Path, time of the last change (ns) and size of each file; without those that are gone by then."""
    for path in paths:
        try:
            facts = path.stat()
        except OSError:
            continue  # removed since it was listed
        yield str(path), facts.st_mtime_ns, facts.st_size


def file_contents(paths: Iterable[Path]) -> Iterator[tuple[str, str]]:
    """Path and SHA-256 of each file; of one that cannot be read, an empty one."""
    for path in paths:
        try:
            yield str(path), hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError:
            yield str(path), ""
