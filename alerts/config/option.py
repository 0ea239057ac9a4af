"""How one setting is declared: its default, its description, its choices."""

from dataclasses import field
from typing import Any


def option(default: Any, about: str, choices: tuple[str, ...] = ()) -> Any:
    """Declare a setting: its default, what it means, and the values allowed if they are few."""
    metadata = {"about": about, "choices": choices}
    if isinstance(default, dict):
        return field(default_factory=dict, metadata=metadata)
    return field(default=default, metadata=metadata)
