"""`alerts setup`, by options and at a terminal: wrong answers, twice, interrupted."""

from pathlib import Path

import pytest

from alerts.config.load import load
from alerts.setup.install import with_ours
from alerts.setup.test_mail import verdicts
from tests.conftest import Alerts
from tests.pseudo_terminal import at_terminal

GOOD = (
    *("--no-input", "--offline", "--organisation", "River Watch", "--languages", "en,es"),
    *("--sender", "news@rivers.net", "--address", "1 Bank St", "--when", "2 10:30"),
    *("--pages", "https://rivers.net/alerts", "--timezone", "Europe/Madrid"),
)


def test_options_make_a_project_and_a_second_time_changes_nothing(
    tmp_path: Path, alerts: Alerts
) -> None:
    root = tmp_path / "p"
    first = alerts("setup", str(root), *GOOD)
    assert first.code == 0, first.stderr + first.stdout
    settings = load(root, {})
    assert settings.alert.organisation == "River Watch"
    assert settings.alert.languages == ("en", "es")
    assert settings.schedule.run == "30 10 2 * *"
    path = root / "alerts.toml"
    text = f"# ours\n{path.read_text()}"
    path.write_text(text)
    assert "nothing to change" in alerts("setup", str(root), *GOOD).stderr
    assert path.read_text() == text
    alerts("setup", str(root), "--no-input", "--offline", "--name", "Rivers")
    assert path.read_text() == text.replace('"Monthly Alert"', '"Rivers"', 1)


@pytest.mark.parametrize(
    ("name", "answer", "why"),
    [
        ("languages", "xx", "unknown language"),
        ("timezone", "Mars", "unknown time zone"),
        ("sender", "news@", "not an e-mail address"),
        ("sender", "a@example.org", "example"),
        ("relay", "smtp://u:secret@h", "keep the password out"),
        ("relay", "ftp:x", "is not maildir:FOLDER"),
        ("pages", "http://rivers.net", "https"),
        ("pages", "rivers", "write a full URL"),
        ("when", "1 30:00", "larger than its field allows"),
        ("when", "soon", "write a day of the month"),
        ("organisation", "", "write something"),
    ],
)
def test_a_wrong_option_is_named_and_nothing_is_written(
    tmp_path: Path, alerts: Alerts, name: str, answer: str, why: str
) -> None:
    done = alerts("setup", str(tmp_path / "p"), *GOOD, f"--{name}", answer)
    assert done.code == 2
    assert f"--{name}: " in done.stderr
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "p").exists()


def test_a_file_that_is_no_toml_is_named_with_its_line(tmp_path: Path, alerts: Alerts) -> None:
    (tmp_path / "alerts.toml").write_text("[alert\n")
    done = alerts("setup", str(tmp_path), *GOOD)
    assert (done.code, "alerts.toml: line 1: " in done.stderr) == (2, True)


def test_a_person_is_told_why_and_asked_again(tmp_path: Path) -> None:
    typed = "Rivers\n\nxx\nen,es\n\nnone\nnews@\n\n1 Bank St\nftp:x\n\n\n2 10:30\ncrontab\nn\n"
    seen = at_terminal(tmp_path, "setup", "p", "--offline", typed=typed)
    assert "✗ unknown language “xx”" in seen.text
    assert "✗ “news@” is not an e-mail address" in seen.text
    assert "✗ delivery.relay: “ftp:x”" in seen.text
    assert "5 5 * * *" in seen.text
    assert seen.code == 1, "the sender is still an example, which the doctor names"
    settings = load(tmp_path / "p", {})
    assert (settings.alert.organisation, settings.alert.languages) == ("Rivers", ("en", "es"))
    assert (settings.alert.address, settings.schedule.run) == ("1 Bank St", "30 10 2 * *")


def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    seen = at_terminal(tmp_path, "setup", "p", "--offline", typed="Rivers\nNews\n\x04")
    assert "interrupted: nothing was written" in seen.text
    assert seen.code == 1
    assert not (tmp_path / "p").exists()


def test_nobody_is_asked_without_a_terminal(tmp_path: Path, alerts: Alerts) -> None:
    done = alerts("setup", str(tmp_path / "p"))
    assert done.code == 2
    assert "--no-input" in done.stderr


def test_a_crontab_keeps_the_lines_of_others() -> None:
    theirs = "0 1 * * * backup"
    once = with_ours(theirs, Path("/srv/a"), "1 * * * * alerts run\n")
    assert once.startswith(f"{theirs}\n# alerts: /srv/a\n")
    assert with_ours(once, Path("/srv/a"), "1 * * * * alerts run\n") == once
    changed = with_ours(once, Path("/srv/a"), "2 * * * * alerts run\n")
    assert theirs in changed
    assert changed.count("alerts run") == 1


def test_only_the_topmost_verdicts_count() -> None:
    header = (
        b"Authentication-Results: mx.a; spf=pass (dmarc=fail) x; dkim=fail; dkim=pass; dmarc=pass\n"
    )
    forged = b"Authentication-Results: mx.b; spf=fail; dmarc=fail\n\n"
    assert verdicts(header + forged) == {"spf": "pass", "dkim": "pass", "dmarc": "pass"}
    assert verdicts(b"Subject: x\n\n") == {}
