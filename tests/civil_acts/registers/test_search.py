import pytest

from civil_acts.models import ActKind, NameWord
from civil_acts.registers import search
from tests.civil_acts.registers.factories import make_act


def found(actor, name, **more):
    more.setdefault("kind", ActKind.BIRTH)
    return [act.names for act in search.find(actor, name=name, **more)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "surname", "given_names"),
    [
        ("hougnbedji senan", "HOUNGBÉDJI", "Sènan"),
        ("Senan Houngbedji", "HOUNGBÉDJI", "Sènan"),
        ("dosu afi", "DOSSOU", "Afi"),
        ("dossou afi", "ƉƆSU", "Afi"),
        ("kenum jean", "QUENUM", "Jean"),
        ("dalmeida marie", "D’ALMEIDA", "Marie"),
        ("desousa marie", "DE SOUZA", "Marie"),
        ("zinsu esperence", "ZINSOU", "Espérance"),
        ("sɛgbo tɔ́ni", "SÈGBO", "Tɔni"),
        ("BA ayaba", "BA", "Ayaba"),
    ],
)
def test_a_name_is_found_however_it_is_spelt(people, typed, surname, given_names):
    make_act(surname, given_names)
    make_act("GBAGUIDI", "Théophile")
    assert found(people["clerk"], typed)[0] == f"{surname} {given_names}"


@pytest.mark.django_db
def test_the_closest_name_comes_first(people):
    make_act("ADJOVI", "Koffi")
    make_act("ADJOVI", "Kossi")
    make_act("DOSSOU", "Kossi")
    assert found(people["clerk"], "adjovi kossi")[0] == "ADJOVI Kossi"


@pytest.mark.django_db
def test_either_spouse_finds_a_marriage(people):
    make_act(kind=ActKind.MARRIAGE, sex="", spouse_surname="TOSSOU", spouse_given_names="Rosine")
    assert found(people["clerk"], "tosou rosine", kind=ActKind.MARRIAGE) == ["ADJOVI Kossi – TOSSOU Rosine"]
    assert found(people["clerk"], "tosou rosine") == []


@pytest.mark.django_db
def test_a_wrong_year_or_number_does_not_hide_the_act(people):
    act = make_act(year=1987)
    assert found(people["clerk"], "adjovi kossi", year=1986, number="999") == ["ADJOVI Kossi"]
    by_number = search.find(people["clerk"], name="xxxx", year=1987, number=act.act_number_text, kind="BIRTH")
    assert [a.pk for a in by_number] == [act.pk]


@pytest.mark.django_db
def test_year_sex_and_number_narrow_the_search(people):
    old, recent = make_act(year=1950), make_act(year=2001, sex="F")
    assert [a.pk for a in search.find(people["clerk"], name="adjovi", kind="BIRTH", year=1950)] == [old.pk]
    assert [a.pk for a in search.find(people["clerk"], name="adjovi", kind="BIRTH", sex="F")] == [recent.pk]
    number = f"N° 00{recent.act_number}"
    assert [a.pk for a in search.find(people["clerk"], kind="BIRTH", year=2001, number=number)] == [recent.pk]
    assert search.find(people["clerk"], kind="BIRTH") == []


@pytest.mark.django_db
def test_an_act_of_another_arrondissement_is_not_found(people):
    make_act(office="A06")
    assert found(people["clerk"], "adjovi kossi") == []
    assert found(people["foreign"], "adjovi kossi") == ["ADJOVI Kossi"]
    assert found(people["mairie"], "adjovi kossi") == ["ADJOVI Kossi"]


@pytest.mark.django_db
@pytest.mark.parametrize("rows", [1, 60])
def test_a_search_costs_the_same_for_one_act_or_many(people, rows, django_assert_max_num_queries):
    for _ in range(rows):
        make_act()
    with django_assert_max_num_queries(9):  # savepoint, threshold, words, at most five readings, ranking
        assert len(search.find(people["clerk"], name="adjovi kossi", kind="BIRTH", limit=50)) == min(rows, 50)


@pytest.mark.django_db
def test_a_corrected_name_is_searched_under_its_new_words(people):
    act = make_act()
    act.surname = "GNONLONFOUN"
    act.save()
    assert found(people["clerk"], "gnonlofun kossi") == ["GNONLONFOUN Kossi"]
    assert NameWord.objects.get(word="gnonlonfoun").sound == "nonlonfun"


@pytest.mark.django_db
@pytest.mark.hostile
@pytest.mark.parametrize(
    "name", ["'; DROP TABLE x --", "%_%", "(((", "a" * 5000, "é" * 300, "\\", "- - -", "1=1"]
)
def test_anything_may_be_typed_in_the_box(people, name):
    make_act()
    assert search.find(people["clerk"], name=name, kind="BIRTH") == []
