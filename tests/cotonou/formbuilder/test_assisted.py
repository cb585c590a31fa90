"""A form that an agent fills for somebody else: the words of the office, and a phone that may not exist."""

from copy import deepcopy

import pytest
from django.utils.datastructures import MultiValueDict

from cotonou.formbuilder import engine
from cotonou.formbuilder.assisted import NO_PHONE, assisted
from cotonou.formbuilder.checking import problems
from cotonou.formbuilder.definition import parse

SPEC = {
    "title": "Essai",
    "contact": {"name": ["name"], "phone": "phone"},
    "pages": [
        {
            "id": "vous",
            "title": "Qui êtes-vous ?",
            "staff_title": "La personne",
            "hint": "Nous vous écrirons.",
            "fields": [
                {
                    "id": "name", "type": "name", "label": "Votre nom", "staff_label": "Nom",
                    "called": "votre nom", "autocomplete": "family-name",
                },
                {"id": "phone", "type": "phone", "label": "Votre téléphone", "staff_label": "Téléphone"},
                {
                    "id": "tie", "type": "choice", "label": "Lien",
                    "hint": "Le vôtre", "staff_hint": "Le sien",
                    "choices": [{"value": "A", "label": "Je suis son père", "staff_label": "Son père"}],
                },
            ],
        }
    ],
    "pieces": [
        {"id": "card", "label": "Votre carte", "staff_label": "La carte", "why": "Pour vous reconnaître."}
    ],
}  # fmt: skip


@pytest.fixture
def form():
    return assisted(parse(deepcopy(SPEC)))


def page_of(form, **typed):
    step = engine.find_step(form, {}, "vous")
    data = MultiValueDict({name: [value] for name, value in typed.items()})
    return engine.step_form(form, step, {}, data=data or None)


def test_a_definition_may_say_both():
    assert list(problems(SPEC)) == []


def test_everything_is_said_in_the_words_of_the_office(form):
    page, piece = form.pages
    assert (page.title, page.hint) == ("La personne", "")
    assert [field.label for field in page.fields if field.id != NO_PHONE] == ["Nom", "Téléphone", "Lien"]
    assert page.fields[-1].hint == "Le sien"
    assert page.fields[-1].spec["choices"][0]["label"] == "Son père"
    assert (piece.title, piece.hint) == ("La carte", "")
    wrong = page_of(form, tie="A")
    assert not wrong.is_valid()
    assert wrong.errors["name"] == ["Saisissez « Nom »."]


def test_the_browser_of_the_agent_fills_nothing_in(form):
    controls = page_of(form).fields
    assert {name: control.autocomplete for name, control in controls.items() if name != NO_PHONE} == {
        "name": "off",
        "phone": "off",
        "tie": "off",
    }


def test_the_definition_itself_is_left_as_it_is():
    spec = deepcopy(SPEC)
    assisted(parse(spec))
    assert spec == SPEC


@pytest.mark.parametrize(
    ("typed", "right"),
    [
        ({"phone": "97000001"}, True),
        ({NO_PHONE: "yes"}, True),
        ({}, False),
        ({"phone": "12"}, False),
    ],
)
def test_a_phone_or_the_word_that_there_is_none(form, typed, right):
    page = page_of(form, name="Afi", tie="A", **typed)
    assert page.is_valid() is right
    if right:
        assert {name for name in page.answers if name in ("phone", NO_PHONE)} == set(typed)


def test_a_form_that_asks_no_phone_asks_nothing_more():
    spec = deepcopy(SPEC)
    del spec["contact"]
    assert NO_PHONE not in assisted(parse(spec)).fields
