"""A form changed step by step stays a form."""

import copy

import pytest

from cotonou.core.errors import DomainError
from cotonou.formbuilder import editing
from cotonou.formbuilder.checking import problems

FORM = {
    "title": "Essai",
    "contact": {"name": ["surname"], "phone": "phone"},
    "pages": [
        {
            "id": "contact",
            "title": "Qui êtes-vous ?",
            "fields": [
                {"id": "surname", "type": "name", "label": "Nom"},
                {"id": "phone", "type": "phone", "label": "Téléphone"},
            ],
        },
        {
            "id": "married_page",
            "title": "Situation",
            "fields": [{"id": "married", "type": "yes_no", "label": "Marié ?"}],
        },
        {
            "id": "spouse_page",
            "title": "Conjoint",
            "condition": {"field": "married", "is": True},
            "fields": [{"id": "spouse", "type": "name", "label": "Nom du conjoint"}],
        },
    ],
    "pieces": [{"id": "identity", "label": "Pièce d’identité", "required_if": True}],
}


@pytest.fixture
def form():
    return copy.deepcopy(FORM)


def order(content):
    return [[page["id"], *(field["id"] for field in page["fields"])] for page in content["pages"]]


def test_a_question_gets_a_page_and_an_id_of_its_own(form):
    changed = editing.add_question(form, {"type": "date", "label": "Date du départ", "max": "today+2y"})
    assert order(changed)[-1] == ["page_date_du_depart", "date_du_depart"]
    again = editing.add_question(
        changed, {"type": "date", "label": "Date du départ", "max": "today+2y"}, page_id="contact"
    )
    assert order(again)[0] == ["contact", "surname", "phone", "date_du_depart_2"]
    assert form == FORM and problems(again) == []


def test_ids_are_names_that_conditions_can_write(form):
    for label in ("1er étage ?", "Ɖɔ̀kún", "?", "Piece", "identity", "x" * 200):
        changed = editing.add_question(form, {"type": "text", "label": label})
        assert problems(changed) == [], label


def test_a_changed_question_keeps_its_id_and_place(form):
    changed = editing.change_question(form, "phone", {"type": "phone", "label": "Votre numéro"})
    assert order(changed) == order(form)
    assert editing.question_of(changed, "phone")[1]["label"] == "Votre numéro"


def test_questions_and_pages_move_and_stop_at_the_ends(form):
    assert order(editing.move_question(form, "phone", editing.UP))[0] == ["contact", "phone", "surname"]
    assert order(editing.move_question(form, "surname", editing.UP)) == order(form)
    moved = editing.move_question(form, "phone", editing.DOWN)
    assert order(moved)[:2] == [["contact", "surname"], ["married_page", "phone", "married"]]
    assert order(editing.move_page(form, "contact", editing.UP)) == order(form)
    assert order(editing.move_page(form, "contact", editing.DOWN))[1][0] == "contact"


def test_a_page_goes_with_its_last_question(form):
    assert order(editing.remove_question(form, "spouse")) == order(form)[:2]
    assert order(editing.move_question(form, "spouse", editing.UP)) == [
        ["contact", "surname", "phone"],
        ["married_page", "married", "spouse"],
    ]


def test_what_something_reads_cannot_go_and_the_refusal_names_it(form):
    for change in (
        lambda: editing.remove_question(form, "married"),
        lambda: editing.remove_page(form, "married_page"),
    ):
        with pytest.raises(editing.StillUsedError, match="Conjoint"):
            change()
    with pytest.raises(editing.StillUsedError, match="coordonnées"):
        editing.remove_question(form, "phone")
    form["pieces"][0]["condition"] = {"not": {"any": [{"field": "spouse", "filled": True}]}}
    with pytest.raises(editing.StillUsedError, match="Pièce d’identité"):
        editing.remove_question(form, "spouse")


def test_the_last_question_stays():
    form = {
        "title": "x",
        "pages": [{"id": "p", "title": "p", "fields": [{"id": "a", "type": "text", "label": "a"}]}],
    }
    with pytest.raises(DomainError, match="au moins une question"):
        editing.remove_question(form, "a")
    with pytest.raises(DomainError, match="au moins une question"):
        editing.remove_page(form, "p")


def test_pieces_come_change_move_and_go(form):
    changed = editing.add_piece(form, {"label": "Photo", "required_if": False})
    assert [piece["id"] for piece in changed["pieces"]] == ["identity", "photo"]
    changed = editing.move_piece(changed, "photo", editing.UP)
    changed = editing.change_piece(changed, "photo", {"label": "Photo d’identité"})
    assert [piece["label"] for piece in changed["pieces"]] == ["Photo d’identité", "Pièce d’identité"]
    assert problems(changed) == []
    assert [piece["id"] for piece in editing.remove_piece(changed, "photo")["pieces"]] == ["identity"]


def test_an_unknown_name_is_a_key_error(form):
    for change in (editing.remove_question, editing.remove_page, editing.remove_piece):
        with pytest.raises(KeyError):
            change(form, "nobody")
