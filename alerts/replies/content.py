"""Replies about the message itself.

Patterns match a reply as one line in lower case with single spaces, without the code that each line of
a long reply repeats. `table.py` has the order of the rows. Sources: RFC 3463 and its registry, the
error pages of the providers that are named, and the sources of Postfix, Exim, Sendmail and qmail.
"""

from alerts.replies.meaning import About, Action, ReplyCause

CONTENT = (
    ReplyCause(
        "named_size",
        About.CONTENT,
        Action.FAIL_THIS_ONE,
        (
            r"(?:message|header|body|e-?mail|mail)(?:'s)? (?:file )?size|recipsizelimit|databytes"
            r"|number of attachments|message (?:file )?(?:is )?too (?:big|large|long)",
        ),
    ),
    ReplyCause(
        "banned_file",
        About.CONTENT,
        Action.FIX_AND_PAUSE,
        (r"banned[ _]file|attachments? (?:\S+ ){0,4}(?:banned|not allowed|blocked)",),
    ),
    ReplyCause(
        "named_content",
        About.CONTENT,
        Action.PAUSE_ALL,
        (
            r"\b(?:urls?|links?) (?:\S+ ){0,6}\S*(?:block|list|spam)|(?:blacklisted|listed|blocked"
            r"|spam) url"
            r"|url \S* ?(?:is |was )?(?:black)?listed|ofr_?5\d\d|contenu non sollicit|\[ph\d\d\]"
            r"|hvu:b|con:b|rate.*\burls? (?:domain|link)|dt:spm"
            r"|nature of the content|suspicious due|suspicion of spam|message (?:\S+ ){0,5}(?:spam"
            r"|virus)\b"
            r"|(?:spam|virus|malware|phishing) (?:message|content|detected|found)|mail score"
            r"|quarantined|content (?:rejected|blocked|filter)",
        ),
    ),
    # Beside an exact code without words that the address is gone (judge.py).
    ReplyCause(
        "named_spam",
        About.CONTENT,
        Action.PAUSE_ALL,
        (r"\bspam(?!.?(?:trap|haus|cop))|\bvirus|malware|phishing",),
        sure=False,
    ),
    ReplyCause(
        "too_large",
        About.CONTENT,
        Action.FAIL_THIS_ONE,
        (
            r"(?:message|mail|e-?mail|size|body|file|attachments?)(?: \S+){0,5} (?:too (?:large|big"
            r"|long)"
            r"|exceeds?|exceeded"
            r"|over (?:the |our |its )?(?:\S+ )?(?:size|limit|maximum|\d+))\b(?!.*(?:quota|storage"
            r"|mailbox))|message length|size limit|larger than",
            r"too (?:large|big)\b|(?:maximum|max|fixed|permitted)(?: \S+)? (?:message |mail )?size"
            r"|5\.(?:3\.4|2\.3)\b|zu groß|taille (?:\S+ ){0,4}(?:limite|maximale|atteinte|dépassée)"
            r"|trop (?:gros"
            r"|volumineux)|demasiado grande|troppo grande|muito grande|слишком (?:больш|велик)"
            r"|邮件过大"
            r"|recipsizelimit|databytes",
        ),
    ),
    ReplyCause(
        "same_message",
        About.CONTENT,
        Action.FAIL_THIS_ONE,
        (r"same message-id|duplicate message",),
        sure=False,
    ),
    ReplyCause(
        "malformed",
        About.CONTENT,
        Action.FIX_AND_PAUSE,
        (
            r"rfc ?-?\d{3,4}|not compliant|malformed|multiple (?:\S+ )?headers?|(?:missing|invalid"
            r"|bad"
            r"|illegal|duplicate|disallowed|unicode)"
            r"(?: \S+){0,3} (?:header|message-id|date|from:|mime)"
            r"|header(?:s)? (?:\S+ ){0,4}(?:missing"
            r"|invalid|too long|syntax)",
            r"5\.6\.\d|line (?:length|(?:is )?too long)|lines? (?:longer|over)|encoded-word"
            r"|header error"
            r"|mime (?:error|structure)|8-?bit"
            r"|non-?ascii|from: header|from field",
        ),
    ),
    ReplyCause(
        "content",
        About.CONTENT,
        Action.PAUSE_ALL,
        (
            r"spam|unsolicited|junk|\bube\b|\buce\b|bulk|virus|malware|phish|fraud|scam|suspicious"
            r"|suspect|\bscore|\bscoring",
            r"content|attachment|\burls?\b|\blinks?\b|surbl|uribl|virenverdacht|inhalt|contenu"
            r"|contenido"
            r"|антиспам|спам|垃圾|病毒|内容|スパム|迷惑メール|스팸|indésirable|indesejad|indeseado"
            r"|werbung",
            r"polic(?:y|ies)|\[cs\d\d\]|\[hm\d\d\]|filter|message (?:was |has been )?(?:rejected"
            r"|refused"
            r"|blocked|denied)|prohibited|offen[cs]ive",
            r"rejected (?:due|for|because|by|as)\b|looks like|considered|classified|undesirable"
            r"|blocked"
            r"|black listed|security|restricción",
            r"(?<!temporarily )rejected (?:this |the |your )?(?:message|mail)\b|not accepted"
            r"|administrative(?:ly)? (?:prohibition|reject)|\b5\.7\.1 message"
            r"|transaction failed|reject(?:ed)? by|rule",
        ),
    ),
)
