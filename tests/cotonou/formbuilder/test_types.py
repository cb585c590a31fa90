import calendar
import datetime
import json

import pytest
from django.utils.datastructures import MultiValueDict
from hypothesis import given
from hypothesis import settings as trials
from hypothesis import strategies as st

from cotonou.formbuilder import engine
from cotonou.formbuilder.definition import parse
from cotonou.formbuilder.engine import Step
from cotonou.formbuilder.tables import Row, Table, Tables
from tests.cotonou.formbuilder.samples import one_field

CHOICES = [{"value": "x", "label": "X"}, {"value": "y", "label": "Y"}, {"value": "z", "label": "Z"}]
LETTERS = st.text("abcdéèçßɖɛɔƉƐƆ", min_size=1, max_size=12)
NAMES = st.lists(LETTERS, min_size=1, max_size=3).flatmap(
    lambda parts: st.sampled_from(" -’'").map(lambda joint: joint.join(parts))
)
LINES = st.lists(LETTERS, min_size=1, max_size=4).map("\n".join)
EXACT = st.dates(datetime.date(1900, 1, 1), datetime.date(2025, 12, 31))


@st.composite
def partial_dates(draw):
    found = {"year": draw(st.integers(1900, 2025))}
    if draw(st.booleans()):
        return found | ({"about": True} if draw(st.booleans()) else {})
    found["month"] = draw(st.integers(1, 12))
    if draw(st.booleans()):
        found["day"] = draw(st.integers(1, calendar.monthrange(found["year"], found["month"])[1]))
    return found


ACTS = st.fixed_dictionaries({}, optional={"number": LETTERS, "year": st.integers(1900, 2020)}).filter(bool)
TYPES = {
    "text": ({}, LETTERS),
    "name": ({}, NAMES),
    "textarea": ({}, LINES),
    "integer": ({}, st.integers(0, 10**9)),
    "money": ({}, st.integers(0, 10**12)),
    "date": ({}, EXACT.map(lambda day: day.isoformat())),
    "partial_date": ({}, partial_dates()),
    "phone": ({}, st.integers(0, 999999).map(lambda n: f"+2290197{n:06d}")),
    "email": ({}, st.from_regex(r"\A[a-z]{1,8}@[a-z]{1,8}\.bj\Z")),
    "choice": ({"choices": CHOICES}, st.sampled_from("xyz")),
    "multi": ({"choices": CHOICES}, st.sets(st.sampled_from("xyz"), min_size=1).map(sorted)),
    "yes_no": ({}, st.booleans()),
    "npi": ({}, st.from_regex(r"\A[0-9]{10}\Z")),
    "act_reference": ({}, ACTS),
}
CASES = st.sampled_from(sorted(TYPES)).flatmap(
    lambda name: TYPES[name][1].map(lambda answer: (name, TYPES[name][0], answer))
)


def page_form(spec, answers, data=None, sheet_tables=None):
    form = parse(one_field(**spec))
    sheet = engine.Sheet(form, answers)
    if sheet_tables:
        sheet.tables._read |= sheet_tables
    return engine.step_form(form, Step(form.pages[0]), answers, data=data, sheet=sheet)


def posted(spec, **data):
    values = MultiValueDict(
        {key: value if isinstance(value, list) else [value] for key, value in data.items()}
    )
    bound = page_form({"id": "a", "label": "A"} | spec, {}, values)
    return (
        bound.answers.get("a")
        if bound.is_valid()
        else [str(e) for errors in bound.errors.values() for e in errors]
    )


@trials(deadline=None)
@given(CASES)
def test_an_answer_shown_and_sent_again_is_the_same_answer(case):
    name, more, answer = case
    spec = {"id": "a", "type": name, "label": "A"} | more
    shown = page_form(spec, {"a": answer})
    again = page_form(spec, {"a": answer}, engine.as_posted(shown))
    assert again.is_valid(), again.errors
    assert again.answers == {"a": answer}
    assert json.loads(json.dumps(again.answers)) == again.answers


@trials(deadline=None)
@given(CASES)
def test_every_answer_can_be_said_in_words(case):
    name, more, answer = case
    form = parse(one_field(id="a", type=name, label="A", **more))
    (row,) = engine.summary(form, {"a": answer})
    assert row.value


@trials(deadline=None)
@given(st.sampled_from(sorted(TYPES)), st.text(max_size=40))
def test_whatever_is_typed_gives_an_answer_or_a_sentence(name, typed):
    spec = {"id": "a", "type": name, "label": "A"} | TYPES[name][0]
    names = ("a", "a_day", "a_month", "a_year", "a_about")
    bound = page_form(spec, {}, MultiValueDict({key: [typed] for key in names}))
    if bound.is_valid():
        json.dumps(bound.answers)
    else:
        assert all(str(error).strip() for errors in bound.errors.values() for error in errors)


def test_a_table_keeps_the_value_of_its_row():
    table = Table((Row(7, "Dandji", "1er arrondissement", 1), Row(8, "Dandji", "4e arrondissement", 4)))
    spec = {"id": "a", "type": "quartier", "label": "A"}
    shown = page_form(spec, {"a": 8}, sheet_tables={"quartiers": table})
    again = page_form(spec, {"a": 8}, engine.as_posted(shown), sheet_tables={"quartiers": table})
    assert again.is_valid()
    assert again.answers == {"a": 8}
    assert "1er arrondissement" in str(shown)


def test_a_table_nobody_knows_raises():
    with pytest.raises(KeyError):
        Tables()["nowhere"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Afi   Dossou ", "Afi Dossou"),
        ("Ｄossou\u200b", "Ｄossou"),
        ("Dos\u0000sou", "Dossou"),
        ("\u202eDossou\u202c", "Dossou"),
        ("E\u0301lise", "Élise"),
        ("ƉƆSSOU", "ƉƆSSOU"),
        ("d’Almeida-N'Dah", "d’Almeida-N'Dah"),
    ],
)
def test_a_name_is_kept_clean(typed, kept):
    assert posted({"type": "name"}, a=typed) == kept


@pytest.mark.parametrize("typed", ["Dossou3", "<img src=x>", "123", "--"])
def test_a_name_is_made_of_letters_and_the_error_says_which_name(typed):
    spec = {"type": "name", "called": "le nom de la mère"}
    assert posted(spec, a=typed)[0].startswith("Corrigez le nom de la mère : des lettres seulement")


def test_a_text_keeps_what_looks_like_markup_as_text():
    typed = "<img src=file:///etc/passwd>"
    assert posted({"type": "text"}, a=typed) == typed


def test_several_lines_stay_several_lines():
    assert posted({"type": "textarea"}, a="un\r\ndeux\t \r\n\r\n\r\n\r\ntrois\u0007") == "un\ndeux\n\ntrois"


@pytest.mark.parametrize(
    ("year", "month", "day", "about", "expected"),
    [
        ("1962", "", "", "", {"year": 1962}),
        ("vers 1962", "", "", "", {"year": 1962, "about": True}),
        ("1962", "", "", "on", {"year": 1962, "about": True}),
        ("1962", "3", "", "", {"year": 1962, "month": 3}),
        ("1964", "2", "29", "", {"year": 1964, "month": 2, "day": 29}),
        ("", "", "", "", None),
    ],
)
def test_a_date_may_be_known_in_part(year, month, day, about, expected):
    data = {"a_year": year, "a_month": month, "a_day": day} | ({"a_about": about} if about else {})
    assert posted({"type": "partial_date", "required": False}, **data) == expected


@pytest.mark.parametrize(
    ("year", "month", "day", "about", "words"),
    [
        ("", "3", "", "", "au moins l’année"),
        ("62", "", "", "", "quatre chiffres"),
        ("1962", "", "5", "", "aussi le mois"),
        ("1963", "2", "29", "", "n’existe pas"),
        ("1962", "13", "", "", "n’existe pas"),
        ("1962", "3", "", "on", "seulement l’année"),
        ("2999", "", "", "", "dans le futur"),
        ("1700", "", "", "", "pas être avant 1880"),
        ("0000", "", "", "", "quatre chiffres"),
        ("9999", "12", "", "", "dans le futur"),
    ],
)
def test_a_wrong_partial_date_says_what_to_do(year, month, day, about, words):
    data = {"a_year": year, "a_month": month, "a_day": day} | ({"a_about": about} if about else {})
    assert words in posted({"type": "partial_date", "max": "today"}, **data)[0]


def test_no_year_of_a_date_without_limits_is_ever_9999_in_words():
    for year in ("1700", "9999"):
        said = posted({"type": "partial_date", "max": "2026-01-01"}, a_year=year, a_month="", a_day="")
        assert "9999" not in said[0]
    assert posted({"type": "partial_date"}, a_year="1700", a_month="", a_day="") == [
        "Vérifiez l’année : elle ne peut pas être avant 1880."
    ]


def test_the_length_of_the_npi_is_a_setting_that_hint_and_error_say(settings):
    assert posted({"type": "npi"}, a="12 3456 7890") == "1234567890"
    assert "10 chiffres" in posted({"type": "npi"}, a="123")[0]
    settings.NPI_DIGITS = 13
    assert "13 chiffres" in posted({"type": "npi"}, a="1234567890")[0]
    step = engine.find_step(parse(one_field(id="a", type="npi", label="NPI")), {}, "p")
    shown = engine.step_form(parse(one_field(id="a", type="npi", label="NPI")), step, {})
    assert shown.fields["a"].help_text == "13 chiffres"


def test_each_box_of_a_reference_has_its_own_name():
    form = parse(one_field(id="a", type="act_reference", label="Numéro et année de l’acte"))
    shown = engine.step_form(form, engine.find_step(form, {}, "p"), {})
    assert [shown.fields[n].label for n in ("a", "a_year")] == ["Numéro de l’acte", "Année de l’acte"]


def test_a_reference_is_enough_with_one_of_its_two_parts():
    assert posted({"type": "act_reference"}, a="", a_year="1987") == {"year": 1987}
    assert posted({"type": "act_reference"}, a="12", a_year="") == {"number": "12"}
    assert posted({"type": "act_reference"}, a="", a_year="") == ["Saisissez « A »."]
    assert posted({"type": "act_reference", "required": False}, a="", a_year="") is None


def test_a_pattern_and_its_own_words():
    spec = {
        "type": "text",
        "pattern": "[A-Z]{2}[0-9]+",
        "pattern_error": "Écrivez deux lettres, puis le numéro.",
    }
    assert posted(spec, a="AB12") == "AB12"
    assert posted(spec, a="AB12\nX") == ["Écrivez deux lettres, puis le numéro."]


def test_a_choice_outside_the_list_is_refused():
    assert "dans la liste" in posted({"type": "choice", "choices": CHOICES}, a="w")[0]
    assert "dans la liste" in posted({"type": "multi", "choices": CHOICES}, a=["x", "w"])[0]


def test_an_empty_answer_names_the_field():
    assert posted({"type": "name", "called": "votre nom de famille"}, a="") == [
        "Saisissez votre nom de famille."
    ]
    assert posted({"type": "name", "error": "Dites-nous qui vous êtes."}, a="") == [
        "Dites-nous qui vous êtes."
    ]


@pytest.mark.parametrize(
    ("spec", "answer", "words"),
    [
        ({"type": "date"}, "2026-11-01", "1er novembre 2026"),
        ({"type": "partial_date"}, {"year": 1962, "about": True}, "vers 1962"),
        ({"type": "partial_date"}, {"year": 1962, "month": 3}, "mars 1962"),
        ({"type": "partial_date"}, {"year": 1962, "month": 3, "day": 1}, "1er mars 1962"),
        ({"type": "money"}, 48215300, "48\u00a0215\u00a0300\u00a0F"),
        ({"type": "phone"}, "+2290197123456", "01\u00a097\u00a012\u00a034\u00a056"),
        ({"type": "yes_no"}, False, "Non"),
        ({"type": "act_reference"}, {"number": "123", "year": 1987}, "n° 123 de 1987"),
        ({"type": "act_reference"}, {"year": 1987}, "année 1987"),
        ({"type": "multi", "choices": CHOICES}, ["x", "z"], "X, Z"),
        ({"type": "choice", "choices": CHOICES}, "gone", "gone"),
    ],
)
def test_answers_are_said_as_people_say_them(spec, answer, words):
    form = parse(one_field(id="a", label="A", **spec))
    assert engine.summary(form, {"a": answer})[0].value == words
