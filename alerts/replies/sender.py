"""Replies about the domain and the host that send.

Patterns match a reply as one line in lower case with single spaces, without the code that each line of
a long reply repeats. `table.py` has the order of the rows. Sources: RFC 3463 and its registry, the
error pages of the providers that are named, and the sources of Postfix, Exim, Sendmail and qmail.
"""

from alerts.replies.meaning import About, Action, ReplyCause, Step

_LISTS = (
    r"(?:spamhaus|spamcop|sorbs|barracudacentral|barracuda|uceprotect|abuseat|\bcbl\b|\bxbl\b"
    r"|\bsbl\b"
    r"|\bpbl\b"
    r"|\bzen\b|dnswl|senderscore|invaluement|mailspike|spamrats|psbl|nixspam|cloudmark|proofpoint"
    r"|dnsbl"
    r"|\brbl\b"
    r"|\bdnsbls?\b|black ?-?lists?|block ?-?lists?|blacklisted|blocklisted|denylist|dnsrbl"
    r"|rblsmtpd)"
)
_IP = r"(?:\[?\b\d{1,3}(?:\.\d{1,3}){3}\b\]?|\[?(?:ipv6:)?\b[0-9a-f]{1,4}:[0-9a-f:]{1,40}\]?)"

# A host of ours, as servers in several languages call it.
_OURS = (
    r"(?:your|sender'?s?|sending|client|source|connecting|originating|remote|the(?= ip)|su|votre"
    r"|ihre?|seu|sua|tu"
    r"|tuo|la tua|ваш)(?: \S+){0,2} "
    r"(?:ip(?:v[46])?|dirección ip|adresse ip|indirizzo ip|endereço ip|ip-adresse|ip-адрес"
    r"|remotehost"
    r"|mail ?servers?|mta|netblock|subnet|network)"
    rf"(?:[ -](?:address(?:es)?|adresse|{_IP}))?"
)
_REFUSED = (
    r"(?:block|list(?:ed|ing)|black|ban|reject|denied|refus|abus|spam|reputation|throttl|limited"
    r"|bloqu|lista"
    r"|liste|gesperrt|заблокир|черн|чёрн|restricted|not (?:allowed|authori[sz]ed|accepted"
    r"|permitted)|bad\b)"
)

DOMAIN = (
    ReplyCause(
        "named_authentication",
        About.OUR_DOMAIN,
        Action.FIX_AND_PAUSE,
        (
            r"\bdmarc\b|\bdkim\b(?! domain)|\bspf\b(?! domain)|sender policy framework|domainkeys"
            r"|openspf"
            r"|\bsenderid\b|sender id\b|purported responsible|does not designate",
        ),
    ),
    ReplyCause(
        "domain_rate",
        About.OUR_DOMAIN,
        Action.PAUSE_ALL,
        (
            r"rate (?:\S+ ){0,2}(?:your|sender|sending) domain|domain frequency"
            r"|unusual rate.*(?:dkim|spf|sender|from|authenticated)\S* domain"
            r"|reputation of (?:the |a |your )?(?:\S+ )?domain|domain reputation|(?:sender|from"
            r"|your) domain(?: \S+){0,4} (?:rate|limit|throttl)",
        ),
    ),
    ReplyCause(
        "our_return_path",
        About.OUR_DOMAIN,
        Action.FIX_AND_PAUSE,
        (
            r"sender address rejected|sender (?:address )?(?:verify|verification|callout"
            r"|callback) fail",
            r"(?:could not|cannot|unable to|failed to) (?:complete )?(?:verify|validate"
            r"|resolve)(?: \S+){0,3} "
            r"(?:sender|from)|sender (?:domain|address)(?: \S+){0,3} (?:invalid|must|does not"
            r"|doesn't|not"
            r"|unknown)",
            r"(?:invalid|bad|unresolvable|nonexistent|non-existent|unknown)(?: \S+)? (?:sender"
            r"|return.?path|mail from)",
            r"real domain name required|call-?(?:out|back) verif|emetteur invalide"
            r"|invalid (?:\S+ )?sender|badmailfrom"
            r"|sender denied|sender is not allowed"
            r"|domain of (?:the )?sender(?: address)?|sender's domain|sender domain|return.?path"
            r"|bounce address|dead domain|from: domain|unroutable sender|envelope sender"
            r"|envelope (?:blocked|rejected)|badsendermx"
            r"|spam sender|sender is spammer|your email address has been|suspected spam sender",
            r"invalid dns mx or a|from domain|envelope.?(?:from|sender)|reverse.?path"
            r"|mail from domain",
            r"(?:sender|from|your)(?: \S+){0,3} domain(?: \S+){0,4} (?:resolve|exist|blocked"
            r"|listed)",
            r"(?:sender|mail from(?! (?:\[?\d|you\b)))(?: \S+){0,2} (?:rejected(?!: .*spam)|denied"
            r"|refused"
            r"|blocked|blacklisted)",
            r"5\.1\.[78]\b|dbl\.spamhaus|query/domain/|\brhsbl\b|uribl.*sender|absender",
            r"отправител|відправник|rem[ei]tente|exp[ée]diteur|mittente|nadawc|gönderen|afzender"
            r"|avs[äe]nd"
            r"|afsender|odes[íi]latel|odosielate|lähettäj|feladó|expeditor|αποστολέα|المرسل|השולח"
            r"|người gửi|pengirim|发件人|寄件者|送信者|送信元|보낸",
        ),
    ),
    ReplyCause(
        "domain_authentication",
        About.OUR_DOMAIN,
        Action.FIX_AND_PAUSE,
        (
            r"anti-?spoofing|spoofed|domain(?: is)? (?:\S+ ){0,3}(?:in|on|by) spamhaus"
            r"|spamhaus dbl\b",
            r"[45]\.7\.(?:2[0-467]|30|31|32|40|509|515|512)\b",
            r"unauthenticated (?:e?mail|sender|message)|(?:sender|message|mail|e-?mail"
            r"|domain) (?:is "
            r"|was )?"
            r"(?:not|un)-? ?authenticated|required authentication level|authentication-results?",
            r"does(?: not|n't) meet(?: \S+){0,4} authentication|authentication checks?",
            r"5\.7\.750|unregistered domain|from header (?:\S+ ){0,4}(?:missing|invalid) domain",
        ),
    ),
)

IP = (
    ReplyCause(
        "named_ip",
        About.OUR_IP,
        Action.FIX_AND_PAUSE,
        (
            rf"{_OURS}(?: \S+){{0,6}} \S{{0,3}}{_REFUSED}",
            rf"{_REFUSED}\S*(?: \S+){{0,4}} (?:your|the sending|this) (?:ip|host|server|network"
            rf"|mta)\b",
            r"lista n(?:e|era|egra)|liste noire|schwarze\w* liste|ч[её]рн\w+ спис|黑名单"
            r"|ブラックリスト",
            r"part of their network|not accepted? (?:\S+ )?email over ipv6|over ipv6 .*(?:ptr"
            r"|reverse)",
            r"(?:attacks?|spam|abuse)(?: \S+)? from (?:ip|this)\b|suspected spam ip"
            r"|connection denied|bad sender ip|cannot resolve your (?:address|name|ip)"
            r"|ip name lookup failed(?!.*relay)"
            r"|unresolvable relay host|unverif[iy]+able sending|dynamic\S* (?:\S+ )?ips?\b"
            r"|use the smtp (?:server|relay)|not in whitelist|send email directly"
            r"|looks suspiciously"
            r"|unauthenticated mail not allowed|(?:dialup|dial-up|transfer)[ /](?:\S+ )?address",
            rf"{_IP}(?: \S+){{0,3}} (?:has|with|having) (?:a |an )?(?:\S+ )?(?:bad|poor"
            r"|low) reputation",
            r"host network|hostname is not authori|mail refused - "
            r"|problem occurred\. \(ask your postmaster",
        ),
    ),
    ReplyCause(
        "named_ip_rate",
        About.OUR_IP,
        Action.PAUSE_ALL,
        (
            r"(?:poor|low|bad|no|insufficient)(?: \S+){0,2} reputation"
            r"|reputation (?:\S+ ){0,3}(?:low|poor|bad"
            r"|insufficient)|ip reputation",
            rf"rate ?limit(?:ed)? exceeded.*(?:\bip\b|(?:for|by|from) {_IP})",
            rf"(?:ip|netblock) (?:address )?(?:{_IP} )?(?:\S+ ){{0,2}}(?:temporar\S+|limited"
            r"|throttled|deferred)",
            rf"{_IP}\)? (?:\S+ )?(?:throttled|limited|deferred|rate)|limits for how many messages"
            r"|unusual (?:rate|amount)(?!.*url)"
            r"|your (?:server|host|ip)(?: \S+){0,3} too (?:fast|many|much)",
            r"too many(?: \S+){0,4} from (?:your |this |the )?(?:ip|server|host|netw)",
            r"too many (?:spams?|bad|invalid|unknown|e-?mails|messages"
            rf"|mails)\S*(?: \S+){{0,3}} from (?:your "
            rf"|the |this )?(?:ip|{_IP})",
        ),
    ),
    ReplyCause(
        "no_ptr",
        About.OUR_IP,
        Action.FIX_AND_PAUSE,
        (
            r"\bptr\b|reverse[ -]?(?:dns|hostname|lookup|mapping|record|name|resolution|client)"
            r"|\brdns\b"
            r"|fc?rdns",
            r"(?:find|resolve|verify)(?: \S+){0,2} (?:reverse )?(?:host ?name|name)|[45]\.7\.25\b",
            r"(?:no|missing|invalid|generic|dynamic)(?: \S+){0,2} (?:reverse|rdns|hostname|ptr"
            r"|dynamic ip)",
            r"host ?name (?:lookup|does not match)|client host rejected: (?:cannot|your)|rdns"
            r"|обратн",
        ),
    ),
    ReplyCause(
        "our_helo",
        About.OUR_IP,
        Action.FIX_AND_PAUSE,
        (
            r"\b(?:helo|ehlo)\b(?:/\w+)?(?: \S+){0,5} (?:reject|invalid|bad|argument|names?|host"
            r"|domain|resolve"
            r"|unknown|match|fully|listed|denied|block|must|requires?|not |syntax|accepted)",
            r"(?:bad|invalid|empty|missing|illegal|forged|wrong|fake|your)(?: \S+)? (?:helo"
            r"|ehlo)\b",
        ),
    ),
    ReplyCause(
        "ip_rate",
        About.OUR_IP,
        Action.PAUSE_ALL,
        (
            r"4\.7\.(?:28|650|651|652)\b|5\.7\.28\b|tss04|tss05|ts0\d|unexpected volume",
            r"(?:rate|ip|volume|traffic)(?: \S+){0,3} (?:limited|throttled)(?: \S+){0,4} (?:ip"
            r"|reputation)",
            r"(?:ip|frequency) (?:frequency )?limited|excessive (?:volume|unknown|number|invalid)"
            r"|user complaints|complaint rate|rate limited\b",
            rf"too many (?:messages|mails|emails|recipients|requests"
            rf"|spam)\S*(?: \S+){{0,4}} from (?:a "
            rf"|an |new |or |untrusted |your |this )*(?:ip|host|server|{_IP})",
            r"(?:ip|host|server|sender)(?: \S+){0,3} (?:exceeded|sending)(?: \S+){0,4} (?:rate"
            r"|volume"
            r"|quota|limit|quick)",
            r"too many unknown (?:users|recipients)|too many invalid|directory harvest|\bdha\b",
            r"(?:low|poor|bad)(?: \S+){0,3} reputation|reputation(?: \S+){0,4} (?:low|poor|bad)"
            r"|(?<![/.])(?<!barracuda )reputation(?! services?\b)",
            r"ip (?:address )?(?:has been |is |was )?(?:temporarily |rate )?(?:deferred|throttled"
            r"|rate limited)",
        ),
    ),
    ReplyCause(
        "ip_refused",
        About.OUR_IP,
        Action.FIX_AND_PAUSE,
        (
            r"tss09|tss11|permanently deferred|5\.7\.(?:5?606|511|708|506|507|508)\b|\bs3(?:140"
            r"|150)\b"
            r"|\bs7\d\d\b",
            rf"(?:blocked|listed|found|rejected|refused|appears?|is)(?: \S+)? (?:using|by|in|on|at"
            rf"|via)(?: \S+){{0,4}} ?\S*{_LISTS}",
            rf"{_LISTS}\S*(?: \S+){{0,6}} (?:list|block|reject|{_IP})|blacklist|blocklist|dnsbl"
            rf"|\brbl\b"
            rf"|block listed",
            r"query/(?:ip|bl)|lookup\.(?:shtml|php|html)|spamhaus|spamcop|abuseat|barracudacentral"
            r"|sorbs\.net|delist|csi\.cloudmark"
            r"|ipcheck\.proofpoint|senderbase|senderscore|mxtoolbox|removal",
            r"(?:client|sending|source|connecting|remote|your|sender'?s?)(?: \S+)? (?:ip(?:v[46])?"
            r"|host"
            r"|server|mta|isp|network|subnet)"
            r"(?:'s)?(?: ip| address(?:es)?)?\b(?: \S+){0,6} (?:block|reject|denied|refus|banned"
            r"|ban\b"
            r"|listed|not (?:allowed|accepted|permitted)|bad|spam)",
            r"(?:mail|messages?|traffic|connections?|access|e-?mails?)(?: \S+)* from (?:your "
            r"|this |the "
            rf"|ip |address |host |server )*(?:ip|{_IP}|server|host|network)"
            rf"(?: \S+)*? (?:block|reject|denied|refus|banned|not (?:allowed|accepted|permitted)"
            rf"|spam"
            rf"|limited)",
            rf"(?:block|reject|denied|refus|banned|not (?:allowed"
            rf"|accepted))\S*(?: \S+){{0,5}} {_IP}",
            rf"{_IP}(?: \S+){{0,4}} (?:is |has been |was )?(?:block|reject|denied|refus|banned"
            rf"|not (?:allowed|accepted)|listed)",
            r"traffic not accepted from this ip|from your (?:ip|server|host|network)|ip (?:source"
            r"|address) (?:is )?block|adresse ip|ip[- ]адрес",
            r"not accepting connections|you are not allowed to connect|access to submit messages"
            r"|host blocked",
            r"connections? (?:from \S+(?: \S+)? (?:are )?)?not accepted|no smtp service.*\bip\b"
            r"|nemesis esmtp service not available"
            r"|connection rejected by policy",
            r"ofr00\d|rly:|rtr:b|dyn:t|\((?:sc|ou|dy)-00\d|\bip=\d|4\.7\.5\d\d\b|5\.7\.6\d\d\b"
            r"|currently sending spam|send(?:ing)? spam|service refused|mauvais|open (?:relay"
            r"|proxy)"
            r"|botnet|infected",
            r"rejected by this user and was not delivered|client host rejected|blocked for spam"
            r"|dynamic"
            r"|dial-?up",
        ),
    ),
    ReplyCause(
        "refused_at_greeting",
        About.OUR_IP,
        Action.FIX_AND_PAUSE,
        (r"\b55[0-9]\b",),
        sure=False,
        steps=frozenset({Step.CONNECT}),
    ),
)
