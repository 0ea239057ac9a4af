"""Documents of each kind that are good, and then damaged at random."""

import random
from collections.abc import Iterator

from benchmarks.bomb_documents import GOOD

_ICS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
_PAGE = (
    '<html lang="en"><head><title>Homes</title><meta property="og:title" content="Homes returned">'
    '<script type="application/ld+json">{"@type":"NewsArticle","datePublished":"2026-10-05"}</script>'
    f"</head><body><article><h1>Homes returned</h1>{'<p>The court decided on homes and land.</p>' * 9}"
    "</article></body></html>"
)
_EVENT = (
    f"{_ICS}BEGIN:VEVENT\r\nUID:1\r\nDTSTART;TZID=Europe/Paris:20261101T090000\r\nSUMMARY:A day of homes\r\n"
    "URL:https://b.example/day\r\nRRULE:FREQ=WEEKLY;COUNT=9\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)
_JSON = '{"version":"https://jsonfeed.org/version/1.1","items":[{"url":"https://b.example/1","title":"T"}]}'
_TABLE = "url,title,summary,published\nhttps://b.example/1,Homes,Text,2026-10-05\n" * 3
SEEDS = (
    ("feed", GOOD), ("feed", _JSON), ("page", _PAGE), ("calendar", _EVENT), ("table", _TABLE),
)  # fmt: skip
_NASTY = (b"<", b"&", b'"', b"\0", b"\xff\xfe", b"<![CDATA[", b"<!DOCTYPE x [", b"]]>",
          b"\r\nBEGIN:VEVENT\r\n", b"99999999999999999999", b"{[", b"\xed\xa0\x80", b"FREQ=SECONDLY",
          b"\xe2\x80\xae")  # fmt: skip


def mutated(number: int, chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """(kind, document): so many documents of all kinds, each damaged in one to eight places."""
    for n in range(number):
        kind, text = SEEDS[n % len(SEEDS)]
        body = bytearray(text.encode())
        for _ in range(chance.randint(1, 8)):
            at = chance.randrange(len(body) or 1)
            length = chance.randint(1, 60)
            match chance.randrange(5):
                case 0:
                    body[at : at + 1] = bytes([chance.randrange(256)])
                case 1:
                    del body[at : at + length]
                case 2:
                    body[at:at] = body[at : at + length] * chance.choice((1, 9, 999))
                case 3:
                    body[at:at] = chance.choice(_NASTY) * chance.choice((1, 9, 999))
                case _:
                    del body[at:]
        yield kind, bytes(body)
