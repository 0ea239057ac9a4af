"""The logo in notices: our copy, as in the editions, also where it is a file of the project."""

from email import message_from_bytes, policy
from pathlib import Path

from alerts.domain.picture import names_in
from tests.conftest import Alerts
from tests.drawn import drawing, file_of
from tests.factories import MONTH
from tests.pages import serve


def test_a_notice_shows_our_copies_of_a_logo_and_of_its_twin_for_dark_mode(
    project: Path, alerts: Alerts
) -> None:
    for name, width in (("logo.png", 96), ("dark.png", 120)):
        (project / name).write_bytes(file_of(drawing(width, 96), "PNG"))
    assert alerts("config", "set", "alert.logo=logo.png", "alert.logo_dark=dark.png").code == 0
    assert alerts("collect", "--month", str(MONTH)).code == 0
    with serve(project) as served:
        served.sign_up()
        (mail,) = served.post_office()
        part = message_from_bytes(mail.octets, policy=policy.default).get_body(("html",))
        assert part is not None
        html = part.get_content()
        names = set(names_in(html))
        assert len(names) == 2
        assert all(served.get(f"/pictures/{name}").status_code == 200 for name in names)
        assert f'src="{served.settings.web.base_url}/pictures/' in html
