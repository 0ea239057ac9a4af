"""The values of the API about hooks."""

import msgspec

from alerts.library.hooks import HookStanding


class ApiHook(msgspec.Struct):
    """An endpoint or a command that is told what happens, without its address."""

    name: str
    events: list[str]
    addresses: bool
    delivered: int
    waiting: int
    given_up: int
    next_due: str
    answer: str
    answered_at: str

    @classmethod
    def of(cls, one: HookStanding) -> "ApiHook":
        """The value of a hook."""
        figures = one.figures
        return cls(
            one.endpoint.name,
            sorted(one.endpoint.kinds),
            one.endpoint.addresses,
            figures.delivered,
            figures.waiting,
            figures.given_up,
            figures.next_due,
            figures.answer,
            figures.answered_at,
        )
