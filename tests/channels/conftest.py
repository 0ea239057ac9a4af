"""A project that owes posts, for every test of channels."""

from tests.channels.posting import root, sent, there

__all__ = ["root", "sent", "there"]
