"""Posts to Mastodon, and to what speaks its API (docs.joinmastodon.org/methods/statuses).

A post is a status of at most 500 characters, of which a link counts for 23. The header Idempotency-Key has
the server answer a repetition, within an hour, with the status that is there.
"""

from dataclasses import dataclass

from alerts.channels.answer import PostAnswer
from alerts.channels.fit import URL_LENGTH, mastodon_length, unmentioned, words_before_link
from alerts.channels.plain import PlainPost, plain
from alerts.channels.request import ChannelReply, ask, judged, text_of
from alerts.domain.channel import PostContent, PostKey
from alerts.domain.languages import primary

LIMIT = 500


def made(content: PostContent) -> PlainPost:
    """What is posted."""
    content = plain(content, unmentioned)
    words = words_before_link(content, LIMIT - URL_LENGTH - len("\n\n"), mastodon_length)
    text = f"{words}\n\n{content.url}"
    return PlainPost(text, mastodon_length(text), LIMIT)


@dataclass(frozen=True, slots=True)
class Mastodon:
    """An account, by its server and its token."""

    server: str
    token: str

    def post(self, key: PostKey, content: PostContent) -> PostAnswer:
        """Post it; again with the same key, it is there once."""
        body = {"status": made(content).text, "language": primary(content.language)}
        reply = self._ask("POST", "/api/v1/statuses", body, {"Idempotency-Key": key.name})
        return judged(reply, text_of(reply.data, "error"), url=text_of(reply.data, "url"))

    def check(self) -> PostAnswer:
        """Whether the server knows the account; posts nothing."""
        reply = self._ask("GET", "/api/v1/accounts/verify_credentials")
        return judged(reply, text_of(reply.data, "error") or text_of(reply.data, "acct"))

    def _ask(
        self,
        method: str,
        path: str,
        body: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> ChannelReply:
        named = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        return ask(method, self.server + path, named, body)
