import pytest
from django.utils import translation
from django.utils.datastructures import MultiValueDict
from hypothesis import given, settings
from hypothesis import strategies as st

from cotonou.formbuilder import engine
from cotonou.formbuilder.definition import CHECK, parse
from tests.cotonou.formbuilder.samples import COMPLETE, fields, form, sample


def steps(answers):
    return [page.step for page in engine.pages(form(), answers)]


def posted(answers, key, **data):
    step = engine.find_step(form(), answers, key)
    values = MultiValueDict({name: [value] for name, value in data.items()})
    return engine.step_form(form(), step, answers, data=values)


def test_a_page_shows_when_its_condition_holds():
    assert "mariage" not in steps({"married": False})
    assert "mariage" in steps({"married": True})
    assert "piece.wedding_act" in steps({"married": True})


def test_the_answers_of_a_hidden_page_weigh_nothing():
    spec = sample()
    spec["pages"][4]["condition"] = {"field": "wedding", "filled": True}
    answers = {"married": False, "wedding": "2010-01-01"}
    assert "lieu" not in [page.step for page in engine.pages(parse(spec), answers)]


def test_hidden_answers_are_dropped_at_the_end_and_only_then():
    answers = COMPLETE | {"spouse": "Jean", "wedding": "2010-01-01"}
    final = engine.final(form(), answers)
    assert "spouse" not in final
    assert "wedding" not in final
    assert engine.final(form(), answers | {"married": True})["wedding"] == "2010-01-01"


def test_computed_values_join_the_final_answers():
    assert engine.final(form(), COMPLETE)["fee"] == 1000


def test_next_and_previous_follow_the_visible_pages():
    assert engine.next_step(form(), {"married": False}, "situation") == "enfants"
    assert engine.next_step(form(), {"married": True}, "situation") == "mariage"
    assert engine.next_step(form(), {}, "piece.identity") == CHECK
    assert engine.next_step(form(), {}, "enfants.1") == "enfants"
    assert engine.previous_step(form(), {}, "vous") is None
    assert engine.previous_step(form(), {"married": False}, "enfants") == "situation"
    assert engine.previous_step(form(), {}, CHECK) == "piece.identity"
    assert engine.previous_step(form(), {"married": False}, "enfants.1") == "situation"
    assert engine.previous_step(form(), COMPLETE, "enfants.2") == "enfants"


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["married", "wedding"]), st.sampled_from([True, False, "2010-01-01"])))
def test_going_forward_visits_every_visible_page_once(answers):
    visited, key = [], steps(answers)[0]
    while key != CHECK:
        visited.append(key)
        following = engine.next_step(form(), answers, key)
        assert engine.previous_step(form(), answers, following) == key
        key = following
    assert visited == steps(answers)


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("vous", True), ("mariage", False), ("enfants", True), ("enfants.1", True), ("enfants.2", True),
        ("enfants.3", False), ("enfants.0", False), ("enfants.x", False), ("enfants.²", False),
        ("vous.1", False), ("piece.identity", True), ("piece.wedding_act", False), ("gone", False),
        ("", False), ("piece.", False),
    ],
)  # fmt: skip
def test_only_visible_steps_are_found(key, found):
    answers = {"married": False, "enfants": [{"child_name": "Koffi"}]}
    assert (engine.find_step(form(), answers, key) is not None) is found


def test_a_hidden_field_posted_by_hand_is_ignored():
    bound = posted({}, "situation", married="no", spouse="Jean")
    assert bound.is_valid()
    assert bound.answers == {"married": False}


def test_a_hidden_field_is_no_error_whatever_it_holds():
    assert posted({}, "situation", married="no", spouse="12345").is_valid()


def test_a_field_that_the_same_page_asks_for_is_required_then():
    bound = posted({}, "situation", married="yes", spouse="")
    assert not bound.is_valid()
    assert bound.errors["spouse"] == ["Saisissez « Nom de l’époux ou de l’épouse »."]
    bound = posted({}, "situation", married="yes", spouse="Jean")
    assert bound.is_valid()
    assert bound.answers == {"married": True, "spouse": "Jean"}


def test_a_field_of_another_page_that_is_hidden_is_not_even_in_the_form(db):
    spec = sample()
    spec["pages"][5]["fields"].append(
        {
            "id": "maiden",
            "type": "name",
            "label": "Nom de jeune fille",
            "condition": {"field": "married", "is": True},
        }
    )
    step = engine.find_step(parse(spec), {"married": False, "place": 5}, "quartier")
    assert "maiden" not in engine.step_form(parse(spec), step, {"married": False}).fields


def test_the_field_shows_under_the_radio_that_asks_for_it():
    step = engine.find_step(form(), {}, "situation")
    shown = engine.step_form(form(), step, {})
    assert shown["spouse"].is_revealed
    assert "facultatif" not in str(shown["spouse"].as_field_group())


def test_nothing_is_missing_in_a_complete_form(db):
    quarter = {"quarter": _quarter_of(5)}
    assert engine.missing(form(), COMPLETE | quarter) is None


def _quarter_of(number: int) -> int:
    from cotonou.territory.models import Quartier

    return Quartier.objects.filter(arrondissement_id=number).order_by("pk").first().pk


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "step"),
    [
        ({"surname": None}, "vous"),
        ({"surname": "x" * 500}, "vous"),
        ({"married": True}, "situation"),
        ({"married": True, "spouse": "Jean"}, "mariage"),
        ({"married": True, "spouse": "Jean", "wedding": "2999-01-01"}, "mariage"),
        ({"married": True, "spouse": "Jean", "wedding": "2010-01-01"}, "piece.wedding_act"),
        ({"married": True, "spouse": "Jean", "wedding": "2021-01-01"}, None),
        ({"enfants": None}, "enfants"),
        ({"enfants": []}, None),
        ({"enfants": [{"child_name": "Koffi"}]}, "enfants.1"),
        ({"enfants": [COMPLETE["enfants"][0]] * 4}, "enfants"),
        ({"place": 4}, "quartier"),
        ({"place": 99}, "lieu"),
        ({"count": 11}, "copies"),
        ({"identity": None}, "piece.identity"),
    ],
)
def test_the_first_incomplete_page_is_found(change, step):
    answers = COMPLETE | {"quarter": _quarter_of(5)} | change
    answers = {name: value for name, value in answers.items() if value is not None}
    assert engine.missing(form(), answers) == step


def test_resuming_goes_after_the_last_page_or_to_what_is_missing(db):
    assert engine.resume_step(form(), {}, "") == "vous"
    answers = COMPLETE | {"quarter": _quarter_of(5)}
    assert engine.resume_step(form(), answers, "copies") == "piece.identity"
    assert engine.resume_step(form(), answers, "piece.identity") == CHECK
    assert engine.resume_step(form(), answers | {"surname": ""}, "copies") == "vous"
    half = {key: value for key, value in answers.items() if key in ("surname", "given_names", "phone")}
    assert engine.resume_step(form(), half, "vous") == "situation"
    assert engine.resume_step(form(), answers | {"enfants": [{}]}, "enfants.1") == "enfants.1"


def test_an_item_replaces_or_joins_the_others():
    step = engine.find_step(form(), COMPLETE, "enfants.2")
    merged = engine.merge(step, COMPLETE, {"child_name": "Ama"})
    assert [item["child_name"] for item in merged["enfants"]] == ["Koffi", "Ama"]
    step = engine.find_step(form(), merged, "enfants.1")
    merged = engine.merge(step, merged, {"child_name": "Kodjo"})
    assert [item["child_name"] for item in merged["enfants"]] == ["Kodjo", "Ama"]


def test_an_answer_taken_back_is_gone():
    step = engine.find_step(form(), COMPLETE, "vous")
    assert "given_names" not in engine.merge(step, COMPLETE, {"surname": "Dossou"})


def test_the_summary_says_everything_and_where_to_change_it(db):
    rows = engine.summary(form(), COMPLETE | {"quarter": _quarter_of(5)})
    said = {row.field.id: row for row in rows}
    assert said["surname"].value == "Dossou"
    assert (said["surname"].step, said["surname"].anchor) == ("vous", "id_surname")
    assert said["child_birth"].value == "mars 2015"
    assert said["child_birth"].step == "enfants.1"
    assert said["place"].value == "5e arrondissement"
    assert said["fee"].value == "1\u00a0000\u00a0F"
    assert said["fee"].step == ""
    assert "wedding" not in said
    assert "spouse" not in said


@pytest.mark.django_db
def test_the_summary_reads_each_table_once(django_assert_num_queries):
    spec = fields(
        *({"id": f"q{i}", "type": "quartier", "label": "Q"} for i in range(10)),
        *({"id": f"a{i}", "type": "arrondissement", "label": "A"} for i in range(10)),
    )
    answers = {f"q{i}": 1 for i in range(10)} | {f"a{i}": 1 for i in range(10)}
    with django_assert_num_queries(2):
        assert len(engine.summary(parse(spec), answers)) == 20


@pytest.mark.django_db
def test_the_quartiers_are_those_of_the_chosen_arrondissement():
    step = engine.find_step(form(), {"place": 5}, "quartier")
    shown = engine.step_form(form(), step, {"place": 5})
    values = [value for value, _label in shown.fields["quarter"].choices if value]
    from cotonou.territory.models import Quartier

    assert len(values) == Quartier.objects.filter(arrondissement_id=5).count()


def test_a_form_speaks_the_readers_language():
    step = engine.find_step(form(), {}, "vous")
    with translation.override("en"):
        assert engine.step_form(form(), step, {})["surname"].label == "Family name"
        assert step.page.title == "Who are you?"
    assert engine.step_form(form(), step, {})["surname"].label == "Nom de famille"


def test_a_total_too_big_is_said_on_the_page():
    spec = sample()
    spec["pages"][6]["fields"][0] |= {"max": 10**9}
    spec["pages"][6]["fields"][1]["expression"] = {"product": [{"field": "count"}, {"field": "count"}]}
    step = engine.find_step(parse(spec), {}, "copies")
    bound = engine.step_form(parse(spec), step, {}, data=MultiValueDict({"count": ["999999999"]}))
    assert "trop grand" in bound.non_field_errors()[0]
