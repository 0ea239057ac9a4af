"""alerts: the monthly-alert newsletter; see README.md for use and docs/architecture.md for shape.

As a library: `from alerts import Project`; see docs/library.md. A name is imported when it is first
asked for, so that `import alerts` and `alerts --help` stay instant.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from alerts.domain.article import Article as Article
    from alerts.domain.article import Source as Source
    from alerts.domain.delivery import DeliveryState as DeliveryState
    from alerts.domain.errors import AlertsError as AlertsError
    from alerts.domain.errors import AwaitingApproval as AwaitingApproval
    from alerts.domain.errors import ClockDoubted as ClockDoubted
    from alerts.domain.errors import Conflict as Conflict
    from alerts.domain.errors import Incomplete as Incomplete
    from alerts.domain.errors import InputError as InputError
    from alerts.domain.errors import LockHeld as LockHeld
    from alerts.domain.errors import Refused as Refused
    from alerts.domain.errors import SettingsError as SettingsError
    from alerts.domain.errors import StoreError as StoreError
    from alerts.domain.errors import TryLater as TryLater
    from alerts.domain.errors import UndecidedCopy as UndecidedCopy
    from alerts.domain.errors import Unwelcome as Unwelcome
    from alerts.domain.errors import UsageError as UsageError
    from alerts.domain.issue import Edition as Edition
    from alerts.domain.issue import Issue as Issue
    from alerts.domain.month import Month as Month
    from alerts.domain.subscriber import Subscriber as Subscriber
    from alerts.domain.subscriber import SubscriberStatus as SubscriberStatus
    from alerts.domain.subscriber import SuppressionReason as SuppressionReason
    from alerts.library.project import Project as Project
    from alerts.library.send import Ending as Ending
    from alerts.library.sending import Sending as Sending
    from alerts.library.steps import SendProgress as SendProgress
    from alerts.library.steps import Step as Step

__version__ = "0.1.0"

_PLACES = {
    "alerts.domain.article": ("Article", "Source"),
    "alerts.domain.delivery": ("DeliveryState",),
    "alerts.domain.errors": (
        "AlertsError",
        "AwaitingApproval",
        "ClockDoubted",
        "Conflict",
        "Incomplete",
        "InputError",
        "LockHeld",
        "Refused",
        "SettingsError",
        "StoreError",
        "TryLater",
        "UndecidedCopy",
        "Unwelcome",
        "UsageError",
    ),
    "alerts.domain.issue": ("Edition", "Issue"),
    "alerts.domain.month": ("Month",),
    "alerts.domain.subscriber": ("Subscriber", "SubscriberStatus", "SuppressionReason"),
    "alerts.library.project": ("Project",),
    "alerts.library.send": ("Ending",),
    "alerts.library.sending": ("Sending",),
    "alerts.library.steps": ("SendProgress", "Step"),
}
_PLACE_OF = {name: place for place, names in _PLACES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a name of the library when it is first asked for (PEP 562)."""
    if name not in _PLACE_OF:
        raise AttributeError(f"module “alerts” has no attribute “{name}”")
    return getattr(import_module(_PLACE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted((*globals(), *_PLACE_OF))
