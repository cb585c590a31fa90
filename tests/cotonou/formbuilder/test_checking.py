import json
from pathlib import Path

import pytest

from cotonou.formbuilder.checking import MAX_FIELDS, is_safe_pattern, problems
from tests.cotonou.formbuilder.samples import fields, one_field, sample

NAME = {"id": "a", "type": "text", "label": "A"}


def told(spec) -> str:
    return "\n".join(map(str, problems(spec)))


def test_the_sample_form_may_be_published():
    assert problems(sample()) == []


@pytest.mark.parametrize("path", sorted(Path("civil_acts/data").glob("form_*.json")), ids=lambda p: p.name)
def test_every_form_that_ships_may_be_published(path):
    assert problems(json.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("spec", "path", "words"),
    [
        ([], "", "type attendu"),
        ({"title": "T"}, "", "« pages »"),
        (one_field(id="a", type="text"), "pages[0].fields[0]", "« label »"),
        (one_field(id="a", type="nom", label="A"), "pages[0].fields[0].type", "choisissez parmi"),
        (one_field(id="É", type="text", label="A"), "pages[0].fields[0].id", "minuscules"),
        (one_field(id="a", type="text", label={"en": "A"}), "pages[0].fields[0].label", "français"),
        (one_field(id="a", type="text", label="A", colour="red"), "pages[0].fields[0]", "« colour »"),
        (sample(pages=[]), "pages", "au moins 1"),
    ],
)
def test_a_shape_error_names_its_path_in_french(spec, path, words):
    (problem,) = problems(spec)
    assert problem.path == path
    assert words in problem.message


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"field": "b", "is": "x"}, "« b » dépend de lui-même"),
        ({"not": {"any": [{"field": "b", "filled": True}]}}, "« b » dépend de lui-même"),
        ({"field": "gone", "is": "x"}, "« gone », qui n’existe pas ou n’existe plus"),
        ({"field": "c", "is": "x"}, "« c », qui vient plus loin"),
        ({"field": "a", "like": "x"}, "comparaison inconnue « like »"),
        ({"field": "a", "is": "x", "in": ["y"]}, "une seule comparaison"),
        ({"field": "a", ">=": "demain"}, "today-18y"),
        ({"all": []}, "au moins une condition"),
        ({"any": "a"}, "au moins une condition"),
        ({"all": [[]]}, "une condition est un objet"),
        ({"field": "a", "filled": "oui"}, "true ou false"),
        ({"field": "a", "in": []}, "liste de valeurs"),
    ],
)
def test_a_condition_that_cannot_work_is_refused_and_names_the_field(condition, words):
    b = {"id": "b", "type": "text", "label": "B", "condition": condition}
    assert words in told(fields(NAME, b, {"id": "c", "type": "text", "label": "C"}))


def test_a_condition_deeper_than_eight_levels_is_refused():
    condition: dict = {"field": "a", "filled": True}
    for _level in range(10):
        condition = {"not": condition}
    assert "imbriquées" in told(
        fields(NAME, {"id": "b", "type": "text", "label": "B", "condition": condition})
    )


def test_a_condition_no_answer_can_meet_is_refused():
    first = {"id": "a", "type": "yes_no", "label": "A"}
    second = {"id": "b", "type": "text", "label": "B", "condition": {"field": "a", "is": "oui"}}
    assert '« a » ne peut pas valoir "oui"' in told(fields(first, second))
    first = {"id": "a", "type": "choice", "label": "A", "choices": [{"value": "x", "label": "X"}]}
    assert '« a » ne peut pas valoir "oui"' in told(fields(first, second))


def test_a_page_may_not_depend_on_its_own_fields():
    spec = fields(NAME)
    spec["pages"][0]["condition"] = {"field": "a", "filled": True}
    assert "plus loin" in told(spec)


def test_an_identifier_serves_once_in_the_whole_form():
    spec = sample()
    spec["pieces"].append({"id": "surname", "label": "Encore"})
    spec["pages"][3]["fields"].append({"id": "surname", "type": "text", "label": "Encore"})
    assert told(spec).count("« surname » sert déjà") == 2


def test_two_pages_with_the_same_address_are_refused():
    spec = sample()
    spec["pages"][1]["id"] = "vous"
    assert "deux pages s’appellent « vous »" in told(spec)
    spec["pages"][1]["id"] = "verifier"
    assert "« verifier » est réservé" in told(spec)


def test_fields_that_would_post_under_the_same_name_are_refused():
    date = {"id": "born", "type": "date", "label": "Né le"}
    assert "se confond avec" in told(fields(date, {"id": "born_day", "type": "text", "label": "Jour"}))


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"type": "choice"}, "l’un des deux"),
        ({"type": "choice", "table": "nulle_part"}, "« nulle_part » n’existe pas"),
        ({"type": "text", "table": "quartiers"}, "n’a pas de choix"),
        (
            {"type": "multi", "choices": [{"value": "a", "label": "A"}, {"value": "a", "label": "B"}]},
            "même valeur",
        ),
        ({"type": "integer", "min": "today"}, "une limite est"),
        ({"type": "date", "max": 3}, "une limite est"),
        ({"type": "text", "max": 3}, "une limite est"),
        ({"type": "text", "pattern": "(a+)+"}, "motif"),
        ({"type": "quartier", "within": "a"}, "« within » relie"),
        ({"type": "computed"}, "« expression » va avec"),
        ({"type": "text", "expression": 1}, "« expression » va avec"),
        ({"type": "computed", "expression": {"eval": "1"}}, "une seule clé parmi"),
        ({"type": "computed", "expression": {"sum": []}}, "1 à 50"),
        ({"type": "computed", "expression": {"if": [{"field": "a", "is": "x"}, 1]}}, "puis deux calculs"),
        ({"type": "computed", "expression": {"field": "b"}}, "dépend de lui-même"),
        ({"type": "computed", "expression": {"sum": [1, {"field": "gone"}]}}, "n’existe plus"),
        ({"type": "computed", "expression": True}, "nombre entier"),
        ({"type": "upload"}, "seul sur sa page"),
        ({"type": "date"}, "dites jusqu’où va cette date"),
        ({"type": "partial_date", "min": "today-5y"}, "dites jusqu’où va cette date"),
        ({"type": "date", "max": "today+1d", "autocomplete": "bday"}, "date de naissance"),
        ({"type": "date", "max": {"field": "b"}}, "dépend de lui-même"),
        ({"type": "date", "max": {"field": "a"}}, "une date en limite une autre"),
        ({"type": "integer", "min": {"field": "gone"}}, "n’existe plus"),
        ({"type": "integer", "min": 1, "default": 0}, "pas une réponse possible"),
        ({"type": "integer", "default": "1"}, "pas une réponse possible"),
        ({"type": "text", "default": {"field": "a"}}, "vient plus loin"),
        ({"type": "text", "default_if": {"field": "a", "filled": True}}, "va avec « default »"),
    ],
)
def test_a_field_that_cannot_work_is_refused(spec, words):
    assert words in told(fields(NAME, {"id": "b", "label": "B"} | spec))


def test_a_field_of_a_repeated_page_is_out_of_reach_except_in_a_sum():
    spec = sample()
    spec["pages"][4]["condition"] = {"field": "child_name", "filled": True}
    assert "dans un groupe répété" in told(spec)
    spec = sample()
    spec["pages"][3]["fields"].append({"id": "cost", "type": "money", "label": "Frais"})
    spec["pages"][6]["fields"][1]["expression"] = {"sum": [{"field": "enfants.cost"}]}
    assert problems(spec) == []
    spec["pages"][6]["fields"][1]["expression"] = {"sum": [{"field": "enfants.gone"}]}
    assert "« enfants.gone »" in told(spec)


def test_the_contact_must_be_fields_of_the_right_kind():
    text = told(sample(contact={"name": ["child_name"], "phone": "surname", "email": "gone"}))
    assert all(f"contact.{path}" in text for path in ("name[0]", "phone", "email"))


def test_a_form_of_five_thousand_fields_gets_a_clear_answer():
    spec = fields(*({"id": f"f{i}", "type": "text", "label": "F"} for i in range(5000)))
    assert f"5000 champs ; la limite est de {MAX_FIELDS}" in told(spec)
    assert "1 Mo" in told(one_field(id="a", type="text", label="A" * 1_100_000))


@pytest.mark.parametrize("pattern", [r"[0-9]{10}", r"RB/COT/\d{4}-[A-Z]{2}", r"\d+", r"[^ ]{1,5}x?"])
def test_simple_patterns_are_allowed(pattern):
    assert is_safe_pattern(pattern)


@pytest.mark.parametrize("pattern", [r"(a+)+$", r"a*a*a*a*b", r"(?=x)", r"a|b", r"[z-a]", r"(a)\1", "*"])
def test_patterns_that_may_never_end_are_refused(pattern):
    assert not is_safe_pattern(pattern)
