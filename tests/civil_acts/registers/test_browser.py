"""The pages of the registers and of the archive, in a real browser, on a phone and on a desktop."""

import datetime

import pytest
from django.urls import reverse

from civil_acts.services import archive, registers
from civil_acts.specimens import make_births_dirty as specimen
from tests.civil_acts.registers.factories import make_act
from tests.civil_acts.registers.test_archive import DATA, ask, page_photo
from tests.civil_acts.registers.test_import_file import FOLDER
from tests.support.browser import DESKTOP, PHONE_NO_JS, seen_as

both_extremes = seen_as(PHONE_NO_JS, DESKTOP)
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@both_extremes
def test_the_pages_of_the_registers_are_clean(page, people, office, enter, look, follow):
    act = make_act("HOUNGBÉDJI", "Sènan", father_name="HOUNGBÉDJI Codjo", mother_name="ABLO Tèni")
    registers.record_mention(
        public_id=act.public_id, by=people["officer"], kind="MARRIAGE", text="Mariée à Cotonou",
        source_reference="2012/45", dated_on=datetime.date(2012, 5, 20),
    )  # fmt: skip
    enter(people["officer"])
    look(reverse("registers:index"))
    look(reverse("registers:index") + "?kind=BIRTH&name=xyz")
    page.goto(reverse("registers:index"))
    page.get_by_label("Nom et prénoms").fill("hougnbedji senan")
    page.get_by_role("button", name="Filtrer").click()
    follow("link", "HOUNGBÉDJI Sènan")
    look("")
    follow("button", "Ajouter une mention")
    follow("button", "Ajouter la mention")
    look("")
    look(reverse("registers:correct", args=[act.public_id]))
    follow("button", "Enregistrer la correction")
    look("")
    assert page.title().startswith("Erreur :")


@both_extremes
def test_the_pages_of_the_import_are_clean(page, people, office, enter, look, follow, run_jobs):
    enter(people["archivist"])
    look(reverse("registers:imports"))
    follow("button", "Importer")
    look("")
    page.get_by_label("Fichier du registre").set_input_files(FOLDER / "births_dirty.csv")
    page.get_by_label("Naissances").check()
    page.get_by_label("Bureau qui tient le registre").select_option("A05")
    follow("button", "Importer")
    page.get_by_text("Lignes lues").wait_for()
    look("")
    run_jobs()
    page.reload()
    look("")
    assert page.get_by_text(str(specimen.EXPECTED["csv"]["added"])).first.is_visible()
    look(reverse("registers:imports"))


@both_extremes
def test_from_slip_to_act_in_a_browser(page, people, office, enter, look, follow, tmp_path):
    photo = tmp_path / "page.jpg"
    photo.write_bytes(page_photo((1240, 1754)).read())
    slip = ask(people, office)
    enter(people["archivist"])
    look(reverse("registers:slips"))
    look(reverse("registers:new-slip"))
    look(reverse("registers:printed-slip", args=[slip.public_id]))
    look(reverse("registers:slip", args=[slip.public_id]))
    follow("button", "Envoyer la photo")
    look("")
    page.get_by_label("Photo de la page").set_input_files(photo)
    follow("button", "Envoyer la photo")
    look("")
    archive.transcribe(slip_id=slip.public_id, by=people["clerk"], data=DATA)

    enter(people["second"])
    look(reverse("registers:transcriptions"))
    follow("link", "HOUNGBÉDJI Sènan")
    look("")
    for label, text in (
        ("Année du registre", "1987"),
        ("Numéro de l’acte", "45 bis"),
        ("Nom de famille", "HOUNGBÉDJI"),
        ("Prénoms", "Sènon"),
        ("Date de naissance", "vers 1962"),
        ("Mère", "ABLO Tèni"),
    ):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_label("féminin").check()
    follow("button", "Comparer et valider")
    look("")
    page.get_by_label("Première saisie").check()
    follow("button", "Valider mes choix")
    page.get_by_role("heading", name="HOUNGBÉDJI Sènan").wait_for()
    look("")
