"""Replies about the recipient and their server.

Patterns match a reply as one line in lower case with single spaces, without the code that each line of
a long reply repeats. `table.py` has the order of the rows. Sources: RFC 3463 and its registry, the
error pages of the providers that are named, and the sources of Postfix, Exim, Sendmail and qmail.
"""

from alerts.replies.meaning import About, Action, ReplyCause, Step, Verdict
from alerts.replies.who import IS, WHO

SPECIAL = (
    ReplyCause(
        "policy_of_either",
        About.AMBIGUOUS,
        Action.ASK_PERSON,
        (
            r"sending to \(or from\)|mailpolicy violation|policy rejection on the target"
            r"|suspiciousremoteserver|transport\.rules|rejected by organi[sz]ation policy"
            r"|5\.7\.9\d\d\b"
            r"|policy violation detected|destination domain.s policy",
        ),
        Verdict.SOFT,
        sure=False,
    ),
    ReplyCause(
        "restricted_mailbox",
        About.RECIPIENT,
        Action.FAIL_THIS_ONE,
        (
            r"archived recipient|mailbox unavailable or access|mailbox delivery (?:restricted"
            r"|failure)|(?:recipient )?account ?is ?blocked|compte (?:\S+ ){0,3}bloqu"
            r"|recipient address rejected: (?:inactive|blocked)"
            r"|access to this account is disabled|blocked due to inactivity"
            r"|alias (?:\S+ )?(?:deactivated"
            r"|not active)",
        ),
        Verdict.SOFT,
        sure=False,
    ),
    ReplyCause("aup_at_spectrum", About.OUR_IP, Action.PAUSE_ALL, (r"aup#\S*mxrt",), sure=False),
    ReplyCause(
        "unknown_error",
        About.AMBIGUOUS,
        Action.RETRY,
        (r"unknown error|recipient temporarily unavailable",),
        sure=False,
    ),
    ReplyCause(
        "receiver_queue",
        About.RECEIVER_TEMPORARY,
        Action.RETRY,
        (
            r"unable to contact ldap|create user output file|multiple destination domains"
            r"|domain policy size|organi[sz]ation queue quota|queue (?:quota|full)"
            r"|recipient thread limit",
            r"grey-?list|gray-?list|\[gl\d\d\]|not found, try again"
            r"|(?:scanner|filter|virus|checker) (?:is |was )?(?:not available|unavailable"
            r"|timed? ?out)"
            r"|policy rejection[-,.]? (?:please )?try (?:again )?later"
            r"|policy (?:server|service|daemon|check) (?:\S+ ){0,3}(?:unavailable|down|error|problem"
            r"|timed? ?out)"
            r"|temporary (?:(?!authentication)\S+ ){0,2}(?:lookup|dns|name)|(?:mail transport"
            r"|transport) (?:error|unavailable)",
            r"command (?:died|time limit)|mail for \S+ loops back|points? to local host"
            r"|temporary system problem|4\.4\.62\b",
            r"address verification in progress|unverified address: (?!.*unknown)"
            r"|recipient'?s (?:mail )?server (?:is|was) ",
        ),
    ),
    ReplyCause(
        "mailbox_trouble",
        About.RECIPIENT,
        Action.RETRY,
        (
            r"home directory|user(?:'s)? (?:mailbox|maildir) (?:is )?(?:busy|locked)"
            r"|mailbox (?:is )?(?:busy|locked|in use)"
            r"|mailbox could not be opened|(?:cannot|can't|could not) open (?:\S+ )?mailbox",
        ),
        Verdict.SOFT,
        sure=False,
    ),
)

LISTED = (
    ReplyCause(
        "relays_suppression_list",
        About.AMBIGUOUS,
        Action.ASK_PERSON,
        (
            r"suppress(?:ed|ion)|recent history of bouncing|bounced address|previously bounced"
            r"|unsubscribed address"
            r"|on the (?:bounce|drop) list|address is on (?:our|the) (?:\S+ )?list",
        ),
        Verdict.SOFT,
        sure=False,
    ),
    ReplyCause(
        "access_denied_at_microsoft",
        About.AMBIGUOUS,
        Action.ASK_PERSON,
        (
            r"recipient address rejected ?: access denied",
            r"tenantattribution|5\.4\.1\b.*access denied",
        ),
        Verdict.SOFT,
        sure=False,
    ),
    ReplyCause(
        "relaying_not_permitted",
        About.OUR_AUTH,
        Action.FIX_AND_PAUSE,
        (
            r"relay not permitted|relaying (?:is )?not permitted|relaying not allowed for (?:your"
            r"|this)",
        ),
        sure=False,
    ),
    ReplyCause(
        "relaying_denied",
        About.AMBIGUOUS,
        Action.ASK_PERSON,
        (
            r"relay access denied|relaying denied|(?:unable|not able|cannot|can't|won't|refus\S*"
            r"|not allowed) to relay|no relay"
            r"|relaying (?:\S+ ){0,3}(?:prohibited|denied|not allowed|disabled)|use me .*as a relay"
            r"|relay(?:ing)? (?:is )?(?:denied|prohibited|disallowed)"
            r"|forwarding to remote hosts|(?:do|does|will) not relay|: no-domain|allowed rcpthosts"
            r"|not a gateway"
            r"|may not exist, they may be",
        ),
        Verdict.SOFT,
        sure=False,
    ),
)

MAILBOX = (
    ReplyCause(
        "receives_too_fast",
        About.RECIPIENT,
        Action.RETRY,
        (
            r"user (?:\S+ ){0,6}receiving (?:e?-?mail|mail|messages) (?:at a rate|too)"
            r"|receivingrate"
            r"|5\.2\.12[12]\b|receive limit|(?:mailbox|user"
            r"|recipient) (?:has )?received too (?:much|many)|too much (?:e-?)?mail in"
            r"|messages to \S+ deferred due to"
            r"|(?<!external )recipient (?:\S+ ){0,4}(?:rate limit|too many messages|message rate"
            r"|exceeded (?:\S+ ){0,3}limit of messages)",
        ),
        Verdict.SOFT,
    ),
    ReplyCause(
        "mailbox_full",
        About.RECIPIENT,
        Action.FAIL_THIS_ONE,
        (
            rf"{WHO}(?:'s)?(?: \S+){{0,4}} {IS}(?:full|over[- ]?quota|out of (?:storage|space))\b",
            rf"{WHO}(?: \S+){{0,3}} {IS}over (?:the |its |his |their )?(?:allowed "
            rf"|storage )?(?:quota"
            rf"|limit)",
            r"(?:full|overfull) (?:mail|in)box|over ?-?quota|over storage|quota (?:is |has been "
            r"|was )?(?:exceed|full|reached|violat|usage)"
            r"|overquota|(?:disk|mailbox|storage|user|mail) ?quota|quotaexceeded",
            r"(?:exceed(?:s|ed|ing)?|beyond)(?: \S+){0,4} (?:quota|mailbox size|allowed size"
            r"|storage"
            r"|space)",
            r"(?:mailbox|mailfolder|inbox) (?:exceeds|exceeded|size limit|has exceeded|limit)"
            r"|storage (?:limit|quota)|too full",
            r"(?:not enough|insufficient|no more|out of)(?: (?!system)\S+){0,3} (?:disk|storage"
            r"|space"
            r"|room)(?!.*system)",
            r"(?:boîte|boite)(?: \S+){0,4} pleine|quota dépassé|buz[óo]n(?: \S+){0,3} lleno"
            r"|caixa(?: \S+){0,4} cheia"
            r"|postfach(?: \S+){0,4} voll|casella(?: \S+){0,4} piena|переполнен|容量"
            r"|いっぱい|已满|空间不足|満杯"
            r"|용량|saturée?|pełn[aey]|przepełnion|dolu\b|\bvol\b|preplnen|přeplněn|переповнен|ممتلئ|מלאה"
            r"|space (?:\S+ ){0,3}used up|dis[ck] ?quota|too much mail data"
            r"|would exceed (?:\S+ ){0,3}(?:storage|quota)|cannot update mailbox"
            r"|error writing (?:file|message)",
        ),
        Verdict.SOFT,
    ),
    ReplyCause(
        "mailbox_closed",
        About.RECIPIENT,
        Action.FAIL_THIS_ONE,
        (
            rf"{WHO}(?: \S+){{0,6}} {IS}(?:disabled|inactive|suspended|locked|frozen"
            rf"|blocked(?! you)"
            r"|deactivated"
            rf"|not (?:yet )?active(?! address)|dormant|on hold|expired|discontinued)",
            r"(?:disabled|inactive|suspended|locked|deactivated)[/ ](?:recipient|account|mailbox"
            r"|user"
            r"|mail drop)|invalid/inactive",
            r"domain (?:\S+ )?(?:is |has been )(?:currently |temporarily )?(?:suspended|disabled"
            r"|inactive)|extended inactivity",
            r"not (?:currently )?(?:accepting|being accepted)(?: \S+){0,3} (?:messages|mailbox)"
            r"|is not accepting any|is a deactivated|disabled or discontinued|suspend the service"
            r"|recipient unavailable|disableduser|заблокирован|gesperrt|désactivé|deshabilitad|停用"
            r"|禁用"
            r"|冻结|無効|(?:cuenta|buzón|conta|caixa|compte|casella|account) (?:\S+ ){0,4}"
            r"(?:suspendid[oa]|suspens[oa]|suspendue?|sospes[oa]|bloquead[oa]|bloccat[oa])",
            r"no support for internationali[sz]ed",
        ),
        Verdict.SOFT,
    ),
    ReplyCause(
        "recipient_chooses",
        About.RECIPIENT,
        Action.ASK_PERSON,
        (
            r"resolver\.rst(?!\.(?:recipsize|sendas))|(?:rejected|blocked|refused) by (?:the |this "
            r"|your )?recipients?\b|envelope blocked - user"
            r"|blocked by the user|user rules|user refuses|refuses? to receive|(?:user"
            r"|domain) entry\b"
            r"|manually blocked senders|(?:members?[- ]only|non-?member)"
            r"|closed (?:mailing )?(?:list|group)"
            r"|post (?:to|on) this (?:mailing )?(?:list|group)|restricted to members"
            r"|has blocked you|is only accepting mail"
            r"|account is protected"
            r"|rejected by destination domain|(?:allowed|approved|trusted|permitted"
            r"|known)[- ]senders?|sender not pre-approved|delivery not authorized",
            r"not (?:allowed|permitted|configured|able) to receive|internal (?:mail|senders"
            r"|use) only"
            r"|(?:does not|doesn't|do not) (?:allow|accept|receive) (?:\S+ ){0,3}(?:external"
            r"|outside"
            r"|internet)",
            r"(?:authenticated|permission|allowed) (?:\S+ ){0,5}(?:for|to) (?:this "
            r"|the )?(?:mailbox|group|recipient|distribution)"
            r"|delivery restriction|does ?n[o']t want|not want your mail|recipient preferences"
            r"|ambiguous address|only (?:accepts|receives) (?:mail|messages) from"
            r"|restricted (?:recipient|mailbox|address|group)|5\.7\.1(?:2\d|3[0-6])\b|challenge"
            r"|(?<!ip not in )whitelist"
            r"|allow ?list",
        ),
        Verdict.SOFT,
    ),
)

BY_CODE = (
    ReplyCause(
        "mailbox_code",
        About.RECIPIENT,
        Action.FAIL_THIS_ONE,
        (r"5\.2\.1\b|[45]\.2\.2\b|4\.2\.1\b(?!.*again)",),
        Verdict.SOFT,
    ),
)

AFTERWARDS = (
    ReplyCause(
        "no_valid_recipients",
        About.AMBIGUOUS,
        Action.FAIL_THIS_ONE,
        (r"no valid recipients|valid rcpt|need rcpt",),
        sure=False,
        steps=frozenset({Step.DATA, Step.DOT, Step.UNKNOWN}),
    ),
)
