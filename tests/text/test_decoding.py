"""One way to decode: what people save is read or named by its line, what comes from outside is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.domain.errors import InputError, SettingsError, TemplateFault
from alerts.text.decoding import charset_of, encoding_of, known, received, written

WORDS = "título: “Niñez”\nрезюме: ночь\n"
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
texts = st.text(st.characters(codec="utf-8", exclude_characters="\r\0\ufeff"))


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", UNICODE)
def test_what_people_save_is_read_in_any_unicode_and_with_any_line_end(
    encoding: str, ends: str
) -> None:
    assert written(WORDS.replace("\n", ends).encode(encoding), "f") == WORDS
    assert received(WORDS.encode(encoding)) == WORDS


@pytest.mark.parametrize("error", [InputError, SettingsError, TemplateFault])
def test_what_is_no_unicode_is_named_by_its_line(error: type[InputError]) -> None:
    octets = b"one\r\ntwo\rthree\n" + "café".encode("latin-1")
    with pytest.raises(error) as caught:
        written(octets, "page.html", error)
    assert str(caught.value) == "page.html, line 4: not UTF-8; save the file as UTF-8"


def test_octets_that_are_no_text_are_named() -> None:
    for octets in (b"\x89PNG\r\n\x1a\n\0\0", b"line\nnul \0 here and words", b"\xff\xfea"):
        with pytest.raises(InputError, match=r"f, line \d+: (not UTF|holds a NUL)"):
            written(octets, "f")


def test_a_charset_that_a_file_declares_is_believed_where_it_is_not_utf_8() -> None:
    assert written("ñandú".encode("latin-1"), "f", declared="ISO-8859-1") == "ñandú"
    assert written("ñandú".encode(), "f", declared="ISO-8859-1") == "ñandú"
    assert written("ночь".encode("koi8-r"), "f", declared="koi8-r") == "ночь"
    with pytest.raises(InputError):
        written("ñandú".encode("latin-1"), "f", declared="us-ascii")


@pytest.mark.parametrize(
    ("text", "real", "declared"),
    [
        ("Müller für Öffnung", "utf-8", "iso-8859-1"),  # the page of cases/pages/charset.html
        ("Müller für Öffnung", "utf-8", "windows-1252"),
        ("Müller für Öffnung", "utf-8", "us-ascii"),
        ("Ночь, улица", "utf-8", "windows-1251"),
        ("Müller für Öffnung", "utf-8", "no-such-charset"),
        ("Müller für Öffnung", "utf-8", "shift_jis"),
        ("Müller “für” – Öffnung €", "cp1252", "iso-8859-1"),
        ("Müller “für” Öffnung", "cp1252", ""),
        ("Müller für Öffnung", "latin-1", "utf-8"),
        ("Ночь, улица", "windows-1251", "windows-1251"),
        ("Совещание экспертов", "windows-1251", ""),
        ("النيابة العامة في تونس", "windows-1256", ""),
        ("Совещание экспертов", "koi8-r", ""),
        ("Συνάντηση των εμπειρογνωμόνων", "windows-1253", ""),
        ("Η συνάντηση έγινε στην Αθήνα", "iso-8859-7", ""),
        ("DÉLÉGUÉ À PARIS, où naît l’été; ÄÖÜß", "cp1252", ""),
        ("Ночь, улица", "koi8-r", "koi8-r"),
        ("日本語の文章", "shift_jis", "shift_jis"),
        ("日本語の文章", "iso2022_jp", "iso-2022-jp"),
        ("日本語の文章", "utf-16", "utf-8"),
    ],
)
def test_a_wrong_declaration_costs_no_letter(text: str, real: str, declared: str) -> None:
    assert received(text.encode(real), declared) == text


def test_a_stray_octet_costs_no_other_letter() -> None:
    octets = "Der Müller für die Öffnung: ".encode() + b"caf\xe9, " + "für".encode()
    assert received(octets) == "Der Müller für die Öffnung: café, für"
    assert received(octets, "iso-8859-1") == "Der Müller für die Öffnung: café, für"


def test_a_charset_is_no_codec_that_runs_or_unpacks() -> None:
    for name in (
        "base64",
        "zlib",
        "rot13",
        "utf-7",
        "unicode_escape",
        "raw_unicode_escape",
        "idna",
        "x\0",
    ):
        assert known(name) == ""
    assert received(b"+ADw-script+AD4-", "utf-7") == "+ADw-script+AD4-"
    assert charset_of('text/html; charset="UTF-8"') == "UTF-8"


def test_utf_16_without_a_mark_is_only_where_it_shows() -> None:
    assert encoding_of("año\n".encode("utf-16-le")) == ("utf-16-le", 0)
    assert encoding_of("год, и дом".encode("utf-16-be") * 20) == ("utf-16-be", 0)
    assert encoding_of(b"a\0b") == ("utf-8", 0)
    assert encoding_of("año".encode()) == ("utf-8", 0)


@given(texts, st.sampled_from(("utf-8", "utf-8-sig", "utf-16", "utf-32")))
def test_whatever_is_saved_in_unicode_comes_back(text: str, encoding: str) -> None:
    octets = text.encode(encoding)
    if encoding == "utf-8" and encoding_of(octets) != ("utf-8", 0):
        return  # looks like UTF-16: it is full of what no text has
    assert written(octets, "f") == text
    assert received(octets) == text


@given(
    st.binary(max_size=200),
    st.sampled_from(("", "latin-1", "utf-8", "gb2312", "utf-16", "nonsense")),
)
def test_no_octets_from_outside_are_refused(octets: bytes, declared: str) -> None:
    assert isinstance(received(octets, declared), str)
    try:
        written(octets, "f", declared=declared)
    except InputError as fault:
        assert str(fault).startswith("f, line ")  # noqa: PT017
