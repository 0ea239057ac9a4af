"""What the tests of all pages found, for the accessibility statement that comes with a version.

`pytest --write-accessibility` (`make accessibility`) writes it to `alerts/web/accessibility.json`, where
the page reads it. Nothing else writes that file.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

import alerts
from alerts.web.accessibility import RESULTS
from tests.browser import AxeRun


@dataclass
class Statement:
    """The runs of a session, by page, language, mode and width."""

    runs: dict[tuple[str, str, str, int], AxeRun] = field(default_factory=dict)

    def record(self, page: str, language: str, mode: str, width: int, run: AxeRun) -> None:
        """Note what was found on a page."""
        self.runs[page, language, mode, width] = run

    def text(self) -> str:
        """The file."""
        pages, languages, modes, widths = (sorted(set(one)) for one in zip(*self.runs, strict=True))
        assert modes == ["dark", "light"], "the statement says that both were tested"
        found = {
            "version": alerts.__version__,
            "day": f"{datetime.now(UTC):%Y-%m-%d}",
            "tool": f"axe-core {next(iter(self.runs.values())).version}, WCAG 2.2 A, AA",
            "pages": len(pages),
            "languages": languages,
            "widths": widths,
            "checks": sum(run.checks for run in self.runs.values()),
            "findings": [
                f"{page}, {language}, {mode}, {width} px: {fault}"
                for (page, language, mode, width), run in sorted(self.runs.items())
                for fault in run.faults
            ],
        }
        return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


@pytest.fixture(scope="session")
def statement(request: pytest.FixtureRequest) -> Iterator[Statement]:
    """Where tests note what they found; written at the end, where that was asked for."""
    made = Statement()
    yield made
    if request.config.getoption("--write-accessibility") and made.runs:
        RESULTS.write_text(made.text(), encoding="utf-8")
