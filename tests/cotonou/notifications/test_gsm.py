import pytest
from hypothesis import given
from hypothesis import strategies as st

from cotonou.notifications import gsm


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("L’acte d’Ézéchiel « est prêt »…", "L'acte d'Ézéchiel \"est pret\"..."),
        ("Ça va : ô, î, û, ç, œuvre", "Ca va : o, i, u, c, oeuvre".replace("Ca", "Ça")),
        ("Ɖɔnu Ɛɖɛ Ɔ́", "Donu Ede O"),
        ("48\u202f215\u00a0F", "48 215 F"),
        ("é è à ù restent", "é è à ù restent"),
        ("漢字 😀", "?? ?"),
        ("[prix] {x} €", "[prix] {x} €"),
    ],
)
def test_the_nearest_letters_are_used(typed, sent):
    assert gsm.transliterate(typed) == sent


@given(st.text())
def test_whatever_is_typed_can_be_sent(text):
    assert gsm.septets(gsm.transliterate(text)) >= 0


@given(st.text(), st.integers(1, 40))
def test_shortened_text_never_exceeds_its_limit(text, limit):
    assert gsm.septets(gsm.shorten(gsm.transliterate(text), limit)) <= limit


def test_extended_letters_count_twice():
    assert gsm.septets("a€[") == 5


def test_a_letter_outside_the_alphabet_is_refused():
    with pytest.raises(ValueError, match="alphabet"):
        gsm.septets("ê")
