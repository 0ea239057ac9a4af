# ruff: noqa: E501 -- documents are not wrapped
"""Documents that are made to take time or memory, by kind, each made when it is asked for.

Used by `benchmarks.bombs`, and some by the tests of cells.
"""

import json
from collections.abc import Iterator

MOST = 9_900_000  # octets; what is larger is refused unread (sources.max_bytes)
RSS = '<rss version="2.0"><channel><title>F</title><item><title>T</title><link>https://b.example/</link>'
END = "</item></channel></rss>"
GOOD = f"{RSS}<pubDate>Mon, 05 Oct 2026 10:00:00 GMT</pubDate>{END}"
_ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><entry><title>T</title><link href="https://b.example/"/>'
_ATOM_END = "</entry></feed>"
_HEAD = "<!doctype html><html><head><title>T</title></head><body>"
_ICS = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
_ICS_END = "END:VEVENT\r\nEND:VCALENDAR\r\n"
_DATED = (
    f"{_ICS}BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:S\r\nDTSTART:20260101T000000Z\r\nRRULE:FREQ=DAILY\r\n"
)
TAG_OF_ATTRIBUTES = (
    f"""{_HEAD}<p {" ".join(f'a{n}="x"' for n in range(100_000))}>hello</body></html>"""
)
_DATES = ",".join(
    f"{2026 + n // 100_000}{n // 2400 % 12 + 1:02}{n // 100 % 24 + 1:02}T{n % 24:02}{n // 24 % 60:02}00Z"
    for n in range(200_000)
)
RDATES = f"{_DATED}RDATE:{_DATES}\r\n{_ICS_END}"

Bomb = tuple[str, str, str]  # its name, the ending of its file, the document


def bombs() -> Iterator[Bomb]:
    """All of them, one at a time, no longer than `MOST`."""
    for kind in (_feeds, _json, _pages, _markup, _calendars, _tables, _lists, _files):
        for name, ending, text in kind():
            yield (
                name,
                ending,
                text.encode("utf-8", "surrogatepass")[:MOST].decode("utf-8", "ignore"),
            )


def _entities(root: str) -> str:
    tenfold = (f"&a{n};" * 10 for n in range(9))
    entities = "".join(f'<!ENTITY a{n} "{many}">' for n, many in enumerate(tenfold, 1))
    return f'<!DOCTYPE {root} [<!ENTITY a0 "lol">{entities}]>'


def _feeds() -> Iterator[Bomb]:
    square = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 50_000}">]>'
    zero = '<!DOCTYPE rss [<!ENTITY a SYSTEM "file:///dev/zero">]>'
    parameters = "".join(f'<!ENTITY % p{n} "{"%p" + str(n - 1) + ";" * 9}">' for n in range(1, 99))
    dated = "".join(
        f"<item><title>{n}</title><pubDate>{n % 28} khmbr 2026 at {n}</pubDate></item>"
        for n in range(999)
    )
    for name, text in (
        ("billion laughs", f"{_entities('rss')}{RSS}&a9;{END}"),
        ("quadratic blowup", f"{square}{RSS}{'&a;' * 50_000}{END}"),
        ("external entity", f"{zero}{RSS}&a;{END}"),
        ("billion laughs in Atom", f"{_entities('feed')}{_ATOM}<summary>&a9;</summary>{_ATOM_END}"),
        ("laughs in an attribute", f"{_entities('rss')}{RSS}<guid x='&a9;'>1</guid>{END}"),
        ("parameter entities", f"<!DOCTYPE rss [{parameters}%p98;]>{GOOD}"),
        ("a million entities declared", f"<!DOCTYPE rss [{'<!ENTITY a ' * 800_000}]>{GOOD}"),
        ("nested", RSS + "<x>" * 3_000_000),
        ("nested and closed", RSS + "<x>" * 1_400_000 + "</x>" * 1_400_000 + END),
        ("nested html", f"{RSS}<description>{'&lt;div>' * 1_400_000}</description>{END}"),
        ("nested xhtml", f'{_ATOM}<content type="xhtml">{"<div>" * 900_000}'),
        ("nested bases", f"{_ATOM}{'<x xml:base=' + chr(34) + 'a/' + chr(34) + '>'}" * 200_000),
        ("a million entries", RSS + "</item>" + "<item/>" * 1_200_000 + "</channel></rss>"),
        ("a million tags of an entry", f"{RSS}{'<category>x</category>' * 440_000}{END}"),
        ("300,000 enclosures", f"{RSS}{'<enclosure url=' + chr(39) + 'https://b.example/1.jpg' + chr(39) + '/>'}" * 100_000),
        ("a title of 9 MB", f"{RSS}<description>{'x' * 9_000_000}</description>{END}"),
        ("spaces", f"{RSS}<description>{' ' * 9_000_000}x</description>{END}"),
        ("sentences", f"{RSS}<description>{'A. ' * 3_000_000}</description>{END}"),
        ("abbreviations", f"{RSS}<description>{'e.g. i.e. Mr. ' * 600_000}</description>{END}"),
        ("ends of a feed's summary", f"{RSS}<description>{'The post appeared first on ' * 300_000}</description>{END}"),
        ("300,000 attributes", f"{RSS}<x {' '.join(f'a{n}=' + chr(39) + '1' + chr(39) for n in range(300_000))}/>{END}"),
        ("100,000 namespaces", f"{RSS}<x {' '.join(f'xmlns:n{n}=' + chr(39) + 'u' + chr(39) for n in range(100_000))}/>{END}"),
        ("open brackets", RSS + "<" * 9_000_000),
        ("open quotes", RSS + "<a b='" * 1_500_000),
        ("references", RSS + "&a" * 4_000_000),
        ("numbers", f"{RSS}<description>{'&#x110000;' * 900_000}</description>{END}"),
        ("escapes of escapes", f"{RSS}<description>&amp;{'amp;' * 2_200_000}</description>{END}"),
        ("cdata", f"{RSS}<description>{'<![CDATA[' * 1_000_000}</description>{END}"),
        ("comments", f"{RSS}{'<!--' * 2_200_000}{END}"),
        ("instructions", f"{'<?xml ' * 1_500_000}{GOOD}"),
        ("punycode", f'<?xml version="1.0" encoding="punycode"?>{RSS}{"a-" * 400_000}{END}'),
        ("UTF-7", f'<?xml version="1.0" encoding="utf-7"?>{RSS}{"+AAA" * 2_000_000}{END}'),
        ("an address of 9 MB", f"<rss version='2.0'><channel><item><link>https://b.example/{'a/../' * 1_800_000}</link>{END}"),
        ("marks of a text", f"{RSS}<description>{'e' + chr(0x301) * 4_000_000}</description>{END}"),
        ("a date of 9 MB", f"{RSS}<pubDate>{'1 ' * 4_500_000}</pubDate>{END}"),
        ("999 long dates", f'<rss version="2.0"><channel>{("<item><title>x</title><pubDate>" + "Mon 5 of the 10 " * 500 + "</pubDate></item>") * 999}</channel></rss>'),
        ("dates of no language", f'<rss version="2.0"><channel><item>{RSS}</item>{dated}</channel></rss>'),
    ):  # fmt: skip
        yield name, "xml", text


def _json() -> Iterator[Bomb]:
    feed = '{"version":"https://jsonfeed.org/version/1.1","items":['
    yield "json nested", "json", "[" * 9_000_000
    yield "json of tables", "json", feed + '{"a":' * 1_900_000
    items = [{"id": n} for n in range(800_000)]
    yield "json of a million items", "json", json.dumps({"version": "x", "items": items})
    yield "json of a long number", "json", f'{feed}{{"id":{"9" * 9_000_000}}}]}}'
    yield "json of fractions", "json", f"{feed}{'1e999999999,' * 700_000}1]}}"
    yield (
        "json of tags",
        "json",
        f'{feed}{{"url":"https://b.example/","title":"T","tags":[{"0," * 4_000_000}0]}}]}}',
    )
    yield "json of escapes", "json", f'{feed}{{"url":"https://b.example/","content_html":"{chr(92)}u003cb' + f"{chr(92)}u003cb" * 1_200_000 + '"}]}'  # fmt: skip


def _pages() -> Iterator[Bomb]:
    links = (f"<h2><a href=/{n}>A title of some length {n}</a></h2>" for n in range(180_000))
    alike = "".join(f'<link rel="alternate" hreflang="es" href="/{n}">' for n in range(190_000))
    wide = ", ".join(f"https://b.example/{n}.jpg {n}w" for n in range(280_000))
    data = '<img src="data:image/png;base64,' + "A" * 9_000_000 + '">'
    ld = "<script type='application/ld+json'>"
    paragraphs = ("<p>" + "Text of a page, some of it. " * 9 + "</p>") * 14_000
    for name, text in (
        ("page nested", "<div>" * 1_900_000),
        ("page of tables", "<table><tr><td>" * 600_000),
        ("page of paragraphs", "<p>x" * 2_400_000),
        ("page of links", "".join(links)),
        ("page just below the limit", paragraphs),
        ("page of json-ld", f"{ld}{'[' * 9_000_000}</script>"),
        ("page of a list in json-ld", f"{ld}[{'{},' * 3_000_000}{{}}]</script>"),
        ("page of scripts of json-ld", f'{ld}{{"@type":"NewsArticle"}}</script>' * 130_000),
        ("page of a graph in json-ld", f'{ld}{{"@graph":[{"[" * 900},{"{" + chr(34) + "@type" + chr(34) + ":1}," * 400_000}</script>'),
        ("page of 100 tags with 5,000 attributes", "".join(f"<p {' '.join(f'a{n}={m}' for n in range(5000))}>x" for m in range(100))),
        ("page of alternates", alike),
        ("page of meta", '<meta property="og:title" content="T">' * 240_000),
        ("page of a srcset", f'<article><p>Text of it.<img srcset="{wide}">'),
        ("page of srcsets", '<img srcset="a 1x, b 2x, c 3x">' * 290_000),
        ("page of a data: address", f"<article><p>Text of it.</p>{data}"),
        ("page of data: addresses", '<img src="data:,x"><a href="data:,y">y</a>' * 220_000),
        ("page of bases", f"<base href='https://b.example/{'a/' * 2_000_000}'>{'<a href=x>A link</a>' * 20_000}"),
        ("page of dates", "<time datetime='5 khmbr 2026 at'>5 khmbr</time>" * 190_000),
        ("page of one word", f"<article><p>{'x' * 9_000_000}</p>"),
        ("page of spaces", f"<article><p>{' ' * 9_000_000}x</p>"),
        ("page of points", f"<article><p>{'A. b? ' * 1_500_000}</p>"),
    ):  # fmt: skip
        yield name, "html", _HEAD + text
    yield "page of one tag with 100,000 attributes", "html", TAG_OF_ATTRIBUTES
    yield "page of a title", "html", "<html><title>" + "T | " * 2_400_000 + "</title><p>x</html>"


def _markup() -> Iterator[Bomb]:
    for name, text in (
        ("entities", "&lt;&#60;&notit;" * 600_000),
        ("open entities", "&#x" * 3_000_000),
        ("comments", "<!--" * 2_400_000),
        ("comments closed", "<!---->" * 1_400_000),
        ("style blocks", "<style>a{b:c}</style>" * 450_000),
        ("a style sheet", "<style>" + "a{" * 4_500_000),
        ("formatting", "<b><i><p>" * 900_000),
        ("formatting that is never closed", "<b><i><u><s>x" * 3000 + "<p>y" * 100_000),
        ("links in links", "<a href=/x>" * 800_000),
        ("selections", "<select><option>" * 550_000),
        ("a row of columns", "<table><tr>" + "<td>x" * 1_800_000),
        ("drawings", "<svg><path d='M0 0'/><g>" * 380_000),
        ("lists in lists", "<ul><li>" * 1_100_000),
        ("titles", "<title>x</title>" * 550_000),
        ("headings", "<h1>x</h1>" * 900_000),
        ("frames", "<frameset><frame>" * 550_000),
        ("templates", "<template>" * 900_000),
        ("nothing", "<>" * 4_500_000),
        ("slashes", "</" * 4_500_000),
        ("quotes", "<a b='" * 1_500_000),
    ):
        yield f"page of {name}", "html", _HEAD + text
    yield "page of punycode", "html", "<meta charset=punycode>" + "a-" * 400_000
    yield "page of UTF-16", "html", "\ufeff<meta charset=utf-16>" + "\u3c00" * 3_000_000


def _calendars() -> Iterator[Bomb]:
    event = "BEGIN:VEVENT\r\nUID:{0}\r\nDTSTART:{2}T000000Z\r\nSUMMARY:{0}\r\nRRULE:{1}\r\nEND:VEVENT\r\n"
    seconds = ",".join(map(str, range(60)))
    for rule, since in (
        ("FREQ=SECONDLY", "19000101"),
        ("FREQ=DAILY", "19000101"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "19000101"),
        ("FREQ=YEARLY;BYWEEKNO=9;BYMONTH=12", "19000101"),
        ("FREQ=DAILY;INTERVAL=999999999", "19000101"),
        ("FREQ=DAILY;COUNT=999999999", "00010101"),
        ("FREQ=MONTHLY;BYSETPOS=-1;BYDAY=MO,TU,WE,TH,FR,SA,SU", "00010101"),
        (f"FREQ=YEARLY;BYHOUR=1,2,3;BYMINUTE={seconds};BYSECOND={seconds}", "19000101"),
        ("FREQ=WEEKLY;UNTIL=99991231T235959Z", "00010101"),
    ):
        body = "".join(event.format(n, rule, since) for n in range(2000))
        yield f"calendar {rule[:50]}", "ics", f"{_ICS}{body}END:VCALENDAR\r\n"
    zone = "BEGIN:VTIMEZONE\r\nTZID:Z{}\r\nBEGIN:STANDARD\r\nDTSTART:19000101T000000\r\nRRULE:FREQ=DAILY\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    moved = "BEGIN:VEVENT\r\nUID:1\r\nRECURRENCE-ID:20260{}01T000000Z\r\nDTSTART:20261105T000000Z\r\nSUMMARY:M\r\nEND:VEVENT\r\n"
    for name, text in (
        ("of 200,000 RDATEs", RDATES),
        ("of 200,000 EXDATEs", f"{_DATED}EXDATE:{_DATES}\r\n{_ICS_END}"),
        ("nested", _ICS + "BEGIN:VEVENT\r\n" * 600_000),
        ("of a long line", f"{_ICS}BEGIN:VEVENT\r\nSUMMARY:{'x' * 9_000_000}\r\n{_ICS_END}"),
        ("of folded lines", f"{_ICS}BEGIN:VEVENT\r\nSUMMARY:{chr(13) + chr(10) + ' x'}" * 400_000),
        ("of escapes", f"{_DATED}DESCRIPTION:{chr(92) * 9_000_000}\r\n{_ICS_END}"),
        ("of parameters", f"{_DATED}X-A{';X=1' * 2_000_000}:v\r\n{_ICS_END}"),
        ("of quotes", f"{_DATED}X-A;X={chr(34) * 8_000_000}:v\r\n{_ICS_END}"),
        ("of guests", _DATED + "ATTENDEE;CN=A:mailto:a@b.example\r\n" * 250_000 + _ICS_END),
        ("of rules", _DATED + "RRULE:FREQ=DAILY\r\n" * 450_000 + _ICS_END),
        ("of zones", _ICS + "".join(zone.format(n) for n in range(40_000))),
        ("of moved events", f"{_DATED}END:VEVENT\r\n{''.join(moved.format(n % 9 + 1) for n in range(70_000))}END:VCALENDAR\r\n"),
        ("of a long event", f"{_DATED}DURATION:P{'9' * 4000}W\r\n{_ICS_END}"),
    ):  # fmt: skip
        yield f"calendar {name}", "ics", text


def _tables() -> Iterator[Bomb]:
    head = "url,title\n"
    columns = ",".join(f"title_{a}{b}" for a in "abcdefghij" for b in "abcdefghij") + ","
    for name, text in (
        ("of a million rows", head + "https://b.example/,T\n" * 450_000),
        ("of open quotes", head + '"' * 9_000_000),
        ("of quotes in quotes", head + '"""",' * 1_900_000),
        ("of a wide row", head + "https://b.example/,T" + ",x" * 4_500_000),
        ("of wide rows", "url,title," + columns * 900 + "\n" + ("https://b.example/,T" + ",x" * 90_000 + "\n") * 20),
        ("of a cell of 9 MB", f"{head}https://b.example/,{'x' * 9_000_000}"),
        ("of lines", head + "\n" * 9_000_000),
        ("of returns", head + "\r" * 9_000_000),
        ("of separators", ",;\t|" * 2_400_000),
        ("of long dates", f"url,title,published\n{('https://b.example/,T,' + '2026-10-05T' * 400 + chr(10)) * 2000}"),
        ("of tags", f"url,title,tags\nhttps://b.example/,T,{chr(34)}{'a,' * 4_000_000}{chr(34)}\n"),
    ):  # fmt: skip
        yield f"table {name}", "csv", text


def _lists() -> Iterator[Bomb]:
    """Lists of feeds, and rules for robots (`robots.txt`, asked about a page of 2,000 letters)."""
    outline = '<outline xmlUrl="https://b.example/f"/>'
    yield (
        "opml of entities",
        "opml",
        f"{_entities('opml')}<opml><body><outline text='&a9;' xmlUrl='https://b.example/'/></body></opml>",
    )
    yield "opml nested", "opml", "<opml><body>" + '<outline text="x">' * 500_000
    yield (
        "opml nested, with feeds",
        "opml",
        "<opml><body>" + '<outline text="x" xmlUrl="https://b.example/f">' * 190_000,
    )
    yield "opml of 200,000 feeds", "opml", f"<opml><body>{outline * 240_000}</body></opml>"
    yield (
        "opml of attributes",
        "opml",
        f"<opml><body><outline {' '.join(f'a{n}=' + chr(34) + chr(34) for n in range(300_000))}/></body></opml>",
    )
    yield (
        "opml of categories",
        "opml",
        f'<opml><body><outline xmlUrl="https://b.example/f" category="{"a," * 4_000_000}"/></body></opml>',
    )
    yield "robots of stars", "robots", "User-agent: *\nDisallow: /" + "*a" * 30 + "*b$\n"
    yield (
        "robots of many stars",
        "robots",
        "User-agent: *\n" + ("Disallow: /" + "*a" * 200 + "*b$\n") * 1000,
    )
    yield "robots of rules", "robots", "User-agent: *\n" + "Disallow: /a\n" * 38_000
    yield "robots of agents", "robots", "User-agent: a\n" * 35_000 + "Disallow: /"
    yield "robots of a long line", "robots", "User-agent: *\nDisallow: /" + "%41" * 160_000


def _files() -> Iterator[Bomb]:
    """Files of a folder."""
    front = "---\ntitle: T\nurl: https://b.example/\n"
    ninefold = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 99))
    merged = "".join(
        f"m{n}: &m{n}\n  <<: [{', '.join([f'*m{n - 1}'] * 9)}]\n" for n in range(1, 12)
    )
    for name, text in (
        ("of aliases", f"{front}a0: &a0 x\n{ninefold}tags: *a98\n---\n"),
        ("of merged keys", f"{front}m0: &m0 {{a: b}}\n{merged}---\n"),
        ("of anchors", f"{front}more: [{'&a x, ' * 1_500_000}]\n---\n"),
        ("of flow", f"{front}more: {'[' * 9_000_000}"),
        ("of tables", f"{front}more: {'{a: ' * 2_000_000}"),
        ("of keys", front + "".join(f"k{n}: v\n" for n in range(700_000)) + "---\n"),
        ("of steps", front + "a: \n" + "".join(" " * n + "a:\n" for n in range(1, 4000)) + "---\n"),
        ("of digits", f"{front}n: {'9' * 4_000_000}\nm: {'1:' * 900_000}1\n---\n"),
        ("without an end", "---\n" + "--- x\n" * 1_600_000),
        ("of blank lines", "---\n" + " \n" * 4_900_000),
        ("of quotations", f"{front}---\n{'>' * 9_000_000}"),
        ("of brackets", f"{front}---\n{'[' * 9_000_000}"),
        ("of emphasis", f"{front}---\n{'*a **b ' * 1_400_000}"),
        ("of code", f"{front}---\n{''.join('`' * n + 'x' for n in range(4000))}"),
        ("of links", f"{front}---\n{'[a](' * 2_400_000}"),
        ("of references", f"{front}---\n{'[a]: b' + chr(10)}" * 200_000),
        ("of lists", f"{front}---\n{'* ' * 4_500_000}"),
        ("of markup", f"{front}---\n{'<a ' * 3_000_000}"),
        ("of entities", f"{front}---\n{'&#x' * 3_000_000}"),
        ("of a heading", f"---\nurl: https://b.example/\n---\n# {'*[`<' * 2_400_000}\n"),
    ):
        yield f"file {name}", "md", text
