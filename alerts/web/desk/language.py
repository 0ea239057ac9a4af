"""The language of the desk: each page offers it, and a person's choice is remembered for all browsers."""

from urllib.parse import parse_qsl, urlencode

from alerts.web.desk.pages import DeskVisit, desk_page
from alerts.web.request import PostResult

_DESK = "/desk"
_DROPPED = ("lang", "note")  # of the address: a language for once, and what was said


def speak(desk: DeskVisit) -> PostResult:
    """Remember the language, and go back to the page of the desk where it was chosen."""
    language = desk.field("language")
    if language not in desk.visit.site.pages.interface_languages:
        return desk.refused(lambda d: d.page("stale.html", 403))
    desk.project.people.speak(desk.person, language)
    path, _, query = desk.field("to").partition("?")
    if path != _DESK and not path.startswith(f"{_DESK}/"):
        path = _DESK
    pairs = [(name, value) for name, value in parse_qsl(query) if name not in _DROPPED]
    address = desk.address(path.removeprefix(_DESK))
    return desk.gone(f"{address}?{urlencode(pairs)}" if pairs else address)


PAGES = (desk_page("/language", post=speak),)
