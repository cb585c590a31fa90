import pytest

from cotonou.core import phones


@pytest.mark.parametrize(
    "typed",
    [
        *("97 12 34 56", "01 97 12 34 56", "0197123456", "+229 01 97 12 34 56", "22997123456"),
        *("00229 97123456", "2290197123456", "01-97-12-34-56", "(01) 97.12.34.56", "+229 97 12 34 56"),
        "01\u00a097\u202f12\u00a034\u00a056",
    ],
)
def test_every_way_of_writing_a_number_gives_the_same_one(typed):
    assert phones.to_e164(typed) == "+2290197123456"


@pytest.mark.parametrize(
    "typed", ["", "9712", "abc", "01 97 12 34", "019712345678", "+33 6 12 34 56 78", "01"]
)
def test_what_is_no_number_of_benin_is_refused_with_an_example(typed):
    with pytest.raises(phones.PhoneError, match="01 97 00 00 00"):
        phones.to_e164(typed)


def test_a_foreign_number_is_accepted_where_it_may_be_with_its_code():
    assert phones.to_e164("+33 6 12 34 56 78", foreign=True) == "+33612345678"
    with pytest.raises(phones.PhoneError):
        phones.to_e164("06 12 34 56 78", foreign=True)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [("+2290197123456", "01 97 12 34 56"), ("+33612345678", "+33 6 12 34 56 78"), ("", ""), (None, "")],
)
def test_numbers_are_shown_as_people_say_them(stored, shown):
    assert phones.pretty(stored) == shown.replace(" ", "\u00a0")


def test_the_first_01_is_never_lost():
    assert phones.to_e164(phones.pretty("+2290190010203")) == "+2290190010203"
