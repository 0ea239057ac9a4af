"""Writes alerts/lint/data/caniemail.json anew from the npm package `caniemail`.

`make caniemail` (needs npm and the network). What comes out holds, for each feature of HTML and CSS,
one letter a client: y supported, a in part, n not, u unknown; the newest version of each client
counts. The package's version and the date of its data are written beside it, so that a change can be
reviewed line by line.
"""

import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

TARGET = Path(__file__).resolve().parents[1] / "alerts" / "lint" / "data" / "caniemail.json"
LICENCE = (
    "MIT. Data: caniemail.com, Copyright (c) 2019 HTeuMeuLeu (Rémi Parmentier). "
    "Package: Copyright Avi Goldman, Andrew Powell."
)


def compact(data: dict[str, Any], version: str) -> dict[str, Any]:
    """The package's document, as small as the linter needs it."""
    clients = sorted(
        {
            f"{family}.{platform}"
            for feature in data["data"]
            for family, platforms in feature["stats"].items()
            for platform in platforms
        }
    )
    return {
        "source": f"npm package caniemail {version}",
        "date": data["last_update_date"][:10],
        "licence": LICENCE,
        "families": data["nicenames"]["family"],
        "platforms": data["nicenames"]["platform"],
        "clients": clients,
        "features": [_feature(feature, clients) for feature in data["data"]],
    }


def _feature(feature: dict[str, Any], clients: list[str]) -> dict[str, Any]:
    letters, noted = [], {}
    notes = feature["notes_by_num"] or {}
    for client in clients:
        family, _, platform = client.partition(".")
        versions = feature["stats"].get(family, {}).get(platform) or {}
        # as the source lists them: the oldest first, whether by date or by number
        newest = list(versions.values())[-1] if versions else "u"
        letters.append(newest[0])
        numbers = [n for n in re.findall(r"#(\d+)", newest) if n in notes]
        if newest[0] == "a" and numbers:
            noted[client] = " ".join(" ".join(notes[n].split()) for n in numbers)
    return {
        "slug": feature["slug"],
        "title": feature["title"].strip(),
        "support": "".join(letters),
        "notes": noted,
    }


def written(document: dict[str, Any]) -> str:
    """JSON with a line for each feature."""
    head = {key: value for key, value in document.items() if key != "features"}
    lines = [json.dumps(one, ensure_ascii=False) for one in document["features"]]
    opening = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    return f'{opening},\n "features": [\n' + ",\n".join(lines) + "\n]}\n"


def main() -> None:
    """Fetch the newest package with npm, and write."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", f"caniemail@{sys.argv[1] if sys.argv[1:] else 'latest'}"],
            cwd=folder,
            check=True,
        )
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as package:
            data = json.load(_member(package, "package/data/caniemail.json"))
            version = json.load(_member(package, "package/package.json"))["version"]
    TARGET.write_text(written(compact(data, version)), encoding="utf-8")
    sys.stderr.write(f"{TARGET}: caniemail {version}, data of {data['last_update_date']}\n")


def _member(package: tarfile.TarFile, name: str) -> Any:
    found = package.extractfile(name)
    if found is None:
        raise SystemExit(f"the package holds no {name}")
    return found


if __name__ == "__main__":
    main()
