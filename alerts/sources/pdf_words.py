"""What the lines of a PDF file are: its title, abstract, authors, date. Pure."""

import re
from collections.abc import Iterator, Sequence

from alerts.sources.pdf_pages import Line
from alerts.text.words import words

_WORST = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel|publisher)|powerpoint)\b.*|untitled.*|document ?\d*|"
    r"(?:slide|layout|folie|diapositiva|diapositive) ?\d+|title|titre|título|\(?anonymous\)?|"
    r"presentation(?: title)?|print|scan.*|[\W\d_]*|.*\.(?:docx?|odt|rtf|indd|pdf|pptx?|qxp|qxd|tex|dvi|"
    r"pub|pages|ai|html?|txt|xlsx?)\s*",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    r"(?:microsoft )?(?:office )?(?:user|usuario|utilisateur|benutzer)\b.*|owner|author|admin\w*|guest|"
    r"windows.*|hp|dell|lenovo|user\d*|default|unknown|none|n/?a|.*@.*|[\W\d_]*",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"(?:\d{1,2}\.?\s+|[ivx]{1,4}\.\s+)?(?:abstract|summary|(?:executive|policy|report) summary|"
    r"summary of (?:the )?(?:report|findings|key findings)|key (?:findings|messages)|overview|at a glance|"
    r"resumen(?: ejecutivo)?|sumario(?: ejecutivo)?|síntesis|resumo(?: executivo)?|sumário(?: executivo)?|"
    r"résumé(?: exécutif| analytique)?|synthèse|sommaire exécutif|note de synthèse|zusammenfassung|"
    r"kurzfassung|sintesi|sommario|samenvatting|резюме|аннотация|краткое содержание|краткое изложение|"
    r"(?:ال)?ملخص(?: (?:ال)?تنفيذي)?|(?:ال)?خلاصة|موجز(?: تنفيذي)?|"
    r"摘要|内容提要|執行摘要|执行摘要|概要|要約)",
    re.IGNORECASE,
)
_RUNNING_ON = re.compile(r"\s*(?:[:.–—-]|\u2014)\s+(?=\S)")
_LEGAL = re.compile(
    r"©|\bISBN\b|\bISSN\b|all rights reserved|suggested citation|todos los derechos|tous droits|"
    r"creative commons|printed in|impreso en|cover photo|photo credit|foto de portada|www\.|https?://",
    re.IGNORECASE,
)
_MONTH = r"[^\W\d_]{3,12}\.?"
_DAY = re.compile(
    rf"\d{{1,2}}(?:st|nd|rd|th|er|º|\.)?(?: de| of)? {_MONTH}(?: de| del|,)? \d{{4}}|"
    rf"{_MONTH} \d{{1,2}}, \d{{4}}|\d{{4}}-\d{{2}}-\d{{2}}|\d{{4}}年\d{{1,2}}月\d{{1,2}}日"
)
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+", re.IGNORECASE)
_ISBN = re.compile(r"\bISBN(?:-1[03])?:?\s*([\d -]{9,17}[\dXx])\b")
_SENTENCE_END = re.compile(r"[.!?。؟！？।][”\"»’)]*$")
_NUMBERED = re.compile(r"\d{1,2}(?:\.\d{1,2})*\.?\s+[^\W\d_]")
_HYPHENATED = re.compile(r"(?<=[^\W\d_])[-\u2010]$")
_DENSE = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_CONFIRMED = 0.8  # of a title's words, so many are on the first pages
_ON_COVER = 0.9  # of the biggest size, what belongs to the title
_LONGEST_TITLE, _SHORTEST_ABSTRACT = 250, 80
_MOST_LINES = 40  # of an abstract


def title_of(told: Sequence[str], cover: Sequence[Line], text: Sequence[str]) -> str:
    """The title: a told one that the first pages confirm, else the biggest text of the cover, else a told
    one that is no file name or the like; "" where there is none."""
    fit = [one for one in told if not _WORST.fullmatch(one) and " " in one.strip()]
    known = set(words(" ".join(text[:150])))
    confirmed = [one for one in fit if _share(one, known) >= _CONFIRMED and len(words(one)) > 1]
    return next((one for one in (*confirmed, _biggest(cover), *fit) if one), "")


def _share(text: str, known: set[str]) -> float:
    said = words(text)
    return sum(word in known for word in said) / len(said) if said else 0.0


def _biggest(cover: Sequence[Line]) -> str:
    """The biggest lines that stand together and are more than a number or a single word, such as the
    year or the name of a series."""
    sizes = sorted({line.size for line in cover}, reverse=True)
    for size in sizes[:4]:
        found: list[str] = []
        for line in cover:
            if size * _ON_COVER <= line.size <= size / _ON_COVER:
                found.append(line.text)
            elif found:
                break
        title = _joined(found)
        lone = len(words(title)) < 2 and not _DENSE.search(title)
        if not lone and len(title) <= _LONGEST_TITLE and any(c.isalpha() for c in title):
            return title
    return ""


def people(told: Sequence[str], text: Sequence[str]) -> list[str]:
    """The authors that the metadata name and the first pages confirm, each once."""
    known = set(words(" ".join(text[:400])))
    names = [name.strip() for one in told for name in re.split(r"\s*[;|]\s*", one)]
    sure = [n for n in names if n and not _NOBODY.fullmatch(n) and _share(n, known) == 1]
    distinct = {" ".join(words(name)): name for name in sure}
    return list(distinct.values())[:10]


def cover_dates(cover: Sequence[Line]) -> Iterator[str]:
    """The days that stand on lines of their own, or with few words beside."""
    for line in cover:
        found = _DAY.search(line.text)
        if found and len(words(line.text.replace(found[0], ""))) <= 3:
            yield found[0]


def marks(text: Sequence[str]) -> list[str]:
    """Its DOI and ISBN, where the first pages name one alone."""
    first = "\n".join(text[:120])
    dois = {found.rstrip(".,;)").lower() for found in _DOI.findall(first)}
    isbns = {re.sub(r"[ -]", "", found) for found in _ISBN.findall(first)}
    named = [("doi", dois), ("isbn", isbns)]
    return [f"{kind}:{one}" for kind, found in named if len(found) == 1 for one in found]


def abstract(pages: Sequence[Sequence[str]]) -> str:
    """The text below the heading of an abstract or summary; "" where there is none.

    A table of contents has that heading, too, and no sentences below it.
    """
    for page, lines in enumerate(pages):
        for number, line in enumerate(lines):
            found = _HEADING.match(line)
            on = _RUNNING_ON.match(line, found.end()) if found else None
            if found and (found.end() == len(line.rstrip(" :.")) or on):
                begun = [line[on.end() :]] if on else []
                following = pages[page + 1] if page + 1 < len(pages) else []
                below = [*begun, *lines[number + 1 :], *following][:_MOST_LINES]
                if text := _prose_of(below):
                    return text
    return ""


def _prose_of(lines: Sequence[str]) -> str:
    """The first paragraphs of these lines, up to the next heading; "" where they are no sentences."""
    found: list[str] = []
    for paragraph in paragraphs(lines):
        if _is_prose(paragraph):
            found.append(paragraph)
        elif found:
            break
        elif len(paragraph) < _SHORTEST_ABSTRACT and _HEADING.match(paragraph):
            return ""
    text = " ".join(found)
    return text if len(text) >= (_SHORTEST_ABSTRACT if not _DENSE.search(text) else 25) else ""


def prose(pages: Sequence[Sequence[str]]) -> Iterator[str]:
    """The paragraphs of the first pages that are sentences of the text itself."""
    for lines in pages:
        for paragraph in paragraphs(lines):
            if _is_prose(paragraph) and not _LEGAL.search(paragraph):
                yield paragraph


def _is_prose(paragraph: str) -> bool:
    dense = _DENSE.search(paragraph)
    ends = re.search(r"[.!?。؟！？।]", paragraph)
    return (
        ends is not None and (len(paragraph) >= (20 if dense else 60)) and "....." not in paragraph
    )


def paragraphs(lines: Sequence[str]) -> Iterator[str]:
    """The paragraphs of these lines. A PDF file has no paragraphs: one ends where a line is shorter than
    the others and ends a sentence, where the size changes (an empty line), and where a numbered heading
    follows; a heading is a short line without a full stop before a capital."""
    width = sorted((len(line) for line in lines), reverse=True)[: max(1, len(lines) // 4)]
    usual = sum(width) / len(width) if width else 0
    begun: list[str] = []
    for number, line in enumerate(lines):
        if not line:
            if begun:
                yield _joined(begun)
            begun = []
            continue
        begun.append(line)
        following = lines[number + 1] if number + 1 < len(lines) else ""
        short = len(line) < 0.75 * usual
        ended = _SENTENCE_END.search(line) is not None
        capital = not following[:1].islower()
        heading = len(begun) == 1 and len(line) < 0.6 * usual and capital and not ended
        headed = ended and _NUMBERED.match(following) and len(following) < 0.6 * usual
        if not following or (short and ended) or heading or headed:
            yield _joined(begun)
            begun = []


def _joined(lines: Sequence[str]) -> str:
    """Lines as one text; a word that was divided at the end of a line is whole again."""
    text = ""
    for line in lines:
        if _HYPHENATED.search(text) and line[:1].islower():
            text = text[:-1] + line
        elif text and _DENSE.match(text[-1]) and _DENSE.match(line[:1]):
            text += line
        else:
            text = f"{text} {line}" if text else line
    return text.strip()
