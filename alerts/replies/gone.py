"""Words that say that a mailbox or its domain is not there, has moved, or takes no mail at all.

`VAGUE` are the words that RFC 5321 §4.2.3 gives to 550 itself, and their like: servers that refuse for
quite another reason say them too, so any word beside them that names another reason counts more.
"""

from alerts.replies.who import IS, WHO

GONE = (
    rf"(?:{WHO}|local[ -]part) (?:\S+ ){{0,7}}?{IS}(?:unknown|not (?:known|found|exist|existing"
    rf"|recogni[sz]ed|listed))",
    rf"unknown (?:or |illegal |invalid |local |virtual |remote |email |e-mail )*(?:{WHO}"
    rf"|local[ -]part)\b(?! error)",
    rf"(?:no such|nonexist[ea]nt|non-exist[ea]nt)(?: \S+){{0,2}}? (?:{WHO}|here)|nosuchuser",
    r"no (?:user|mailbox|account|such person|recipient)s? (?:here|by that name|with that|found"
    r"|of that name|matching)",
    r"no (?:such )?(?:user|mailbox|address|recipient|person|account|local|domain|host|alias) (?:by"
    r"|exists"
    r"|here)|no mailbox",
    r"no such (?:user|mailbox|address|recipient|person|account|local|domain|host|alias)"
    r"|no one (?:\S+ )?(?:at|by|with) (?:this|that)",
    rf"{WHO}(?: \S+){{0,6}} (?:does not|doesn't|do not|don't|did not|didn't|no longer|may not) "
    r"(?:seem to |appear to )?(?:exist|valid|available|active|in use|on server|works? here|have an? "
    r"|accepts?\b)",
    r"(?:does not|doesn't) (?:\S+ ){0,2}exist|doesn't have an? \S+ account|has been replaced by",
    r"no longer (?:on server|valid|exists|available|with|here|in use|accepts)"
    r"|not in (?:the )?recipient list",
    rf"(?:invalid|bad|incorrect|illegal|undeliverable"
    rf"|wrong)(?: \S+){{0,2}} {WHO}(?! size)(?!.{{0,20}}(?:sender|from))",
    rf"{WHO} {IS}(?:invalid|incorrect|not valid|illegal|undeliverable)",
    r"not (?:our|a local|a valid|a known|a current) (?:user|customer|mailbox|recipient|address"
    r"|account)",
    r"(?:user|recipient|mailbox) not exist|not found[^.]{0,30} (?:user|mailbox|recipient|account)",
    r"not listed in (?:\S+ ){0,3}(?:directory|address book|public)|is not a (?:known|valid|local) ",
    r"recip(?:ient)? ?not ?found|(?:user|mailbox|recipient)unknown|returned unknown recipient",
    r"mailbox could not be found|missing home directory|not (?:present|listed) in (?:our"
    r"|the) directory",
    r"in my badrcptto list|invalid-recipient|marked as invalid|reserved by rfc"
    r"|email name is not found|is not an active |#5\.1\.0 address rejected|(?:account"
    r"|address) (?:has been |was |is )?(?:deleted|closed|terminated"
    r"|removed)",
    r"(?:couldn't|could not|wasn't|cannot|can't) be found|address not found|addressee unknown"
    r"|unknown addressee",
    r"(?:invalid|unknown) (?:final )?delivery user(?:id)?|adresse (?:\S+ ){0,3}(?:invalide|inconnue"
    r"|inexistante)",
    r"n'existe pas|(?:utilisateur|destinataire|boîte) (?:\S+ ){0,3}(?:inconnue?|inexistante?)"
    r"|adresse d au moins",
    r"(?:usuario|dirección|buzón|cuenta|destinatario) (?:\S+ ){0,4}(?:desconocid[oa]|inexistente"
    r"|inválid[oa])",
    r"no existe[ns]?\b|não existe|(?:usuário|endereço|destinatário"
    r"|conta) (?:\S+ ){0,4}(?:desconhecid[oa]"
    r"|inexistente|inválid[oa])",
    r"(?:benutzer|empfänger|adresse|postfach) (?:\S+ ){0,4}(?:unbekannt|ungültig)|existiert nicht"
    r"|nicht bekannt",
    r"utente (?:\S+ ){0,3}(?:sconosciuto|inesistente)|indirizzo (?:\S+ ){0,3}(?:inesistente"
    r"|non valido)",
    r"таких? (?:\S+ ){0,2}нет\b|такого (?:\S+ ){0,2}нет\b|не зарегистрирован|"
    r"не существует|не найден|неизвестный (?:пользователь|получатель)|несуществующ|нет такого",
    r"(?:用户|邮箱|收件人|地址)(?:名)?(?:不存在|未找到|无效|错误)|找不到|無效|"
    r"見つかりません|存在しません|宛先不明|不存在|无此用户|존재하지",
    r"has moved|mailbox moved|no forwarding|address (?:has )?changed|new e-?mail address",
    rf"(?:host|domain|mail server|name server|system)s?(?: \S+){{0,3}} {IS}(?:unknown|not found"
    r"|not exist)"
    rf"|domain must exist",
    r"unknown (?:host|domain|mail server|system)|(?:host|domain|site) (?:name )?(?:not found|unknown)",
    r"indicated no smtp service|nxdomain|non-?existent (?:host|domain)|(?:invalid|illegal) (?:host"
    r"|domain)|bad destination system",
    r"couldn't find (?:a |any )?(?:mail exchanger|host|gateway)|could not find a gateway"
    r"|no mail exchanger",
    r"unrouteable (?:address|mail domain)|unroutable|name or service not known|no relevant answers"
    r"|host or domain name not found|null ?mx",
    r"(?:host|domain)(?: \S+){0,3} does not accept (?:e-?)?mail|does not (?:currently )?accept mail"
    r"|doesn't (?:receive|accept) (?:e-?)?mail",
)

VAGUE = (r"mailbox unavailable|mailbox not available|recipient rejected|account unavailable",)

# Beside words that the address is gone: the reply is, or may be, about something else.
OPPOSED = (
    r"denied|block(?:ed|ing|ed by)|polic(?:y|ies)|\bspam|reputation|black ?list|banned|not allowed"
    r"|permission|\brelay(?!=| recipient)|administrative|restrict|\bspf\b|\bdmarc\b|your (?:ip"
    r"|domain|server|host)"
    r"|too many|abuse|unsolicited|sender",
)
