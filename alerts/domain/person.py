"""The people who work on the alert: editors, translators, approvers and admins."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from alerts.domain.errors import InputError
from alerts.domain.languages import same_language


class Role(StrEnum):
    """What a person may do at the desk."""

    EDITOR = "editor"  # change the issue
    TRANSLATOR = "translator"  # write one language of it
    APPROVER = "approver"  # approve and send it
    ADMIN = "admin"  # everything about subscribers, people and the state; and what editors may


@dataclass(frozen=True, slots=True, order=True)
class RoleHeld:
    """A role; `language` is that of a translator, and empty for the others."""

    role: Role
    language: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """`editor`, `approver`, `admin`, or `translator:LANGUAGE`; raises `InputError`."""
        name, colon, language = text.strip().lower().partition(":")
        language = language.strip().replace("_", "-")
        if name not in list(Role):
            raise InputError(f"“{text}” is no role: editor, translator:LANGUAGE, approver or admin")
        if (name == Role.TRANSLATOR) != bool(language):
            said = "translator:es" if name == Role.TRANSLATOR else name
            raise InputError(f"“{text}”: write “{said}”; a translator has a language, nobody else")
        if colon and not language:
            raise InputError(f"“{text}”: which language? Write translator:es")
        return cls(Role(name), language)

    def __str__(self) -> str:
        return f"{self.role}:{self.language}" if self.language else self.role.value


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works on the alert. `email` is their mailbox, which proves who they are."""

    id: int
    email: str
    name: str
    roles: frozenset[RoleHeld]
    added_at: str
    language: str = ""  # in which they read the desk; empty: what their browser asks for

    @property
    def shown(self) -> str:
        """Their name, or else their address."""
        return self.name or self.email

    def has(self, *roles: Role) -> bool:
        """True where they have one of these roles."""
        return any(held.role in roles for held in self.roles)

    @property
    def edits(self) -> bool:
        """Whether they may change the issue."""
        return self.has(Role.EDITOR, Role.ADMIN)

    @property
    def approves(self) -> bool:
        """Whether they may approve and send it."""
        return self.has(Role.APPROVER)

    @property
    def administers(self) -> bool:
        """Whether they may see and change subscribers, people and the state."""
        return self.has(Role.ADMIN)

    def translates(self, language: str) -> bool:
        """Whether they may write that language of the issue: its translators, and who edits."""
        return self.edits or any(
            same_language(held.language, language) for held in self.roles if held.language
        )
