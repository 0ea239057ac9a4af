"""What monitors ask: /healthz, /readyz and /metrics."""

import json
import re
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families as families

from tests.pages import Served, serve

BOARD = Path(__file__).resolve().parents[2] / "docs" / "grafana.json"


def series(text: str) -> dict[str, float]:
    """The samples by name and labels."""
    return {
        one.name + "".join(f"/{value}" for value in one.labels.values()): one.value
        for family in families(text)
        for one in family.samples
    }


def test_metrics_count_the_project_and_name_nobody(served: Served) -> None:
    served.subscriber("canary@example.org")
    served.get("/join")
    served.get("/canary@example.org")
    answer = served.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    found = series(answer.text)
    assert len(found) >= 10
    assert all(name.startswith("alerts_") for name in found)
    assert found["alerts_subscribers/active"] == 1
    assert found["alerts_http_requests_total//join/200"] == 1
    assert found["alerts_http_requests_total/elsewhere/404"] == 1
    assert found["alerts_disk_free_bytes"] > 0
    assert "canary" not in answer.text
    assert "@" not in answer.text


def test_figures_are_kept_for_a_while_and_answers_counted_at_once(served: Served) -> None:
    first = series(served.get("/metrics").text)
    served.subscriber("one@example.org")
    second = series(served.get("/metrics").text)
    assert second.get("alerts_subscribers/active", 0) == first.get("alerts_subscribers/active", 0)
    assert second["alerts_http_requests_total//metrics/200"] == 1


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
def test_what_a_proxy_passes_on_needs_the_token(
    served: Served, header: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = {header: "192.0.2.1"}
    unset = served.get("/metrics", headers={**passed, "Authorization": "Bearer"})
    assert unset.status_code == 401
    assert "alerts token add" in unset.text
    monkeypatch.setenv("ALERTS_METRICS_TOKEN", "s3cret-token")
    for given in ("", "Bearer wrong", "Basic s3cret-token", "Bearer s3cret-tokén"):
        headers = {**passed, "Authorization": given.encode()}
        assert served.get("/metrics", headers=headers).status_code == 401
    right = {**passed, "Authorization": "Bearer s3cret-token"}
    assert served.get("/metrics", headers=right).status_code == 200
    for path in ("/healthz", "/readyz"):
        assert served.get(path, headers=passed).status_code == 200


def test_the_setting_decides_where_others_reach_the_server(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "token").write_text("from-a-file\n", encoding="utf-8")
    (project / "token").chmod(0o600)
    answers = {}
    for who in ("token", "open", "off"):
        there = {"WEB__METRICS": who, "WEB__METRICS_TOKEN_FILE": "token"}
        with serve(project, WEB__HOST="192.0.2.1", **there) as served:
            answers[who] = served.get("/metrics").status_code
            assert served.get("/healthz").text == "ok\n"
            assert served.get("/readyz").text == "ready\n"
            if who == "token":
                right = {"Authorization": "Bearer from-a-file"}
                assert served.get("/metrics", headers=right).status_code == 200
    assert answers == {"token": 401, "open": 200, "off": 404}


def test_the_process_lives_though_its_database_is_broken(project: Path) -> None:
    with serve(project) as served:
        with (project / "subscribers.db").open("r+b") as file:
            file.write(b"no database" * 1000)
        assert served.get("/healthz").status_code == 200
        answer = served.get("/readyz")
        assert answer.status_code >= 500
        assert "database" not in answer.text
        assert served.get("/metrics").status_code >= 500


def test_the_board_asks_for_figures_that_there_are(served: Served) -> None:
    served.get("/join")
    served.get("/metrics")
    names = {sample.name for f in families(served.get("/metrics").text) for sample in f.samples}
    names |= {f.name for f in families(served.get("/metrics").text)}
    board = json.loads(BOARD.read_text(encoding="utf-8"))
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert len(asked) >= 10
    assert {name for expr in asked for name in re.findall(r"alerts_\w+", expr)} <= names
