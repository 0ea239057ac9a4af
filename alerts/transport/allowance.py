"""How many refused commands a session may have before it is renewed.

Postfix counts errors since the last message that it took: after 10 it delays each reply by a second,
after 20 it hangs up (smtpd_soft_error_limit, smtpd_hard_error_limit). A refused reader costs two of
them, RCPT and the DATA behind it in the pipeline. So a session ends in time, and the next begins at
once. A relay that hangs up earlier lowers the number; sessions that end in peace raise it again.
"""

from dataclasses import dataclass, field

_MOST = 8  # below the soft limit of Postfix
_PEACEFUL = 10  # sessions, after which one error more is tried


@dataclass(slots=True)
class ErrorAllowance:
    """Shared by all connections to a relay."""

    errors: int = _MOST
    _ended: int = field(default=0, init=False)

    def is_used_up(self, errors: int, each: int) -> bool:
        """True if the next refusal, of `each` errors, could be one too many."""
        return errors > 0 and errors + each > self.errors

    def renewed(self) -> None:
        """A session was ended in time."""
        self._ended += 1
        if self._ended >= _PEACEFUL:
            self.errors, self._ended = min(_MOST, self.errors + 1), 0

    def hung_up(self, errors: int) -> None:
        """The relay ended a session after so many errors."""
        self.errors, self._ended = max(1, min(self.errors, errors - 1)), 0
