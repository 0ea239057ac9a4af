"""A story's picture, place and source at the desk; two at once overwrite nothing."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest

from alerts.domain.article import Article, Image
from alerts.store.articles import StoredArticle, put
from tests.drawn import file_of, photograph
from tests.factories import MONTH
from tests.http_server import Site
from tests.http_server import site as web_site
from tests.web.desk.signed_in import Desk, desk_of, press

ANNA = "anna@example.org"
URL = "https://news.example.net/a"


@pytest.fixture
def site() -> Iterator[Site]:
    """A web server with pictures."""
    with web_site() as running:
        yield running


@pytest.fixture
def desk(project: Path, site: Site) -> Iterator[Desk]:
    """A desk with a story that has a picture without a description."""
    site.serve("/a.jpg", file_of(photograph(1400, 900)), content_type="image/jpeg")
    site.serve("/b.jpg", file_of(photograph(1300, 900, 2)), content_type="image/jpeg")
    site.serve("/page", b"<p>no picture</p>", content_type="text/html")
    with desk_of(project, ALERT__LANGUAGES="en,es", SOURCES__ALLOW_PRIVATE="true") as running:
        found = Article(URL, "One", summary="Water.", image=Image(site.url("/a.jpg")))
        put(running.served.db, found, MONTH, None, running.served.clock())
        yield running


def _kept(desk: Desk) -> StoredArticle:
    return desk.project().articles.find(Article(URL, "One").id)


def _form(html: str, act: str) -> dict[str, str]:
    form = re.search(rf'action="[^"]*/{act}".*?</form>', html, re.DOTALL)
    assert form
    found = dict(re.findall(r'<input[^>]*name="([\w-]+)"[^>]*value="([^"]*)"', form[0]))
    found |= dict(re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>([^<]*)<', form[0]))
    for name, options in re.findall(r'<select[^>]*name="(\w+)">(.*?)</select>', form[0]):
        chosen = re.search(r'value="(\w*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return {name: unescape(value) for name, value in found.items()}


def test_a_mark_leads_to_the_picture_which_is_described_replaced_and_left_out(
    desk: Desk, site: Site
) -> None:
    page = f"/desk/story/{_kept(desk).article.id}"
    with desk.browser(ANNA) as anna:
        desk.project().articles.edit(_kept(desk), image=Image(site.url("/a.jpg"), focus=None))
        month = anna.get(f"/desk?month={MONTH}").text
        assert f"{page}?languages=en#picture" in month
        mine = _form(anna.get(page).text, "picture")
        words = "A <b>dam</b> \u202eand\u202c a low lake"
        assert anna.post(f"{page}/picture", data={**mine, "alt": words}).status_code == 303
        image = _kept(desk).article.image
        assert image == Image(site.url("/a.jpg"), "A <b>dam</b> and a low lake")
        html = anna.get(page).text
        assert "<b>dam" not in html
        late = anna.post(f"{page}/picture", data={**mine, "alt": "A lake"})
        assert late.status_code == 409
        assert "low lake" in late.text and "A lake" in late.text  # noqa: PT018
        again = _form(late.text, "picture")
        assert again["alt"] == "A lake"
        other = {**again, "url": site.url("/b.jpg")}
        assert anna.post(f"{page}/picture", data=other).status_code == 303
        assert _kept(desk).article.image == Image(site.url("/b.jpg"), "A lake")
        assert '<img class="shown" src="' in anna.get(page).text
        none = {**_form(anna.get(page).text, "picture"), "choice": "none"}
        done = anna.post(f"{page}/picture", data=none)
        assert _kept(desk).article.image is None
        act = re.search(r"undo=(\d+)", done.headers["location"])
        assert act
        assert press(anna, "/desk/changes/undo", page, act=act[1]).status_code == 303
    assert _kept(desk).article.image == Image(site.url("/b.jpg"), "A lake")


def test_what_is_no_picture_is_told(desk: Desk, site: Site) -> None:
    page = f"/desk/story/{_kept(desk).article.id}"
    with desk.browser(ANNA) as anna:
        for url in ("javascript:alert(1)", "x", "file:///etc/passwd"):
            mine = _form(anna.get(page).text, "picture")
            refused = anna.post(f"{page}/picture", data={**mine, "url": url})
            assert refused.status_code == 422, url
            assert url in unescape(refused.text)
        mine = _form(anna.get(page).text, "picture")
        unshown = anna.post(f"{page}/picture", data={**mine, "url": site.url("/page")})
        assert unshown.status_code == 422
    with desk.browser("lucia@example.org") as lucia:
        assert 'id="picture"' not in lucia.get(page).text
        assert press(lucia, f"{page}/picture", page, alt="x").status_code == 403


def test_two_who_place_a_story_at_once(desk: Desk) -> None:
    page = f"/desk/story/{_kept(desk).article.id}"
    with desk.browser(ANNA) as anna:
        mine = _form(anna.get(page).text, "place")
        desk.project().articles.move(_kept(desk), section="events")
        kept = anna.post(f"{page}/place", data={**mine, "layout": "line"})  # the section is theirs
        assert kept.status_code == 303
        assert (_kept(desk).article.section, _kept(desk).article.layout) == ("events", "line")
        late = anna.post(f"{page}/place", data={**mine, "section": "publications"})
        assert late.status_code == 409
        assert "It is now:</span> Events" in late.text
        assert _kept(desk).article.section == "events"
        again = _form(late.text, "place")
        assert again["section"] == "publications"
        assert anna.post(f"{page}/place", data=again).status_code == 303
        assert _kept(desk).article.section == "publications"
        odd = {**_form(anna.get(page).text, "place"), "section": "<b>"}
        assert anna.post(f"{page}/place", data=odd).status_code == 422


def test_a_source_that_changes_again_is_looked_at_again(desk: Desk) -> None:
    page = f"/desk/story/{_kept(desk).article.id}"
    desk.project().articles.edit(_kept(desk), summary="Ours.")
    with desk.browser(ANNA) as anna:
        for text in ("Theirs.", "Theirs, again."):
            found = Article(URL, "One", summary=text)
            put(desk.served.db, found, MONTH, None, desk.served.clock())
            if text == "Theirs.":
                mine = _form(anna.get(page).text, "settle")
        late = anna.post(f"{page}/settle", data={**mine, "choice": "source"})
        assert late.status_code == 409
        assert "Theirs, again." in late.text
        assert _kept(desk).article.summary == "Ours."
        again = _form(late.text, "settle")
        assert anna.post(f"{page}/settle", data={**again, "choice": "source"}).status_code == 303
    assert _kept(desk).article.summary == "Theirs, again."
