"""Posts to a room of Matrix (spec.matrix.org, client-server API).

A post is an event with plain text and HTML. The id of its transaction is in the address of the request: again
with the same one, the server answers with the event that is there. An event has at most 65,536 bytes.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from alerts.channels.answer import PostAnswer
from alerts.channels.plain import PlainPost
from alerts.channels.request import ask, judged, number_of, text_of
from alerts.domain.channel import PostContent, PostedStory, PostKey

LIMIT = 16_000  # bytes of the plain text; with the HTML, an event stays far below what is allowed


def message(content: PostContent) -> dict[str, Any]:
    """The content of the event."""
    stories = _that_fit(content)
    lines = [content.title, "", content.summary, ""]
    lines += [f"• {one.title} {one.url}".rstrip() for one in stories]
    text = "\n".join([*lines, "", content.url])
    while "\n\n\n" in text:
        text = text.replace("\n\n\n", "\n\n")
    html = Markup("<p><strong>{}</strong></p>").format(content.title)
    if content.summary:
        html += Markup("<p>{}</p>").format(content.summary)
    if stories:
        html += Markup("<ul>{}</ul>").format(Markup("").join(_item(one) for one in stories))
    html += Markup('<p><a href="{0}">{0}</a></p>').format(content.url)
    return {
        "msgtype": "m.text",
        "body": text,
        "format": "org.matrix.custom.html",
        "formatted_body": str(html),
        "m.mentions": {},  # a title that has a name in it calls nobody
    }


def _item(story: PostedStory) -> Markup:
    if not story.url:
        return Markup("<li>{}</li>").format(story.title)
    return Markup('<li><a href="{}">{}</a></li>').format(story.url, story.title)


def _that_fit(content: PostContent) -> tuple[PostedStory, ...]:
    room = LIMIT - len((content.title + content.summary + content.url).encode()) - 10
    kept: list[PostedStory] = []
    for story in content.stories:
        room -= len(f"• {story.title} {story.url}\n".encode())
        if room < 0:
            break
        kept.append(story)
    return tuple(kept)


def made(content: PostContent) -> PlainPost:
    """What is posted."""
    text = message(content)["body"]
    return PlainPost(text, len(text.encode()), LIMIT, counted=False)


@dataclass(frozen=True, slots=True)
class Matrix:
    """A room, and the account that posts there."""

    server: str
    room: str
    token: str

    def post(self, key: PostKey, content: PostContent) -> PostAnswer:
        """Post it; again with the same key, it is there once."""
        path = f"rooms/{quote(self.room, safe='')}/send/m.room.message/{key.name}"
        reply = ask("PUT", self._at(path), self._named(), message(content))
        event = text_of(reply.data, "event_id")
        url = f"https://matrix.to/#/{self.room}/{event}" if event else ""
        wait = number_of(reply.data, "retry_after_ms") / 1000
        return judged(reply, text_of(reply.data, "error"), wait=wait, url=url)

    def check(self) -> PostAnswer:
        """Whether the server knows the account; posts nothing."""
        reply = ask("GET", self._at("account/whoami"), self._named())
        return judged(reply, text_of(reply.data, "error") or text_of(reply.data, "user_id"))

    def _at(self, path: str) -> str:
        return f"{self.server}/_matrix/client/v3/{path}"

    def _named(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}
