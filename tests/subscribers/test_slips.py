"""Which names of providers are found one slip away: by trying every slip."""

from collections.abc import Iterator
from string import ascii_lowercase

from alerts.subscribers import doubtful


def slips(name: str) -> Iterator[str]:
    """Every name that is one character more, less or other, or has two neighbours exchanged."""
    for n in range(len(name) + 1):
        for letter in ascii_lowercase:
            yield name[:n] + letter + name[n:]
            yield name[:n] + letter + name[n + 1 :]
        yield name[:n] + name[n + 1 :]
        yield name[:n] + name[n + 1 : n + 2] + name[n : n + 1] + name[n + 2 :]


def test_every_slip_in_the_name_of_a_provider_is_found() -> None:
    known = {name for name in doubtful._NAMES if len(name) >= 5}
    tried = {one for name in known for one in slips(name)} - known - doubtful._OTHERS
    missed = [one for one in tried if len(one) >= 4 and not doubtful._near(one)]
    assert len(tried) > 5_000
    assert missed == []
