"""The menu of the desk: which pages there are, and who sees them."""

from collections.abc import Callable
from dataclasses import dataclass

from alerts.domain.person import Person
from alerts.editions.catalogue import later


def anybody(person: Person) -> bool:
    """Every role sees it."""
    return True


def translates_anything(person: Person) -> bool:
    """Translators, and who edits."""
    return person.edits or any(held.language for held in person.roles)


def sees_figures(person: Person) -> bool:
    """Who edits, approves or administers; translators see their table alone."""
    return person.edits or person.approves or person.administers


def administers(person: Person) -> bool:
    """Admins alone."""
    return person.administers


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A page in the menu: its path below /desk, what it is called, and who sees it."""

    path: str
    name: str
    may: Callable[[Person], bool] = anybody


MENU = (
    MenuEntry("", later("Month")),
    MenuEntry("/words", later("Words of the issue")),
    MenuEntry("/translate", later("Translate"), translates_anything),
    MenuEntry("/view", later("View")),
    MenuEntry("/send", later("Approve and send")),
    MenuEntry("/year", later("Year"), sees_figures),
    MenuEntry("/subscribers", later("Subscribers"), administers),
    MenuEntry("/people", later("People"), administers),
    MenuEntry("/state", later("State"), administers),
)
