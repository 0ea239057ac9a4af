"""Writes what follows from `requirements.lock`: `constraints.txt`, its versions without hashes, since pip
installs no folder by a list with hashes; and docs/licences.md and docs/sbom.json, the packages that
`alerts` and its extras are built on, with their licences; the last as a CycloneDX bill of materials.

`python docs/packages.py` writes, `--check` writes nothing and exits 1 where one is out of date. It reads
what is installed, which is what the lock says (`make lock` calls it).
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
OURS = "monthly-alerts"
LOCK = ROOT / "requirements.lock"

HEAD = """\
# Licences

<!-- made by docs/packages.py: run `make lock` -->

`alerts` has the MIT licence. It is built on these packages, which `pip` installs beside it; the column
*for* names the extra that needs one, where not everybody gets it. `docs/sbom.json` is the same as a bill
of materials (CycloneDX).

| package | version | licence | for |
|---|---|---|---|
"""


def built_on() -> Mapping[NormalizedName, str]:
    """The packages that are installed for us on Linux, and the extra that each is for; "" for all."""
    found: dict[NormalizedName, str] = {}
    extras = sorted(metadata.metadata(OURS).get_all("Provides-Extra") or ())
    for extra in ("", *extras):
        for name in _needed(OURS, extra):
            found.setdefault(name, extra)
    return found


def _needed(package: str, extra: str) -> Iterator[NormalizedName]:
    """What the package with that extra needs, and what that needs in turn."""
    todo, seen = [(package, extra)], set()
    while todo:
        one = todo.pop()
        if one in seen:
            continue
        seen.add(one)
        for text in metadata.requires(one[0]) or ():
            needs = Requirement(text)
            if needs.marker is None or needs.marker.evaluate({"extra": one[1]}):
                name = canonicalize_name(needs.name)
                yield name
                todo += [(name, inner) for inner in ("", *needs.extras)]


def licence(name: str) -> str:
    """The licence of an installed package, as an SPDX expression where it says one."""
    about = metadata.metadata(name)
    said = about["License-Expression"] or ""
    classified = [
        one.rpartition(" :: ")[2]
        for one in about.get_all("Classifier") or ()
        if one.startswith("License :: ") and not one.endswith("OSI Approved")
    ]
    first = (about["License"] or "").strip().partition("\n")[0]
    return said or ", ".join(classified) or first or "see its sources"


def page(packages: Mapping[NormalizedName, str]) -> str:
    """The table."""
    rows = (
        f"| {name} | {metadata.version(name)} | {licence(name)} | {packages[name]} |"
        for name in sorted(packages)
    )
    return HEAD + "\n".join(rows) + "\n"


def bill(packages: Mapping[NormalizedName, str]) -> str:
    """The bill of materials of the locked versions; their hashes are in the lock."""
    lock = LOCK.read_text(encoding="utf-8")
    locked = {
        canonicalize_name(block.partition("==")[0]): block
        for block in re.findall(r"^[a-z0-9-]+==(?:.*\\\n)*.*\n", lock, re.MULTILINE)
    }
    text = "".join(locked[name] for name in sorted(packages))
    command = ["cyclonedx_py", "requirements", "-", "--output-reproducible", "--of", "JSON"]
    options = ["--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "application"]
    done = subprocess.run(
        [sys.executable, "-m", *command, *options],
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    made: dict[str, Any] = json.loads(done.stdout)
    # The tools' own addresses; and where a package is fetched from is the installer's setting.
    made["metadata"].pop("tools", None)
    for component in made["components"]:
        component.pop("externalReferences", None)
        component.pop("description", None)
        component["licenses"] = [{"license": {"name": licence(component["name"])}}]
    return json.dumps(made, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def constraints() -> str:
    """The locked versions, a line each."""
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    return "".join(
        f"{line.removesuffix(chr(92)).rstrip()}\n" for line in lines if "==" in line[:60]
    )


def main(arguments: list[str]) -> int:
    """Write all, or check them."""
    packages = built_on()
    stale = []
    made = {"docs/licences.md": page(packages), "docs/sbom.json": bill(packages)}
    for name, text in {**made, "constraints.txt": constraints()}.items():
        path = ROOT / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    if "--check" in arguments and stale:
        sys.stderr.write(f"{', '.join(stale)}: out of date: run `make lock`\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
