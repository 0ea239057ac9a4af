"""Exports of other systems, as they come: files of old issues by their names."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

MAILCHIMP_PAGE = """<!DOCTYPE html><html><head><title>*|MC:SUBJECT|*</title>
<style>p{color:red}</style></head><body><span style="display:none">Preview text</span>
<!--*|IF:MC_PREVIEW_TEXT|*--><table><tr><td><h1>The alert of October</h1>
<p>Dear *|FNAME|*, the <a href="https://www.example.org/dams?utm_source=mc&mc_eid=77aa88">dams</a>
were stopped.</p>
<img src="https://track.example.com/open.php?u=1" width="1" height="1"><script>alert(1)</script>
<form action="https://evil.example/"><input name="card"></form>
<p onclick="steal()"><a href="javascript:steal()">Read on</a></p>
</td></tr><tr><td>This email was sent to <a href="mailto:*|EMAIL|*">*|EMAIL|*</a><br>
<a href="*|UNSUB|*">unsubscribe from this list</a>
<a href="*|UPDATE_PROFILE|*">update preferences</a></td></tr>
<tr><td>Copyright *|CURRENT_YEAR|* Example. Contact: office@example.org,
or ana.reader@mail.example.com</td></tr>
</table><img src="*|OPEN_TRACKER|*"></body></html>"""

CAMPAIGNS = """Title,Subject,List,Send Date,Send Weekday,Total Recipients,Unique Id
October 2018 alert,The dams were stopped,Readers,"Nov 02, 2018 04:30 pm",Friday,1204,abc123
Boletín de mayo,"Mayo: agua, para todos",Lectores,"May 05, 2019 09:00 am",Sunday,310,def456
"""

SPANISH = """<html><body><h2>El agua es de todos</h2><p>La comunidad ganó el juicio contra la empresa minera,
y el río vuelve a ser de quienes viven junto a él.</p></body></html>"""

MAIL = """Date: Fri, 04 Mar 2016 22:30:00 -0500
From: The Alert <alert@example.org>
To: "Ana Reader" <ana.reader@mail.example.com>
Delivered-To: ana.reader@mail.example.com
Subject: =?utf-8?q?March=3A_the_river_for_ana=2Ereader=40mail=2Eexample=2Ecom?=
List-Unsubscribe: <https://news.example-mailer.net/u/ana-token-123>
MIME-Version: 1.0
Content-Language: en
Content-Type: multipart/alternative; boundary="b"

--b
Content-Type: text/plain; charset=utf-8

The river has a court.
--b
Content-Type: text/html; charset=utf-8

<p>Dear Ana,</p><p>The river has a <a href="https://www.example.org/court?e=ana-token-123">court</a> that
listens to the people who live beside it.</p>
<p>Leave: <a href="https://news.example-mailer.net/u/ana-token-123/go">here</a>,
mail ana.reader@mail.example.com</p>
<img src="https://news.example-mailer.net/o/ana-token-123.gif">
--b--
"""

BUTTONDOWN = """id,subject,publish_date,status,slug,body
1,First,2020-01-15T10:00:00Z,sent,first,"# First words

The **first** of our issues is about land and the people who live from it.

{{ subscriber.email }} [unsubscribe]({{ unsubscribe_url }})"
2,Never,2020-02-15T10:00:00Z,draft,never,Not finished
"""

PRIVATE = (
    *(
        "*|",
        "|*",
        "ana.reader",
        "Ana",
        "token-123",
        "77aa88",
        "mc_eid",
        "javascript",
        "<script",
        "onclick",
    ),
    *(
        "<form",
        "<input",
        "<img",
        "track.example.com",
        "example-mailer",
        "subscriber.email",
        "Preview text",
    ),
    *("unsubscribe_url", "style="),
)
"""What must not be on any page that is made of these."""


def zipped(files: Mapping[str, str | bytes], path: Path) -> Path:
    """A ZIP of these files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return path


def mailchimp(path: Path) -> Path:
    """An account export of Mailchimp."""
    return zipped(
        {
            "campaigns.csv": CAMPAIGNS,
            "campaigns_content/123456_october-2018-alert.html": MAILCHIMP_PAGE,
            "campaigns_content/123456_october-2018-alert.txt": "The same as text",
            "campaigns_content/123499_boletin-de-mayo.html": SPANISH,
            "templates/77_base.html": "<p>A template, which is no issue of any month.</p>",
            "lists/members_123.csv": "Email Address,Date\nana.reader@mail.example.com,2018-01-01\n",
            "granular_activity/opens/123456.csv": "Email,Date\nana.reader@mail.example.com,2018-01-01\n",
        },
        path,
    )


def bomb(path: Path) -> Path:
    """A ZIP with a file of 40 MB of zeros, which says that it has ten octets."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("2018-01-01.html"), b"<p>" + b" " * 40_000_000)
        archive.writestr(zipfile.ZipInfo("2018-02-01.html"), SPANISH)
    path.write_bytes(out.getvalue())
    return path
