"""Links by way of another site lead to their target without the network, and others stay as they are."""

import base64

from alerts.text.redirectors import is_short, unwrapped

PAGE = "https://example.org/2026/10/a?id=7"
TWICE = (
    "https%3A%2F%2Fwww.google.com%2Furl%3Fq%3D"
    "https%253A%252F%252Fexample.org%252F2026%252F10%252Fa%253Fid%253D7"
)
QUOTED = "https%3A%2F%2Fexample.org%2F2026%2F10%2Fa%3Fid%3D7"


def test_the_target_that_stands_in_a_link_is_found() -> None:
    told = (
        base64.urlsafe_b64encode(b"\x08\x13\x22\x22" + PAGE.encode() + b"\xd2\x01\x00")
        .decode()
        .rstrip("=")
    )
    bing = base64.urlsafe_b64encode(PAGE.encode()).decode().rstrip("=")
    links = (
        "https://www.google.com/url?rct=j&sa=t&url=https://example.org/2026/10/a%3Fid%3D7&ct=ga&usg=A",
        f"https://www.google.es/url?q={QUOTED}&sa=U",
        f"https://eur01.safelinks.protection.outlook.com/?url={QUOTED}&data=05%7C01&reserved=0",
        f"https://l.facebook.com/l.php?u={QUOTED}&h=AT0",
        f"https://l.instagram.com/?u={QUOTED}&e=1",
        f"https://www.linkedin.com/redir/redirect?url={QUOTED}",
        f"https://duckduckgo.com/l/?uddg={QUOTED}",
        f"https://www.youtube.com/redirect?event=x&q={QUOTED}",
        f"https://vk.com/away.php?to={QUOTED}",
        f"https://www.bing.com/ck/a?!&&p=1&u=a1{bing}&ntb=1",
        f"https://news.google.com/rss/articles/{told}?oc=5",
        f"https://web.archive.org/web/20261001000000/{PAGE}",
        f"https://urldefense.com/v3/__{PAGE}__;!!abc",
        "https://urldefense.proofpoint.com/v2/url?u=https-3A__example.org_2026_10_a-3Fid-3D7&d=x",
        f"https://r.search.yahoo.com/_ylt=A/RV=2/RE=1/RO=10/RU={QUOTED}/RK=2/RS=x",
        f"https://l.facebook.com/l.php?u={TWICE}",
    )
    assert {link: unwrapped(link) for link in links} == dict.fromkeys(links, PAGE)


def test_other_links_stay_as_they_are() -> None:
    for link in (
        PAGE,
        f"https://example.org/url?url={QUOTED}",
        "https://www.google.com/url?q=javascript:alert(1)",
        "https://www.google.com/url?q=https://user@example.org/",
        "https://www.google.com/search?q=https://example.org/",
        "https://l.facebook.com/l.php",
        "https://news.google.com/rss/articles/AAAAAAAAAAAAAAAAAAAA",
        "https://t.co/abc",
    ):
        assert unwrapped(link) == link


def test_short_links_are_known_by_their_host() -> None:
    assert [is_short(u) for u in ("https://t.co/a", "http://bit.ly:80/x", PAGE)] == [
        True,
        True,
        False,
    ]
