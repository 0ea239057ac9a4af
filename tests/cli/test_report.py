"""The year by command, and what an upgrade asks of a project's own templates."""

import csv
import io
from pathlib import Path

from tests.conftest import Alerts
from tests.factories import MONTH, add_subscribers, database, queue_issue


def test_the_figures_of_a_year(project: Path, alerts: Alerts) -> None:
    assert alerts("report", "--json").json["issues"] == []
    assert "no issue has been sent" in alerts("report").stderr
    db = database(project)
    add_subscribers(db, 3)
    queue_issue(project, db)
    assert alerts("send", "--month", str(MONTH)).code == 0
    db.close()
    found = alerts("report", "--year", str(MONTH.year), "--json").json
    (issue,) = found["issues"]
    assert (issue["month"], issue["sent"], found["sent"]) == (str(MONTH), 3, 3)
    assert alerts("report", "--year", str(MONTH.year - 1), "--json").json["issues"] == []
    (row,) = csv.DictReader(io.StringIO(alerts("report", "--csv", "--year", "2026").stdout))
    assert (row["month"], row["sent"], row["bounced"]) == (str(MONTH), "3", "0")
    assert "opens" not in row  # not counted
    assert str(MONTH) in alerts("report", "--year", "2026").stdout
    assert alerts("report", "--year", "12").code == 2


def test_own_templates_are_compared_with_those_of_this_version(
    project: Path, alerts: Alerts
) -> None:
    assert alerts("upgrade-check").code == 0
    assert alerts("template", "copy", "web/join.html", "web/left.html").code == 0
    own = project / "templates" / "web" / "join.html"
    own.write_text(own.read_text("utf-8") + "\n<!-- ours -->\n", "utf-8")
    assert alerts("upgrade-check").code == 0  # changed by us, and the packaged one is the same
    record = project / "templates" / ".copied.json"
    told = record.read_text("utf-8")
    record.write_text(told.replace('"sha256": "', '"sha256": "0'), "utf-8")  # of an older version
    found = alerts("upgrade-check")
    assert found.code == 1
    assert "templates/web/join.html: copied from version" in found.stderr
    assert "left.html" not in found.stderr  # as the packaged one is
    record.write_text("no json", "utf-8")
    assert alerts("upgrade-check", "--json").json == {
        "templates": [{"name": "web/join.html", "copied_from": ""}]
    }
