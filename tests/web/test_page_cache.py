"""Pages of the archive are made once for each change of it, and never shown after it."""

from alerts import Project
from alerts.web.page_cache import LONGEST, MOST_OCTETS, CachedPage, PageCache
from tests.factories import MONTH, add_subscribers, edition, queue_issue
from tests.pages import Served


def test_a_page_is_kept_until_the_archive_changes_whoever_changes_it(served: Served) -> None:
    root = served.settings.root
    add_subscribers(served.db, 3)
    queue_issue(root, served.db, made=edition(body="Rivers get rights"))
    page = f"/archive/{MONTH}/en"
    paths = (page, "/archive", "/archive/en", "/archive/feed.en.atom", "/sitemap.xml")
    first = {path: served.get(path) for path in paths}
    assert all(answer.status_code == 200 for answer in first.values())
    assert "Rivers get rights" in first[page].text

    served.db.execute("UPDATE subscribers SET status = 'unsubscribed'")
    again = {path: served.get(path) for path in paths}
    assert [answer.content for answer in again.values()] == [a.content for a in first.values()]
    tag = first[page].headers["etag"]
    assert served.get(page, headers={"If-None-Match": f"W/{tag}"}).status_code == 304
    assert served.get(page, headers={"If-None-Match": '"other"'}).status_code == 200
    assert (
        served.get("/archive", headers={"Accept-Language": "es"}).content
        != first["/archive"].content
    )
    assert served.get("/archive/2020-01/en").status_code == 404

    queue_issue(root, served.db, MONTH.plus(1), served.clock())
    assert served.get("/archive").content != again["/archive"].content
    with Project(root) as project:  # another connection, as another process has
        project.archive.withdraw(MONTH, why="A number was wrong.")
    assert "Rivers get rights" not in served.get(page).text
    assert served.get(page, headers={"If-None-Match": tag}).status_code == 200


def test_the_cache_holds_what_was_used_last_and_nothing_for_long() -> None:
    now = [0.0]
    cache = PageCache(lambda: now[0])
    quarter = CachedPage(b"x" * (MOST_OCTETS // 4), "text/html", {})
    for name in "abcd":
        cache.keep(name, 1, quarter)
    assert cache.find("a", 1) is quarter
    assert cache.find("a", 2) is None, "the archive has changed"
    cache.keep("e", 1, quarter)
    assert cache.find("b", 1) is None, "used longest ago"
    assert [bool(cache.find(name, 1)) for name in "acde"] == [True] * 4
    cache.keep("a", 1, quarter)
    assert cache.find("c", 1), "an answer takes the place of its older self"
    cache.keep("f", 1, CachedPage(b"x" * (MOST_OCTETS // 4 + 1), "text/html", {}))
    assert cache.find("f", 1) is None
    now[0] = LONGEST + 1
    assert not any(cache.find(name, 1) for name in "acde")
