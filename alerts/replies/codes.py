"""Codes that providers put into their replies. They are exact, so they are tried before any words.

Each code has one subject in the provider's own list: Microsoft's 5.7.5xx to 5.7.7xx, the bracketed
codes of Yahoo and AOL, the numbers of Orange and La Poste (the last three digits count), those of
NetEase (163, 126), GoDaddy, Comcast, Cox, Trend Micro and GMX. Codes that say no more than the words
beside them are left out. The form of the patterns is described in `account.py`.
"""

from alerts.replies.meaning import About, Action, ReplyCause, Verdict

_FRENCH = r"\b(?:ofr|lpn|ouk)(?:\d{3})?[-_ ]?"

CODES = (
    ReplyCause(
        "code_temporary",
        About.RECEIVER_TEMPORARY,
        Action.RETRY,
        (r"\bib101\b|\(rtr:ge|4\.7\.700\b",),
    ),
    ReplyCause(
        "code_session",
        About.CONNECTION,
        Action.RETRY,
        (
            r"\bib(?:007|510|605)\b|\baup#\S*(?:13[0-3]\d|1340|15[45]0)\b|#?rl00000[34]\b"
            r"|\bcxcnct\b|\bhl:icc|\bmi:(?:cel|dmc|ccl)(?<!in blacklist, mi:dmc)|\brp:(?:drc|ccl|cel)",
            rf"{_FRENCH}104\b|aup#cnct",
        ),
    ),
    ReplyCause(
        "code_account_limit",
        About.OUR_ACCOUNT_LIMIT,
        Action.PAUSE_ALL,
        (
            r"5\.7\.(?:50[123]|70[0-57]|23[2-6])\b|5\.1\.90\b|\bmi:(?:stc|sfq)|\brp:(?:qrc|trc)"
            r"|\bcxthrt\b|\bcxmj\b"
            r"|\baup#\S*10[1-8]\d\b|outboundspamexception|\bwascl\b",
        ),
    ),
    ReplyCause(
        "code_our_domain",
        About.OUR_DOMAIN,
        Action.FIX_AND_PAUSE,
        (
            rf"{_FRENCH}4(?:01|03|05|15)\b|\bib50[35-9]\b|\(dmarc:|\bau01\b|\bs8002\b|5\.7\.5(?:09"
            r"|15)\b"
            r"|\(domain based\)|\bcxsndr\b|\brly:sn\b|\bvs1-mf\b|\bg14\b",
        ),
    ),
    ReplyCause(
        "code_our_auth",
        About.OUR_AUTH,
        Action.FIX_AND_PAUSE,
        (
            rf"{_FRENCH}(?:305|421)\b|\blpn105[-_]402\b|5\.7\.(?:57|60)\b|\bib401\b"
            r"|\baup#\S*15[02]0\b",
        ),
    ),
    ReplyCause(
        "code_ip_rate",
        About.OUR_IP,
        Action.PAUSE_ALL,
        (
            r"\[?\bts(?:s0[124-8]|0[124])\b|\bipts\d\d\b|\brp-00\d\b|\(?\b(?:dyn:t|con:b|rly:b1)\d?"
            r"|#?rl00000[12]\b|\bhl:(?:rep|ifc|mep|itc)|\bib(?:11[0-3]|504|607)\b"
            r"|\baup#\S*(?:1[34]\d\d|15[68]0)\b|4\.7\.(?:5\d\d|65\d|8[5-9]\d)\b",
            rf"{_FRENCH}(?:103|105|108|109|201|423|424|505|999)\b|5\.7\.508\b",
        ),
    ),
    ReplyCause(
        "code_ip_refused",
        About.OUR_IP,
        Action.FIX_AND_PAUSE,
        (
            r"\bts(?:s09|s1\d|s?03)\b|\bbl2\d\b|\b(?:sc|dy|ou)-00\d\b|\brtr:(?:bb|du|rd|sc|bl|ch)"
            r"|\brly:(?!bd|ch|sn)"
            r"|\bdns:(?:nr|b\d)|#?bl0000\d\d\b|\bib10[2-9]\b|gu_eib|\bvs1-ip\b|\bclm\d\d\b",
            r"5\.7\.(?:50[67]|51[013]|60[6-9]|6[1-4]\d|708)\b|\bs(?:3140|3150|7\d\d|8\d\d|8001"
            r"|3114)\b",
            rf"{_FRENCH}102\b|\bhl:(?:ihu|ipb)|\bdt:rbl|\bwm:bl|\bers-\w+|\(ip based\)|\bcx(?:dns"
            r"|bl|smtp)\b|\bcdrbl\b|\bipbl\d+\b|\baup#\S*(?:1000|1[12]\d\d)\b"
            r"|as\((?:508|3[12]\d\d)\)|\bg31\b",
        ),
    ),
    ReplyCause(
        "code_recipient",
        About.RECIPIENT,
        Action.FAIL_THIS_ONE,
        (rf"{_FRENCH}(?:417|420|426)\b|5\.7\.505\b|block-rcpt",),
        Verdict.SOFT,
    ),
    ReplyCause(
        "code_recipient_chooses",
        About.RECIPIENT,
        Action.ASK_PERSON,
        (r"block-send-er|5\.7\.1(?:2\d|3[0-6])\b|resolver\.rst\.(?!recipsize|sendas)",),
        Verdict.SOFT,
    ),
    ReplyCause(
        "code_malformed",
        About.CONTENT,
        Action.FIX_AND_PAUSE,
        (r"5\.7\.512\b|\bib50[12]\b|\(header based\)|\[291\]",),
    ),
    ReplyCause(
        "code_content",
        About.CONTENT,
        Action.PAUSE_ALL,
        (
            r"\bhvu:b|\brly:(?:bd|ch)\b|\bdt:s(?:pm|um)|\bmi:spb|\[299\]|\bph0\d\b|\bib(?:212"
            r"|705)\b|\burlbl\d+"
            r"|\[(?:cs|hm)\d\d\](?!.*\b(?:dmarc|dkim|spf)\b)",
            rf"{_FRENCH}(?:506|513)\b",
        ),
    ),
)
