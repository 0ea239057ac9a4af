"""Text from outside on one line."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.printable import printable


@given(st.text(), st.integers(min_value=2, max_value=30))
def test_what_is_printed_is_one_printable_line_within_its_length(text: str, most: int) -> None:
    shown = printable(text, most)
    assert shown.isprintable()
    assert len(shown) <= most


@given(st.text())
def test_printable_text_is_left_as_it_is(text: str) -> None:
    shown = printable(text)
    assert len(shown) == len(text)
    assert all(a == b for a, b in zip(shown, text, strict=True) if b.isprintable())


def test_what_moves_a_cursor_is_shown_instead() -> None:
    assert printable("a\x1b[2J\nb") == "a\ufffd[2J\ufffdb"
    assert printable("a\nb", instead=" ") == "a b"
    assert printable("a long sentence", 7) == "a long…"
