"""The same refusal for many readers in a row, of one provider or of several, is about us and not about
them.

Counted in a row: a message that the provider accepts resets the count. From the tenth on, a refusal
defers instead of failing; after fifty of one provider, or twenty of several, the send stops. Pure.
"""

from dataclasses import dataclass, field, replace

from alerts.domain.delivery import DeliveryState, Outcome, Reason
from alerts.replies.gist import gist

_DEFERS, _STOPS, _STOPS_OF_MANY, _MANY = 10, 50, 20, 3


@dataclass(slots=True)
class _SameAnswer:
    """How often the same reply came in a row, and from how many providers (up to a few)."""

    words: str = ""
    number: int = 0
    providers: set[str] = field(default_factory=set)

    def heard(self, words: str, provider: str) -> None:
        if words != self.words:
            self.words, self.number = words, 0
            self.providers.clear()
        self.number += 1
        if len(self.providers) < _MANY:
            self.providers.add(provider)


@dataclass(slots=True)
class Spread:
    """Watches the outcomes of a round; `stopped` is the reason why the round must stop, or empty."""

    stopped: str = ""
    _of: dict[str, _SameAnswer] = field(default_factory=dict)
    _all: _SameAnswer = field(default_factory=_SameAnswer)

    def seen(self, email: str, outcome: Outcome) -> Outcome:
        """The outcome, deferred instead of failed if the same refusal came too often before."""
        provider = email.rpartition("@")[2].lower()
        if outcome.state is DeliveryState.SENT:
            self._of.pop(provider, None)
            self._all = _SameAnswer()
        if outcome.state is not DeliveryState.FAILED or outcome.reason is not Reason.REJECTED:
            return outcome
        words, row = gist(str(outcome.reply)), self._of.setdefault(provider, _SameAnswer())
        row.heard(words, provider)
        self._all.heard(words, provider)
        many = len(self._all.providers) >= _MANY and self._all.number >= _DEFERS
        if row.number < _DEFERS and not many:
            return outcome
        number = max(row.number, self._all.number if many else 0)
        if row.number >= _STOPS or (many and self._all.number >= _STOPS_OF_MANY):
            whose = "several providers" if many else provider
            self.stopped = (
                f"{number} readers of {whose} in a row were refused with the same words, which is more likely"
                f" about us than about them: {outcome.reply}"
            )
        return replace(outcome, state=DeliveryState.DEFERRED, reason=Reason.TEMPORARY)
