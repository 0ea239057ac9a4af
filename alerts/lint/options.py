"""What the linter is told besides the bytes: whose readers, which codes, what every copy must say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

# What readers open mail in, by weight: a rough average of newsletters to organisations. A family
# stands for all its apps; an app of its own (`outlook.windows`) is taken out of its family.
CLIENTS: Mapping[str, float] = {
    "gmail": 36,
    "apple-mail": 32,
    "outlook": 10,
    "outlook.windows": 8,
    "yahoo": 4,
    "samsung-email": 4,
    "thunderbird": 3,
    "protonmail": 3,
}


@dataclass(frozen=True, slots=True)
class Options:
    """`clients` are weights by family or app; `address`, `base_url` and `english` may be unknown.

    `address` is the postal address that each part must show, "" where none has been set; below
    `base_url` lie the pages that are made for one reader or one language; `english` are interface
    texts that this edition should have in another language, `translated` those that are right as
    they are. An empty `only` means all checks.
    """

    clients: Mapping[str, float] = field(default_factory=lambda: CLIENTS)
    only: frozenset[str] = frozenset()
    skip: frozenset[str] = frozenset()
    language: str = ""
    address: str | None = None
    base_url: str = ""
    english: frozenset[str] = frozenset()
    translated: frozenset[str] = frozenset()

    def wants(self, code: str) -> bool:
        """True where findings of that code are asked for."""
        return code not in self.skip and (not self.only or code in self.only)


DEFAULT = Options()
