"""What somebody wrote in a mail, without what they quote, their signature and the footers of lists. Pure.

A mail that is forwarded is what its sender means: its text is kept, without the fields above it. Nothing
is certain in a text that people wrote; an editor reads each before it is in an issue.
"""

import re
from collections.abc import Iterator, Sequence

_LONGEST_LINE = 5_000
_QUOTE = re.compile(r"^\s*(?:>|\|(?=\s))")
_FORWARDED = re.compile(
    r"^[\s>*_-]*(?:begin )?(?:forwarded message|mensaje reenviado|message (?:transféré|réexpédié)"
    r"|mensagem encaminhada|weitergeleitete nachricht|messaggio inoltrato"
    r"|пересланное сообщение|пересылаемое сообщение|رسالة معاد توجيهها)[\s:*_-]*$",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^[\s>*]*(?:from|sent|date|to|cc|bcc|subject|reply-to|de|enviado(?: el| em)?|fecha|para|asunto|envoyé"
    r"|à|objet|data|assunto|von|gesendet|datum|an|betreff|da|inviato|a|oggetto|от|отправлено|дата|кому|тема"
    r"|копия|من|التاريخ|إلى|الموضوع)\s*\*?\s*:\*?(?=\s|$)",
    re.IGNORECASE,
)
# What stands above a mail that is answered.
_ANSWERED = re.compile(
    r"^[\s>-]*(?:original message|mensaje original|message d['’]origine|mensagem original"
    r"|ursprüngliche nachricht|messaggio originale|исходное сообщение|الرسالة الأصلية)[\s:-]*$"
    r"|^\s*(?:on|el|le|em|no dia|am|il|den)\b.{4,200}\b(?:wrote|escribió|a écrit|escreveu|schrieb|ha scritto"
    r"|skrev)\s*:\s*$"
    r"|^.{4,200}(?:пишет|написал(?:а|\(а\))?|كتب(?:ت)?)\s*:\s*$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"^(?:-- ?|—|_{5,}|-{5,}|={5,}|\*{5,})$"
    r"|^(?:sent from my |get outlook for |sent via |sent with |enviado desde mi |envoyé de(?:puis)? mon "
    r"|enviado do meu |von meinem .{1,30} gesendet|inviato da |отправлено (?:с|из) |أرسلت من ).{0,80}$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^(?:(?:best|kind|warm(?:est)?|with (?:best|kind|warm)) (?:regards|wishes)|regards|best|thanks"
    r"|many thanks|thank you|in solidarity|solidarity|yours(?: sincerely| faithfully)?|sincerely|cheers"
    r"|warmly|un saludo|saludos(?: cordiales)?|cordialmente|gracias|un abrazo|abrazos|cordialement"
    r"|bien (?:cordialement|à vous)|merci|salutations|atenciosamente|abraços?|obrigad[oa]"
    r"|mit freundlichen grüßen|viele grüße|danke|cordiali saluti|grazie|с уважением|спасибо"
    r"|مع التحية|تحياتي|شكرا)\s*[,.!،]?$",
    re.IGNORECASE,
)
_FEW_LINES = 8  # after a closing: a name and where somebody works
_GREETING = re.compile(
    r"^(?:hi|hello|dear|hey|good (?:morning|afternoon|evening)|hola|buen[oa]s|querid[oa]s?|estimad[oa]s?"
    r"|bonjour|salut|chère?s?|olá|oi|car[oa]s?|prezad[oa]s?|bom dia|hallo|liebe[rs]?|sehr geehrte|ciao"
    r"|gentile|здравствуйте|добрый день|привет|дорогие|مرحبا|السلام عليكم|عزيزي)\b.{0,60}[,!:،.]?$",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"unsubscribe|you (?:are )?receiv(?:ed|ing) this|darse de baja|désabonner|désinscrire|descadastr"
    r"|cancelar (?:a |la )?(?:su|ins)cri|abmelden|отписаться|إلغاء الاشتراك"
    r"|this e-?mail (?:and any|may contain|is confidential|message)|the information (?:contained )?in this"
    r"|to view this discussion|mailing list\b.{0,60}https?://|view this e-?mail in your browser",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://[^\s<>\"“”«»\[\]{}|\\^`]{4,2000}", re.IGNORECASE)
_LINK = re.compile(r"[<(\[]?https?://[^\s<>\"]+[>)\]]?", re.IGNORECASE)
_SENTENCES = re.compile(r"((?:.*[.!?…。؟])?)(.*)", re.DOTALL)  # whole sentences, and what follows
_FEW_WORDS = 80  # characters
_MARKS = " .,;:!)>]"
_NOT_MEANT = re.compile(
    r"unsub|optout|opt-out|list-?manage|mailman|/listinfo|manage[-_]?(?:preferences|subscription)|preferences"
    r"|viewinbrowser|view[-_]in[-_]browser|groups\.google\.com/(?:d/(?:msgid|optout)|group)|aka\.ms/"
    r"|/(?:track|open)/|\.(?:png|gif|jpe?g|svg)(?:\?|$)|zoom\.us/j/|teams\.microsoft\.com/l/",
    re.IGNORECASE,
)
_TAGS = re.compile(
    r"^\s*(?:(?:re|aw|sv|vs|antw|rv|res|fwd?|fw|tr|wg|enc|i|rif|ynt|отв?|пересл?)\s*(?:\[\d+\])?\s*:\s*"
    r"|\[[^\[\]]{1,40}\]\s*)+",
    re.IGNORECASE,
)


def written(text: str) -> list[str]:
    """The paragraphs that the sender wrote, or forwards, each on one line."""
    return list(_paragraphs(_without_closing(list(_said(text)))))


def links(text: str) -> Iterator[str]:
    """The addresses of web pages in a text, in its order; none that are for a list or a picture."""
    for found in _ADDRESS.finditer(text):
        url = found[0].rstrip(".,;:!?'’*_")
        while url.endswith(")") and url.count(")") > url.count("("):
            url = url[:-1].rstrip(".,;:!?")
        if meant(url):
            yield url


def without_links(paragraph: str) -> str:
    """A paragraph without addresses of pages, nor the few words that only lead to one: “Read it here:”."""
    kept: list[str] = []
    at = 0
    for link in _LINK.finditer(paragraph):
        piece, at = paragraph[at : link.start()].lstrip(_MARKS), link.end()
        following = paragraph[at:].lstrip(_MARKS)
        ended = _SENTENCES.fullmatch(piece)
        leads = link[0][0] != "(" and not following[:1].islower()
        if leads and ended and len(ended[2]) <= _FEW_WORDS:
            piece = ended[1]
        kept.append(piece)
    kept.append(paragraph[at:].lstrip(_MARKS) if at else paragraph)
    return " ".join(filter(None, map(str.strip, kept)))


def meant(url: str) -> bool:
    """False for an address that the footer of a list, a program for mail or a picture has."""
    return not _NOT_MEANT.search(url)


def subject(text: str) -> str:
    """A subject without Re:, Fwd: and the name of a list in brackets."""
    return _TAGS.sub("", text[:1_000])


def _said(text: str) -> Iterator[str]:
    """The lines until the first that ends what was written, without greeting and quoted lines."""
    lines = [line[:_LONGEST_LINE].rstrip() for line in text.replace("\xa0", " ").split("\n")]
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    forwarded = fields = False
    for number, line in enumerate(lines[first:]):
        bare = line.strip()
        if _FORWARDED.match(bare):
            forwarded = fields = True
            continue
        if fields:
            if not bare or _FIELD.match(line):
                continue
            fields = False
        if forwarded and _QUOTE.match(line):
            line = _QUOTE.sub("", line)
            bare = line.strip()
            if _FIELD.match(bare):
                continue
        if _QUOTE.match(line):
            continue
        if _ends(lines[first + number :], bare):
            return
        if number == 0 and _GREETING.match(bare):
            continue
        yield line


def _ends(rest: Sequence[str], bare: str) -> bool:
    """True for a line that begins a signature, a footer, or the mail that is answered."""
    if _SIGNATURE.match(bare) or _FOOTER.search(bare):
        return True
    wrapped = f"{bare} {rest[1].strip()}" if len(rest) > 1 else bare  # “On … wrote:” on two lines
    if _ANSWERED.match(bare) or (len(bare) > 10 and _ANSWERED.match(wrapped)):
        return True
    return sum(bool(_FIELD.match(line)) for line in rest[:4]) >= 3  # as Outlook quotes


def _without_closing(lines: list[str]) -> list[str]:
    """The lines without a closing, such as “Best regards,”, and the name below it."""
    told = [n for n, line in enumerate(lines) if line.strip()]
    for number in told[-_FEW_LINES:]:
        if number and _CLOSING.match(lines[number].strip()):
            return lines[:number]
    return lines


def _paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """The paragraphs of hard-wrapped lines."""
    paragraph: list[str] = []
    for line in (*lines, ""):
        if line.strip():
            paragraph.append(line.strip())
        elif paragraph:
            yield " ".join(paragraph)
            paragraph = []
