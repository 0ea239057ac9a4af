"""Lists of references: RIS and CSL-JSON, one record one article, and what is wrong by its line."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from alerts.config.settings import Settings
from alerts.domain.article import Article, Source, SourceKind
from alerts.domain.errors import InputError
from alerts.sources import references
from alerts.sources.document import Fetched
from alerts.sources.normalise import Intake, SourceContent
from tests.conftest import Alerts
from tests.http_server import Site

NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
ABSTRACT = "It studies how courts decide on homes. Most of them decide for the owner."
RIS = f"""TY  - JOUR
TI  - Evictions and the courts
AU  - Doe, Jane
AU  - Roe, Richard
AB  - {ABSTRACT}
PY  - 2026
DA  - 2026/10/05/
DO  - 10.1000/homes.1
UR  - https://j.example/articles/1
JO  - Journal of Homes
LA  - English
KW  - housing
KW  - law
ER  -
"""
CSL = {
    "id": "doe2026", "type": "article-journal", "title": "Evictions and the <i>courts</i>",
    "abstract": f"<jats:p>{ABSTRACT}</jats:p>", "author": [{"family": "Doe", "given": "Jane"}],
    "issued": {"date-parts": [[2026, 10, 5]]}, "DOI": "10.1000/homes.1",
    "container-title": "Journal of Homes",
    "URL": "https://j.example/articles/1", "language": "en-GB", "keyword": "housing, law",
}  # fmt: skip


def _read(octets: bytes | str, since: datetime = NOVEMBER) -> SourceContent:
    body = octets if isinstance(octets, bytes) else octets.encode()
    intake = Intake(Source(1, "list", SourceKind.REFERENCES), Settings(root=Path(".")))
    return references.read(Fetched("", "", body), intake, since)


def _one(octets: bytes | str) -> Article:
    (article,) = _read(octets).articles
    return article


@pytest.mark.parametrize(
    "octets",
    [
        RIS.encode(),
        b"\xef\xbb\xbf" + RIS.replace("\n", "\r\n").encode(),
        RIS.encode("utf-16"),
        ("Provider: Somebody\nDatabase: All\n\n" + RIS).encode(),
        RIS.replace("TI  -", "T1  -").replace("JO  -", "T2  -").replace("AB  -", "N2  -").encode(),
        RIS.replace("DA  - 2026/10/05/\n", "").replace("PY  - 2026\n", "Y1  - 2026/10/05/print\n").encode(),
        RIS.replace("how courts", "how\ncourts").encode(),
        RIS.replace("ER  -", "ER  - ").encode(),
        json.dumps([CSL]).encode(),
        json.dumps(CSL).encode(),
        json.dumps({"items": [CSL]}).encode(),
        json.dumps([{**CSL, "issued": {"raw": "2026-10-05"}, "title": [CSL["title"]]}]).encode(),
    ],
    ids=["ris", "windows", "utf-16", "provider", "other tags", "y1", "goes on", "er", "csl", "one object",
         "items", "raw"],
)  # fmt: skip
def test_a_record_is_an_article(octets: bytes) -> None:
    article = _one(octets)
    assert (article.title, article.summary) == ("Evictions and the courts", ABSTRACT)
    assert (article.url, article.author) == ("https://j.example/articles/1", "Journal of Homes")
    assert (article.language, article.tags) == ("en", ("housing", "law"))
    assert article.published == datetime(2026, 10, 5, 12, tzinfo=UTC)
    assert article.marks == ("doi:10.1000/homes.1",)


def test_a_doi_is_the_link_where_there_is_no_other() -> None:
    for doi in ("10.1000/homes.1", "doi:10.1000/homes.1", "https://doi.org/10.1000/homes.1"):
        bare = RIS.replace("UR  - https://j.example/articles/1\n", "")
        assert _one(bare.replace("10.1000/homes.1", doi)).url == "https://doi.org/10.1000/homes.1"
        item = {name: value for name, value in CSL.items() if name != "URL"} | {"DOI": doi}
        assert _one(json.dumps([item])).url == "https://doi.org/10.1000/homes.1"


def test_a_month_is_its_first_day_and_a_year_no_day() -> None:
    year = RIS.replace("DA  - 2026/10/05/\n", "")
    assert _one(year).published is None
    month = year.replace("PY  - 2026", "PY  - 2026/10")
    assert _one(month).published == datetime(2026, 10, 1, 12, tzinfo=UTC)
    old = year.replace("PY  - 2026", "PY  - 2019")
    found = _read(RIS + old)
    assert (len(found.articles), found.faults) == (1, ())
    assert found.notes == ("list: 1 record of earlier years, without a month, left out",)
    assert len(_read(year, datetime(2027, 1, 1, tzinfo=UTC)).articles) == 1  # of December 2026
    assert _read(year, datetime(2027, 2, 1, tzinfo=UTC)).articles == ()


def test_a_report_is_of_its_publisher() -> None:
    text = (
        "TY  - RPRT\nTI  - A report on homes\nT2  - A series\nPB  - Housing Institute\n"
        "SN  - 978-3-16-148410-0\nUR  - https://h.example/r.pdf\nER  - \n"
    )
    assert (_one(text).author, _one(text).marks) == (
        "Housing Institute",
        ("isbn:978-3-16-148410-0",),
    )
    alone = (
        "TY  - RPRT\nTI  - A report on homes\nAU  - Doe, Jane\nUR  - https://h.example/r\nER  - \n"
    )
    assert _one(alone).author == "Doe, Jane"


def test_a_broken_record_is_told_by_its_line_and_the_others_stay() -> None:
    without_title = RIS.replace("TI  - Evictions and the courts\n", "")
    without_link = "TY  - JOUR\nTI  - Nowhere to be found\nER  - \n"
    open_end = RIS.replace("ER  -\n", "").replace("articles/1", "articles/2")
    found = _read(
        RIS + without_title + without_link + open_end + RIS.replace("articles/1", "articles/3")
    )
    assert [a.url[-1] for a in found.articles] == ["1", "2", "3"]
    assert found.faults == (
        "list, line 15: it has no title",
        "list, line 28: it has neither a web address nor a DOI (“Nowhere to be found”)",
    )
    assert found.notes == ("list, line 31: the record has no end (ER)",)


def test_broken_json_is_told_and_its_whole_records_stay() -> None:
    whole = json.dumps(CSL)
    found = _read(
        f'[\n{whole},\n{{"title": "Torn", "URL": \n}},\n{whole.replace("articles/1", "articles/2")}\n]'
    )
    assert [a.url[-1] for a in found.articles] == ["1", "2"]
    assert found.faults == ("list, line 3: broken JSON; the item is left out",)
    mixed = _read(
        json.dumps([1, {"type": "note"}, CSL, {**CSL, "author": 7, "issued": [], "DOI": {}}])
    )
    assert mixed.faults == ("list, item 1: it is no object", "list, item 2: it has no title")
    assert len(mixed.articles) == 2


@pytest.mark.parametrize(
    "octets", [b"", b"TY", b"<html>", b"[]", b"{}", b"[1, 2]", b'[{"a"', b"[" * 100_000, b"\0\xff\xfe" * 50]
)  # fmt: skip
def test_what_is_no_list_is_one_line(octets: bytes) -> None:
    with pytest.raises(InputError) as raised:
        _read(octets)
    assert str(raised.value).startswith("list")
    assert "\n" not in str(raised.value)


def test_a_list_is_recognised_and_collected_once(
    project: Path, alerts: Alerts, web: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERTS_SOURCES__ALLOW_PRIVATE", "true")
    (project / "zotero.ris").write_text(RIS)
    web.serve("/export", json.dumps([{**CSL, "URL": "https://j.example/articles/2", "DOI": "10.1000/2",
              "title": "Heating and the poor"}]).encode(), content_type="application/json")  # fmt: skip
    for location in ("zotero.ris", web.url("/export")):
        assert alerts("source", "add", location, "--section", "publications").stderr.endswith(
            "added as references\n"
        )
    for new in (2, 0):
        assert alerts("collect", "--month", "2026-10", "--json").json["new"] == new
    kept = alerts("article", "list", "--month", "2026-10", "--json").json
    assert [a["section"] for a in kept] == ["publications"] * 2
