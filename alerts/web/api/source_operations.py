"""Operations on sources and partner organisations."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from alerts.domain.api_token import TokenScope
from alerts.domain.article import Profile
from alerts.store.sources import StoredSource
from alerts.web.api.operation import ApiCall, ApiReply, CarriedOut, NoQuery, Operation
from alerts.web.api.pages import ListPage, PageQuery, number_of, paged
from alerts.web.api.problems import CONFLICT, ProblemFault, missing

WRITE = TokenScope.WRITE
Location = Annotated[str, Meta(min_length=1, max_length=2000)]
Word = Annotated[str, Meta(max_length=100)]
Slug = Annotated[str, Meta(min_length=1, max_length=60, pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
Url = Annotated[str, Meta(max_length=2000)]
Descriptions = Annotated[dict[str, str], Meta(max_length=60, description="By language.")]


class ApiSource(msgspec.Struct):
    """A source, and how its last collection went (`fault` empty: well)."""

    id: int
    location: str
    kind: str
    section: str
    language: str
    profile: str
    tags: list[str]
    articles: int
    collected_at: str
    fault: str
    gone: bool
    moved_to: str

    @classmethod
    def of(cls, kept: StoredSource) -> "ApiSource":
        """The value of a source."""
        one = kept.source
        return cls(
            id=one.id,
            location=one.location,
            kind=str(one.kind),
            section=one.section,
            language=one.language,
            profile=one.profile,
            tags=[*one.tags],
            articles=kept.articles,
            collected_at=kept.collected_at or "",
            fault=kept.fault or "",
            gone=kept.gone,
            moved_to=one.moved_to,
        )


class SourceNew(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A source to add; its kind is found out where it is empty. Files of the server are added by its
    admin alone."""

    location: Location
    kind: Word = ""
    section: Word = ""
    language: Word = ""
    profile: Word = ""
    tags: Annotated[list[Word], Meta(max_length=50)] = []


class SourceMove(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Where a source is now; empty: where its server says."""

    to: Annotated[str, Meta(max_length=2000)] = ""


class ApiProfile(msgspec.Struct):
    """A partner organisation."""

    slug: str
    name: str
    link: str
    logo: str
    descriptions: dict[str, str]

    @classmethod
    def of(cls, one: Profile) -> "ApiProfile":
        """The value of a profile."""
        return cls(one.slug, one.name, one.link, one.logo, dict(one.descriptions))


class ProfileNew(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An organisation to add."""

    slug: Slug
    name: Annotated[str, Meta(min_length=1, max_length=200)]
    link: Url = ""
    logo: Url = ""
    descriptions: Descriptions = {}


class ProfileChange(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change of it; an empty text removes a value."""

    name: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    link: Url | UnsetType = UNSET
    logo: Url | UnsetType = UNSET
    descriptions: Descriptions | UnsetType = UNSET


def _sources(call: ApiCall[PageQuery, None]) -> ApiReply:
    after = number_of(call.query.after)
    found = (one for one in call.project.sources.kept() if one.source.id > after)
    return paged(call, found, ApiSource.of, lambda one: one.source.id)


def _kept(call: ApiCall[Any, Any]) -> StoredSource:
    for one in call.project.sources.kept():
        if str(one.source.id) == call.path["id"]:
            return one
    raise missing("there is no source of that number")


def _source(call: ApiCall[Any, Any]) -> ApiSource:
    return ApiSource.of(_kept(call))


def _remote(location: str) -> str:
    """The location, if it is not a file of this machine, which no other program may choose."""
    if not location.strip().lower().startswith(("http://", "https://")):
        raise ProblemFault(
            CONFLICT,
            "location: only an address on the web can be added by the API",
            "location",
            "write http://… or https://…; other sources are added by `alerts source add`",
        )
    return location


def _add_source(call: ApiCall[NoQuery, SourceNew]) -> ApiReply:
    new = call.body
    done = call.project.sources.add(
        _remote(new.location),
        kind=new.kind,
        section=new.section,
        language=new.language,
        profile=new.profile,
        tags=new.tags,
    )
    kept = next(one for one in call.project.sources.kept() if one.source.id == done.source.id)
    where = {"Location": call.at(f"/sources/{done.source.id}")}
    return ApiReply(ApiSource.of(kept), 201 if done.new else 200, where)


def _remove_source(call: ApiCall[NoQuery, None]) -> None:
    call.project.sources.remove(str(_kept(call).source.id))


def _move_source(call: ApiCall[NoQuery, SourceMove]) -> ApiSource:
    kept = _kept(call)
    to = _remote(call.body.to) if call.body.to else ""
    call.project.sources.move(str(kept.source.id), to)
    return _source(call)


def _profiles(call: ApiCall[PageQuery, None]) -> ApiReply:
    every = sorted(call.project.profiles, key=lambda one: one.slug)
    places = {one.slug: place for place, one in enumerate(every, 1)}
    return paged(
        call, every[number_of(call.query.after) :], ApiProfile.of, lambda one: places[one.slug]
    )


def _profile(call: ApiCall[Any, Any]) -> ApiProfile:
    found = call.project.profiles.find(call.path["slug"])
    if found is None:
        raise missing("there is no such organisation")
    return ApiProfile.of(found)


def _add_profile(call: ApiCall[NoQuery, ProfileNew]) -> ApiReply:
    new = call.body
    added = call.project.profiles.add(
        new.slug, name=new.name, link=new.link, logo=new.logo, descriptions=new.descriptions
    )
    found = call.project.profiles.find(new.slug)
    assert found is not None  # noqa: S101 - it was just added
    where = {"Location": call.at(f"/profiles/{new.slug}")}
    return ApiReply(ApiProfile.of(found), 201 if added else 200, where)


def _edit_profile(call: ApiCall[NoQuery, ProfileChange]) -> ApiProfile:
    _profile(call)
    given = {
        name: value
        for name in ("name", "link", "logo", "descriptions")
        if (value := getattr(call.body, name)) is not UNSET
    }
    call.project.profiles.edit(call.path["slug"], **given)
    return _profile(call)


def _remove_profile(call: ApiCall[NoQuery, None]) -> None:
    _profile(call)
    call.project.profiles.remove(call.path["slug"])


OWN = CarriedOut.OWN
_SOURCE, _PROFILE = "/sources/{id}", "/profiles/{slug}"
OPERATIONS = (
    Operation(
        "GET",
        "/sources",
        "Where articles are collected.",
        _sources,
        ListPage[ApiSource],
        query=PageQuery,
    ),
    Operation(
        "POST",
        "/sources",
        "Add a source; it is read first.",
        _add_source,
        ApiSource,
        WRITE,
        OWN,
        body=SourceNew,
        status=201,
        again=True,
    ),
    Operation("GET", _SOURCE, "One source.", _source, ApiSource),
    Operation(
        "DELETE",
        _SOURCE,
        "Forget a source; its articles stay.",
        _remove_source,
        scope=WRITE,
        carried=OWN,
    ),
    Operation(
        "POST",
        f"{_SOURCE}/move",
        "Have a source be at another address.",
        _move_source,
        ApiSource,
        WRITE,
        OWN,
        body=SourceMove,
    ),
    Operation(
        "GET",
        "/profiles",
        "The partner organisations.",
        _profiles,
        ListPage[ApiProfile],
        query=PageQuery,
    ),
    Operation(
        "POST",
        "/profiles",
        "Add an organisation.",
        _add_profile,
        ApiProfile,
        WRITE,
        OWN,
        body=ProfileNew,
        status=201,
        again=True,
    ),
    Operation("GET", _PROFILE, "One organisation.", _profile, ApiProfile),
    Operation(
        "PATCH",
        _PROFILE,
        "Change an organisation.",
        _edit_profile,
        ApiProfile,
        WRITE,
        OWN,
        body=ProfileChange,
    ),
    Operation(
        "DELETE",
        _PROFILE,
        "Remove an organisation; its articles stay.",
        _remove_profile,
        scope=WRITE,
        carried=OWN,
    ),
)
