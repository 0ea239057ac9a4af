"""The Nu HTML checker: what the W3C's validator says of HTML files, in one run of Java.

Errors and warnings alike come back, but for those that the caller explains. Does not fetch anything.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from tests.browser import NODE_MODULES, lacking


def faults(files: Iterable[Path], explained: Mapping[str, str]) -> list[str]:
    """`file, line N: words` for each finding that no pattern of `explained` matches.

    `explained` maps a regular expression to the reason why what it matches is right all the same.
    """
    jar = NODE_MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"
    if shutil.which("java") is None:
        lacking("Java")
    if not jar.is_file():
        lacking("the Nu validator (`make test` installs it)")
    paths = [str(path) for path in files]
    command = ["java", "-XX:TieredStopAtLevel=1", "-Xss4m", "-jar", str(jar), "--format", "json"]
    run = subprocess.run([*command, *paths], capture_output=True, text=True, timeout=120)
    messages = json.loads(run.stderr)["messages"]
    known = [re.compile(pattern) for pattern in explained]
    return [
        f"{Path(one['url']).name}, line {one.get('lastLine', 0)}: {one['message']}"
        for one in messages
        if not any(pattern.search(one["message"]) for pattern in known)
    ]
