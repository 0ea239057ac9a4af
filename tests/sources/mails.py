"""Mails as members write them, for a mailbox that is a source; `at` gives the octets of one."""

from email.message import EmailMessage

SENDER = "Ana García <ana.garcia@members.example>"
ADDRESS = "ana.garcia@members.example"
WHEN = "Thu, 12 Nov 2026 10:15:00 +0100"
STORY = (
    "The regional court overturned 4,200 convictions for possession on Monday. It is the largest such\n"
    "decision since the reform of 2024, and it will free 310 people before the end of the year."
)
URL = "https://court.example/news/2026/convictions-overturned"

PLAIN = f"""Dear all,

{STORY}

Read it here: {URL}?utm_source=mail
The form to register: https://court.example/register?email={ADDRESS}

Best regards,
Ana
--
Ana García, {ADDRESS}
https://members.example/ana
"""

FORWARDED = f"""Hi, this may be for the November issue

---------- Forwarded message ---------
From: Court news <news@court.example>
Date: Wed, 11 Nov 2026 at 09:00
Subject: Convictions overturned
To: <{ADDRESS}>

{STORY}

{URL}

Unsubscribe: https://court.example/unsubscribe?who=1
"""

ANSWER = f"""Also this one: {URL}

{STORY}

On Tue, 10 Nov 2026 at 18:02, Editors of the Alert <editors@alert.example>
wrote:
> Do you have anything for the next issue?
> https://alert.example/call
"""

OUTLOOK = f"""{STORY}
{URL}

From: Editors of the Alert <editors@alert.example>
Sent: Tuesday, 10 November 2026 18:02
To: Ana García <{ADDRESS}>
Subject: Call for items

Do you have anything? https://alert.example/call
"""

PAGE = f"""<html><head><style>p {{color: red}}</style></head><body>
<p>Hola a todas,</p>
<p>El tribunal regional anuló el lunes 4.200 condenas por posesión, la mayor decisión de este tipo desde la
reforma, y 310 personas saldrán en libertad antes de fin de año. <a href="{URL}">Más información</a>.</p>
<img src="https://track.example/open/1.gif">
<p>Un abrazo,<br>Ana</p><p><a href="https://members.example/unsubscribe">Darse de baja</a></p>
<blockquote><p>¿Algo para el próximo número? <a href="https://alert.example/call">Aquí</a></p></blockquote>
</body></html>"""


def mail(
    text: str = "",
    subject: str = "Fwd: [coalition] Court overturns 4,200 convictions for possession",
    page: str = "",
    number: str = "1@members.example",
    sender: str = SENDER,
    **fields: str,
) -> bytes:
    """The octets of a mail; `fields` are further header fields, with _ for -."""
    message = EmailMessage()
    message["From"], message["To"] = sender, "alert@coalition.example"
    message["Subject"], message["Date"], message["Message-ID"] = subject, WHEN, f"<{number}>"
    if text:
        message.set_content(text)
    if page:
        if text:
            message.add_alternative(page, subtype="html")
        else:
            message.set_content(page, subtype="html")
    for name, value in fields.items():
        message[name.replace("_", "-")] = value
    return bytes(message)
