"""Beside a request: looking for the act, judging the right, refusing, certifying that there is no act."""

import datetime
import re

import pytest

from civil_acts import forms
from civil_acts.registers import forms as register_forms
from civil_acts.services import archive, treatment
from civil_acts.services.treatment import lookalikes
from cotonou.accounts.actors import actor_for
from cotonou.accounts.permissions import Role
from cotonou.audit.models import Event
from cotonou.core.errors import DomainError
from cotonou.core.forms import PortalForm
from tests.civil_acts.pages import browser, checked, claimed, fresh, ready, source, to, words
from tests.civil_acts.test_archive_link import absent, asked
from tests.support import civil, people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


def value_of(page: str, name: str) -> str:
    return re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]


# -- the search ------------------------------------------------------------------


def test_a_field_that_was_emptied_stays_empty(run_jobs):
    item, clerk = claimed(run_jobs, act={"number": "312", "year": 1984})
    client = browser(clerk)
    page = source(client.get(to("request", item)))
    assert [value_of(page, name) for name in ("nom", "annee", "numero")] == ["DOSSOU Afi Rose", "1984", "312"]
    page = source(client.get(to("request", item), {"nom": "", "annee": "", "numero": ""}))
    assert [value_of(page, name) for name in ("nom", "annee", "numero")] == ["", "", ""]


def test_the_right_is_judged_with_the_act_found_and_both_parents_before_one_s_eyes(run_jobs):
    item, clerk = claimed(run_jobs)
    civil.birth_act(father_name="DOSSOU Cossi", mother_name="AHOUANSOU Reine")
    page = words(browser(clerk).get(to("request", item)))
    assert "père : DOSSOU Cossi · mère : AHOUANSOU Reine" in page
    assert page.index("1. L’acte dans le registre") < page.index("2. Cette personne peut-elle obtenir")


def test_a_parent_that_the_register_does_not_name_is_said(run_jobs):
    item, clerk = claimed(run_jobs)
    civil.birth_act(father_name="", mother_name="AHOUANSOU Reine")
    assert "père : non indiqué · mère : AHOUANSOU Reine" in words(browser(clerk).get(to("request", item)))


def ticked(page: str) -> int:
    return sum(" checked" in box for box in re.findall(r'<input[^>]*name="proofs"[^>]*>', page))


def test_neither_looking_for_an_act_nor_choosing_one_loses_what_is_ticked(run_jobs):
    item, clerk = claimed(run_jobs)
    client, act = browser(clerk), civil.birth_act()
    typed = {"nom": "DOSSOU", "annee": "", "numero": "", "proofs": treatment.rule_for(item).proofs[:1]}
    page = source(client.get(to("request", item), typed))
    assert ticked(page) == 1
    chosen = client.post(to("attach-act", item, act.public_id), typed)
    assert chosen.status_code == 302
    page = source(client.get(chosen.url))
    assert ticked(page) == 1
    assert value_of(page, "annee") == ""
    assert fresh(item).register_act == act


def test_the_token_that_protects_the_form_is_in_no_address(run_jobs):
    item, clerk = claimed(run_jobs)
    civil.birth_act()
    page = source(browser(clerk).get(to("request", item)))
    form = re.search(r'<form method="get" action="[^"]+">.*?</form>', page, re.DOTALL)[0]
    assert 'type="hidden"' not in form
    for button in re.findall(r"<button[^>]*csrfmiddlewaretoken[^>]*>", form):
        assert 'formmethod="post"' in button
    # Enter in a field presses the first button: the search.
    assert "formmethod" not in re.search(r"<button[^>]*>", form)[0]


# -- waiting, refusing ------------------------------------------------------------


def test_while_a_piece_is_awaited_the_clerk_reads_what_was_asked(run_jobs):
    item, clerk = claimed(run_jobs)
    treatment.ask_complement(public_id=item.public_id, by=clerk, message="Votre livret de famille")
    assert "Demandé : « Votre livret de famille »" in words(browser(clerk).get(to("request", item)))


def reasons(page: str) -> set[str]:
    return set(re.findall(r'name="reason" value="([A-Z_]+)"', page))


def test_a_residence_file_is_spoken_of_without_an_act(run_jobs):
    file, clerk = claimed(run_jobs, "certificat-de-residence")
    page = browser(clerk).get(to("request", file))
    assert "la personne elle-même" in words(page)
    assert "titulaire de l’acte" not in words(page)
    assert "1. " not in words(page).partition("Le travail")[2].partition("Historique")[0]
    assert {"NOT_RESIDENT", "RESIDENCE"} <= reasons(source(page))
    assert not {"NOT_FOUND", "WRONG_TOWN"} & reasons(source(page))
    refused = {"reason": "NOT_FOUND", "text": "Allez à l’UCIP"}
    assert browser(clerk).post(to("reject", file), refused).status_code == 422


def test_a_request_about_an_act_is_not_refused_for_a_residence(run_jobs):
    item, clerk = claimed(run_jobs)
    assert not {"NOT_RESIDENT", "RESIDENCE"} & reasons(source(browser(clerk).get(to("request", item))))
    refused = {"reason": "NOT_RESIDENT", "text": "Allez à Calavi"}
    assert browser(clerk).post(to("reject", item), refused).status_code == 422


def test_every_sentence_of_a_desk_form_ends_with_a_full_stop():
    made = [cls for module in (forms, register_forms) for cls in vars(module).values()]
    classes = [cls for cls in made if isinstance(cls, type) and issubclass(cls, PortalForm)]
    said = [
        str(field.error_messages["required"])
        for cls in classes
        for field in cls.base_fields.values()
        if hasattr(field, "called") and "required" in field.error_messages
    ]
    assert len(said) > 10
    assert [sentence for sentence in said if not sentence.endswith(".")] == []


def test_the_error_of_a_saved_view_is_said_once_above_and_once_at_its_field(run_jobs):
    civil.submitted(run_jobs)
    answer = people.working(Role.CLERK).post("/agents/demandes/vues/", {"name": "", "query": "show=late"})
    assert source(answer).count('class="govuk-error-summary"') == 1
    assert words(answer).count("Saisissez le nom de la vue.") == 2


# -- printing once more ---------------------------------------------------------------


def test_printing_beyond_the_paid_copies_says_that_a_reason_is_required(run_jobs):
    item = ready(run_jobs)
    client = browser(civil.staff(Role.COUNTER_AGENT))
    assert "Pourquoi imprimer encore" not in words(client.get(to("counter-request", item)))
    assert client.post(to("hand-over", item), {"identity_seen": "on"}).status_code == 200
    for page in (
        client.get(to("counter-request", item)),
        browser(civil.staff(Role.CLERK)).get(to("request", item)),
    ):
        text = words(page)
        assert "Pourquoi imprimer encore ? Les exemplaires payés sont déjà imprimés" in text
        assert "(facultatif)" not in text.partition("Pourquoi imprimer encore")[2]
    refused = client.post(to("hand-over", item), {"identity_seen": "on", "reason": ""})
    assert refused.status_code == 422
    assert "Dites pourquoi vous imprimez encore" in words(refused)


# -- no act, while one stands in the register ---------------------------------------------


def test_no_absence_is_certified_before_the_act_that_looks_the_same_was_opened(run_jobs):
    item, client, slip = asked(run_jobs)
    act = civil.birth_act()
    absent(slip)
    run_jobs()
    page = words(client.get(to("request", item)))
    assert "Un acte trouvé ressemble à celui qui est cherché." in page
    assert "DOSSOU Afi Rose – naissance 1984/312" in page
    refused = client.post(to("non-registration", item))
    assert refused.status_code == 422
    assert "cochez la case si aucun n’est celui de la personne" in words(refused)
    assert fresh(item).state == "IN_REVIEW"
    assert client.post(to("non-registration", item), {"not_these": "on"}).status_code == 302
    assert fresh(item).document_kind == "civil_acts.non_registration"
    trail = Event.objects.filter(subject_uuid=item.public_id, action="civil_acts.prepared").get()
    assert trail.data["dismissed"] == [act.reference]


def test_an_act_that_came_in_meanwhile_stops_the_certificate(run_jobs):
    item, _client, slip = asked(run_jobs)
    absent(slip)
    run_jobs()
    by = actor_for(item.claimed_by, second_factor=True)
    assert lookalikes(item, by) == []
    civil.birth_act()
    with pytest.raises(DomainError) as refused:
        treatment.prepare_non_registration(public_id=item.public_id, by=by)
    assert refused.value.code == "lookalike"
    assert "DOSSOU Afi Rose, naissance 1984/312" in refused.value.message


def test_a_namesake_of_another_generation_is_nobody_to_confirm(run_jobs):
    item, clerk = checked(run_jobs)
    civil.birth_act(year=1950, event_date=datetime.date(1950, 3, 27), event_year=1950)
    assert lookalikes(fresh(item), clerk) == []


# -- who answered ----------------------------------------------------------------------


def test_the_archivist_signs_the_answer_of_the_archives(run_jobs):
    item, client, slip = asked(run_jobs)
    by = civil.staff(Role.ARCHIVIST, name="Clément Zinsou")
    archive.answer_absent(public_id=slip.public_id, by=by, state="NOT_FOUND", answer="Rien")
    run_jobs()
    page = words(client.get(to("request", item)))
    history = page.partition("Historique")[2]
    assert re.search(r"Réponse des archives [^·]+· Clément Zinsou", history)
