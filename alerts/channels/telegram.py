"""Posts to a chat or channel of Telegram by a bot (core.telegram.org/bots/api).

A message has at most 4,096 characters, counted in UTF-16. What is bold or a link is said by entities beside
the text, so no title can be taken for markup. The protocol has nothing that names a message before it is
there: one in doubt is for a person to look up.
"""

from dataclasses import dataclass, field
from typing import Any

from alerts.channels.answer import PostAnswer
from alerts.channels.fit import cut, units, unmentioned
from alerts.channels.plain import PlainPost, plain
from alerts.channels.request import ChannelReply, ask, judged, number_of, text_of
from alerts.domain.channel import PostContent, PostKey

LIMIT = 4096
_MOST_STORIES = 80  # a message has at most 100 entities
_LONGEST_TITLE = 1000


@dataclass(slots=True)
class _Builder:
    text: str = ""
    entities: list[dict[str, Any]] = field(default_factory=list)

    def add(self, text: str, kind: str = "", **more: str) -> None:
        if kind:
            place = {"offset": units(self.text), "length": units(text)}
            self.entities.append({"type": kind, **place, **more})
        self.text += text


def message(content: PostContent) -> dict[str, Any]:
    """The text of a message and its entities."""
    content = plain(content, unmentioned)
    made = _Builder()
    made.add(cut(content.title, _LONGEST_TITLE, units), "bold")
    room = LIMIT - units(content.url) - len("\n\n")
    summary = cut(content.summary, room - units(made.text) - len("\n\n"), units)
    made.add(f"\n\n{summary}" if summary else "")
    between = "\n\n"
    for story in content.stories[:_MOST_STORIES]:
        line = f"• {story.title}"
        if units(made.text + between + line) > room:
            break
        made.add(between)
        made.add(
            line, *(["text_link"] if story.url else []), **({"url": story.url} if story.url else {})
        )
        between = "\n"
    made.add("\n\n")
    made.add(content.url)
    return {"text": made.text, "entities": made.entities}


def made(content: PostContent) -> PlainPost:
    """What is posted."""
    text = message(content)["text"]
    return PlainPost(text, units(text), LIMIT)


@dataclass(frozen=True, slots=True)
class Telegram:
    """A chat, and the bot that posts there."""

    server: str
    chat: str
    token: str

    def post(self, key: PostKey, content: PostContent) -> PostAnswer:
        """Post it; the protocol has no key, so a repetition would be there twice."""
        del key
        reply = self._ask("sendMessage", {"chat_id": self.chat, **message(content)})
        number = number_of(_part(reply, "result"), "message_id")
        public = self.chat.startswith("@") and number
        url = f"https://t.me/{self.chat[1:]}/{number:.0f}" if public else ""
        wait = number_of(_part(reply, "parameters"), "retry_after")
        return judged(reply, text_of(reply.data, "description"), wait=wait, url=url)

    def check(self) -> PostAnswer:
        """Whether the bot sees the chat; posts nothing."""
        reply = self._ask("getChat", {"chat_id": self.chat})
        return judged(reply, text_of(reply.data, "description") or self.chat)

    def _ask(self, method: str, body: dict[str, Any]) -> ChannelReply:
        return ask("POST", f"{self.server}/bot{self.token}/{method}", {}, body)


def _part(reply: ChannelReply, key: str) -> dict[str, Any]:
    found = reply.data.get(key)
    return found if isinstance(found, dict) else {}
