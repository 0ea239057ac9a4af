"""Logins with an OAuth 2 access token, over SMTP and IMAP: OAUTHBEARER (RFC 7628) and XOAUTH2.

XOAUTH2 is Google's and Microsoft's: https://developers.google.com/gmail/imap/xoauth2-protocol. With
both, the server answers a refused token with a JSON challenge, which needs one more response before the
final reply.
"""

from collections.abc import Iterable

MECHANISMS = ("XOAUTH2", "OAUTHBEARER")
_LAST = {"XOAUTH2": "", "OAUTHBEARER": "\x01"}  # the response to the challenge after a refusal


def chosen(offered: Iterable[str]) -> str | None:
    """The mechanism to use, of those that a server offers (in capitals), or None."""
    known = set(offered)
    return next((each for each in MECHANISMS if each in known), None)


def first(mechanism: str, user: str, host: str, port: int, token: str) -> str:
    """The client's first response, not yet in base64."""
    if mechanism == "XOAUTH2":
        return f"user={user}\x01auth=Bearer {token}\x01\x01"
    name = user.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 §4
    return f"n,a={name},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01"


class Answers:
    """The responses to challenges: the token to the first or an empty one, the end to any other."""

    def __init__(self, mechanism: str, user: str, host: str, port: int, token: str) -> None:
        self._first = first(mechanism, user, host, port, token)
        self._last = _LAST[mechanism]

    def __call__(self, challenge: bytes | None = None, /) -> str:
        """The response, not yet in base64."""
        return self._last if challenge else self._first
