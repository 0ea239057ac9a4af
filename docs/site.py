"""Builds the site of the documents, with its search, into `build/site`: `make site`.

The documents link to one another as files of this folder, so that they read well there too; the site is
made from a copy in `build/documents`, with README.md as its first page. Fails where a link leads nowhere.
"""

import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = ROOT / "build" / "documents"
# Documents of the top folder, and their names in the site.
TOP = {
    "README.md": "index.md",
    "CHANGELOG.md": "changes.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "report-a-weakness.md",
}
CONFIG = "zensical.toml"
LEFT_OUT = shutil.ignore_patterns("*.py", "*.mjml", CONFIG, "__pycache__")


def gathered() -> Path:
    """The folder with a copy of all documents, whose links lead to one another there."""
    shutil.rmtree(DOCUMENTS, ignore_errors=True)
    shutil.copytree(ROOT / "docs", DOCUMENTS, ignore=LEFT_OUT)
    for name, target in TOP.items():
        text = (ROOT / name).read_text(encoding="utf-8")
        text = re.sub(r'(\]\(|src=")docs/', r"\1", text)
        (DOCUMENTS / target).write_text(_led(text, ""), encoding="utf-8")
    for page in DOCUMENTS.rglob("*.md"):
        up = "../" * len(page.relative_to(DOCUMENTS).parents)
        page.write_text(_led(page.read_text(encoding="utf-8"), up), encoding="utf-8")
    return DOCUMENTS


def _led(text: str, up: str) -> str:
    """The text with its links to documents of the top folder, which is `up` from it, as they are here."""
    for name, target in TOP.items():
        text = text.replace(f"]({up}{name}", f"]({up.removesuffix('../')}{target}")
    return text


def main() -> int:
    """Build it; the exit code of the builder."""
    folder = gathered().parent
    shutil.copy(ROOT / "docs" / CONFIG, folder)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
    return subprocess.run(command, cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
