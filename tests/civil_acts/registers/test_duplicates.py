"""An act enters the register once: what looks the same is opened and dismissed, or nothing goes in."""

import pytest
from django.urls import reverse

from civil_acts.models import RegisterAct
from civil_acts.registers import duplicates, transcription
from civil_acts.registers.forms import KeepForm
from civil_acts.services import archive
from cotonou.audit.models import Event
from tests.civil_acts.pages import browser, words
from tests.civil_acts.registers.test_archive import DATA, ask, page_photo, photographed, slip, typed

__all__ = ["photographed", "slip", "typed"]  # fixtures
pytestmark = pytest.mark.django_db
CHILD = {
    "year": "2011", "act_number": "77", "surname": "HOUNGBÉDJI", "given_names": "Sènan Paul", "sex": "M",
    "event_date": "04/09/2011", "mother_name": "ABLO Tèni", "event_place": "Cotonou",
}  # fmt: skip


def known(office, **columns) -> RegisterAct:
    """The same child, already in the register."""
    values = transcription.read("BIRTH", CHILD | {"act_number": "12"} | columns)
    return RegisterAct.objects.create(kind="BIRTH", office=office, source="IMPORT", **values)


def sought(office, **columns) -> duplicates.Sought:
    return duplicates.of_reading("BIRTH", office, transcription.read("BIRTH", CHILD | columns))


@pytest.mark.parametrize(
    "columns",
    [
        {},
        {"surname": "HOUNGBEDJI", "given_names": "Senan Paul"},
        {"year": "2012", "event_date": "04/09/2011"},
        {"event_date": "vers 2011"},
        {"mother_name": ""},
        {"given_names": "Sènan"},
        {"event_date": "05/09/2011"},  # one of the two was misread
    ],
)
def test_the_same_child_is_likely_whatever_was_misspelt(office, columns):
    act = known(office, **columns)
    assert duplicates.likely(RegisterAct.objects.all(), sought(office)) == [act]


@pytest.mark.parametrize(
    "columns",
    [
        {"surname": "ZINSOU", "given_names": "Codjo"},
        {"year": "2014", "event_date": "04/09/2014"},
        {"given_names": "Affiavi", "event_date": "12/01/2011", "mother_name": "ZINSOU Adjoa"},
        {"event_date": "11/03/2011", "mother_name": "ZINSOU Adjoa"},
    ],
)
def test_another_child_is_not(office, columns):
    known(office, **columns)
    assert duplicates.likely(RegisterAct.objects.all(), sought(office)) == []


def test_a_cancelled_act_stands_in_nobody_s_way(office):
    act = known(office)
    RegisterAct.objects.filter(pk=act.pk).update(status="CANCELLED", cancelled_reason="inscrit deux fois")
    assert duplicates.likely(RegisterAct.objects.all(), sought(office)) == []


def test_typing_a_page_that_the_register_has_asks_to_compare_first(people, office, photographed):
    act = known(office)
    client = browser(people["clerk"])
    url = reverse("registers:type-page", args=[photographed.public_id])
    first = client.post(url, CHILD)
    page = words(first)
    assert first.status_code == 422
    assert "Le registre a peut-être déjà cet acte." in page
    assert "HOUNGBÉDJI Sènan Paul – naissance 2011/12" in page
    assert reverse("registers:act", args=[act.public_id]) in first.content.decode()
    again = client.post(url, CHILD | {"seen": str(act.public_id)})
    assert again.status_code == 422
    assert "cochez la case si aucun n’est le même" in words(again)
    assert "<title>Erreur" in again.content.decode()
    done = client.post(url, CHILD | {"seen": str(act.public_id), "not_these": "on"})
    assert done.status_code == 302


def test_verifying_asks_again_and_the_trail_keeps_what_was_dismissed(people, office, photographed):
    archive.transcribe(slip_id=photographed.public_id, by=people["clerk"], data=CHILD)
    item = photographed.transcription
    act = known(office)  # it came in by an import meanwhile
    client = browser(people["second"])
    url = reverse("registers:verify", args=[item.public_id])
    assert "Le registre a peut-être déjà cet acte." in words(client.post(url, CHILD))
    assert RegisterAct.objects.count() == 1
    done = client.post(url, CHILD | {"seen": str(act.public_id), "not_these": "on"})
    assert done.status_code == 302
    assert RegisterAct.objects.count() == 2
    trail = Event.objects.get(action="civil_acts.transcription_verified")
    assert trail.data["dismissed"] == ["2011/12"]


def test_one_that_came_in_after_the_tick_is_to_be_looked_at_too(people, office, photographed):
    act = known(office)
    other = known(office, act_number="13")
    with pytest.raises(duplicates.LikelyDuplicateError) as refused:
        archive.transcribe(
            slip_id=photographed.public_id, by=people["clerk"], data=CHILD, dismissed=[act.public_id]
        )
    assert set(refused.value.acts) == {act, other}


def test_a_page_of_nobody_known_is_typed_without_a_question(people, office):
    other = ask(people, office)
    archive.answer_found(public_id=other.public_id, by=people["archivist"], photo=page_photo())
    assert archive.transcribe(slip_id=other.public_id, by=people["clerk"], data=DATA)


# -- two readings of the same page ------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("event_date", "4 septembre 2011", "04/09/2011"),
        ("event_date", "4/9/11", "2011-09-04"),
        ("event_date", "vers 2011", "Vers 2011"),
        ("drawn_up_on", "7 septembre 2011", "07/09/2011"),
        ("act_number", "N° 077", "77"),
        ("act_number", "77 bis", "77 BIS"),
        ("event_time", "15:00", "15 h"),
        ("event_time", "15h05", "15:05"),
        ("surname", "D'ALMEIDA", "D’ALMEIDA"),
        ("father_name", "DOSSOU  Kossi", "DOSSOU Kossi"),
    ],
)
def test_what_means_the_same_is_no_difference(name, first, second):
    assert transcription.compare("BIRTH", CHILD | {name: first}, CHILD | {name: second}) == []


@pytest.mark.parametrize(
    ("name", "first", "second"),
    [
        ("event_date", "04/09/2011", "09/04/2011"),
        ("event_date", "vers 2011", "2011"),
        ("event_date", "04/09/2011", ""),
        ("act_number", "77", "77 bis"),
        ("event_time", "15:00", "5:00"),
        ("surname", "HOUNGBÉDJI", "HOUNGBEDJI"),
        ("surname", "HOUNGBÉDJI", "Houngbédji"),
        ("given_names", "Sènan Paul", "Sènan-Paul"),
    ],
)
def test_what_the_copy_would_print_otherwise_is_one(name, first, second):
    found = transcription.compare("BIRTH", CHILD | {name: first}, CHILD | {name: second})
    assert [difference["field"] for difference in found] == [name]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ("HOUNGBÉDJI", "Houngbédji", "Seules les majuscules diffèrent."),
        ("HOUNGBÉDJI", "HOUNGBEDJI", "Seuls les accents diffèrent."),
        ("Sènan Paul", "Sènan-Paul", "Seuls les espaces, tirets ou apostrophes diffèrent."),
        ("Sènan", "SENAN", "Les majuscules et les accents diffèrent."),
        ("Sènan", "Paul", ""),
        ("Sènan", "", ""),
    ],
)
def test_a_difference_of_one_letter_says_what_differs(first, second, said):
    difference = {"field": "surname", "label": "Nom", "first": first, "second": second}
    form = KeepForm(differences=[difference])
    assert form.fields["keep_surname"].help_text == said


def test_a_field_left_empty_on_a_page_is_no_cell(people, photographed):
    page = words(
        browser(people["clerk"]).post(
            reverse("registers:type-page", args=[photographed.public_id]), {"year": ""}
        )
    )
    assert "ce champ ne peut pas rester vide" in page
    assert "cellule" not in page


def test_the_pages_of_the_archive_say_in_their_title_that_something_is_wrong(people, slip):
    client = browser(people["archivist"])
    for name in ("slip-found", "slip-absent"):
        answer = client.post(reverse(f"registers:{name}", args=[slip.public_id]), {})
        assert answer.status_code == 422
        assert "<title>Erreur" in answer.content.decode(), name
