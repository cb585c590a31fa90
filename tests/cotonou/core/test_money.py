import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotonou.core import money


@pytest.mark.parametrize(
    ("amount", "shown"), [(0, "0 F"), (500, "500 F"), (48_215_300, "48 215 300 F"), (-2000, "-2 000 F")]
)
def test_amounts_are_grouped_with_spaces_that_do_not_break(amount, shown):
    assert money.format_xof(amount) == shown.replace(" ", "\u00a0")


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "zéro franc CFA"),
        (1, "un franc CFA"),
        (2000, "deux mille francs CFA"),
        (80, "quatre-vingts francs CFA"),
        (1_000_000, "un million de francs CFA"),
        (1_000_200, "un million deux cents francs CFA"),
        (3_000_000_000, "trois milliards de francs CFA"),
    ],
)
def test_amounts_in_words_follow_french_usage(amount, words):
    assert money.in_words(amount) == words


weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(lambda w: sum(w) > 0)


@given(st.integers(0, 10**12), weights)
def test_shares_add_up_and_none_is_a_franc_away_from_fair(total, shares_of):
    shares = money.split(total, shares_of)
    assert sum(shares) == total
    whole = sum(shares_of)
    for share, weight in zip(shares, shares_of, strict=True):
        assert abs(share * whole - total * weight) < whole


def test_ties_go_to_the_earlier_share():
    assert money.split(100, [1, 1, 1]) == [34, 33, 33]


@pytest.mark.parametrize("shares_of", [[], [0, 0], [3, -1]])
def test_nothing_is_split_between_nobody(shares_of):
    with pytest.raises(ValueError, match="weights"):
        money.split(100, shares_of)
