"""Changing settings in alerts.toml keeps what people wrote there, and writes nothing wrong."""

import tomllib
from pathlib import Path

import pytest

from alerts.config.edit import edited
from alerts.config.load import load
from alerts.config.write import fresh_toml
from alerts.domain.errors import SettingsError, UsageError


def test_the_comments_and_the_order_stay(tmp_path: Path) -> None:
    text = "# ours\n[alert]\nname = 'Old'  # what readers see\n\n[web]\nport = 8000\n"
    changed = edited(tmp_path, text, ["alert.name=Rivers & Lakes", "web.port=0"])
    assert changed == (
        '# ours\n[alert]\nname = "Rivers & Lakes"  # what readers see\n\n[web]\nport = 0\n'
    )


def test_each_kind_of_value_is_written_as_its_setting_wants_it(tmp_path: Path) -> None:
    changes = [
        "alert.languages=en, es",
        "alert.approvals=2",
        "alert.review=required",
        'alert.welcome={ en = "Welcome" }',
        "delivery.rate=2.5",
        "delivery.window=2h",
        "delivery.warm_up=200,1000",
        "privacy.count_opens=yes",
        "sender.name=7",
    ]
    (tmp_path / "alerts.toml").write_text(edited(tmp_path, fresh_toml(), changes), "utf-8")
    settings = load(tmp_path, {})
    assert settings.alert.languages == ("en", "es")
    assert (settings.alert.approvals, settings.alert.welcome) == (2, {"en": "Welcome"})
    assert (settings.delivery.rate, settings.delivery.warm_up) == (2.5, (200, 1000))
    assert settings.delivery.window.total_seconds() == 7200
    assert settings.privacy.count_opens
    assert settings.sender.name == "7"


def test_a_section_that_the_file_lacks_is_added(tmp_path: Path) -> None:
    changed = edited(tmp_path, "[alert]\nname = 'A'\n", ["sender.address=news@rivers.example"])
    assert tomllib.loads(changed)["sender"] == {"address": "news@rivers.example"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("alert.nam=x", "there is no setting alert.nam; did you mean “name”?"),
        ("allert.name=x", "there is no section [allert]; did you mean “alert”?"),
        ("alert.name", "write SECTION.KEY=VALUE"),
        ("name=x", "write SECTION.KEY=VALUE"),
    ],
)
def test_what_is_no_setting_is_named(tmp_path: Path, change: str, said: str) -> None:
    with pytest.raises(UsageError) as fault:
        edited(tmp_path, fresh_toml(), [change])
    assert said in str(fault.value)


@pytest.mark.parametrize("change", ["web.port=many", "alert.review=maybe", "alert.timezone=Mars"])
def test_a_wrong_value_is_refused_with_its_line(tmp_path: Path, change: str) -> None:
    with pytest.raises(SettingsError, match=r"alerts\.toml, line \d+, "):
        edited(tmp_path, fresh_toml(), ["alert.name=Good", change])
