"""Operations on articles."""

import re
from collections.abc import Callable
from typing import Any

from alerts.domain.api_token import TokenScope
from alerts.domain.errors import UsageError
from alerts.library.article_results import ArticleChanged
from alerts.store.articles import StoredArticle
from alerts.web.api.article_values import (
    ApiArticle,
    ArticleChange,
    ArticleDone,
    ArticleMove,
    ArticleNew,
    OtherArticle,
    StoryMember,
    TranslationGiven,
    VoidedApproval,
)
from alerts.web.api.month_path import asked_month
from alerts.web.api.operation import ApiCall, ApiReply, CarriedOut, NoQuery, Operation
from alerts.web.api.pages import ListPage, number_of, paged
from alerts.web.api.problems import missing
from alerts.web.api.work_values import MonthPageQuery

WRITE, OWN = TokenScope.WRITE, CarriedOut.OWN
_ID = re.compile("[0-9a-f]{10}")


def _kept(call: ApiCall[Any, Any], id_: str = "") -> StoredArticle:
    """The article with exactly that id; a problem where there is none."""
    wanted = id_ or call.path["id"]
    try:
        found = call.project.articles.find(wanted) if _ID.fullmatch(wanted) else None
    except UsageError:
        found = None
    if found is None or found.article.id != wanted:
        raise missing("there is no article of that id")
    return found


def _list(call: ApiCall[MonthPageQuery, None]) -> ApiReply:
    every = call.project.articles.list(asked_month(call))
    places = {one.article.id: place for place, one in enumerate(every, 1)}
    after = number_of(call.query.after)
    return paged(call, every[after:], ApiArticle.of, lambda one: places[one.article.id])


def _show(call: ApiCall[NoQuery, None]) -> ApiArticle:
    return ApiArticle.of(_kept(call))


def _add(call: ApiCall[NoQuery, ArticleNew]) -> ApiReply:
    new = call.body
    done = call.project.articles.add(
        new.url, month=new.month or None, by=call.by, read=new.read, **new.given()
    )
    kept = done.article
    notes = [*done.notes, *done.doubts, *filter(None, [done.unread])]
    voided = [VoidedApproval(str(one.month), [*one.names]) for one in done.voided]
    where = {"Location": call.at(f"/articles/{kept.article.id}")}
    return ApiReply(ArticleDone(ApiArticle.of(kept), notes, voided), 201, where)


def _edit(call: ApiCall[NoQuery, ArticleChange]) -> ArticleDone:
    kept = _kept(call)
    return ArticleDone.of(call.project.articles.edit(kept, by=call.by, **call.body.given()))


def _translate(call: ApiCall[NoQuery, TranslationGiven]) -> ArticleDone:
    said, kept = call.body, _kept(call)
    done = call.project.articles.translate(
        kept, call.path["language"], title=said.title, summary=said.summary, by=call.by
    )
    return ArticleDone.of(done)


def _translation(call: ApiCall[NoQuery, None]) -> TranslationGiven:
    told = _kept(call).article.translations.get(call.path["language"])
    if told is None:
        return TranslationGiven()
    return TranslationGiven(title=told.title, summary=told.summary)


def _move(call: ApiCall[NoQuery, ArticleMove]) -> ArticleDone:
    to, kept = call.body, _kept(call)
    done = call.project.articles.move(
        kept, section=to.section or None, position=to.position, to=to.month or None, by=call.by
    )
    return ArticleDone.of(done)


def _join(call: ApiCall[NoQuery, OtherArticle]) -> ArticleDone:
    first, other = _kept(call), _kept(call, call.body.id)
    return ArticleDone.of(call.project.articles.join(first, other, by=call.by))


def _part(call: ApiCall[NoQuery, None]) -> ArticleDone:
    return ArticleDone.of(call.project.articles.part(_kept(call), by=call.by))


def _story(call: ApiCall[NoQuery, None]) -> list[StoryMember]:
    return [
        StoryMember(
            one.article.id,
            one.article.title,
            one.article.url,
            str(one.month),
            one.primary,
            one.language,
        )
        for one in call.project.articles.story(_kept(call))
    ]


def _simple(act: Callable[[ApiCall[Any, Any], StoredArticle], ArticleChanged]) -> Any:
    """A handler for an act that takes nothing but the article."""
    return lambda call: ArticleDone.of(act(call, _kept(call)))


_ONE = "/articles/{id}"
_ACTS: tuple[tuple[str, str, Any], ...] = (
    (
        "exclude",
        "Leave an article out of the issue.",
        lambda call, kept: call.project.articles.exclude(kept, by=call.by),
    ),
    (
        "include",
        "Include an excluded article again.",
        lambda call, kept: call.project.articles.include(kept, by=call.by),
    ),
    (
        "feature",
        "Put an article at the top of the issue.",
        lambda call, kept: call.project.articles.feature(kept, by=call.by),
    ),
    (
        "unfeature",
        "Remove an article from the top.",
        lambda call, kept: call.project.articles.feature(kept, on=False, by=call.by),
    ),
    (
        "take-source",
        "Use the source's version again.",
        lambda call, kept: call.project.articles.take_source(kept, by=call.by),
    ),
)
OPERATIONS = (
    Operation(
        "GET",
        "/articles",
        "The articles of a month, excluded ones too.",
        _list,
        ListPage[ApiArticle],
        query=MonthPageQuery,
    ),
    Operation(
        "POST",
        "/articles",
        "Add an article.",
        _add,
        ArticleDone,
        WRITE,
        OWN,
        body=ArticleNew,
        status=201,
    ),
    Operation("GET", _ONE, "One article.", _show, ApiArticle),
    Operation(
        "PATCH", _ONE, "Edit an article.", _edit, ArticleDone, WRITE, OWN, body=ArticleChange
    ),
    Operation(
        "GET",
        f"{_ONE}/translations/{{language}}",
        "Title and summary in a language.",
        _translation,
        TranslationGiven,
    ),
    Operation(
        "PUT",
        f"{_ONE}/translations/{{language}}",
        "Write title and summary in a language.",
        _translate,
        ArticleDone,
        WRITE,
        OWN,
        body=TranslationGiven,
    ),
    *(
        Operation("POST", f"{_ONE}/{name}", words, _simple(act), ArticleDone, WRITE, OWN)
        for name, words, act in _ACTS
    ),
    Operation(
        "POST",
        f"{_ONE}/move",
        "Move an article to another section, place or month.",
        _move,
        ArticleDone,
        WRITE,
        OWN,
        body=ArticleMove,
    ),
    Operation(
        "POST",
        f"{_ONE}/join",
        "Mark an article as a duplicate or a translation of another.",
        _join,
        ArticleDone,
        WRITE,
        OWN,
        body=OtherArticle,
    ),
    Operation(
        "POST",
        f"{_ONE}/part",
        "Make a duplicate an article of its own again.",
        _part,
        ArticleDone,
        WRITE,
        OWN,
    ),
    Operation("GET", f"{_ONE}/story", "The articles of the same story.", _story, list[StoryMember]),
)
