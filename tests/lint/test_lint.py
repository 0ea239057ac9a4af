"""`alerts.lint`: each check on a letter with that one fault, and on one with none (rules H1–H15, S)."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alerts.lint import caniemail
from alerts.lint.checks import clients
from alerts.lint.compare import compare
from alerts.lint.document import Document
from alerts.lint.features import used
from alerts.lint.mailboxes import mailboxes
from alerts.lint.message import lint
from alerts.lint.options import CLIENTS, LintOptions, LostPicture, PictureFacts
from alerts.lint.page import HtmlPage
from alerts.lint.partial import partial_uses
from alerts.lint.place import Finding, Level
from alerts.lint.register import CHECKS
from alerts.mail.body import quoted_printable

ROOT = Path(__file__).resolve().parents[2]
HEADERS = """\
From: Open Consortium <alert@example.org>
To: reader@example.net
Reply-To: office@example.org
Subject: Policy Alert: October 2026
Date: Mon, 02 Nov 2026 09:00:00 +0000
Message-ID: <7-1-abcdef@example.org>
MIME-Version: 1.0
Content-Language: en
List-Id: Policy Alert <alert.example.org>
List-Unsubscribe: <https://example.org/unsubscribe/7-1>, <mailto:off%2B7@example.org>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
List-Archive: <https://example.org/archive>
List-Help: <mailto:office@example.org>
Feedback-ID: 2026-10:en:issue:exampleorg
Auto-Submitted: auto-generated
"""
TEXT = """\
Policy Alert, October 2026

What ten cities learned
  From Lisbon to Bogotá: a decade of records about what works, and what does not.
  https://example.com/feature?a=1&b=2

Why you get this: you subscribed. Unsubscribe:
https://example.org/unsubscribe/7-1
61 Mansell Street, London
""".replace("works, and what", "works,\n  and what")
STYLE = """\
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (max-width:480px){
h1{font-size:30px!important}
}
@media (prefers-color-scheme:dark){
.paper{background-color:#181d20!important;color:#eceff0!important}
a{color:#7fd1c7!important}
}
"""
HTML = f"""\
<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="format-detection" content="telephone=no">
<meta name="x-apple-disable-message-reformatting">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>Policy Alert: October 2026</title>
<style>
{STYLE}</style>
</head>
<body lang="en" dir="ltr" xml:lang="en">
<div class="paper" role="article" aria-roledescription="email" aria-label="Policy Alert" lang="en" dir="ltr"
 style="background-color: #ffffff; color: #1d2327; font-size: 16px; line-height: 1.5">
<div style="display: none">Ten cities have kept records for ten years: what they learned.</div>
<!--[if mso]><table role="presentation" width="640"><tr><td><![endif]-->
<table role="presentation" width="100%" style="max-width: 640px"><tr><td>
<h1 style="font-size: 36px">Policy Alert</h1>
<h2>What ten cities learned</h2>
<img src="https://example.com/harbour.png" alt="A harbour at dawn" width="560" height="315"
 style="display: block">
<p>From Lisbon to Bogotá: a decade of records about what works, and what does not.
<a href="https://example.com/feature?a=1&amp;b=2"
 style="color: #0f5c5c">Read the report of the ten cities</a></p>
<p>Why you get this: you subscribed.
<a href="https://example.org/unsubscribe/7-1" style="color: #0f5c5c">Unsubscribe</a></p>
<p>61 Mansell Street, London</p>
</td></tr></table>
<!--[if mso]></td></tr></table><![endif]-->
</div>
</body>
</html>
"""
OPTIONS = LintOptions(
    language="en",
    address="61 Mansell Street,\nLondon",
    base_url="https://example.org",
    english=frozenset({"Learn by doing"}),
)


def letter(headers: str = HEADERS, text: str = TEXT, html: str = HTML) -> bytes:
    """A message; an empty part is left out."""
    parts = [
        b"--edge\r\nContent-Type: text/%s; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n%s\r\n"
        % (kind, quoted_printable(content.encode()))
        for kind, content in ((b"plain", text), (b"html", html))
        if content
    ]
    head = f'{headers}Content-Type: multipart/alternative; boundary="edge"\n\n'
    return head.encode("latin-1").replace(b"\n", b"\r\n") + b"".join(parts) + b"--edge--\r\n"


@dataclass(frozen=True)
class Case:
    """One fault: `old` becomes `new` in a part, and the finding's reason holds `words`."""

    code: str
    part: str
    old: str
    new: str
    words: str = ""
    level: Level | None = None

    def message(self) -> bytes:
        """The letter with that fault."""
        parts = {"headers": HEADERS, "text": TEXT, "html": HTML}
        if self.part == "message":
            octets = letter()
            assert self.old.encode() in octets, self.old
            return octets.replace(self.old.encode(), self.new.encode("latin-1"), 1)
        assert self.old in parts[self.part], self.old
        return letter(**{**parts, self.part: parts[self.part].replace(self.old, self.new, 1)})


def _headers(code: str, old: str, new: str, words: str = "", level: Level | None = None) -> Case:
    return Case(code, "headers", old, new, words, level)


def _html(code: str, old: str, new: str, words: str = "", level: Level | None = None) -> Case:
    return Case(code, "html", old, new, words, level)


ERROR, WARNING, HINT = Level.ERROR, Level.WARNING, Level.HINT
H1 = '<h1 style="font-size: 36px">Policy Alert</h1>'
P = "<p>61 Mansell Street, London</p>"
SUBJECT = "Policy Alert: October 2026"
NAME = "Read the report of the ten cities"


def _paragraph(code: str, more: str, words: str = "", level: Level | None = None) -> Case:
    """That markup behind the last paragraph."""
    return _html(code, P, f"{P}\n{more}", words, level)


CASES = [
    # headers: S2, S3, S8–S12
    _headers("header-missing", "Date: Mon, 02 Nov 2026 09:00:00 +0000\n", "", "no Date"),
    _headers("header-missing", "MIME-Version: 1.0\n", "", "no MIME-Version"),
    _headers("header-missing", "To: reader@example.net\n", "", "no To"),
    _headers("header-list", "List-Help: <mailto:office@example.org>\n", "", "no List-Help"),
    _headers("header-repeated", "MIME-Version: 1.0\n", "MIME-Version: 1.0\nSubject: B\n", "2 times"),
    _headers("header-malformed", "MIME-Version: 1.0\n", "MIME-Version: 1.0\nno field\n", "not “Name"),
    _headers("header-malformed", "Open Consortium", "Café", "outside ASCII"),
    _headers("header-malformed", "Open Consortium", "Open\x01", "control"),
    _headers("header-malformed", "List-Id: Policy Alert", "List-Id: Policy Alert\n \n", "folded"),
    _headers("header-line-long", "Open Consortium", "A " * 50, "more than 78 octets"),
    _headers("header-line-long", "Open Consortium", "A " * 500, "more than 998", ERROR),
    _headers("encoded-word", SUBJECT, f"=?utf-8?q?{'a' * 80}?=", "not 75"),
    _headers("encoded-word", SUBJECT, "=?utf-8?b?broken", "broken"),
    _headers("encoded-word", SUBJECT, "=?utf-8?q?A=0D=0ABcc:_x@evil.example?=", "line break"),
    _headers("encoded-word", "<https://example.org/archive>",
             "<=?utf-8?q?https=3A//example.org/?=>", "between < and >"),
    _headers("encoded-word", "2026-10:en:issue:exampleorg", "=?utf-8?q?a?=", "nobody decodes"),
    _headers("from", "alert@example.org>", "alert@example.org>, b@example.org", "not one address"),
    _headers("from", "Open Consortium <", '"support@bank.example" <', "another address"),
    _headers("from", "Open Consortium <alert@example.org>", "alert@example.org", "no name", WARNING),
    _headers("to", "reader@example.net", "reader@example.net, other@example.net", "2 recipients"),
    _headers("to", "MIME-Version", "Bcc: x@example.net\nMIME-Version", "There is a Bcc"),
    _headers("date", "Mon, 02 Nov 2026 09:00:00 +0000", "2026-11-02", "malformed"),
    _headers("message-id", "<7-1-abcdef@example.org>", "7-1-abcdef", "malformed"),
    _headers("message-id", "<7-1-abcdef@", "<reader@example.net-", "recipient"),
    _headers("message-id", "abcdef@example.org", "abcdef@localhost.example", "domain", HINT),
    _headers("list-unsubscribe", "<https://example.org/unsubscribe/7-1>, ", "", "no <https"),
    _headers("list-unsubscribe", ", <mailto:off%2B7@example.org>", "", "no <mailto", HINT),
    _headers("list-unsubscribe-post", "=One-Click", "=one-click", "says"),
    _headers("list-unsubscribe-post", "List-Unsubscribe-Post: List-Unsubscribe=One-Click\n", ""),
    _headers("list-header", "<https://example.org/archive>", "https://example.org/archive", "not <"),
    _headers("list-id", "<alert.example.org>", "alert.example.org", "not “Name", ERROR),
    _headers("list-id", "List-Id: Policy Alert", f"List-Id: {'Policy Alert ' * 20}\n ", "255"),
    _headers("feedback-id", ":exampleorg", ":a", "a:b:c"),
    _headers("feedback-id", ":en:", ":reader@example.net:", "address", ERROR),
    _headers("reply-to", "office@example.org\nS", "no-reply@example.org\nS", "no-reply"),
    # subject and preheader: H5, S11
    _headers("subject-empty", f"Subject: {SUBJECT}", "Subject: ", "empty"),
    _headers("subject-long", SUBJECT, "Policy " * 11, "characters"),
    _headers("subject-long", SUBJECT, "=?utf-8?q?Policy_Policy_Policy_?=\n " * 8, "", WARNING),
    _headers("subject-shouts", SUBJECT, "POLICY ALERT OCTOBER", "capitals"),
    _headers("subject-shouts", SUBJECT, "Policy Alert!!!", "exclamation"),
    _headers("subject-reply", SUBJECT, f"RE: {SUBJECT}", "reply"),
    _headers("subject-invisible", SUBJECT, "=?utf-8?b?4oCLQWxlcnQ=?=", "U+200B"),
    _html("preheader-missing", '<div style="display: none">', "<div>"),
    _html("preheader-length", "Ten cities have kept records for ten years: what they learned.",
          "Ten cities", "10 characters"),
    _html("headline-long", H1, H1.replace("</h1>", " and more" * 12 + "</h1>"), "characters"),
    _html("headline-long", H1, H1.replace("</h1>", " and more" * 20 + "</h1>"), "", WARNING),
    _html("headline-shouts", H1, "<h1>POLICY ALERT OCTOBER</h1>", "capitals"),
    _html("headline-shouts", H1, "<h1>Policy Alert!!!</h1>", "exclamation"),
    _paragraph("standfirst-long", '<p class="standfirst">' + "word " * 50 + "</p>", "characters"),
    _html("preheader-repeats", "Ten cities have kept records for ten years: what they learned.",
          "Policy Alert: October 2026 and what ten cities learned in all this time.", "subject"),
    # MIME: S12, S14
    Case("mime-malformed", "message", "--edge--", "--ed", "close boundary"),
    Case("text-missing", "text", TEXT, "", "no text part"),
    Case("html-missing", "html", HTML, "", "no HTML part"),
    Case("mime-order", "message", "multipart/alternative", "multipart/mixed", "multipart/alternative"),
    Case("attachment", "message", "Content-Type: text/plain; charset=utf-8",
         "Content-Type: application/pdf; name=a.pdf\r\n\r\n%PDF\r\n--edge\r\n"
         "Content-Type: text/plain; charset=utf-8", "application/pdf"),
    Case("charset", "message", "text/html; charset=utf-8", "text/html; charset=us-ascii", "us-ascii"),
    Case("charset", "message", "text/html; charset=utf-8", "text/html; charset=none-such", "none-such"),
    Case("charset", "html", P, "<p>61 Mansell Street, London \ufffd</p>", "U+FFFD", WARNING),
    Case("line-length", "message", "--edge--", f"{'x' * 999}\r\n--edge--", "998"),
    Case("line-ends", "message", "--edge--", "lone \n line\r\n--edge--", "lone"),
    Case("line-ends", "message", "--edge--", "\0\r\n--edge--", "NUL"),
    Case("eight-bit", "message", "--edge--", "caf\xe9\r\n--edge--", "127", ERROR),
    Case("text-line-long", "text", "works,\n  and", "works, and", "78"),
    # size: H13, S15
    _paragraph("html-clipped", "<p>" + "word " * 21_000 + "</p>", "octets"),
    _paragraph("html-large", "<p>" + "word " * 18_000 + "</p>", "octets"),
    _html("style-long", STYLE, STYLE + "@media print{p{margin:0!important}}\n" * 500, "characters"),
    # style sheets: H11
    _html("style-nested-at", "h1{font-size", "@media print{p{margin:0!important}}h1{font-size"),
    _html("style-import", STYLE, f"@import url(https://example.org/a.css);{STYLE}", "imported"),
    _html("style-import", "<title>", '<link rel="stylesheet" href="a.css"><title>', "linked"),
    _html("style-url", "a{color", "a{background-image:url(https://example.org/a.png)!important;color"),
    _html("style-comment", STYLE, f"/* ours */{STYLE}", "comment"),
    _html("style-broken", STYLE, f"{STYLE}}}p", "style sheet"),
    _html("style-outvoted", "h1{font-size:30px!important}", "h1{font-size:30px}", "font-size"),
    _html("style-not-inlined", STYLE, f"{STYLE}p{{margin:0}}", "outside"),
    # markup: H2, H4, H12
    _html("html-empty", HTML[HTML.index("<div class"):HTML.index("</body>")], "", "nothing"),
    _html("doctype", "<!DOCTYPE html>\n", ""),
    _html("title", f"<title>{SUBJECT}</title>", "<title> </title>", "no title"),
    _html("title", f"<title>{SUBJECT}</title>", "<title>Other</title>", "not the subject", HINT),
    _html("meta", '<meta charset="utf-8">', "", "charset"),
    _html("meta", '<meta name="color-scheme" content="light dark">\n', "", "color-scheme", HINT),
    _html("meta", "initial-scale=1", "user-scalable=no", "zoom"),
    _paragraph("forbidden-element", "<script>1</script>", "<script>"),
    _paragraph("forbidden-element", "<form></form>", "<form>", WARNING),
    _html("forbidden-element", "<h2>", '<h2 onclick="x()">', "onclick"),
    _html("forbidden-element", '<meta charset="utf-8">',
          '<meta charset="utf-8"><meta http-equiv="refresh" content="0;url=x">', "redirects"),
    _html("repeated-attribute", 'width="560"', 'width="560" width="50"', "“width”"),
    _paragraph("repeated-id", '<p id="a">One</p><p id="a">Two</p>', "“a”"),
    _html("unclosed", "</td></tr></table>\n<!--", "</td></tr>\n<!--", "never closed"),
    _html("unclosed", "</td></tr></table>\n<!--", "</td></tr></table></table>\n<!--", "nothing"),
    _html("ampersand", "a=1&amp;b=2", "a=1&b=2", "bare &"),
    _html("mso-unbalanced", "<!--[if mso]></td></tr></table><![endif]-->", "", "unequally"),
    _html("mso-unbalanced", "</td></tr></table><![endif]-->", "</td></tr></table>-->", "never ends"),
    _html("outlook-width", '<!--[if mso]><table role="presentation" width="640"><tr><td><![endif]-->',
          "", "max-width alone"),
    _html("too-wide", 'width="100%"', 'width="900"', "900"),
    # language and direction: H1, H10, H14
    _html("html-lang", '<html lang="en" dir', "<html dir", "no lang"),
    _html("html-lang", '<html lang="en" dir', '<html lang="es" dir', "lang is es"),
    _html("html-dir", '<html lang="en" dir="ltr">', '<html lang="en">', "no dir", WARNING),
    _html("html-dir", '<html lang="en" dir="ltr">', '<html lang="en" dir="rtl">', "is written ltr"),
    _html("html-dir", '<html lang="en" dir="ltr">', '<html lang="ar">', "no dir", ERROR),
    _html("wrapper-lang", 'aria-label="Policy Alert" lang="en"', 'aria-label="Policy Alert"', "lacks"),
    _html("wrapper-lang", ' xml:lang="en"', "", "xml:lang", HINT),
    _html("article", ' role="article"', "", "role=article"),
    _paragraph("lang-of-text", "<p>Комиссия голосует</p>", "Cyrillic"),
    _paragraph("dir-of-text", '<p lang="ar">المجتمع المدني يدعو إلى</p>',
               "Arabic text has the direction ltr"),
    _paragraph("align-of-text", '<p lang="ar" dir="rtl" style="text-align: left">'
               f"{'المجتمع المدني يدعو إلى الإصلاح ' * 4}</p>", "to the left"),
    _paragraph("untranslated", '<p lang="fr">Learn by doing</p>', "in English"),
    _paragraph("untranslated", "<p>footer_why_you_get_this</p>", "a key"),
    # headings and tables: H3
    _html("heading-one", H1, "", "no h1"),
    _paragraph("heading-one", "<h1>Second</h1>", "2 h1"),
    _html("heading-order", "<h2>What ten cities learned</h2>", "<h3>What they learned</h3>", "h3"),
    _paragraph("heading-empty", "<h2> </h2>", "empty"),
    _html("table-role", '<table role="presentation" width="100%"', '<table width="100%"', "role"),
    _paragraph("table-mixed", '<table role="presentation"><tr><th scope="col">A</th></tr></table>'),
    _paragraph("table-scope", "<table><tr><th>A</th></tr></table>", "scope"),
    # links: H6, H7, H12
    _paragraph("link-empty", '<p><a href="#">There is more</a></p>', "no target"),
    _paragraph("link-scheme", '<p><a href="javascript:go()">There is more</a></p>', "javascript"),
    _paragraph("link-relative", '<p><a href="news/1">There is more</a></p>', "full URL"),
    _paragraph("link-malformed", '<p><a href="https://exa mple.com/">There is more</a></p>', "space"),
    _paragraph("link-malformed", '<p><a href="https://a:b@example.com/">More of it</a></p>', "user"),
    _paragraph("link-malformed", '<p><a href="https://-.-/">There is more</a></p>', "malformed"),
    _paragraph("link-http", '<p><a href="http://example.com/">There is more</a></p>', "plain http"),
    _paragraph("link-host", '<p><a href="https://localhost/x">There is more</a></p>', "private"),
    _paragraph("link-host", '<p><a href="https://192.0.2.1/x">There is more</a></p>', "IP address"),
    _html("link-mismatch", NAME, "www.bank.example", "leads to example.com"),
    _paragraph("link-tracking", '<p><a href="https://bit.ly/x">There is more</a></p>', "shortener"),
    _paragraph("link-tracking", '<p><a href="https://click.example.com/x">More of it</a></p>',
               "redirector"),
    _paragraph("link-tracking", '<p><a href="https://example.com/?utm_source=a">More of it</a></p>',
               "tracking parameters", HINT),
    _html("link-vague", NAME, "Click here!", "click here"),
    _html("link-vague", NAME, "Leer más", "leer más"),
    _html("link-nameless", NAME, "", "no text"),
    _html("link-nameless", NAME, "→", "no words", WARNING),
    _html("link-label", 'style="color: #0f5c5c">Read', 'style="color: #0f5c5c" aria-label="Go">Read',
          "differs"),
    _paragraph("link-ambiguous", f'<p><a href="https://example.com/2">{NAME}</a></p>', "two URLs"),
    _paragraph("link-anchor", '<p><a href="#below">There is more</a></p>', "#below"),
    # the way out: S6, S14, S18
    _html("unsubscribe-html", 'href="https://example.org/unsubscribe/7-1" style="color: #0f5c5c">Unsub'
          "scribe", 'href="https://example.org/x" style="color: #0f5c5c">Elsewhere', "No link"),
    Case("unsubscribe-text", "text", "Unsubscribe:\nhttps://example.org/unsubscribe/7-1", "", "No line"),
    _html("postal-address", P, "", "HTML"),
    Case("postal-address", "text", "61 Mansell Street, London", "", "text"),
    # what is shown: H6
    _html("image-alt", ' alt="A harbour at dawn"', "", "no alt"),
    _html("image-alt-poor", "A harbour at dawn", "harbour.png", "file name"),
    _html("image-alt-poor", "A harbour at dawn", "Image of a harbour", "obvious", HINT),
    _html("image-size", ' width="560" height="315"', "", "neither"),
    _html("image-size", ' width="560"', "", "no width", HINT),
    _html("image-block", '\n style="display: block"', "", "display"),
    _html("image-source", "https://example.com/harbour.png", "harbour.png", "full address"),
    _html("image-source", "https://example.com/harbour.png", "data:image/png;base64,AA", "data:"),
    _html("image-source", "https://example.com/harbour.png", "http://example.com/h.png", "", WARNING),
    _html("image-only", HTML[HTML.index("<p>From"):HTML.index("</td></tr></table>\n<!")], "", "words"),
    _html("tracking-pixel", 'width="560" height="315"', 'width="1" height="1"', "one pixel"),
    _paragraph("image-background", '<p style="background: url(https://example.com/b.png)">Over</p>'),
    # colours in light and in dark, H8
    _paragraph("contrast", '<p style="color: #999999">Too pale to be read.</p>', "2.8 in light"),
    _paragraph("contrast", '<p style="color: #767676; background: #eee">Pale on grey.</p>', "3.9"),
    _paragraph("contrast-dark", '<p style="color: #1d2327">Dark on dark.</p>', "in dark"),
    _html("dark-missing", "prefers-color-scheme:dark", "prefers-reduced-motion:reduce"),
    _html("colour-alone", 'style="background-color: #ffffff; color', 'style="color', "no background"),
    _html("link-unmarked", 'style="color: #0f5c5c">Read', 'style="color: #0f5c5c; text-decoration: '
          'none">Read', "not underlined"),
    # reading: H7, H9
    _paragraph("text-small", '<p style="font-size: 11px">The small print.</p>', "11 pixels"),
    _paragraph("text-small", '<p style="font-size: 8pt">The small print.</p>', "10.6667"),
    _paragraph("font-fallback", '<p style="font-family: Lato, Arial">The report.</p>', "Lato"),
    _html("line-height", "line-height: 1.5", "line-height: 1.1", "1.1"),
    _paragraph("text-justified", '<p style="text-align: justify">In a block.</p>', "justified"),
    _paragraph("target-small", '<p><a href="https://example.com/feature?a=1&amp;b=2" style="color: '
               '#0f5c5c; display: inline-block; padding: 2px 0">The report again</a></p>', "28 pixels"),
    # support by mail programs
    _paragraph("client-support", '<p style="position: absolute">Over all.</p>', "position", ERROR),
    _paragraph("client-support", '<p style="width: 3rem">Wide.</p>', "rem unit"),
    _paragraph("layout-lost", '<div style="padding: 60px 0">Much room.</div>', "padding of 1", ERROR),
    # merge places
    _html("placeholder", NAME, "Read {{ title }} now", "{{ title }}"),
    _html("placeholder", NAME, "Read this, *|FNAME|*", "*|FNAME|*"),
    Case("placeholder", "text", "Policy Alert,", "Dear %(name)s,", "%(name)s"),
    _headers("placeholder", SUBJECT, "Dear ${name}", "${name}"),
    _html("slot", NAME, "Read it, {slot:nmae}", "did you mean {slot:name}?"),
    _html("slot", NAME, "Read it, {slto:name}", "did you mean {slot:name}?"),
    _html("slot", NAME, "Read it, {\u2060slot:name}", "is in an article"),
    Case("slot", "text", "https://example.org/unsubscribe/7-1\n",
         "https://example.org/unsubscribe/7-1 {unsubscribe_url}\n", "{slot:unsubscribe_url}"),
    _html("sample-text", NAME, "Lorem ipsum dolor sit amet", "Lorem ipsum"),
    _html("sample-text", NAME, "Read this [insert date]", "[insert date]"),
    _paragraph("spilt-value", "<p>undefined</p>", "undefined"),
    # both parts in step: S14
    _paragraph("text-lacks-link", '<p><a href="https://example.com/more">More of it</a></p>', "/more"),
    Case("html-lacks-link", "text", "Why you", "https://example.com/other\n\nWhy you", "/other"),
    Case("parts-differ", "text", TEXT[:TEXT.index("Why you")],
         "Buy your wonderful medicine cheaply today, without receipt, anywhere, quick delivery "
         "guaranteed:\ngenuine tablets, creams, drops, powders, discount prices, hundreds "
         "satisfied\ncustomers, money back, secure checkout, friendly service, order while stock "
         "remains\n\n", "share"),
]  # fmt: skip
MADE_ELSEWHERE = {code for code, entry in CHECKS.items() if entry.look is None}
OF_PICTURES = {"picture-undescribed", "picture-missing", "pictures-heavy"}  # need a project's own


def test_a_letter_without_fault_has_no_finding() -> None:
    assert lint(letter(), OPTIONS) == ()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.words}"[:50])
def test_a_letter_with_one_fault_is_told_of_it(case: Case) -> None:
    found = [f for f in lint(case.message(), OPTIONS) if f.code == case.code]
    assert found, [f"{f.code}: {f.reason}" for f in lint(case.message(), OPTIONS)]
    finding = next((f for f in found if case.words in f.reason), None)
    assert finding, [f.reason for f in found]
    assert finding.level is (case.level or finding.level)
    assert finding.remedy
    assert finding.edition == "en" or case.part == "headers"


def test_every_check_has_a_failing_example() -> None:
    assert {case.code for case in CASES} | MADE_ELSEWHERE | OF_PICTURES == set(CHECKS)


def test_a_large_picture_without_words_a_lost_one_and_too_heavy_ones_are_told() -> None:
    name = "a" * 40
    picture = f'<img src="https://example.org/pictures/{name}.jpg" alt="" width="560">'
    octets = letter(html=HTML.replace(P, P + picture))
    facts = PictureFacts("b5b10dd042", "A harbour at dawn", 90_000)
    lost = LostPicture("c5b10dd042", "Ten cities", "no picture", reached=True)
    options = replace(
        OPTIONS, pictures={name: facts}, lost_pictures=(lost,), most_picture_bytes=80_000
    )
    found = {f.code: f.reason for f in lint(octets, options) if f.code in OF_PICTURES}
    assert set(found) == OF_PICTURES
    assert "A harbour at dawn" in found["picture-undescribed"]
    assert "Ten cities" in found["picture-missing"]
    assert "90 KB, more than 80 KB" in found["pictures-heavy"]
    enough = replace(options, most_picture_bytes=90_000, lost_pictures=())
    described = letter(html=HTML.replace(P, P + picture.replace('alt=""', 'alt="Boats"')))
    assert not {f.code for f in lint(described, enough)} & OF_PICTURES


def test_what_is_asked_for_alone_is_told_alone() -> None:
    octets = letter(html=HTML.replace(' alt="A harbour at dawn"', "").replace("<h2>", "<h4>"))
    only = LintOptions(only=frozenset({"image-alt"}))
    assert {f.code for f in lint(octets, only)} == {"image-alt"}
    without = lint(octets, LintOptions(skip=frozenset({"image-alt"})))
    assert "image-alt" not in {f.code for f in without}
    assert "heading-order" in {f.code for f in without}


def test_one_fault_in_many_places_is_one_finding_with_its_count() -> None:
    octets = letter(html=HTML.replace(P, P + '<img src="https://example.com/a.png">' * 7))
    (finding,) = (f for f in lint(octets, OPTIONS) if f.code == "image-alt")
    assert finding.count == 7
    assert finding.place.line == HTML[: HTML.index(P)].count("\n") + 1
    assert "<img" in finding.place.element


def test_a_bare_part_is_not_asked_for_what_only_a_message_has() -> None:
    assert lint(HTML.encode(), OPTIONS, "html") == ()
    assert lint(TEXT.encode(), OPTIONS, "text") == ()


def test_the_worst_comes_first() -> None:
    levels = [f.level.rank for f in lint(b"Subject: RE: {{ name }}\r\n\r\n<p>x", LintOptions())]
    assert levels == sorted(levels)
    assert levels[0] == 0


# --- what must not be found -----------------------------------------------------------------------


def _changed(change: Callable[[str], str]) -> set[str]:
    return {finding.code for finding in lint(letter(html=change(HTML)), OPTIONS)}


@pytest.mark.parametrize(
    "more",
    [
        # what Outlook alone reads, and what stands in a query, is nobody's loss
        '<!--[if mso]><p style="position: absolute; display: flex">Outlook</p><![endif]-->',
        '<p lang="ar" dir="rtl">المجتمع المدني يدعو إلى الإصلاح</p>',
        "<p>By <bdi>جمعية آبار</bdi></p>",
        '<p style="border-radius: 4px; overflow-wrap: anywhere">Round.</p>',
        '<p style="color: #999999; display: none">Not seen.</p>',
        '<h3 style="color: #8a8a8a; font-size: 24px">Large text needs a contrast of three.</h3>',
        '<p style="color: rgb(29 35 39 / 100%)">A colour that is not understood.</p>',
        "<p>Prices rose by 100% of {x: 1}, and 50%.</p>",
        "<p>See none, null and void: None of the above, an undefined number.</p>",
        '<p lang="es">TODO SOBRE EL AGUA, en el XXX aniversario [your] rights [[1]]</p>',
        '<p style="background: #ffffff; background-color: #1d2327; color: #ffffff">Over.</p>',
        '<p><a href="https://example.com/feature?a=1&amp;b=2" style="color: #0f5c5c" '
        'aria-label="Read more: ten cities">Read more</a></p>',
        '<p><a href="https://www.example.com/feature?a=1&amp;b=2" style="color: #0f5c5c">'
        "example.com/feature</a></p>",
        "<ul><li>One<li>Two</ul>",
        "<table><tr><th scope='col'>A</th></tr><tr><td>1</td></tr></table>",
    ],
)  # fmt: skip
def test_what_is_right_is_let_through(more: str) -> None:
    found = lint(letter(html=HTML.replace(P, f"{P}\n{more}")), OPTIONS)
    assert not [f for f in found if f.code != "text-lacks-link"], found


def test_a_query_that_a_client_does_not_know_costs_nothing() -> None:
    more = "@media (min-width:600px){p{display:flex!important;position:sticky!important}}\n"
    assert _changed(lambda html: html.replace(STYLE, STYLE + more)) == set()


def test_the_readers_decide_what_support_is_worth() -> None:
    octets = letter(html=HTML.replace(P, f'{P}<p style="word-spacing: 3px">Wide.</p>'))
    apple = LintOptions(clients={"apple-mail": 1}, only=frozenset({"client-support"}))
    outlook = LintOptions(clients={"outlook.windows": 1}, only=frozenset({"client-support"}))
    assert lint(octets, apple) == ()
    (finding,) = lint(octets, outlook)
    assert finding.level is WARNING
    assert "100% of the readers" in finding.reason
    assert "Outlook (Windows)" in finding.reason


def test_a_long_address_may_have_its_number_before_it() -> None:
    """H15."""
    more = f"{TEXT}\n[17] https://example.com/{'a-long-address-' * 6}\n"
    assert "text-line-long" not in {f.code for f in lint(letter(text=more), OPTIONS)}


def test_lf_line_ends_of_a_file_are_a_hint_and_no_fault() -> None:
    (finding,) = lint(letter().replace(b"\r\n", b"\n"), OPTIONS)
    assert (finding.code, finding.level) == ("line-ends", HINT)


# --- several editions -----------------------------------------------------------------------------


def _edition(language: str, html: str = HTML) -> Document:
    subject = {"en": "Policy Alert: October 2026", "es": "Policy Alert: octubre de 2026"}[language]
    headers = HEADERS.replace("Policy Alert: October 2026", subject)
    return Document(letter(headers=headers, html=html))


def _compared(html: str, *translated: str) -> list[Finding]:
    own = {"en": LintOptions(), "es": LintOptions(translated=frozenset(translated))}
    return list(compare({"en": _edition("en"), "es": _edition("es", html)}, own))


def test_editions_with_the_same_links_are_in_step() -> None:
    """H14."""
    assert _compared(HTML.replace("What ten cities", "Lo que diez")) == []


def test_an_article_that_one_edition_lacks_is_told() -> None:
    """H14: the same item set in all editions."""
    html = HTML.replace("https://example.com/feature", "https://example.com/otro")
    found = [f for f in _compared(html.replace("What ten", "Lo que")) if f.edition == "es"]
    assert [(f.code, f.level) for f in found] == [("editions-differ", ERROR)]
    assert "https://example.com/feature" in found[0].reason


def test_editions_that_were_cut_to_fit_may_differ() -> None:
    """H13 and H14: each language is cut below Gmail's limit for itself."""
    html = HTML.replace("What ten", "Lo que").replace(
        "https://example.com/feature", "https://x.org/"
    )
    found = _compared(html.replace(P, P + "<p>" + "palabra " * 12_000 + "</p>"))
    assert {f.level for f in found if f.code == "editions-differ"} == {WARNING}


def test_a_heading_that_was_not_translated_is_told() -> None:
    """H14."""
    (finding,) = _compared(HTML)
    assert finding.code == "editions-same"
    assert finding.edition == "es"
    assert "What ten cities learned" in finding.reason


def test_a_heading_that_is_right_in_both_languages_is_let_through() -> None:
    assert _compared(HTML, "What ten cities learned") == []


# --- whatever the bytes (X4) ----------------------------------------------------------------------

_SPICE = [
    b"<table>", b"</table>", b"<!--[if mso]>", b"<![endif]-->", b"<style>", b"</style>", b"@media (x){",
    b"}", b"=?utf-8?b?", b"?=", b"\0", b"\r", b"\n", b'"', b"<a href=", b'style="color:', b"url(",
    b"\xff\xfe", b"=\r\n", b"--edge", b"charset=utf-7", b"charset=idna", b"font: 1e400px/3 x;",
    b"color:rgb(1e400,0,0);", b":not(:has(*))", b"&#x110000;", b'width="99999999999999999999"',
    b"http://[::1", b"charset*=utf-8''%ff", b"To: =?x?q?a?= <", b'@import "', b"((((", b"[[", b"{slot:",
    b'Content-Type: multipart/mixed; boundary="a"\r\n\r\n--a\r\n',
]  # fmt: skip
_KINDS = st.sampled_from(["message", "html", "text"])


@given(st.binary(max_size=2_000), _KINDS)
@settings(max_examples=150, deadline=None)
def test_random_bytes_never_fail(octets: bytes, kind: str) -> None:
    assert all(finding.code in CHECKS for finding in lint(octets, OPTIONS, kind))


@given(
    st.lists(
        st.tuples(st.integers(0, 4_000), st.integers(0, 60), st.sampled_from(_SPICE)),
        min_size=1,
        max_size=8,
    ),
    _KINDS,
)
@settings(max_examples=150, deadline=None)
@example([(3217, 4, b"\0"), (2483, 3, b"{slot:"), (665, 8, b"charset*=utf-8''%ff")], "html")
def test_a_mutated_letter_never_fails(changes: list[tuple[int, int, bytes]], kind: str) -> None:
    octets = bytearray(letter() if kind == "message" else HTML.encode())
    for position, length, spice in changes:
        octets[position : position + length] = spice
    for finding in lint(bytes(octets), OPTIONS, kind):
        assert finding.reason.isprintable(), finding
        assert str(finding.place).isprintable(), finding


@pytest.mark.parametrize(
    ("octets", "kind"),
    [
        (b"<div>" * 200_000 + b"x", "html"),
        (b"<table><tr><td>" * 20_000 + b"x", "html"),
        (b"<style>" + b"* * * * * * * *{color:red}" * 900 + b"</style>" + b"<div>" * 300, "html"),
        (b"<style>" + b"@media (a){" * 5_000, "html"),
        (b"<style>a{b:" + b"(" * 100_000, "html"),
        (b'<a "' * 100_000, "html"),
        (b"<title>" * 50_000, "html"),
        (b"<!--[if x]>" * 50_000, "html"),
        (b"".join(b'<a href="http://e.org/%d">click here</a>' % n for n in range(9_000)), "html"),
        (b"{slot:" * 50_000, "text"),
        (b"https://a.example/" + b")]" * 100_000, "text"),
        (b"From: " + b"(" * 50_000 + b"\r\n\r\n", "message"),
        (b"Subject: " + b"=?" * 200_000 + b"\r\n\r\n", "message"),
        (b"A: b\r\n" * 50_000 + b"\r\n", "message"),
        (b"Content-Type: message/rfc822\r\n\r\n" * 3_000, "message"),
        (
            b"".join(
                b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
                for n in range(3_000)
            ),
            "message",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else value[:24].decode(),
)
def test_a_bomb_is_defused(octets: bytes, kind: str) -> None:
    """Each took minutes, or all of Python's stack, before there was a bound."""
    assert lint(octets, OPTIONS, kind)


def test_the_mailboxes_of_a_field_are_read_as_rfc_5322_has_them() -> None:
    assert mailboxes('"Doe, J. \\"x\\"" <j@example.org> (home), k@example.org') == [
        ('Doe, J. "x"', "j@example.org"),
        ("", "k@example.org"),
    ]
    assert mailboxes("Friends: a@example.org, B <b@example.org>;") == [
        ("", "a@example.org"),
        ("B", "b@example.org"),
    ]
    assert mailboxes("a (b (c) d) <e@example.org>") == [("a", "e@example.org")]
    assert mailboxes("") == []


# --- support by mail programs ---------------------------------------------------------------------


def test_the_weight_of_a_family_is_shared_by_the_apps_not_named() -> None:
    apps = caniemail.spread({"outlook": 50, "outlook.windows": 50})
    assert apps["outlook.windows"] == 0.5
    assert sum(apps.values()) == pytest.approx(1)
    assert apps["outlook.macos"] == apps["outlook.ios"] == pytest.approx(0.1)


def test_the_data_is_dated_and_licensed_and_knows_our_clients() -> None:
    assert caniemail.dated() >= "2026-05-13"
    assert "MIT" in caniemail.licence()
    assert caniemail.unknown_clients(CLIENTS) == []
    assert len(caniemail.features()) > 300
    assert {*clients.VITAL, *clients.GRACEFUL} <= set(caniemail.features())
    assert not clients.VITAL & clients.GRACEFUL


@pytest.mark.parametrize(
    ("html", "slug"),
    [
        ('<p style="display: flex">', "css-display-flex"),
        ('<p style="border-top-color: red">', "css-border"),
        ('<p style="background-size: cover">', "css-background-size"),
        ('<p style="width: calc(100% - 2px)">', "css-unit-calc"),
        ('<p style="width: 50%">', "css-unit-percent"),
        ('<p style="width: 50vw">', "css-unit-vw"),
        ('<p style="color: var(--x)">', "css-variables"),
        ('<p style="color: oklch(0.5 0 0)">', "css-modern-color"),
        ('<p style="background: linear-gradient(red, blue)">', "css-linear-gradient"),
        ('<p style="width: min-content">', "css-intrinsic-size"),
        ("<style>a:hover{color:red}</style>", "css-pseudo-class-hover"),
        ("<style>a::before{color:red}</style>", "css-pseudo-element-before"),
        ("<style>a > b{color:red}</style>", "css-selector-child"),
        ("<style>@font-face{font-family:x}</style>", "css-at-font-face"),
        ("<style>@media print{a{color:red}}</style>", "css-at-media"),
        ("<input type=radio>", "html-input-radio"),
        ("<section>", "html-semantics"),
        ("<img srcset=a>", "html-srcset"),
        ('<img src="a.webp?x">', "image-webp"),
        ('<img src="data:image/png;base64,AA">', "image-base64"),
        ('<a href="#x">', "html-anchor-links"),
        ("<h3>x</h3>", "html-h1-h6"),
        ("<video>", "html-video"),
    ],
)
def test_a_feature_is_known_where_it_is_used(html: str, slug: str) -> None:
    assert slug in {found for found, _ in used(HtmlPage(f"<body>{html}"))}


@pytest.mark.parametrize(
    ("html", "slug"),
    [
        ('<p style="font-family: serif">', "css-font"),
        ('<p style="float: none">', "css-float"),
        ('<p style="display: block">', "css-display-flex"),
        ("<style>@media print{a{display:flex}}</style>", "css-display-flex"),
        ("<!--[if mso]><video></video><![endif]-->", "html-video"),
    ],
)
def test_a_feature_is_not_seen_where_it_is_not_used(html: str, slug: str) -> None:
    assert slug not in {found for found, _ in used(HtmlPage(f"<body>{html}"))}


def test_an_edition_of_boxes_is_an_error_and_ours_is_not() -> None:
    """An edition as the templates of November 2026 made it; classic Outlook dropped its space."""
    only = LintOptions(only=frozenset({"layout-lost"}))
    old = (ROOT / "tests" / "data" / "edition-of-boxes.html").read_bytes()
    new = (ROOT / "tests" / "golden" / "en.html").read_bytes()

    def told(octets: bytes) -> list[tuple[str, str]]:
        found = lint(octets, only, "html")
        return [(str(one.level), one.reason) for one in found]

    assert [level for level, _ in told(old)] == ["error", "error"]
    assert "1140 px of height" in told(old)[0][1]
    assert told(new) == []


def test_partial_support_is_weighed_by_its_note_and_the_readers() -> None:
    page = HtmlPage('<div style="padding:70px 0">x</div><table><tr><td style="padding:70px 0">')
    (found,) = partial_uses(page, {"outlook.windows": 0.2, "gmail.ios": 0.8})
    assert (found.feature.slug, found.times, found.pixels) == ("css-padding", 1, 140)
    assert found.gap.without == pytest.approx(0.2)
    assert list(partial_uses(page, {"gmail.ios": 1.0})) == []
