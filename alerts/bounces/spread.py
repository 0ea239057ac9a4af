"""The same hard bounce for many readers at once is about us or their provider, and not about the
readers.

Checked by issue. The first limit: ten readers of one provider bounce with the same words, and these are
more than half of its copies. The second: twenty readers of any provider, and these are more than a
fifth of all. From then on such bounces count as a fault of ours: nobody is suppressed, and the send
pauses (`bounces.most_ours`). `alerts bounce forgive` lifts the suppressions from before that.
"""

from datetime import datetime

from sqlite_utils import Database

from alerts.domain.address import Address
from alerts.replies.gist import gist
from alerts.store import bounce_spread

_OF_ONE, _OF_ALL = 10, 20  # readers
_SHARE_OF_ONE, _SHARE_OF_ALL = 0.5, 0.2  # share of the copies that were sent
ANY = "*"


def words_of(status: str, diagnostic: str) -> str:
    """The common part of equal replies: the server's words without the parts that differ."""
    return gist(f"{status} {diagnostic}".strip()[:200])[:120]


def is_spread(db: Database, issue_id: int, email: str, words: str, now: datetime) -> bool:
    """Whether that hard bounce, which is not recorded yet, is one of many; records that it is."""
    domain = Address.parse(email).domain.lower()
    if bounce_spread.known(db, issue_id, words) & {domain, ANY}:
        return True
    for whom, least, share in ((domain, _OF_ONE, _SHARE_OF_ONE), (ANY, _OF_ALL, _SHARE_OF_ALL)):
        if _beyond(db, issue_id, words, whom, least, share):
            bounce_spread.note(db, now, issue_id, whom, words)
            return True
    return False


def _beyond(db: Database, issue_id: int, words: str, domain: str, least: int, share: float) -> bool:
    """Whether the limit is exceeded; counted at `least`, and again whenever the number has doubled."""
    same = bounce_spread.same(db, issue_id, words, "" if domain == ANY else domain) + 1
    multiple, rest = divmod(same, least)
    if rest or multiple & (multiple - 1) or not multiple:
        return False
    sent = bounce_spread.sent(db, issue_id, "" if domain == ANY else domain)
    return bool(sent) and same / sent > share
