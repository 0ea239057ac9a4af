"""`ImportFile` on octets that no spreadsheet wrote: never a fault of ours, never a line lost in silence."""

from collections.abc import Iterator

from hypothesis import example, given, settings
from hypothesis import strategies as st

from alerts.domain.entry import Entry, Rejection
from alerts.domain.errors import InputError
from alerts.subscribers.import_file import ImportFile

_PIECES = st.sampled_from(
    [b'"', b",", b";", b"\t", b"\n", b"\r", b"\0", b"a@x.org", b"email", b"name", b"\xff", b"\xc3\xb1",
     b" ", b"=", b"'", b"\xfe\xff", b"x" * 3000]
)  # fmt: skip


def _read(data: bytes, size: int) -> tuple[list[Entry], list[Rejection]] | str:
    people = ImportFile.of((data[at : at + size] for at in range(0, len(data), size)), "f.csv")
    try:
        return list(people), people.rejected
    except InputError as fault:
        return str(fault)


@settings(max_examples=300, deadline=None)
@given(st.lists(_PIECES, max_size=60).map(b"".join), st.sampled_from([1, 3, 7, 100]))
@example(b'""""\x00', 1)  # UTF-16 by its first four octets, not by all
def test_any_octets_are_read_alike_in_blocks_of_any_size(data: bytes, size: int) -> None:
    outcome = _read(data, size)
    assert outcome == _read(data, 1 << 18)
    if isinstance(outcome, str):
        assert "\n" not in outcome
        return
    entries, rejected = outcome
    lines = [entry.line for entry in entries] + [rejection.line for rejection in rejected]
    assert len(set(lines)) == len(lines)
    assert all("\n" not in f"{r.email}{r.reason}" for r in rejected)


def test_a_line_of_fifty_megabytes_costs_only_itself() -> None:
    def blocks() -> Iterator[bytes]:
        yield b"email\na@x.org\n"
        yield from (b"x" * 100_000 for _ in range(500))
        yield b"\nb@x.org\n"

    people = ImportFile.of(blocks(), "f.csv")
    assert [entry.email for entry in people] == ["a@x.org", "b@x.org"]
    assert [rejection.line for rejection in people.rejected] == [3]  # X11
