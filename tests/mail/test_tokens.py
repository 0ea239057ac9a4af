"""Tokens: one purpose each, one spelling each, forged by nobody (X7)."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.mail.tokens import ExpiringToken, Purpose, sign, sign_until, verify, verify_until

KEYS = {1: b"a" * 32, 2: b"b" * 32, 17: b"c" * 32}
NUMBERS = st.integers(0, 2**52)
PURPOSES = st.sampled_from(Purpose)


@given(st.sampled_from(sorted(KEYS)), PURPOSES, NUMBERS)
def test_a_token_says_what_was_signed_under_any_key(key: int, purpose: Purpose, n: int) -> None:
    assert verify(KEYS, purpose, sign(key, KEYS[key], purpose, n)) == n
    token = sign_until(key, KEYS[key], purpose, n, 1_800_000_000)
    assert verify_until(KEYS, purpose, token) == ExpiringToken(n, 1_800_000_000)


@given(PURPOSES, PURPOSES, NUMBERS, NUMBERS)
def test_x7_no_token_of_one_purpose_serves_another(
    one: Purpose, other: Purpose, n: int, until: int
) -> None:
    lasting, expiring = sign(1, KEYS[1], one, n), sign_until(1, KEYS[1], one, n, until)
    if one is not other:
        assert verify(KEYS, other, lasting) is None
        assert verify_until(KEYS, other, expiring) is None
    assert verify_until(KEYS, one, lasting) is None
    assert verify(KEYS, one, expiring) is None


def test_x7_no_bit_can_be_flipped_no_letter_left_out_added_or_swapped() -> None:
    tried = through = 0
    for purpose in Purpose:
        for token in (
            sign(2, KEYS[2], purpose, 0xABC),
            sign_until(2, KEYS[2], purpose, 0xABC, 1_800_000_000),
        ):
            octets = token.encode()
            forged = {token.upper(), f"0{token}", f"{token}\n", f" {token}", token + "0", token[1:]}
            for place in range(len(octets)):
                for bit in range(8):
                    flipped = bytearray(octets)
                    flipped[place] ^= 1 << bit
                    forged.add(flipped.decode("latin-1"))
                forged.add(token[:place])
                forged.add(token[:place] + token[place + 1 :])
                forged.add(token[:place] + "0" + token[place:])
                forged.add(
                    token[:place] + token[place + 1 : place + 2] + token[place] + token[place + 2 :]
                )
            forged.discard(token)
            for text in forged:
                tried += 1
                through += verify(KEYS, purpose, text) is not None
                through += verify_until(KEYS, purpose, text) is not None
    assert through == 0, f"{tried} tried"
    assert tried > 5_000


def test_x7_random_tokens_and_those_of_other_keys_are_nobodys() -> None:
    chance, tried, through = random.Random(7), 0, 0
    for _ in range(50_000):
        mac = f"{chance.getrandbits(120):030x}"
        token = f"{chance.choice((1, 2, 3, 17)):x}-{chance.randrange(100):x}-{mac}"
        purpose = chance.choice(list(Purpose))
        through += verify(KEYS, purpose, token) is not None
        foreign = sign(1, b"z" * 32, purpose, chance.randrange(100))
        through += verify(KEYS, purpose, foreign) is not None
        tried += 2
    assert (tried, through) == (100_000, 0)


@pytest.mark.parametrize(
    "token", ["", "-", "--", "1-1-", "é", "1-1-" + "g" * 30, "1" * 10_000, "\0"]
)
def test_what_is_no_token_is_none(token: str) -> None:
    assert verify(KEYS, Purpose.UNSUBSCRIBE, token) is None
    assert verify_until(KEYS, Purpose.CONFIRM, token) is None
