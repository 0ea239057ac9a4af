"""The long proofs are told from the everyday tests by a marker whose name is checked."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import proofs

TESTS = Path(__file__).parent


def test_every_file_of_proofs_is_there_once() -> None:
    assert len(set(proofs.FILES)) == len(proofs.FILES)
    assert not [name for name in proofs.FILES if not (TESTS / name).is_file()]


def test_a_proof_is_known_by_its_file_or_its_browser() -> None:
    last = len(proofs.FILES)
    assert proofs.rank(f"{TESTS}/{proofs.FILES[0]}", []) == 0
    assert proofs.rank(__file__, []) == last + 1
    assert proofs.rank(__file__, ["page", proofs.BROWSER]) == last


def test_this_file_is_everyday(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("proof") is None


def test_a_marker_of_another_name_is_refused(tmp_path: Path) -> None:
    """A misspelt marker would have a long test run every day."""
    (tmp_path / "test_one.py").write_text(
        "import pytest\n\n@pytest.mark.prof\ndef test_it(): ...\n"
    )
    settings = str(TESTS.parent / "pyproject.toml")
    command = [sys.executable, "-m", "pytest", "-c", settings, "--rootdir", str(tmp_path)]
    for name, code in (("prof", 2), ("proof", 0)):
        text = (tmp_path / "test_one.py").read_text()
        (tmp_path / "test_one.py").write_text(text.replace("prof\n", f"{name}\n"))
        run = subprocess.run(
            [*command, "-p", "no:cacheprovider", str(tmp_path)], capture_output=True, text=True
        )
        assert run.returncode == code, run.stdout
