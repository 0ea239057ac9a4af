"""Replies about our login and the limits of our account.

Patterns match a reply as one line in lower case with single spaces, without the code that each line of
a long reply repeats. `table.py` has the order of the rows. Sources: RFC 3463 and its registry, the
error pages of the providers that are named, and the sources of Postfix, Exim, Sendmail and qmail.
"""

from alerts.replies.meaning import About, Action, ReplyCause, Step

AUTH = (
    ReplyCause(
        "login_needs_tls",
        About.OUR_AUTH,
        Action.FIX_AND_PAUSE,
        (
            r"must issue a? ?starttls",
            r"\b(?:530|538|523)\b.*(?:starttls|encryption|\btls\b)",
            r"encryption required for requested authentication",
            r"(?:session|connection) (?:must be|is not) encrypted|starttls (?:is )?required",
        ),
    ),
    ReplyCause(
        "login_refused_for_now",
        About.OUR_AUTH,
        Action.RETRY,
        (
            r"\b454\b.*authenticat|temporary authentication failure"
            r"|too many (?:failed )?log ?in attempts"
            r"|(?:cannot|unable to|could not) authenticate (?:\S+ ){0,3}temporar"
            r"|\b421\b.*authentication"
            r" (?:failure|failed|server|service)",
        ),
    ),
    ReplyCause(
        "credits_used_up",
        About.OUR_AUTH,
        Action.PAUSE_ALL,
        (r"authentication failed.*credits? exceeded",),
    ),
    ReplyCause(
        "login_ip",
        About.OUR_IP,
        Action.FIX_AND_PAUSE,
        (r"unauthori[sz]ed ip address", r"ip (?:address )?is not (?:allowed|authori[sz]ed)"),
    ),
    ReplyCause(
        "may_not_send_as",
        About.OUR_AUTH,
        Action.FIX_AND_PAUSE,
        (
            r"permissions? to send as|sendasdenied(?!.*5\.7\.708)|(?<!sender is )not (?:owned"
            r"|allowed) (?:by"
            r"|to send (?:as|from))|sender (?:\S+ ){0,3}not allowed to relay|no identity changes",
            r"not (?:permitted|allowed|valid|authori[sz]ed) (?:for|on|from|with) (?:this|your|the) "
            r"(?:\S+ )?(?:account|login|user)|account is not (?:yet )?activ",
            r"sender address rejected: not (?:owned|logged in)",
            r"email address is (?:not|un)verified|identit(?:y|ies) failed the check",
            r"(?:from address|sender identity) does not match a verified|not a verified sender",
            r"unverified (?:sender|address)|sender (?:identity )?(?:is )?not (?:verified"
            r"|authori[sz]ed)",
            r"(?:authenticated user|user|you (?:are|is)|client) (?:is |are )?not (?:authori[sz]ed"
            r"|allowed"
            r"|permitted)"
            r" to (?:send|use|relay)|domain (?:\S+ )?is not (?:verified|allowed to send)"
            r"(?!: .*(?:limit|quota|exceed))|sender signature"
            r"|(?:not verified in|must belong to|does not belong to) (?:\S+ )?account"
            r"|unconfigured sending domain",
            r"mail relay denied|email sending denied|invalid credentials for relay|5\.7\.60\b",
            r"does not belong to (?:the )?(?:authenticated|logged)|sender must match"
            r"|from (?:\S+ )?must (?:match|equal|be (?:the same|equal))",
        ),
    ),
    ReplyCause(
        "login_refused",
        About.OUR_AUTH,
        Action.FIX_AND_PAUSE,
        (
            r"(?:username|user ?name|login).{0,12} (?:and|or) password|bad (?:username|credentials"
            r"|login)",
            r"application-specific password|log in (?:through|via|with) your web browser"
            r"|basic auth",
            r"(?:authentication|auth|login|sasl)\b.{0,40}(?:fail|required|unsuccessful|rejected"
            r"|denied"
            r"|invalid"
            r"|incorrect|disabled|error|refused|not enabled)",
            r"(?:invalid|incorrect|wrong|bad|missing|unknown) (?:smtp )?(?:authentication|auth"
            r"|credentials?|password"
            r"|login)|(?:must|need to|have to|please) (?:first )?(?:authenticate|log ?in|login)",
            r"(?:turn on|enable|use|requires?) (?:\S+ )?(?:smtp )?auth(?:entication)?\b"
            r"|without (?:\S+ )?authentication"
            r"|cannot achieve (?:\S+ ){1,3}authentication|unauthenticated commands|submitter failed"
            r"|unrecogni[sz]ed authentication type|xoauth is no longer|authorization code"
            r"|access denied: user|unauthenticated (?:senders|users?|clients?)"
            r"|credentials (?:are )?(?:invalid|not accepted)"
            r"|not authenticated to send|account not subscribed",
            r"client was not authenticated|sender not authenticated for submission|5\.7\.57\b"
            r"|smtpclientauth",
            r"requires? (?:smtp )?authentication|pop before smtp|\b53[045] (?:5\.7\.\d+ )?",
            r"autentic|authentifizier|authentification|аутентификац|авторизац|anmeldung|身份验证"
            r"|登录|認証",
        ),
    ),
)

LIMIT = (
    ReplyCause(
        "account_closed_early",
        About.OUR_ACCOUNT_LIMIT,
        Action.PAUSE_ALL,
        (
            r"account(?: \S+){0,4} (?:disabled|suspended|blocked|closed|locked|terminated)"
            r"|user suspended",
        ),
        steps=frozenset({Step.CONNECT, Step.AUTH, Step.MAIL}),
    ),
    ReplyCause(
        "account_suspended",
        About.OUR_ACCOUNT_LIMIT,
        Action.PAUSE_ALL,
        (
            r"(?:sending|your account|your domain)(?: \S+){0,3} (?:is |has been |was )?(?:paused"
            r"|suspended"
            r"|under review|limited|restricted from sending|shut ?down)"
            r"|mail server has been suspended",
            r"bad outbound sender|5\.1\.8\b.*access denied|5\.7\.50[123]\b",
            r"access denied, (?:spam abuse detected|banned send(?:er|ing))"
            r"|sending (?:is )?disabled",
            r"domain (?:\S+ )?has (?:been )?(?:disabled|blocked) (?:for|from) (?:outgoing|sending)",
            r"outgoing mail (?:\S+ ){0,4}(?:suspended|disabled|blocked|suspension)",
            r"(?:sending|your|smtp) (?:\S+ ){0,2}account (?:\S+ ){0,4}(?:suspended|disabled|blocked"
            r"|closed)"
            r"|tenant is restricted|outbounds disabled|sandbox (?:sub)?(?:domain|account|mode)"
            r"|activate your (?:\S+ )?account",
        ),
    ),
    ReplyCause(
        "account_limit",
        About.OUR_ACCOUNT_LIMIT,
        Action.PAUSE_ALL,
        (
            r"(?:daily|hourly|monthly|weekly|relay|outgoing|outbound|external recipient|submission"
            r"|sender)"
            r"(?: \S+){0,4}? (?:sending|message|messages|email|emails|mail|recipient|recipients"
            r"|rate)?(?: \S+){0,2}?"
            r" ?(?:limit|quota)\b(?: \S+){0,3} (?:exceed|reach|hit)",
            r"(?:daily|hourly|monthly|sending|submission|relay|outgoing"
            r"|outbound) (?:\S+ ){0,3}(?:limit"
            r"|quota)"
            r"(?! ?per (?:connection|session))",
            r"(?:maximum|max) (?:sending|send|emails?|messages?|mails?)(?: \S+)? (?:rate|per|limit"
            r"|quota)"
            r"(?!.*(?:session|connection))",
            r"exceeded (?:the |its |your |their )?(?:max(?:imum)? )?(?:emails?|messages?|mails?"
            r"|recipients?)"
            r"(?: \S+){0,3} per (?:hour|day|minute)|max(?:imum)? (?:emails?|messages?) per (?:hour"
            r"|day)",
            r"(?:limit|number) (?:on|of) (?:\S+ ){0,4}outgoing|outgoing (?:messages|mail) (?:was "
            r"|is )?exceed",
            r"exceeded (?:\S+ ){0,4}(?:sending|outgoing|outbound|submission|message|messages"
            r"|email) "
            r"(?:\S+ ){0,2}(?:limit|quota|rate)",
            r"messaging limits|domain daily quota|5\.1\.90\b|submissionquotaexceeded"
            r"|too many recipients for this sender|sender thread limit",
            r"(?<!ip address is )sending too (?:fast|many|much|quickly)|sent too many"
            r"|too many (?:messages|mails|emails"
            r"|recipients)"
            r"(?: \S+){0,3} (?:today|per (?:hour|day)|this hour|for (?:today|this sender))",
            r"throttling failure|maximum (?:credits|sending rate)|credits? (?:exceeded|exhausted"
            r"|used)"
            r"|(?:out of|used (?:up )?all (?:of )?your) (?:\S+ )?credits|in the last (?:hour|day)"
            r"|quota for (?:outgoing|outbound|sending)",
            r"you (?:have )?(?:reached|exceeded|hit) (?:a |your |the )?(?:\S+ ){0,4}(?:limit|quota"
            r"|credits)",
            r"not allowed to send: .*(?:limit|quota|exceed)|sender rate|tenant has exceeded"
            r"|5\.7\.(?:232"
            r"|233|705|236)\b|[45]\.4\.5\b.*(?:limit|quota|exceed)",
            r"peak smtp relay|free (?:plan|trial)|(?:plan|billing|payment) (?:limit|required"
            r"|overdue)",
            r"лимит (?:\S+ ){0,3}(?:писем|отправ|сообщ)|límite (?:\S+ ){0,3}envío|limite d'envoi",
            r"sending rate (?:too|is)|max defers|exceeded the (?:max|allowable) "
            r"|sender address rejected: .*(?:quota|limit) exceed"
            r"|sender frequency|unusual sending activity|(?:messages|emails|mails) per (?:hour"
            r"|day) exceeded"
            r"|recipients? limit per (?:day|hour)|(?:too many|maximum) (?:\S+ ){0,3}(?:sent"
            r"|outgoing)",
            r"(?:versand|sende)(?:limit|kontingent)|limite (?:di |de |d')?(?:invio|envio|envoi)"
            r"|发送(?:频率|数量|上限)|発信制限|送信制限",
            r"sending limit|send(?:ing)? quota|rate ?limit exceeded for (?:user|account|sender"
            r"|mailbox)",
        ),
    ),
)
