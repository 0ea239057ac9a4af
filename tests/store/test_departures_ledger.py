"""The departures ledger as a file: what is appended is found again, whatever happens to a copy."""

import random
from pathlib import Path

import pytest

from alerts.domain.errors import StoreError
from alerts.store import departures_copy as copies
from alerts.store.departure_facts import EMPTY, SLOT, DepartureKind, Fact, fact_of
from alerts.store.departures_copy import HEAD, ROOM
from alerts.store.departures_ledger import Ledger

KEY = b"k" * 32


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty one with two copies."""
    (tmp_path / "other").mkdir()
    made = Ledger([tmp_path / "one", tmp_path / "other" / "two"], "0011223344556677", KEY)
    made.heal()
    return made


def _people(ledger: Ledger, number: int, first: int = 0) -> list[Fact]:
    return [
        Fact(
            DepartureKind.LEFT,
            ledger.hashed("address", f"r{n}@x.org"),
            ledger.hashed("person", str(n)),
        )
        for n in range(first, first + number)
    ]


def _read(ledger: Ledger) -> list[Fact]:
    return [Fact(fact.kind, fact.address, fact.person) for _, fact in ledger.read()]


def test_a_fact_is_a_line_of_64_octets_and_is_read_back() -> None:
    fact = Fact(DepartureKind.MOVED, "a" * 16, "p" * 16, 1_234_567)
    assert len(fact.line()) == SLOT
    assert fact.line().endswith(b"\n")
    assert fact_of(fact.line()) == fact
    assert fact_of(EMPTY) is None


def test_no_single_changed_octet_of_a_line_passes_for_a_fact() -> None:
    line = Fact(DepartureKind.LEFT, "a" * 16, "", 77).line()
    for place in range(SLOT - 1):
        for bit in range(8):
            changed = bytearray(line)
            changed[place] ^= 1 << bit
            assert fact_of(bytes(changed)) is None


def test_what_is_appended_is_in_every_copy_and_in_order(ledger: Ledger) -> None:
    people = _people(ledger, 30)
    for fact in people:
        ledger.append([fact], 1000)  # a clock that stands still
    assert _read(ledger) == people
    moments = [fact.at for _, fact in ledger.read()]
    assert moments == sorted(set(moments))
    assert copies.octets(ledger.paths[0]) == copies.octets(ledger.paths[1])
    assert {c.facts for c in ledger.conditions()} == {30}


def test_it_holds_no_address_and_only_its_owner_reads_it(ledger: Ledger) -> None:
    ledger.append(_people(ledger, 3), 1)
    for path in ledger.paths:
        assert b"@" not in path.read_bytes()
        for file in (path, copies.key_path(path)):
            assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("damage", ["removed", "emptied", "rolled back", "no head", "holes"])
def test_a_damaged_or_missing_copy_is_made_whole_from_the_other(
    ledger: Ledger, damage: str
) -> None:
    people, one = _people(ledger, 40), ledger.paths[0]
    ledger.append(people[:20], 1)
    before = one.read_bytes()
    ledger.append(people[20:], 2)
    chance = random.Random(7)
    match damage:
        case "removed":
            one.unlink()
            copies.key_path(one).unlink()
        case "emptied":
            one.write_bytes(b"")
        case "rolled back":
            one.write_bytes(before)
        case "no head":
            one.write_bytes(b"x" * SLOT + one.read_bytes()[SLOT:])
        case "holes":
            octets = bytearray(one.read_bytes())
            for slot in chance.sample(range(40), 10):
                octets[(HEAD + slot) * SLOT + 5] ^= 0xFF
            one.write_bytes(octets)
    assert _read(ledger) == people
    ledger.heal()
    assert {(c.facts, c.damaged, c.fault) for c in ledger.conditions()} == {(40, 0, "")}
    assert copies.key_of(one) == KEY


def test_what_only_one_copy_knows_is_united(ledger: Ledger) -> None:
    """A mount was away for a while, and each side has facts of its own."""
    one, two = (Ledger([path], ledger.name, KEY) for path in ledger.paths)
    people = _people(ledger, 9)
    ledger.append(people[:3], 1)
    one.append(people[3:5], 1000)
    two.append(people[5:8], 2000)
    ledger.append(people[8:], 3000)
    assert set(_read(ledger)) == set(people)
    assert _read(ledger)[:3] == people[:3]
    assert copies.octets(ledger.paths[0]) == copies.octets(ledger.paths[1])


def test_a_full_disk_takes_hundreds_of_departures_still(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file can grow by an octet: room was kept."""
    import resource

    size = ledger.paths[0].stat().st_size
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    import signal

    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        for fact in _people(ledger, 500):
            ledger.append([fact], 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, before)
    assert len(_read(ledger)) == 500
    assert ledger.paths[0].stat().st_size == size


def test_where_no_copy_can_be_written_the_departure_is_refused(ledger: Ledger) -> None:
    missing = Ledger([ledger.paths[0].parent / "none" / "one"], ledger.name, KEY)
    with pytest.raises(StoreError):
        missing.append(_people(ledger, 1), 1)


def test_a_ledger_of_another_project_is_neither_read_nor_written(ledger: Ledger) -> None:
    ledger.append(_people(ledger, 5), 1)
    other = Ledger([ledger.paths[0], ledger.paths[1].with_name("three")], "f" * 16, b"o" * 32)
    other.heal()
    assert _read(other) == []
    other.append(_people(other, 2), 1)
    assert len(_read(ledger)) == 5
    other.set_aside()
    assert not ledger.paths[0].exists()
    assert (ledger.paths[0].parent / f"one.{ledger.name}").exists()


def test_the_room_is_kept_as_the_ledger_grows(ledger: Ledger) -> None:
    ledger.append(_people(ledger, 3 * ROOM), 1)
    ledger.append(_people(ledger, 1), 1)
    free = ledger.paths[0].stat().st_size // SLOT - HEAD - ledger.end()
    assert free >= ROOM // 2
    assert ledger.end() == 3 * ROOM + 1
