"""The state at the desk: schedule, what is owed, sources, and the doctor on a press."""

import re
from pathlib import Path

from tests.conftest import Alerts
from tests.web.desk.signed_in import desk_of, press


def test_how_everything_stands(project: Path, alerts: Alerts) -> None:
    with (
        desk_of(project, SCHEDULE__RUN="0 8 3 * *") as desk,
        desk.browser("admin@example.org") as admin,
    ):
        (project / "news").mkdir()
        desk.project().sources.add("news", language="en")
        desk.served.db.execute("UPDATE sources SET fault = 'answers <b>500</b>', collected_at = ''")
        desk.served.db.conn.commit()
        html = admin.get("/desk/state").text
        assert "the sources are read" in html or "what is due is queued" in html
        assert "answers &lt;b&gt;500&lt;/b&gt;" in html
        assert "warning" not in html
        assert "catalogues" not in html  # the doctor looks only when it is asked
        found = press(admin, "/desk/state", "/desk/state")
        assert found.status_code == 200
        assert "catalogues" in found.text
        assert "DNS" not in found.text  # not without the other button
        assert press(admin, "/desk/language", language="es", to="/desk/state").status_code == 303
        spanish = press(admin, "/desk/state", "/desk/state").text
        assert "nada sale de esta máquina" in spanish
        assert "muéstreselo a quien instaló alerts" in spanish
        left = re.findall(r'<p dir="auto" lang="en">(.*?)</p>', spanish)
        assert left == []  # every finding of this project has its words
        with desk.browser("anna@example.org") as anna:
            assert anna.get("/desk/state").status_code == 403
            assert press(anna, "/desk/state").status_code == 403
