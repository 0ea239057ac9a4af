"""A field table: a dataclass whose annotations contain, besides the type, the other properties of a
field.

`Subscriber` and `Article` are such tables. Everything that can be derived from one of their lines is
derived once, when it is imported. Values only.
"""

from dataclasses import replace
from typing import Protocol, TypeVar, get_type_hints


class TableField(Protocol):
    """The properties of a field of any table: the name of its attribute."""

    @property
    def name(self) -> str: ...


F = TypeVar("F", bound=TableField)


def fields_of(table: type, kind: type[F]) -> tuple[F, ...]:
    """The fields of a class whose annotations hold one of `kind`, named and in its order."""
    return tuple(
        replace(one, name=name)  # type: ignore[type-var]
        for name, hint in get_type_hints(table, include_extras=True).items()
        for one in getattr(hint, "__metadata__", ())
        if isinstance(one, kind)
    )
