import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotonou.core import codes

bodies = st.text(alphabet=codes.ALPHABET, min_size=4, max_size=15)


def with_check(body: str) -> str:
    return body + codes.check_character(body)


def test_ten_thousand_codes_differ_and_are_all_accepted():
    made = {codes.new_code() for _ in range(10_000)}
    assert len(made) == 10_000
    assert all(codes.normalise(code) == code for code in made)


@given(bodies)
def test_one_wrong_character_is_always_noticed(body):
    code = with_check(body)
    for place in range(len(code)):
        for other in codes.ALPHABET:
            if other != code[place]:
                assert codes.normalise(code[:place] + other + code[place + 1 :]) is None


def test_most_swapped_neighbours_are_noticed():
    noticed = total = 0
    for first, second in itertools.permutations(codes.ALPHABET, 2):
        code = with_check(f"{first}{second}7K2M")
        total += 1
        noticed += codes.normalise(second + first + code[2:]) is None
    assert noticed / total > 0.95


@given(bodies)
def test_what_people_type_is_forgiven(body):
    code = with_check(body)
    for typed in (
        code.lower(),
        codes.pretty(code),
        f"  {code[:3]} {code[3:]} ",
        code.replace("0", "o").replace("1", "l"),
        code.replace("0", "O").replace("1", "i"),
        code.replace("1", "I"),
    ):
        assert codes.normalise(typed) == code


@pytest.mark.parametrize("typed", ["", "   ", "ABC", "ABCDU12345", "’; --", "É" * 10, "A" * 10_000])
def test_what_is_no_code_is_none(typed):
    assert codes.normalise(typed) is None


def test_a_code_is_shown_in_groups():
    assert codes.pretty("ABCDE12345") == "ABCDE-12345"
    assert codes.pretty("ABCD1234") == "ABCD-1234"
