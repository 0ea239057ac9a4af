"""One page has one canonical URL, however it is written."""

from alerts.canonical import canonical, spellings


def test_what_does_not_change_the_page_is_dropped() -> None:
    cases = {
        "HTTPS://Example.ORG:443/a?utm_source=x&b=2&a=1&fbclid=y#top": "https://example.org/a?b=2&a=1",
        "http://example.org:80": "http://example.org/",
        "http://example.org:8080/": "http://example.org:8080/",
        "http://example.org./a": "http://example.org/a",
        "https://example.org/?gclid=1": "https://example.org/",
        "https://example.org/?mc_cid=1&mc_eid=2&p=5": "https://example.org/?p=5",
        "https://example.org/?UTM_Medium=m&id=a%2fb": "https://example.org/?id=a%2fb",
        "https://example.org/a%2fb": "https://example.org/a%2Fb",
        "https://example.org/#!/news": "https://example.org/#!/news",
        "https://example.org/?autumn_source=1": "https://example.org/?autumn_source=1",
    }
    assert {url: canonical(url) for url in cases} == cases


def test_a_canonical_url_is_canonical() -> None:
    for url in ("https://a.example/x?b&a=1", "http://[2001:db8::1]:8080/", "https://a.example/#/x"):
        assert canonical(canonical(url)) == canonical(url)


def test_scheme_and_last_slash_do_not_make_another_page() -> None:
    assert set(spellings("https://a.example/x")) == {
        "https://a.example/x", "https://a.example/x/", "http://a.example/x", "http://a.example/x/"
    }  # fmt: skip
    assert set(spellings("http://a.example/")) == {"http://a.example/", "https://a.example/"}
    assert "https://a.example/x/?q=1" not in spellings("https://a.example/x?q=1")
