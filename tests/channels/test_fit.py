"""What is posted fits each network, is torn nowhere, and calls nobody."""

import json
from datetime import UTC, datetime

from hypothesis import example, given
from hypothesis import strategies as st

from alerts.channels import bluesky, mastodon, matrix, telegram
from alerts.channels.fit import bluesky_length, graphemes, mastodon_length, unmentioned
from alerts.domain.channel import PostContent, PostedStory, PostKey

URL = "https://alert.example.net/archive/2026-10/en"
LONG = "https://alert.example.net/" + "a-very-long-path/" * 30
KEY = PostKey("0f" * 16, 41, int(datetime(2026, 11, 2, 9, tzinfo=UTC).timestamp()))
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"

_TEXT = st.one_of(
    st.text(max_size=700),
    st.text(alphabet="ab .é\u0301ñहिन्दी中文@#https://\U0001f469\u200d", max_size=900),
)
_CONTENT = st.builds(
    PostContent,
    title=_TEXT.filter(str.strip),
    summary=_TEXT,
    url=st.sampled_from([URL, LONG]),
    language=st.sampled_from(["en", "pt-br", "ar"]),
    stories=st.lists(
        st.builds(PostedStory, _TEXT, st.sampled_from(["", URL, LONG])), max_size=40
    ).map(tuple),
)


def test_graphemes_are_never_fewer_than_there_are() -> None:
    assert graphemes("e\u0301") == 1
    assert graphemes("नि") >= 1
    assert graphemes(FAMILY) >= 1
    assert graphemes("abc 中文") == 6


def test_a_link_counts_for_23_at_mastodon_and_short_ones_too() -> None:
    assert mastodon_length(f"see {LONG}") == 4 + 23
    assert mastodon_length("see http://a.b") == 4 + 23


def test_whoever_a_title_names_is_not_called() -> None:
    assert unmentioned("Ask @ana or a@b.example") == "Ask @\u200bana or a@b.example"
    content = PostContent("@ana wins", "", URL, "en")
    assert "@ana" not in mastodon.made(content).text
    assert "@ana" not in telegram.made(content).text
    assert matrix.message(content)["m.mentions"] == {}
    assert len(bluesky.record(content, KEY)["facets"]) == 1


def test_an_issue_names_as_many_stories_as_fit() -> None:
    stories = tuple(PostedStory(f"Story {n} " + "x" * 60, URL) for n in range(60))
    content = PostContent("The alert: October", "In this issue", URL, "en", stories)
    assert mastodon.made(content).text.count("•") == 6
    assert bluesky.made(content).text.count("•") == 3
    assert telegram.made(content).text.count("•") == 55
    assert matrix.made(content).text.count("•") == 60
    made = telegram.message(content)
    bold, first, *_ = made["entities"]
    assert (bold["type"], bold["offset"], bold["length"]) == ("bold", 0, len("The alert: October"))
    shown = made["text"][first["offset"] : first["offset"] + first["length"]]
    assert (shown, first["url"]) == (f"• {stories[0].title}", URL)


def test_markup_in_a_title_is_words() -> None:
    content = PostContent("<b>5 > 3</b> & *more*", "<script>", URL, "en")
    html = matrix.message(content)["formatted_body"]
    assert "<script>" not in html
    assert "&lt;b&gt;5 &gt; 3" in html
    assert telegram.message(content)["text"].startswith("<b>5 > 3</b> & *more*")
    assert "parse_mode" not in telegram.message(content)


@given(content=_CONTENT)
@example(content=PostContent(FAMILY * 400, "", URL, "en"))
@example(content=PostContent("中" * 2000, "文" * 2000, LONG, "en"))
@example(content=PostContent("http://a.b " * 90, "", URL, "en"))
@example(content=PostContent("\U0001f469" * 5000, "x" * 9000, URL, "en"))
def test_no_text_is_too_long_anywhere_and_the_link_is_whole(content: PostContent) -> None:
    at = mastodon.made(content)
    assert at.length <= 500
    assert at.text.endswith(content.url)
    at = telegram.made(content)
    assert at.length <= 4096
    assert at.text.endswith(content.url)
    message = telegram.message(content)
    units = len(message["text"].encode("utf-16-le", "surrogatepass")) // 2
    assert len(message["entities"]) <= 100
    assert all(one["length"] > 0 for one in message["entities"])
    assert all(one["offset"] + one["length"] <= units for one in message["entities"])
    assert len(json.dumps(matrix.message(content), ensure_ascii=False).encode()) < 60_000
    record = bluesky.record(content, KEY)
    octets = record["text"].encode()
    assert bluesky_length(record["text"]) <= 300
    assert len(octets) <= 3000
    (facet,) = record["facets"]
    shown = octets[facet["index"]["byteStart"] : facet["index"]["byteEnd"]].decode()
    assert shown == bluesky.shown_link(content.url)


def test_a_record_key_is_a_tid_of_its_row_and_sorts_by_time() -> None:
    later = PostKey("00" * 16, 42, KEY.second + 1)
    first, second = bluesky.record_key(KEY), bluesky.record_key(later)
    assert len(first) == 13
    assert first < second
    assert first == bluesky.record_key(KEY)
    micros = 0
    for digit in first:
        micros = micros << 5 | "234567abcdefghijklmnopqrstuvwxyz".index(digit)
    assert (micros >> 10) // 1_000_000 == KEY.second
