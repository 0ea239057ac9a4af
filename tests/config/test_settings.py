"""Reading alerts.toml and the environment: what is wrong is named by file and line."""

from datetime import timedelta
from pathlib import Path

import pytest

from alerts.config.load import find_root, load
from alerts.config.settings import Settings
from alerts.config.write import fresh_toml
from alerts.domain.errors import SettingsError, UsageError


def _load(tmp_path: Path, text: str, **environ: str) -> Settings:
    (tmp_path / "alerts.toml").write_text(text, encoding="utf-8")
    return load(tmp_path, environ)


def test_the_fresh_file_holds_the_defaults(tmp_path: Path) -> None:
    assert _load(tmp_path, fresh_toml()) == Settings(root=tmp_path) == _load(tmp_path, "")


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    settings = _load(
        tmp_path,
        '[delivery]\nrelay = "null:"\n',
        ALERTS_DELIVERY__RELAY="smtp://127.0.0.1:2525",
        ALERTS_SOURCES__ALLOW_PRIVATE="true",
        ALERTS_ALERT__LANGUAGES="en,pt-br",
        ALERTS_DELIVERY__RATE="12",
        ALERTS_DELIVERY__RETRY_FIRST="2s",
        ALERTS_ALERT__WELCOME='{ en = "Hello" }',
    )
    assert settings.delivery.relay == "smtp://127.0.0.1:2525"
    assert settings.sources.allow_private is True
    assert settings.alert.languages == ("en", "pt-br")
    assert settings.delivery.rate == 12.0
    assert settings.delivery.retry_first == timedelta(seconds=2)
    assert settings.alert.welcome == {"en": "Hello"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[alert\n", 1, "Expected ']'"),
        ('[alert]\nname = "x\n', 2, ""),
        ('[alert]\n\nnam = "x"\n', 3, "did you mean “name”"),
        ("[alert]\nname = 3\n", 2, "alert.name: expected a text"),
        ('[alret]\nname = "x"\n', 1, "did you mean “alert”"),
        ('[alert]\nlanguages = ["en", "qq-zz"]\n', 2, "unknown language “qq-zz”"),
        ('[alert]\nlanguages = ["../../etc"]\n', 2, "unknown language"),
        ("[alert]\nlanguages = []\n", 2, "at least one"),
        ('[alert]\ntimezone = "Mars/Base"\n', 2, "unknown time zone"),
        ('[delivery]\nrate = "fast"\n', 2, "expected a number"),
        ("[delivery]\nretry_first = 5\n", 2, "expected a duration"),
        ('[delivery]\nin_doubt = "maybe"\n', 2, "not one of resend, hold"),
        ("[delivery]\nconnections = 0\n", 2, "1 to 100"),
        ("[delivery]\nwarm_up = [200, 0]\n", 2, "above 0, one per day"),
        ("[delivery]\nwindow_limit = -1\n", 2, "from 0"),
        ("[[destinations]]\nrate = 3\n", 1, "needs “domains”"),
        ('[[destinations]]\ndomains = ["Example.com"]\n', 2, "not a domain in lower case"),
        ('[[destinations]]\ndomains = ["a.example", "a.example"]\n', 2, "named twice"),
        ('[[destinations]]\ndomains = ["a.example"]\nrate = -1\n', 3, "negative"),
        ("[destinations]\nrate = 1\n", 1, "as [[destinations]]"),
        ('[sender]\naddress = "me"\n', 2, "has no @"),
        ('[web]\nbase_url = "example.org"\n', 2, "full URL"),
        ('[[funders]]\nlink = "https://x.example"\n', 1, "needs “name”"),
        ("[alert.welcome]\nen = 3\n", 1, "expected a text"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, line: int, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        _load(tmp_path, text)
    message = str(caught.value)
    assert "\n" not in message
    assert "alerts.toml" in message
    assert f"line {line}" in message
    assert words in message


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALERTS_DELIVERY__RELAI", "x"),
        ("ALERTS_NOWHERE__KEY", "x"),
        ("ALERTS_DELIVERY__CONNECTIONS", "many"),
    ],
)
def test_a_wrong_variable_is_named(tmp_path: Path, variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        _load(tmp_path, "", **{variable: value})


def test_a_file_in_latin1_is_refused_by_line(tmp_path: Path) -> None:
    (tmp_path / "alerts.toml").write_bytes('[alert]\nname = "Políticas"\n'.encode("latin-1"))
    with pytest.raises(SettingsError, match=r"line 2: not UTF-8"):
        load(tmp_path, {})


def test_the_nearest_parent_is_the_project(tmp_path: Path) -> None:
    (tmp_path / "alerts.toml").touch()
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert find_root(tmp_path / "a" / "b") == tmp_path
    with pytest.raises(UsageError, match="alerts init"):
        find_root(Path("/"))
