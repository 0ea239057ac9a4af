"""The settings of channels: where issues are posted besides being mailed; see declarations.py."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """An account, chat or room that issues are posted to (channels.md). `kind` is mastodon, bluesky,
    telegram or matrix; `server` its address, known for bluesky and telegram; `to` the account of Bluesky,
    the chat of Telegram or the room of Matrix; `language` that of the edition, by default the first of the
    alert; `per` is issue, one post for each issue, or story, one for each story. `token_env` names the
    variable with the token or app password, `token_file` a file (mode 0600)."""

    name: str
    kind: str
    server: str = ""
    to: str = ""
    language: str = ""
    per: str = "issue"
    token_env: str = ""
    token_file: str = ""
