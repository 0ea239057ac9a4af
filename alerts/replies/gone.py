"""Words that say that a mailbox or its domain is not there, has moved, or takes no mail at all.

`VAGUE` are the words that RFC 5321 §4.2.3 gives to 550 itself, and their like: servers that refuse for
quite another reason say them too, so any word beside them that names another reason counts more.
"""

from alerts.replies.who import IS, WHO

# Who takes no mail at all; who takes none from us, or no connections now, is still there.
_TAKES = (
    r"(?:accepts?|receives?) (?:any )?(?:e-?)?(?:mail|messages)\b(?! (?:from|to|by|via|over|with|w"
    r"|that|of|at|in|larger|unless|because|due|until|for (?:now|\S+ from)))"
)

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
    r"|here)|no valid recipient found|no mailbox(?! (?:space|quota|storage))",
    r"no such (?:user|mailbox|address|recipient|person|account|local|domain|host|alias)"
    r"|no one (?:\S+ )?(?:at|by|with) (?:this|that)",
    rf"{WHO}(?: \S+){{0,6}} (?:does not|doesn't|do not|don't|did not|didn't|no longer|may not) "
    r"(?:seem to |appear to )?(?:exist|valid|available|active|in use|on server|works? here"
    r"|have an? "
    rf"|{_TAKES})",
    r"doesn't have an? \S+ account|has been replaced by",
    rf"no longer (?:on server|valid|exists|available|with|here|in use|{_TAKES})"
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
    r"|removed|retired|cancell?ed)",
    r"(?:couldn't|could not|wasn't|cannot|can't) be found|address not found|addressee unknown"
    r"|unknown addressee",
    r"(?:invalid|unknown) (?:final )?delivery user(?:id)?|adresse (?:\S+ ){0,3}(?:invalide|inconnue"
    r"|inexistante)",
    r"(?:utilisateur|destinataire|boîte) (?:\S+ ){0,3}(?:inconnue?|inexistante?)"
    r"|adresse d au moins",
    r"(?:usuario|dirección|buzón|cuenta|destinatario) (?:\S+ ){0,4}(?:desconocid[oa]|inexistente"
    r"|inválid[oa])",
    r"(?:usuário|endereço|destinatário"
    r"|conta) (?:\S+ ){0,4}(?:desconhecid[oa]"
    r"|inexistente|inválid[oa])",
    r"(?:benutzer|empfänger|adresse|postfach) (?:\S+ ){0,4}(?:unbekannt|ungültig)",
    r"utente (?:\S+ ){0,3}(?:sconosciuto|inesistente)|indirizzo (?:\S+ ){0,3}(?:inesistente"
    r"|non valido)",
    r"неизвестный (?:пользователь|получатель)",
    r"(?:用户|邮箱|收件人|地址)(?:名)?(?:不存在|未找到|无效|错误)|宛先不明|无此用户",
    r"nieznany (?:odbiorca|użytkownik)|(?:címzett|felhasználó) ismeretlen|geçersiz alıcı",
    r"onbekende (?:ontvanger|gebruiker)|ok[äa]nd (?:mottagare|användare)|ukjent (?:mottaker"
    r"|bruker)",
    r"has moved|mailbox moved|no forwarding|address (?:has )?changed|new e-?mail address",
    rf"(?:host|domain|mail server|name server|system)s?(?: \S+){{0,3}} {IS}(?:unknown|not found"
    r"|not exist)"
    rf"|domain must exist",
    r"unknown (?:host|domain|mail server|system)|(?:host|domain|site) (?:name )?(?:not found"
    r"|unknown)",
    r"indicated no smtp service|nxdomain|non-?existent (?:host|domain)|(?:invalid|illegal) (?:host"
    r"|domain)|bad destination system",
    r"couldn't find (?:a |any )?(?:mail exchanger|host|gateway)|could not find a gateway"
    r"|no mail exchanger",
    r"unrouteable (?:address|mail domain)|unroutable|name or service not known|no relevant answers"
    r"|host or domain name not found|null ?mx",
    rf"(?:does not|doesn't) (?:currently )?{_TAKES}",
)

VAGUE = (
    r"mailbox unavailable|mailbox not available|recipient rejected|account (?:is )?unavailable",
)

# “… does not exist”: only beside a word for what a mail is addressed to.
BARE = (
    r"(?:does not|doesn't) (?:\S+ ){0,2}exist|n'existe pas|no existe[ns]?\b|não existe",
    r"existiert nicht|nicht bekannt|таких? (?:\S+ ){0,2}нет\b|такого (?:\S+ ){0,2}нет\b",
    r"не зарегистрирован|не существует|не найден|несуществующ|нет такого|не існує|не знайден",
    r"找不到|無效|見つかりません|存在しません|不存在|존재하지|찾을 수 없",
    r"nie istnieje|nie ma takiego|neexist|nu există|no existeix|nem létezik|bulunamadı"
    r"|mevcut değil",
    r"bestaat niet|finns inte|finnes ikke|findes ikke|ei löydy|ei ole olemassa",
    r"δεν υπάρχει|غير موجود|لا يوجد|לא קיי|לא נמצא|không tồn tại|tidak ditemukan",
)
NAMED = (
    r"x@x|\buser|recipient|mail|address|account|alias|person|domain|\bhost\b|domínio|dominio",
    r"usu[aá]ri|destinat|correo|buz[oó]n|casilla|cuenta|conta\b|casella|utente|indirizzo"
    r"|utilisateur",
    r"adres|compte|bo[îi]te|benutzer|empfänger|postfach|konto|teilnehmer|bruker|bruger|användar",
    r"mottag|mottak|modtag|ontvanger|gebruiker|postvak|odbiorc|użytkownik|skrzynk|uživatel"
    r"|používate",
    r"příjemc|schránk|címzett|felhasznál|utilizator|usuari|kullanıcı|alıcı|vastaanottaj|käyttäj",
    r"пользоват|получател|ящик|адрес|користувач|одержувач|отримувач|χρήστη|παραλήπτ|διεύθυνσ",
    r"مستخدم|مستلم|عنوان|משתמש|נמען|כתובת|用户|用戶|邮箱|郵箱|收件|地址|账|帳|信箱|ユーザ|宛先"
    r"|アドレス|メール",
    r"受信者|사용자|수신|메일|계정|주소|người|hộp thư|pengguna|penerima",
)

# Beside words that the address is gone: the reply is, or may be, about something else.
OPPOSED = (
    r"denied|block(?:ed|ing|ed by)|polic(?:y|ies)|\bspam|reputation|black ?list|banned|not allowed"
    r"|permission|\brelay(?!=| recipient|ing, from mta)|administrative|restrict|\bspf\b|\bdmarc\b"
    r"|your (?:ip"
    r"|domain|server|host)"
    r"|too many|abuse|unsolicited|sender|not authori[sz]ed|sending|(?:return|from) address"
    r"|unresolvable"
    r"|\bhelo\b|\behlo\b|(?:this|your) ip\b|(?:ip|your(?: e?-?mail)?) address|direcci[óo]n ip"
    r"|inverso|(?:im"
    r"|in the) dns"
    r"|temporar|retry|in progress|in cache|\byet\b|lookup (?:fail|err|returned)|external|reply-to"
    r"|address family"
    r"|block list"
    r"|misconfig|(?:internal|backend|server|system|local|config\w*) error|authent|passw|contraseña"
    r"|mot de passe|\bsu (?:dominio|servidor)|votre (?:domaine|serveur|compte)|seu domínio|\bvaš"
    r"|ihre? (?:domain|server|konto|benutzer)|\btu[oa] |twoj|\buw |ваш|你的|您的|alan adınız"
    r"|rechner|逆引き|反向解析",
    r"дозвол|разреш|permis|autori[sz]|erlaub|berechtig|uprawni|zezwol|toestemming|tillåt|tillad"
    r"|tillat|izniniz|oprávn|engedély|許可|权限|權限|권한",
)

# A server that could not look the recipient up says nothing about them, however long it went on.
FOR_NOW = (r"temporar|\bldap\b|directory (?:service|server)|lookup fail|database",)
