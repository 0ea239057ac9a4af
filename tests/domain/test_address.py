"""`Address`: what is accepted can stand in an envelope and a header, whatever was tried."""

import re
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from alerts.domain.address import Address
from alerts.domain.errors import InputError

VALID = {
    "ana@example.org": "ana@example.org",
    "  ana@example.org\n": "ana@example.org",
    "Ana.Maria@Example.ORG": "Ana.Maria@example.org",
    "a+tag@x.org": "a+tag@x.org",
    "o'neil@x.org": "o'neil@x.org",
    "=x@y.org": "=x@y.org",
    "-x@y.org": "-x@y.org",
    "!#$%&'*/=?^_`{|}~@x.org": "!#$%&'*/=?^_`{|}~@x.org",
    "x" * 64 + "@x.org": "x" * 64 + "@x.org",
    "ana@localhost": "ana@localhost",
    "ana@münchen.example": "ana@xn--mnchen-3ya.example",
    "ana@MÜNCHEN.example": "ana@xn--mnchen-3ya.example",
    "ana@xn--mnchen-3ya.example": "ana@xn--mnchen-3ya.example",
    "用户@例え.jp": "用户@xn--r8jz45g.jp",
    "josé@x.org": "josé@x.org",
    "jose\u0301@x.org": "josé@x.org",
    "ana@1x.org": "ana@1x.org",
}
INVALID = (
    "", " ", "@", "a", "a@", "@b.org", "a@b@c.org", "a b@c.org", "a@b c.org", "a@b.org c@d.org",
    "a@b> SIZE=1", "a@b.org> SIZE=999999", "<a@b.org>", "Ana <a@b.org>", "a@b.org>",
    "a@b.org\r\nRCPT TO:<c@d.org>",
    "a\r\nBcc: c@d.org@b.org", "a\n@b.org", "a@b\n.org", "a\x00@b.org", "a@b.org\x00", "a\x7f@b.org",
    "a\u0085@b.org", "a\u2028@b.org", "a\u00a0b@c.org", "a\u202eb@c.org", "a\t@b.org", "a@b.org\x0bx",
    '"a b"@c.org', '"a"@c.org', "a@[127.0.0.1]", "a@127.0.0.1",
    "a@[IPv6:::1]", "a..b@c.org", ".a@b.org", "a.@b.org",
    "a@b..org", "a@.org", "a@b.org.", "a@-b.org", "a@b-.org", "a@b_c.org", "a,b@c.org", "a;b@c.org",
    "a:b@c.org",
    "a(b)@c.org", "a\\b@c.org", "x" * 65 + "@x.org", "a@" + "b" * 64 + ".org", "a@" + "b." * 127 + "org",
    "é" * 33 + "@x.org", "a@xn--\u0080.org", "a@xn--zzzzzz--.org", "a@b.org,c@d.org", "mailto:a@b.org",
)  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), VALID.items())
def test_an_address_that_people_have_is_accepted(text: str, expected: str) -> None:
    assert str(Address.parse(text)) == expected


@pytest.mark.parametrize("text", INVALID)  # X1: each tried, 0 through
def test_no_malformed_address_gets_through(text: str) -> None:
    with pytest.raises(InputError) as refused:
        Address.parse(text)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200


def test_two_spellings_of_one_mailbox_share_a_key() -> None:
    assert Address.parse("Ana@MÜNCHEN.de").key == Address.parse("aNA@xn--mnchen-3ya.DE").key
    assert Address.parse("a.b@x.org").key != Address.parse("ab@x.org").key
    assert Address.parse("josé@x.org").needs_smtputf8
    assert not Address.parse("jose@müller.de").needs_smtputf8


_PARTS = st.one_of(
    st.text(max_size=12),
    st.from_regex(r"[a-z.+'\r\n <>@\x00\x85-]{0,12}", fullmatch=True),
    st.sampled_from(["a", "x.y", "münchen", "例え", "ａ", "ß", "\u200d", "xn--a", "٣", "．", "。"]),
)


@settings(max_examples=400, deadline=None)
@given(
    st.builds(
        "{}@{}{}".format, _PARTS, _PARTS, st.sampled_from(["", ".org", ".例え", "\n", "> X=1"])
    )
)
@example("a@b.org\u2028")
@example("ẞ@x.org")
@example("ﬀ@x.org")
def test_what_is_accepted_is_harmless_and_parses_to_itself(text: str) -> None:
    try:
        address = Address.parse(text)
    except InputError:
        return
    spelled = str(address)
    assert not re.search(r"[\s<>()\[\],;:\\\"\x00-\x20\x7f-\x9f]", spelled)
    assert not any(unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp", "Zs") for c in spelled)
    assert spelled.count("@") == 1
    assert address.domain.isascii()
    assert len(address.local.encode()) <= 64
    assert len(address.domain) <= 253
    assert Address.parse(spelled) == address
    assert Address.parse(address.key).key == address.key
