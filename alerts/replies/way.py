"""Replies about the connection and the way to the recipient.

Patterns match a reply as one line in lower case with single spaces, without the code that each line of
a long reply repeats. `table.py` has the order of the rows. Sources: RFC 3463 and its registry, the
error pages of the providers that are named, and the sources of Postfix, Exim, Sendmail and qmail.
"""

from alerts.replies.meaning import About, Action, ReplyCause, Verdict

WAY = (
    ReplyCause(
        "session_limit",
        About.CONNECTION,
        Action.RETRY,
        (
            r"too many (?:concurrent |simultaneous |open )?(?:connections|sessions|errors"
            r"|bad commands"
            r"|messages in this|commands)",
            r"(?:concurrent|simultaneous) (?:\S+ )?(?:connection|session)|(?:messages?"
            r"|mails?)(?: count)? per (?:session|connection)",
            r"max(?:imum)? (?:number of )?(?:message|messages|mail"
            r"|connection)\S*(?: count)?(?: \S+)? ?(?:per|in this)? ?(?:session|connection"
            r"|exceeded)",
            r"maximum number of recipients|connection (?:has been |is |was )throttled"
            r"|connection frequency|too much mail from|connection expired|trop de connexions"
            r"|too many (?:\S+ )?(?:connections|sessions)"
            r"|maximum connection limit|too many recipients(?! for this sender)"
            r"|\b452\b(?!.*per (?:day|hour)).*recipients"
            r"|(?<![\d.])4\.5\.3\b(?!\.|.*(?:domain policy|per (?:day|hour)))"
            r"|connection (?:limit|rate)|connection throttled",
        ),
    ),
    ReplyCause(
        "auth_flood",
        About.CONNECTION,
        Action.PAUSE_ALL,
        (r"too many auth",),
    ),
    ReplyCause(
        "protocol",
        About.CONNECTION,
        Action.FIX_AND_PAUSE,
        (
            r"tls required|route requires|unimplemented|not implemented|smtp protocol violation"
            r"|protocol error|"
            r"[45]\.7\.29\b|over a (?:secure )?tls|bad sequence|out of (?:sequence|order)"
            r"|unrecogni[sz]ed command|command (?:not|un)"
            r"|(?:helo|ehlo|mail|rcpt)\S* first|polite people|syntax error(?!.*address)|5\.5\.2\b"
            r"|requires? (?:encryption|tls)|encryption (?:is )?(?:required|needed)|bare (?:line|lf"
            r"|cr"
            r"|new)|synchroni[sz]ation error|pipelining",
        ),
    ),
    ReplyCause(
        "loop",
        About.CONNECTION,
        Action.FAIL_THIS_ONE,
        (
            r"certificate (?:\S+ ){0,2}(?:not trusted|expired|mismatch)|(?:verify|for this"
            r"|invalid)(?: \S+){0,3} certificate"
            r"|\bdane\b|certificate-|tlsa-|dnssec-|starttls-"
            r"|[45]\.7\.32\d\b|message depth|\bloop|too many hops|hop count|[45]\.4\.6\b"
            r"|tls is required|cannot start tls|tls (?:handshake"
            r"|not available)|must use tls|secure (?:channel|connection)",
        ),
        Verdict.SOFT,
    ),
    ReplyCause(
        "unreachable",
        About.CONNECTION,
        Action.RETRY,
        (
            r"connect(?:ion)? (?:to \S+ ?)?(?::? ?)?(?:refused|reset|lost|died|failed|dropped"
            r"|timed ?out"
            r"|time ?out|closed)|lost connection|closed (?:the )?connection"
            r"|timed? ?out|no route|unreachable|unable to connect|could ?n[o']t connect"
            r"|network (?:error"
            r"|is (?:unreachable|down))|no answer from host|not responding"
            r"|retry time(?:out)? (?:not|exceeded)|[45]\.4\.(?:1|2|7|316)\b(?!.*spam)"
            r"|delivery (?:time )?expired"
            r"|message expired|queue too long|could not be delivered for|broken pipe|socket error",
        ),
        Verdict.SOFT,
    ),
    ReplyCause(
        "receiver_temporary",
        About.RECEIVER_TEMPORARY,
        Action.RETRY,
        (
            r"grey-?list|gray-?list|temporar|try again|try later|later|local error|server (?:error"
            r"|busy)"
            r"|busy|configuration error|lookup fail"
            r"|insufficient (?:system )?(?:storage|resources|memory)|service (?:currently "
            r"|temporarily )?(?:un|not )available|overload|internal|resources"
            r"|réessayer|plus tard|später|erneut|más tarde|más adelante|più tardi|mais tarde|позже"
            r"|позднее"
            r"|稍后|後ほど|しばらく|resources|maintenance|queue (?:quota|file|full)"
            r"|[45]\.3\.[0-5]\b"
            r"|4\.2\.0\b|thread limit|domain policy size"
            r"|local delivery failed|deferred|shutting down|local configuration",
        ),
    ),
)
