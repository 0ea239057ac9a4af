"""One page has one canonical URL, however it is written."""

from alerts.text.urls import canonical, page_of, same_site


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


def test_the_viewers_of_amp_lead_to_the_page() -> None:
    cases = {
        "https://www.google.com/amp/s/example.org/a/b?amp=1": "https://example.org/a/b",
        "https://www.google.co.uk/amp/example.org/a": "http://example.org/a",
        "https://example-org.cdn.ampproject.org/v/s/example.org/a.html?usqp=x&amp_js_v=0.1": "https://example.org/a.html",
        "https://www.google.com/amp/s/a@b.example/x": "https://www.google.com/amp/s/a@b.example/x",
        "https://www.google.com/amp/s/127.0.0.1:22/x": "https://www.google.com/amp/s/127.0.0.1:22/x",
        "https://example.org/amp/s/other.example/": "https://example.org/amp/s/other.example/",
        "https://example.org/?p=3&outputType=amp": "https://example.org/?p=3",
    }
    assert {url: canonical(url) for url in cases} == cases


def test_what_does_not_make_another_page() -> None:
    same = (
        *("https://a.example/x", "http://a.example/x", "https://a.example/x/"),
        *("https://a.example/x/index.html", "https://a.example/x/amp", "https://a.example/amp/x/"),
        "https://a.example/x/amp/",
    )
    assert {page_of(url) for url in same} == {"a.example/x"}
    assert page_of("https://a.example/") == page_of("http://a.example/index.php") == "a.example"
    other = (
        *("https://a.example/y", "https://a.example/x?q=1", "https://a.example/x/?q=1"),
        *("https://m.a.example/x", "https://www.a.example/x", "https://a.example/x.html"),
        *("https://a.example/amp", "https://a.example/xamp", "https://a.example/#!/x"),
    )
    assert len({page_of(url) for url in (*same, *other)}) == len(other) + 1


def test_a_site_is_what_lies_below_one_domain() -> None:
    yes = [
        ("https://es.a.example.org/", "http://www.example.org/x"),
        ("https://a.co.uk/", "https://b.a.co.uk/"),
    ]
    no = [
        *(("https://a.co.uk/", "https://b.co.uk/"), ("https://a.example.org/", "https://a.example.com/")),
        *(("https://127.0.0.1/", "https://10.0.0.1/"), ("https://evil-example.org/", "https://example.org/")),
    ]  # fmt: skip
    assert all(same_site(*pair) for pair in yes)
    assert not any(same_site(*pair) for pair in no)
