"""A send by a hub is seen: `alerts status`, /metrics, and the state at the desk."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from alerts.hub import claims, rates
from tests.browser import axe
from tests.conftest import Alerts
from tests.hub.control import Control
from tests.postgres import Postgres
from tests.web.desk.signed_in import desk_of
from tests.web.test_metrics import series

if TYPE_CHECKING:
    from playwright.sync_api import Page

SETTINGS = '\n[[destinations]]\ndomains = ["slow.example"]\nconnections = 1\nrate = 2.5\n'


@pytest.fixture
def lending(
    control: Control, project: Path, hub: Postgres, monkeypatch: pytest.MonkeyPatch
) -> Control:
    """20 deliveries lent, 5 of them claimed; one worker whose relay refuses it, and one that shall end."""
    with (project / "alerts.toml").open("a") as settings:
        settings.write(SETTINGS)
    monkeypatch.setenv("ALERTS_DELIVERY__HUB", hub.url)
    control.begin()
    control.lend()
    control.claim(most=5)
    rates.keep(control.hub, {0: 2.5, rates.ALL: 40.0})
    claims.register(control.hub, "one", "host-one", 1234, "554 go <away>")
    claims.drain(control.hub)
    claims.register(control.hub, "two", "host-two", 0, "")
    return control


def test_the_status_tells_workers_leases_rates_and_lag(lending: Control, alerts: Alerts) -> None:
    found = alerts("status", "--month", "2026-10", "--json").json["hub"]
    assert (found["open"], found["leased"], found["leases"], found["workers"]) == (15, 5, 1, 2)
    assert [(one["domains"], one["rate"]) for one in found["rates"]] == [
        ([], 40.0),
        (["slow.example"], 2.5),
    ]
    assert {(one["host"], one["done"], one["drain"]) for one in found["each"]} == {
        ("host-one", 1234, True),
        ("host-two", 0, False),
    }
    assert found["lag"] >= 0
    assert found["faults"] == ["554 go <away>"]
    line = alerts("status", "--month", "2026-10").stdout
    assert "2 workers, 1 lease; 15 open, 5 leased" in line
    assert "40/s for all workers; 2.5/s to slow.example for all workers; 1 asked to end" in line


def test_the_desk_and_monitors_tell_the_same(
    lending: Control, project: Path, hub: Postgres
) -> None:
    with desk_of(project, DELIVERY__HUB=hub.url) as desk:
        with desk.browser("admin@example.org") as admin:
            html = admin.get("/desk/state").text
            assert "Sending by several machines" in html
            assert "host-two" in html
            assert "1,234" in html
            assert "554 go &lt;away&gt;" in html
            assert "Most in a second to slow.example" in html
            found = series(admin.get("/metrics").text)
        assert found["alerts_hub_workers"] == 2
        assert found["alerts_hub_workers_failing"] == 1
        assert found["alerts_hub_deliveries/open"] == 15
        assert found["alerts_hub_rate/"] == 40
        assert found["alerts_hub_rate/slow.example"] == 2.5


def test_a_hub_that_does_not_answer_is_said(
    lending: Control, project: Path, alerts: Alerts
) -> None:
    dead = "postgresql://alerts@127.0.0.1:1/postgres"
    with desk_of(project, DELIVERY__HUB=dead) as desk, desk.browser("admin@example.org") as admin:
        assert "does not answer" in admin.get("/desk/state").text
        found = series(admin.get("/metrics").text)
    assert (found["alerts_hub_lent"], found["alerts_hub_silent"]) == (1, 1)


def test_h15_the_state_of_a_send_by_a_hub_is_open_to_everybody(
    lending: Control, project: Path, hub: Postgres, page: "Page"
) -> None:
    with desk_of(project, DELIVERY__HUB=hub.url, ALERT__LANGUAGES="en,es,ar") as desk:
        page.goto(desk.project().people.link("admin@example.org"))
        page.locator("main button").click()
        page.wait_for_url("**/desk")
        for language in ("en", "ar"):
            page.goto(f"{desk.served.url.rstrip('/')}/desk/state?lang={language}")
            for width in (320, 1200):
                page.set_viewport_size({"width": width, "height": 800})
                assert list(axe(page)) == [], (language, width)
                assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
