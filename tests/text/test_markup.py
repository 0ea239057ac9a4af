"""Text and URLs from outside come out harmless (rule X5)."""

import html
import itertools
import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.text.plain_text import first_image, plain, safe_url, tidy
from alerts.text.sentences import shorten

_RUN = "alert(1)"
_ELEMENTS = (
    "<script>{}</script>", "<script src=x>{}</script>", "<SCRIPT\n>{}</SCRIPT >", "<style>{}</style>",
    "<svg onload={}>", "<svg><script>{}</script></svg>", "<svg><style><img src=x onerror={}></style></svg>",
    "<img src=x onerror={}>", "<img src=x onerror={}//>", "<body onload={}>", "<iframe src=javascript:{}>",
    "<iframe srcdoc='<script>{}</script>'></iframe>", "<a href='javascript:{}'>",
    "<a href=data:text/html,{}>",
    "<math><mi xlink:href='javascript:{}'></mi></math>", "<object data=javascript:{}></object>",
    "<embed src=javascript:{}>", "<form action=javascript:{}><button>x</button></form>",
    "<input autofocus onfocus={}>", "<details open ontoggle={}>", "<video><source onerror={}></video>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>", "<template><script>{}</script></template>",
    "<textarea><script>{}</script></textarea>",
    "<meta http-equiv=refresh content='0;url=javascript:{}'>",
    "<base href=javascript:{}//>", "<link rel=stylesheet href=javascript:{}>",
    "<table background=javascript:{}>",
    "<!--<img src=x onerror={}>-->", "<![CDATA[<script>{}</script>]]>", "<?xml <script>{}</script> ?>",
    "<xmp><script>{}</script></xmp>", "<select><script>{}</script></select>", "<isindex action=javascript:{}>",  # noqa: E501
    "<scr<script>ipt>{}</script>", "<x onclick={}>", "<marquee onstart={}>", "<button onclick={}>",
)  # fmt: skip
_WRAPPINGS = (
    "{}",
    "a{}b",
    "<p>{}</p>",
    "<b>x{}",
    "<!-- x -->{}",
    "\x00{}",
    "{}<",
    "&nbsp;{}",
    "<div title='>'>{}",
)


def test_no_tag_comes_out_of_markup_that_is_meant_as_html_x5() -> None:
    tried = through = 0
    for element, wrapping in itertools.product(_ELEMENTS, _WRAPPINGS):
        text = plain(wrapping.format(element.format(_RUN)))
        tried += 1
        through += bool(re.search(r"<\s*/?\s*[a-z!?]", text, re.IGNORECASE))
    # nested and broken constructs may leave stray letters, but never a tag that a browser opens
    assert tried > 300
    assert through == 0, f"{tried} payloads tried, {through} through"


def test_entities_are_decoded_once_and_never_twice_x5() -> None:
    cases = {
        "AT&amp;T": "AT&T",
        "AT&T": "AT&T",
        "5 &lt; 6 &amp; 7 > 2": "5 < 6 & 7 > 2",
        "&amp;lt;script&amp;gt;": "&lt;script&gt;",
        "&amp;amp;": "&amp;",
        "&#8230;&hellip;&#x2026;": "………",
        "caf&eacute;": "café",
        "&#128;": "€",
        "&bogusentity;": "&bogusentity;",
        "a&nbsp;&nbsp;b": "a b",
    }
    assert {markup: plain(markup) for markup in cases} == cases


@given(st.text())
def test_any_text_survives_the_way_through_html(text: str) -> None:
    assert plain(html.escape(text)) == tidy(text.replace("\0", ""))


def test_blocks_part_words_and_inline_markup_does_not() -> None:
    assert (
        plain("<p>one</p><p>two<br>three</p><ul><li>fo<b>u</b>r<li>five</ul>")
        == "one two three four five"
    )
    assert plain("<script>x</script>a<style>y</style>b<svg><text>z</text></svg>c") == "abc"


def test_controls_line_breaks_and_bidi_tricks_are_gone_x5() -> None:
    bad = [
        chr(c) for c in range(0x110000) if unicodedata.category(chr(c)) in ("Cc", "Zl", "Zp", "Cs")
    ]
    bad += [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\ufeff\u2060", "\ufffe"]
    through = [hex(ord(c)) for c in bad if c in tidy(f"a{c}b") or c in plain(f"a{c}b")]
    assert through == [], f"{len(bad)} characters tried, {len(through)} through"
    assert tidy("می\u200cخواهم 👩\u200d👧") == "می\u200cخواهم 👩\u200d👧"


@pytest.mark.parametrize(
    "opening", ["<div>", "<b>", "<!--", "<a ", "&", "<table>", "<svg>", "<script>", "<p>x", "</p>"]
)
def test_a_field_of_a_million_characters_is_read_or_cut_x4(opening: str) -> None:
    assert len(plain(opening * 300_000)) <= 1_000_000


def test_a_summary_ends_with_a_sentence_or_between_words() -> None:
    text = "Dr. J. Smith spoke, e.g. of homes. Then he left for the U.S. capital with friends. More follows."
    assert shorten(text, 60) == "Dr. J. Smith spoke, e.g. of homes."
    assert shorten(text, 20) == "Dr. J. Smith spoke…"
    assert shorten(text, len(text)) == text
    assert shorten("¿Qué pasa? Nada nuevo en la casa", 20) == "¿Qué pasa?"
    assert shorten("中文句子。另一个句子很长很长很长", 10) == "中文句子。"


@given(st.text(st.characters(categories=["L", "M", "Zs", "Po"]), max_size=300), st.integers(10, 80))
def test_a_shortened_text_is_short_and_a_beginning_of_it(text: str, length: int) -> None:
    text = tidy(text)
    short = shorten(text, length)
    assert len(short) <= length
    assert short == text or text.startswith(short.removesuffix("…"))


@given(st.lists(st.text("abcdefg", min_size=1, max_size=9), min_size=1, max_size=60))
def test_a_shortened_text_never_tears_a_word(words: list[str]) -> None:
    short = shorten(" ".join(words), 40).removesuffix("…").split()
    assert short == words[: len(short)]


def test_only_web_addresses_pass_x5() -> None:
    schemes = (
        "javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "java\nscript:alert(1)",
        "java\tscript:alert(1)", "\x01javascript:alert(1)", "javascript&colon;alert(1)", "vbscript:x",
        "data:text/html,<script>", "data:image/svg+xml;base64,AA", "file:///etc/passwd", "ftp://a.example/",
        "gopher://a.example/", "mailto:a@b.example", "blob:http://a.example/",
        "view-source:http://a.example/",
        "http://user:pass@a.example/", "http://user@a.example/", "http://a.example\\@b.example/",
        "http://a.example/\r\nX: y", "http://a\u202e.example/", "http:///path", "http://", "https://[::1",
        "http://a.example:99999/", "http://a.example:0/", "http://a b.example/", "http://-a.example/", "//a.example/",  # noqa: E501
        "http://a..example/", "http://<script>/", "http://" + "a" * 5000,
    )  # fmt: skip
    through = [url for url in schemes if safe_url(url)]
    assert through == [], f"{len(schemes)} addresses tried, {len(through)} through"
    assert safe_url("javascript:alert(1)", "https://a.example/") == ""


def test_addresses_become_absolute_and_ascii() -> None:
    base = "https://a.example/dir/page"
    cases = {
        "x?y=1#z": "https://a.example/dir/x?y=1#z",
        "/ü b": "https://a.example/%C3%BC%20b",
        "//B.Example/": "https://b.example/",
        "https://例え.jp/": "https://xn--r8jz45g.jp/",
        "http://a.example": "http://a.example/",
        "https://a.example/%C3%BC?q=a%20b": "https://a.example/%C3%BC?q=a%20b",
        "https://a.example/?a='\"><script>": "https://a.example/?a='%22%3E%3Cscript%3E",
    }
    assert {url: safe_url(url, base) for url in cases} == cases


def test_the_first_picture_is_no_tracking_pixel() -> None:
    markup = '<p><img src="/t.gif" width=1 height=1><img src="javascript:x"><img src="a.jpg" alt="A &gt; b">'
    found = first_image(markup, "https://a.example/d/")
    assert found is not None
    assert (found.url, found.alt) == ("https://a.example/d/a.jpg", "A > b")
    assert first_image("<p>none</p>") is None
