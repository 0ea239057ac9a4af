"""For the tests of mail that comes back over LMTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bounces.returned import Bounce, bounces
from tests.lmtp import SOCKET, receive

BOUNCES = 60  # as many as the tests of kills take


@pytest.fixture
def lmtp_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """The project takes mail at a socket of its own."""
    monkeypatch.setenv("ALERTS_BOUNCES__LMTP", f"unix:{SOCKET}")


@pytest.fixture
def came_back(project: Path) -> list[Bounce]:
    """Bounces of copies that the project sent."""
    return bounces(project, BOUNCES)


@pytest.fixture
def at(project: Path, lmtp_setting: None) -> Iterator[Path]:
    """Where the server of a project listens."""
    with receive(project) as path:
        yield path
