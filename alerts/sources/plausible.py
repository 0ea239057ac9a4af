"""Judges whether what was collected can be an article, and says why not.

Pure. A page that answers 200 may be an error, a wall or a form; a site may give all of its pages one
title. Nothing here is certain, so what it finds is left out of the issue until an editor includes it
(`quarantine.py`), and never deleted.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from alerts.domain.article import Article
from alerts.domain.confidence import Confidence
from alerts.domain.printable import printable
from alerts.sources.error_pages import KINDS, NOTHING_SAID, normal
from alerts.sources.page_signs import signs_of
from alerts.text.aliases import is_front, linked_as, site_of
from alerts.text.telling import telling
from alerts.text.urls import page_of
from alerts.text.words import words

_FIRST = 1971  # a system that has lost a date gives 1 January 1970
_A_DAY_AHEAD = timedelta(days=1)  # noon of today somewhere else
_AHEAD = timedelta(days=366)  # what is announced may be of next year
_SHORT_TEXT = 250  # words that an error page has at most, with what it suggests instead
_FEW = 60  # words of a page that is an article only if something else says so
_NAME = 6  # words that the name of a site has at most
_SAME = 6  # fewer words of its own than these do not make a text another one
_SHARED = 8  # words that two pages must have in common for one text
_READ = 2000  # characters of a text in which the words of a link are looked for
_DIVIDED = re.compile(r"\s*[|»›·•]\s*|\s+[–—-]\s+|[–—]")
_NUMBERED = re.compile(
    r"\b(?:http |error |erreur |erro |oops |sorry |ops |status )*[45]\d\d\b(?: error)?"
    r"|(?<=found) \d$"
    r"|^(?:oops|ops|sorry|whoops|uh oh|lo sentimos|desole) |^(?:the|this|la|a) "
)
_ADDRESS = re.compile(
    r"(?:https?://|www\.)\S+|[\w.-]+\.[a-z]{2,}/\S*|[\w%.-]+\.(?:html?|php|aspx?|pdf|docx?)"
)
_LABELS = frozenset(
    words(
        """by author authors date published posted updated submitted on in at category categories tags tag
        keywords section source read more continue reading min comments comment share
        por autor autora fecha publicado publicada categoria categorias etiquetas el en leer mas
        par auteur date publie publiee le dans categorie categories etiquettes lire la suite
        data publicado em categoria categorias ler mais
        автор дата опубликовано рубрика категория теги метки
        الكاتب التاريخ نشر في التصنيف الوسوم
        monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun
        january february march april may june july august september october november december
        jan feb mar apr jun jul aug sep sept oct nov dec am pm utc gmt
        enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
        janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
        janeiro fevereiro marco junho julho setembro outubro novembro dezembro
        января февраля марта апреля мая июня июля августа сентября октября ноября декабря de del du"""
    )
)


def doubts(
    article: Article, siblings: Iterable[Article] = (), *, page: bool, found: bool = False
) -> tuple[str, ...]:
    """Why an article is not plausible, in words that follow “held:”; empty where nothing is wrong.

    `page`: it was read from a web page; `found`: a program found that page, and no person has named it.
    `siblings` are other pages of its site, those of the same
    reading too.
    """
    return tuple(why for _, why in implausible(article, siblings, page=page, found=found))


def implausible(
    article: Article, siblings: Iterable[Article] = (), *, page: bool, found: bool = False
) -> tuple[tuple[str, str], ...]:
    """The same with the field that each is about: title, summary or, of the whole page, url."""
    doubted = [("title", _no_title(article)), ("summary", _repeats_metadata(article))]
    if page:
        doubted += [
            ("url", _no_article(article)),
            ("url", _not_the_link(article)),
            ("url", _like_a_sibling(article, siblings)),
            ("url", _says_too_little(article, found=found)),
        ]
    return tuple((field, why) for field, why in doubted if why)


def wrong_date(article: Article, now: datetime) -> str:
    """Why the date of an article cannot be that of its publication; "" where it can."""
    at = article.published
    if at is None or (at.year >= _FIRST and at <= now + _AHEAD):
        return ""
    return f"its date, {at:%Y-%m-%d}, cannot be right"


def of_something_ahead(article: Article, now: datetime) -> bool:
    """True for a date that no source declares and that is still to come: that of an event it announces."""
    sure = all(one.field != "published" for one in article.confidence)
    return not sure and article.published is not None and article.published > now + _A_DAY_AHEAD


def _no_title(article: Article) -> str:
    title = article.title.strip()
    parts = urlsplit(article.url)
    own = unquote(f"{parts.netloc}{parts.path}").rstrip("/")
    if _ADDRESS.fullmatch(title.casefold()) or title.rstrip("/") == own:
        return "its title is an address"
    if not words(title):
        return f"{NOTHING_SAID.reason} (“{printable(title, 60)}”)"
    return ""


def _repeats_metadata(article: Article) -> str:
    """A summary of field labels, names and dates: nothing in it is a sentence about its subject."""
    said = words(article.summary)
    if not said or words(article.title) == said:
        return ""
    known = {*words(article.title), *words(article.author), *_LABELS}
    known.update(word for tag in article.tags for word in words(tag))
    left = [word for word in said if word not in known and not word.isdigit()]
    told = any(word in _LABELS or word.isdigit() for word in said)
    return "its summary only repeats title, author, date or tags" if told and not left else ""


def _no_article(article: Article) -> str:
    """A page of a known kind that is no article, by its title or its short text."""
    if len(words(article.text)) > _SHORT_TEXT:
        return ""
    named = _by_title(article.title)
    if named and not (linked_as(article) and _agrees(linked_as(article), article.title)):
        return named
    if _front_again(article):
        return "its link leads to the front page of the site"
    if article.author and words(article.title) == words(article.author):
        return "its title is only the name of its site"
    return _by_text(article)


def _says_too_little(article: Article, *, found: bool) -> str:
    """A few words without date and without a declared title, to which no link with its words has led: what
    pages that are no article have in common in all languages. A page that a person has named is let pass,
    unless its heading is not what it calls itself (`page_name.py`)."""
    if len(words(article.text)) > _FEW or article.published is not None:
        return ""
    doubt = next((one for one in article.confidence if one.field == "title"), None)
    if doubt is None or not (found or doubt.confidence is Confidence.GUESS):
        return ""
    if _agrees(linked_as(article), article.title):
        return ""
    return "its page has few words, no date and no description of itself"


def _by_title(title: str) -> str:
    parts = [part for part in _DIVIDED.split(title) if part.strip()]
    tails = [tail for part in parts if len(words(tail := part.rpartition(": ")[2])) > 1]
    for part in (*parts, *tails):
        said = normal(part)
        bare = _NUMBERED.sub("", said).strip()
        rest = len(words(title)) - len(words(part))
        for kind in KINDS:
            if rest <= _NAME and ({said, bare} & kind.titles or (said and not bare)):
                return f"{kind.reason} (“{printable(title, 60)}”)"
    whole = normal(title)
    return next((f"{kind.reason} (“{printable(title, 60)}”)" for kind in KINDS
                 if kind.phrases.search(whole)), "")  # fmt: skip


def _by_text(article: Article) -> str:
    """What a short text says, unless the page has a summary of its own beside it."""
    summary, text = normal(article.summary), normal(article.text)
    taken = summary[:60] in text
    read = f"{summary} {text}" if taken else summary
    found = next((kind.reason for kind in KINDS
                  if kind is not NOTHING_SAID and kind.phrases.search(read)), "")  # fmt: skip
    found = found or signs_of(f"{article.title} {read}")
    return f"{found}, by its text" if found else ""


def _front_again(article: Article) -> bool:
    """True where the page behind a link to somewhere else is the front page of the site."""
    return bool(linked_as(article)) and is_front(article.url)


def _not_the_link(article: Article) -> str:
    """The title of a page that has no word of the link that led to it, nor has its text most of them."""
    said = telling(linked_as(article))
    if len(said) < 2 or said & telling(article.title) or not telling(article.title):
        return ""
    read = telling(f"{article.summary} {article.text[:_READ]}")
    if len(said & read) * 2 >= len(said):
        return ""
    title, link = printable(article.title, 60), printable(linked_as(article), 60)
    return f"its title “{title}” contradicts its link “{link}”"


def _agrees(link: str, title: str) -> bool:
    said = telling(link)
    return bool(said) and len(said & telling(title)) * 2 >= len(said)


def _like_a_sibling(article: Article, siblings: Iterable[Article]) -> str:
    """Another page of the site that has the same title or text, though it is about something else."""
    mine = page_of(article.url)
    others = [
        one for one in siblings
        if page_of(one.url) != mine and site_of(one.url) == site_of(article.url)
    ]  # fmt: skip
    linked = bool(linked_as(article)) and _agrees(linked_as(article), article.title)
    for other in others:
        if linked and linked_as(other) and normal(linked_as(other)) == normal(linked_as(article)):
            continue  # one article that is listed twice
        if normal(other.title) == normal(article.title):
            if not linked:
                return f"another page of its site has the same title: {other.url}"
        elif _same_text(article, other):
            return f"another page of its site has the same text: {other.url}"
    return ""


def _same_text(one: Article, other: Article) -> bool:
    """True where both say the same, but for a few words; a common footer alone is not enough."""
    said, read = telling(one.title), telling(one.summary)
    if said and len(said & read) * 2 >= len(said):
        return False  # whatever else has it, it is a text about this title
    mine, theirs = _lines(one), _lines(other)
    if sum(map(len, mine & theirs)) < _SHARED:
        return False
    return all(sum(map(len, own)) < _SAME for own in (mine - theirs, theirs - mine))


def _lines(article: Article) -> frozenset[tuple[str, ...]]:
    """The sentences of summary and text, as words."""
    parts = re.split(r"(?<=[.!?…。])\s+|\n+", f"{article.summary}\n{article.text}")
    return frozenset(line for part in parts if (line := tuple(words(part))))
