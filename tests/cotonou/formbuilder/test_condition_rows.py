"""What staff compose line by line is the condition that forms obey, and reads back as it was typed."""

import pytest

from cotonou.formbuilder import condition_rows as rows
from cotonou.formbuilder.condition_rows import BadValueError
from cotonou.formbuilder.definition import Field


def field(kind, **spec):
    return Field("a", kind, {"label": "Question", **spec})


CHOICE = field(
    "choice", choices=[{"value": "dantokpa", "label": "Dantokpa"}, {"value": "ganhi", "label": "Ganhi"}]
)


@pytest.mark.parametrize(
    "condition",
    [
        None,
        {"field": "a", "is": True},
        {"field": "a", "filled": False},
        {"not": {"field": "a", "is": "x"}},
        {"all": [{"field": "a", ">=": 2}, {"field": "b", "filled": True}]},
        {"any": [{"field": "a", "<=": 2}, {"not": {"field": "b", "is": "x"}}]},
    ],
)
def test_a_flat_condition_reads_and_writes_back_the_same(condition):
    assert rows.write(*rows.read(condition)) == condition


@pytest.mark.parametrize(
    "condition",
    [
        {"all": [{"any": [{"field": "a", "is": 1}]}]},
        {"not": {"all": [{"field": "a", "is": 1}]}},
        {"field": "a", "in": ["x", "y"]},
        {"field": "a", ">": 2},
    ],
)
def test_a_deeper_condition_is_not_taken_for_rows(condition):
    assert rows.read(condition) is None
    assert rows.in_words(condition, {"a": field("integer")})


@pytest.mark.parametrize(
    ("of", "typed", "value"),
    [
        (field("yes_no"), "oui", True),
        (field("yes_no"), "Non", False),
        (field("integer"), " 12 ", 12),
        (field("date"), "24/11/2026", "2026-11-24"),
        (CHOICE, "dantokpa", "dantokpa"),
        (CHOICE, "GANHI", "ganhi"),
        (field("text"), "libre", "libre"),
    ],
)
def test_what_is_typed_means_an_answer_and_shows_again(of, typed, value):
    assert rows.value_of(of, typed) == value
    assert rows.value_of(of, rows.typed_of(of, value)) == value


@pytest.mark.parametrize(
    ("of", "typed", "told"),
    [
        (field("yes_no"), "peut-être", "Oui ou Non"),
        (field("integer"), "deux", "nombre entier"),
        (field("date"), "31/02/2026", "une date"),
        (CHOICE, "Tokpa", "Dantokpa, Ganhi"),
    ],
)
def test_what_cannot_be_an_answer_says_what_can(of, typed, told):
    with pytest.raises(BadValueError, match=told):
        rows.value_of(of, typed)


def test_a_condition_is_said_in_words():
    known = {"a": field("yes_no"), "b": Field("b", "integer", {"label": "Enfants"})}
    said = rows.in_words({"all": [{"field": "a", "is": True}, {"field": "b", ">=": 2}]}, known)
    assert said == "« Question » est Oui, et « Enfants » est au moins 2"
