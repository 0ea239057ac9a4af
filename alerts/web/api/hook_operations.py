"""Operations on hooks and channels: how they stand, and what `alerts hook` and `alerts channel` do."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from alerts.domain.api_token import TokenScope
from alerts.library.channels import ChannelStanding
from alerts.library.hooks import HookStanding
from alerts.web.api.channel_values import ApiChannel
from alerts.web.api.hook_values import ApiHook
from alerts.web.api.operation import ApiCall, CarriedOut, NoQuery, Operation
from alerts.web.api.problems import missing

ADMIN, OWN = TokenScope.ADMIN, CarriedOut.OWN
PostNumber = Annotated[int, Meta(ge=1, le=2**53)]


class HookAnswered(msgspec.Struct):
    """What a hook answered to a test: whether it took the event, and its words."""

    name: str
    taken: bool
    answer: str


class PostsNamed(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Held posts, by their numbers in `open` of a channel."""

    numbers: Annotated[list[PostNumber], Meta(min_length=1, max_length=1000)]


class PostsDecided(msgspec.Struct):
    """How many posts were settled; those that are not held are left alone."""

    changed: int


def _hooks(call: ApiCall[Any, Any]) -> list[ApiHook]:
    return [ApiHook.of(one) for one in call.project.hooks.list()]


def _hook(call: ApiCall[Any, Any]) -> HookStanding:
    for one in call.project.hooks.list():
        if one.endpoint.name == call.path["name"]:
            return one
    raise missing("there is no hook of that name")


def _test_hook(call: ApiCall[NoQuery, None]) -> HookAnswered:
    name = _hook(call).endpoint.name
    answer = call.project.hooks.test(name)
    return HookAnswered(name, answer.taken, answer.words)


def _retry_hook(call: ApiCall[NoQuery, None]) -> ApiHook:
    (found,) = call.project.hooks.retry(_hook(call).endpoint.name)
    return ApiHook.of(found)


def _channels(call: ApiCall[Any, Any]) -> list[ApiChannel]:
    return [ApiChannel.of(one) for one in call.project.channels.list()]


def _channel(call: ApiCall[Any, Any]) -> ChannelStanding:
    for one in call.project.channels.list():
        if one.channel.name == call.path["name"]:
            return one
    raise missing("there is no channel of that name")


def _retry_channel(call: ApiCall[NoQuery, None]) -> ApiChannel:
    (found,) = call.project.channels.retry(_channel(call).channel.name)
    return ApiChannel.of(found)


def _accept(call: ApiCall[NoQuery, PostsNamed]) -> PostsDecided:
    return PostsDecided(call.project.channels.accept(*call.body.numbers, by=call.by))


def _repeat(call: ApiCall[NoQuery, PostsNamed]) -> PostsDecided:
    return PostsDecided(call.project.channels.repeat(*call.body.numbers, by=call.by))


OPERATIONS = (
    Operation("GET", "/hooks", "Who is told of what, and how it stands.", _hooks, list[ApiHook]),
    Operation(
        "POST",
        "/hooks/{name}/test",
        "Send an event `alerts.test` to a hook, now.",
        _test_hook,
        HookAnswered,
        ADMIN,
        OWN,
    ),
    Operation(
        "POST",
        "/hooks/{name}/retry",
        "Tell a hook now what waits or was given up.",
        _retry_hook,
        ApiHook,
        ADMIN,
        OWN,
    ),
    Operation(
        "GET",
        "/channels",
        "Where issues are posted besides being mailed, and how it stands.",
        _channels,
        list[ApiChannel],
    ),
    Operation(
        "POST",
        "/channels/{name}/retry",
        "Post now what waits or was given up; what is held is left alone.",
        _retry_channel,
        ApiChannel,
        ADMIN,
        OWN,
    ),
    Operation(
        "POST",
        "/channels/posts/accept",
        "Settle that held posts are there: they are not posted again.",
        _accept,
        PostsDecided,
        ADMIN,
        CarriedOut.WRITE,
        body=PostsNamed,
    ),
    Operation(
        "POST",
        "/channels/posts/repeat",
        "Settle that held posts are not there: the next run posts them.",
        _repeat,
        PostsDecided,
        ADMIN,
        CarriedOut.WRITE,
        body=PostsNamed,
    ),
)
