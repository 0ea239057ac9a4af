"""The register of lint checks.

Each check is one small function, registered under a code that never changes. Its entry holds what the
documentation says: the level, the reason, the remedy, and the rule (docs/rules.md) or standard. Entries
without a function belong to checks that need the network or another program.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alerts.domain.printable import printable
from alerts.lint.place import Finding, Found, Level

if TYPE_CHECKING:
    from alerts.lint.document import Document
    from alerts.lint.options import LintOptions

CheckFunction = Callable[["Document", "LintOptions"], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Check:
    """An entry of the register; `rule` names rules of docs/rules.md, or a standard.

    `several` ends a sentence that begins with a number: “31” “links are plain http”.
    """

    code: str
    level: Level
    rule: str
    why: str
    remedy: str
    look: CheckFunction | None = None
    several: str = ""

    def finding(self, found: Found, edition: str = "") -> Finding:
        """The finding as it is shown."""
        return Finding(
            self.code,
            found.level or self.level,
            found.place,
            printable(found.reason),
            printable(found.remedy or self.remedy),
            edition,
            cause=printable(found.cause),
        )


CHECKS: dict[str, Check] = {}


def check(
    code: str, level: Level, rule: str, *, why: str, remedy: str, several: str = ""
) -> Callable[[CheckFunction], CheckFunction]:
    """Register the function below under `code`."""

    def register(look: CheckFunction) -> CheckFunction:
        declare(code, level, rule, why=why, remedy=remedy, look=look, several=several)
        return look

    return register


def declare(
    code: str,
    level: Level,
    rule: str,
    *,
    why: str,
    remedy: str,
    look: CheckFunction | None = None,
    several: str = "",
) -> Check:
    """Register a code; without `look`, its findings are made elsewhere."""
    if code in CHECKS:
        raise ValueError(f"two checks are called {code}")
    CHECKS[code] = Check(code, level, rule, why, remedy, look, several)
    return CHECKS[code]
