"""The year at the desk: figures that agree with the outbox, as charts, tables and CSV."""

import csv
import io
from pathlib import Path

from alerts.store import audit_log
from tests.conftest import Alerts
from tests.factories import MONTH, add_subscribers
from tests.web.desk.signed_in import desk_of


def test_the_figures_are_those_of_the_issues(project: Path, alerts: Alerts) -> None:
    with (
        desk_of(project, ALERT__LANGUAGES="en,es") as desk,
        desk.browser("anna@example.org") as anna,
    ):
        assert "No issue has been sent yet." in anna.get("/desk/year").text
        db, own = desk.served.db, desk.project()
        add_subscribers(db, 5)
        own.articles.add("https://n.example.net/a", month=MONTH, read=False, title="One")
        own.queue(MONTH)
        own.send(MONTH)
        issue, delivery = db.conn.execute(
            "SELECT issue_id, min(id) FROM deliveries WHERE state = 'sent'"
        ).fetchone()
        audit_log.record(
            db, desk.served.clock(), "delivery.bounced", issue_id=issue, delivery_id=delivery,
            detail={"kind": "hard"},
        )  # fmt: skip
        db.conn.commit()
        (row,) = csv.DictReader(io.StringIO(anna.get("/desk/year/figures.csv").text))
        assert (row["month"], row["sent"], row["bounced"]) == (str(MONTH), "5", "1")
        assert (row["in_en"], row["in_es"]) == ("1.000", "0.000")
        assert "opens" not in row  # nothing is counted unless the settings say so
        html = anna.get("/desk/year").text
        assert html.count("<svg") == 4
        assert "the address does not exist" in html
        report = anna.get("/desk/year/report").text
        assert report.count("<svg") == 2
        assert "the address does not exist" not in report
        with desk.browser("lucia@example.org") as lucia:
            for path in ("/desk/year", "/desk/year/report", "/desk/year/figures.csv"):
                assert lucia.get(path).status_code == 403
