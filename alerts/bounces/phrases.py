"""The words by which mail servers say that an address is dead, full, or that they don't want our mail.

Patterns over lower-case text with single blanks, as `verdict.py` makes it. General ones: what many servers
say, in the languages that they say it in, not the wording of one case. Each stays within a sentence, by
the number of words that may stand between two of its own.
"""

import re


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_WHO = (
    r"(?:users?|mail ?box(?:es)?|recipients?|address(?:es)?|accounts?|alias|userid|login|person|customer"
    r"|subscriber|member|destinataire|usuario|usuário|destinatario|destinatário|empfänger|benutzer|utente"
    r"|пользователь|пользователя|получатель|получателя)"
)
_IS = r"(?:is |are |was |were |has been |temporarily |currently |possibly |probably )*"

FULL = _any(
    # the mailbox exists, but there is no room in it
    rf"{_WHO}(?: \S+){{0,3}} {_IS}(?:full|over ?quota)",
    rf"{_WHO}(?: \S+){{0,3}} {_IS}over (?:the |its |his |their )?(?:allowed |storage )?(?:quota|limit)",
    r"full mailbox|over ?quota|quota (?:is |has been |was )?(?:exceed|full|reached|violat|usage)",
    r"(?:exceed(?:s|ed|ing)?|beyond)(?: \S+){0,4} (?:quota|mailbox size|allowed size|storage|space)",
    r"(?:not enough|insufficient|no more|out of)(?: \S+){0,3} (?:storage|disk|space|room)",
    r"mailbox (?:exceeds|exceeded|size limit|has exceeded|limit)|storage limit|mailfolder is full|too full",
    r"(?:boîte|boite)(?: \S+){0,4} pleine|quota dépassé|buz[óo]n(?: \S+){0,3} lleno",
    r"caixa(?: \S+){0,4} cheia|postfach(?: \S+){0,4} voll|casella(?: \S+){0,4} piena",
    r"переполнен|容量|いっぱい",
    # or it is there and closed, perhaps for a time
    rf"{_WHO}(?: \S+){{0,6}} {_IS}(?:disabled|inactive|suspended|locked|frozen|blocked|deactivated)",
    rf"{_WHO}(?: \S+){{0,6}} {_IS}(?:expired|discontinued|on hold)",
    r"(?:disabled|inactive|suspended|locked|deactivated) (?:recipient|account|mailbox|user|mail drop)",
    r"not accepting messages|account that you tried to reach is (?:over|disabled|inactive)",
)

NOT_THEM = _any(
    # what is unknown is the sender, or nobody knows for the moment
    r"sender (?:address|domain)|sender verif|(?:mail from|return path|envelope sender) (?:is |was )?reject",
    r"not found, try again|temporary (?:lookup|dns|name)|refused due to|recipient preferences",
)

GONE = _any(
    # nobody of that name
    rf"(?:{_WHO}|local[ -]part) (?:\S+ ){{0,4}}?{_IS}"
    r"(?:unknown|not (?:known|found|exist|existing|recogni[sz]ed|listed))",
    r"unknown (?:or |illegal |invalid |local |virtual |remote |email |e-mail )*"
    rf"(?:{_WHO}|local[ -]part)\b(?! error)",
    rf"(?:no such|nonexist[ea]nt|non-exist[ea]nt)(?: \S+){{0,2}}? (?:{_WHO}|here)",
    r"no (?:user|mailbox|account|such person|recipient)s? "
    r"(?:here|by that name|with that|found|of that name|matching)",
    r"no such (?:user|mailbox|address|recipient|person|account|local|domain|host|alias)",
    rf"{_WHO}(?: \S+){{0,6}} (?:does not|doesn't|do not|don't|did not|didn't|no longer|may not) "
    r"(?:seem to |appear to )?(?:exist|valid|available|active|in use|on server|works? here|have an? )",
    r"(?:does not|doesn't) (?:\S+ ){0,2}exist|doesn't have an? \S+ account",
    r"no longer (?:on server|valid|exists|available|with|here|in use|accepts)",
    r"(?:invalid|bad|incorrect|illegal|undeliverable|wrong)(?: \S+){0,2} "
    rf"{_WHO}(?! size)(?!.{{0,20}}(?:sender|from))",
    rf"{_WHO} {_IS}(?:invalid|incorrect|not valid|illegal|undeliverable)",
    r"not (?:our|a local|a valid|a known|a current) (?:user|customer|mailbox|recipient|address|account)",
    r"(?:user|recipient|mailbox) not exist|not found[^.]{0,30} (?:user|mailbox|recipient|account)",
    r"not listed in (?:\S+ ){0,3}(?:directory|address book|public)|is not a (?:known|valid|local) ",
    r"recip(?:ient)? ?not ?found|(?:user|mailbox|recipient)unknown|returned unknown recipient",
    r"mailbox unavailable(?! due| because)|mailbox not available|mailbox could not be found",
    r"recipient address(?:es)? rejected ?: access denied|#5\.1\.0 address rejected",
    r"(?:account|address) (?:has been |was |is )?(?:deleted|closed|terminated|removed)",
    r"(?:couldn't|could not|wasn't|cannot|can't) be found|address not found",
    r"addressee unknown|unknown addressee|(?:invalid|unknown) (?:final )?delivery user(?:id)?",
    r"adresse (?:\S+ ){0,3}(?:invalide|inconnue|inexistante)|n'existe pas",
    r"(?:utilisateur|destinataire|boîte) (?:\S+ ){0,3}(?:inconnue?|inexistante?)",
    r"(?:usuario|dirección|buzón|cuenta|destinatario) (?:\S+ ){0,4}"
    r"(?:desconocid[oa]|inexistente|inválid[oa])",
    r"no existen?\b|não existe",
    r"(?:usuário|endereço|destinatário|conta) (?:\S+ ){0,4}(?:desconhecid[oa]|inexistente|inválid[oa])",
    r"(?:benutzer|empfänger|adresse) (?:\S+ ){0,4}(?:unbekannt|ungültig)|existiert nicht",
    r"utente (?:\S+ ){0,3}(?:sconosciuto|inesistente)|indirizzo (?:\S+ ){0,3}(?:inesistente|non valido)",
    r"не существует|не найден|неизвестный (?:пользователь|получатель)|несуществующ",
    r"見つかりません|存在しません|宛先不明|不存在|无此用户|존재하지",
    # moved away
    r"has moved|mailbox moved|no forwarding|address (?:has )?changed|new e-?mail address",
    # no such domain, or one that takes no mail
    rf"(?:host|domain|mail server|name server|system)s?(?: \S+){{0,3}} {_IS}(?:unknown|not found|not exist)",
    r"unknown (?:host|domain|mail server|system)|(?:host|domain|site) (?:name )?(?:not found|unknown)",
    r"nxdomain|no such (?:host|domain)|non-?existent (?:host|domain)|(?:invalid|illegal) (?:host|domain)",
    r"bad destination system|couldn't find (?:a |any )?(?:mail exchanger|host|gateway)",
    r"could not find a gateway|no mail exchanger|unrouteable (?:address|mail domain)|unroutable",
    r"name or service not known|no relevant answers|host or domain name not found|no smtp service|null ?mx",
    r"(?:host|domain)(?: \S+){0,3} does not accept (?:e-?)?mail",
    r"does not (?:currently )?accept mail|doesn't (?:receive|accept) (?:e-?)?mail",
)

REFUSED = _any(
    # for where it comes from
    r"spam|unsolicited|\bube\b|\buce\b|junk|bulk mail|black ?-?list|block ?-?list|dnsbl|\brbl\b",
    r"reputation|barracuda|sorbs|senderscore|banned|block(?:ed|ing)",
    r"\bdmarc\b|\bspf\b|\bdkim\b|authenticat|ptr record|reverse dns|f?c?rdns|\bhelo\b|\behlo\b",
    r"client host|sending (?:ip|server|domain|host)|your (?:ip|server|host|isp)|from address|mail from",
    r"sender (?:address|domain|verify|rejected|denied)|open relay|frequency limited",
    # for what it is
    r"polic(?:y|ies)|content|virus|malware|attachment|too (?:large|big|long)|message size|size limit",
    r"\brfc ?\d*\b|not compliant|prohibited|filtered|rejected by (?:filter|security)",
    # for now
    r"try again|tempor|timed? ?out|expired|too many|rate ?limit|throttl|deferred|greylist|later",
    r"unable to connect|connection (?:refused|reset|lost|died)|network|overload|busy|hops?\b|loop",
    # for who may write there
    r"relay|not (?:authori[sz]ed|allowed|permitted)|permission|restricted|denied",
)
