"""What a citizen is told while filling the two forms: who may ask, what it costs, what is known already."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from civil_acts import asking
from civil_acts.models import ActRequest, EntitlementRule, ProcedureVersion
from civil_acts.services import intake
from cotonou.accounts.actors import SYSTEM
from cotonou.core.errors import NotAllowed
from cotonou.formbuilder.models import Draft
from cotonou.notifications.models import Message
from cotonou.territory.dates import local_today
from tests.civil_acts.pages import source, words
from tests.support import civil, people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]
BIRTH, RESIDENCE = "acte-de-naissance", "certificat-de-residence"
COPY, EXTRACT = "civil_acts.birth_copy", "civil_acts.birth_extract"


def at(draft: Draft, step: str) -> str:
    return reverse("civil_acts:page", args=[draft.context["slug"], draft.public_id, step])


def filling(slug: str = BIRTH, **answers) -> tuple[Draft, Client]:
    draft = civil.draft(slug, **answers)
    return draft, people.prove(Client(), draft.contact)


def begun(client: Client, slug: str = BIRTH) -> Draft:
    client.post(reverse("civil_acts:start", args=[slug]))
    return Draft.objects.latest("pk")


def typed(page, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', source(page))
    return found[1] if found else ""


def no_rule(kind: str, relation: str) -> None:
    """The rule ended yesterday."""
    EntitlementRule.objects.filter(document_kind=kind, relation=relation).update(
        ends_on=local_today() - timedelta(days=1)
    )


# -- who may ask -------------------------------------------------------------------


def test_a_stranger_is_told_on_the_page_of_the_question_and_not_seven_pages_later():
    draft, client = filling()
    answer = client.post(at(draft, "lien"), {"relation": "OTHER"})
    said = words(answer)
    assert answer.status_code == 422
    assert "ne peut pas être remis à une personne qui a ce lien" in said
    assert "Peuvent le demander : la personne elle-même, son père ou sa mère" in said
    assert "Demandez à la personne nommée dans l’acte une procuration écrite" in said
    draft.refresh_from_db()
    assert draft.answers["relation"] == "HOLDER"


def test_with_a_mandate_for_a_full_copy_the_page_offers_the_extract():
    draft, client = filling(variant="copie")
    answer = client.post(at(draft, "lien"), {"relation": "MANDATE"})
    assert answer.status_code == 422
    assert "Vous pouvez obtenir : Extrait d’acte de naissance" in words(answer)
    assert f'href="{at(draft, "document")}">Changer le document demandé' in source(answer)
    assert client.post(at(draft, "document"), {"variant": "extrait", "copies": "1"}).status_code == 302
    assert client.post(at(draft, "lien"), {"relation": "MANDATE"}).status_code == 302


def test_a_document_that_the_mandate_does_not_give_is_refused_where_it_is_chosen():
    draft, client = filling(relation="MANDATE")
    answer = client.post(at(draft, "document"), {"variant": "copie", "copies": "1"})
    assert answer.status_code == 422
    assert f'href="{at(draft, "lien")}">Changer votre lien' in source(answer)


def test_the_refusal_follows_the_rules_in_force_and_nothing_else():
    draft, client = filling()
    no_rule(EXTRACT, "PARENT")
    answer = client.post(at(draft, "lien"), {"relation": "PARENT"})
    assert answer.status_code == 422
    assert "Vous pouvez obtenir : Copie intégrale d’acte de naissance" in words(answer)
    EntitlementRule.objects.create(
        document_kind=COPY, relation="MANDATE", proofs=["Procuration"], starts_on=local_today()
    )
    draft, client = filling(variant="copie")
    assert client.post(at(draft, "lien"), {"relation": "MANDATE"}).status_code == 302


def test_a_rule_that_ends_meanwhile_is_still_seen_at_the_last_moment():
    draft = civil.draft(relation="PARENT")
    no_rule(EXTRACT, "PARENT")
    with pytest.raises(NotAllowed, match="Vous pouvez obtenir : Copie intégrale"):
        intake.confirm(draft=draft, by=SYSTEM)
    client = people.prove(Client(), draft.contact)
    answer = client.post(at(draft, "verifier"))
    assert answer.status_code == 422
    assert f'href="{at(draft, "document")}?de=verifier">Changer le document demandé' in source(answer)
    assert not ActRequest.objects.exists()


def test_the_public_page_says_who_may_ask_and_for_what_from_the_same_rules():
    page = "/demarches/acte-de-naissance/"
    said = words(Client().get(page))
    assert "une personne avec une procuration écrite (pour : Extrait d’acte de naissance)" in said
    no_rule(EXTRACT, "MANDATE")
    assert "procuration écrite (pour" not in words(Client().get(page))


def test_the_public_page_asks_for_the_pieces_that_the_form_asks_for():
    said = words(Client().get("/demarches/acte-de-naissance/"))
    assert "si vous l’avez" not in said
    assert "La preuve de votre lien (si vous répondez « Je suis son père ou sa mère »" in said
    assert "La procuration signée (si vous répondez « J’ai une procuration écrite »)" in said
    assert "Vous n’en avez pas ? Allez au guichet" in said
    draft, client = filling(relation="PARENT")
    assert "Vous n’en avez pas ? Allez au guichet" in words(client.get(at(draft, "piece.kinship")))


# -- dates -------------------------------------------------------------------------

TOMORROW = {"birth_date_day": "31", "birth_date_month": "1", "birth_date_year": "2099"}


@pytest.mark.parametrize(
    ("slug", "step", "more"),
    [
        (BIRTH, "personne", {"subject_surname": "Dossou", "subject_given_names": "Afi"}),
        (RESIDENCE, "identite", {"npi": "1234567890"}),
    ],
)
def test_nobody_is_born_in_the_future(slug, step, more):
    draft, client = filling(slug)
    answer = client.post(at(draft, step), more | TOMORROW)
    assert answer.status_code == 422
    assert "elle est dans le futur" in words(answer)
    year = {"birth_date_day": "", "birth_date_month": "", "birth_date_year": "1850"}
    said = words(client.post(at(draft, step), more | year))
    assert "ne peut pas être avant 1880" in said
    assert "9999" not in said


def test_nobody_lives_in_a_house_before_being_born():
    draft, client = filling(RESIDENCE, birth_date={"year": 1988})
    here = {"quartier": str(draft.answers["quartier"]), "address": "carré 12"}
    since = {"resident_since_day": "", "resident_since_month": "", "resident_since_year": "1987"}
    answer = client.post(at(draft, "domicile"), here | since)
    assert answer.status_code == 422
    assert "ne peut pas être avant votre date de naissance (1988)" in words(answer)


# -- what it costs -----------------------------------------------------------------


def test_the_amount_is_read_before_it_is_confirmed_and_is_the_one_to_pay():
    draft, client = filling(copies=2)
    said = words(client.get(at(draft, "verifier")))
    for text in ("Ce que vous payez", "2 × 500 F", "1 000 F", "Confirmer et passer au paiement"):
        assert text in said
    assert words(client.post(at(draft, "verifier"), follow=True)).count("Payer 1 000 F")


def test_what_is_free_says_so_and_promises_no_payment(monkeypatch):
    version = ProcedureVersion.objects.in_force(BIRTH)
    version.fees[0]["amount_xof"] = 0
    monkeypatch.setattr(intake, "version_of", lambda draft: version)
    draft, client = filling()
    said = words(client.get(at(draft, "verifier")))
    assert "Gratuit : vous n’avez rien à payer." in said
    assert "paiement" not in said.split("Ce que vous payez")[1]


def test_an_amount_that_nobody_decided_is_said_before_the_last_button(monkeypatch):
    version = ProcedureVersion.objects.in_force(BIRTH)
    version.fees[0]["amount_xof"] = None
    monkeypatch.setattr(intake, "version_of", lambda draft: version)
    draft, client = filling()
    assert "reste à confirmer par la Mairie" in words(client.get(at(draft, "verifier")))
    assert "prix d’un exemplaire reste à confirmer" in words(client.get(at(draft, "document")))


def test_one_copy_is_proposed_with_its_price():
    draft = begun(client := Client())
    page = client.get(at(draft, "document"))
    assert typed(page, "copies") == "1"
    assert "500 F par exemplaire" in words(page)


def test_fees_that_everybody_pays_are_added_up():
    assert "2 000 F en tout" in words(Client().get("/demarches/certificat-de-residence/"))
    assert "Total 2 000 F" in words(Client().get(reverse("civil_acts:start", args=[RESIDENCE])))
    assert "en tout" not in words(Client().get("/demarches/acte-de-naissance/"))


# -- what is known already ---------------------------------------------------------


@pytest.mark.parametrize(
    ("full_name", "parts"),
    [
        ("Afi Rose Dossou", ("Dossou", "Afi Rose")),
        ("DOSSOU Afi Rose", ("DOSSOU", "Afi Rose")),
        ("Afi DE SOUZA", ("DE SOUZA", "Afi")),
        ("Dossou", ("Dossou", "")),
        ("", ("", "")),
    ],
)
def test_a_full_name_is_split_as_people_write_it(full_name, parts):
    assert asking.split_name(full_name) == parts


def test_an_account_does_not_type_its_name_again():
    user = people.citizen("Afi Rose Dossou", phone="+2290197000001")
    client = people.log_in(Client(), user, second_factor=False)
    said = words(client.get(reverse("civil_acts:start", args=[BIRTH])))
    assert "Vous êtes connecté" in said
    assert "Un compte n’est pas nécessaire" not in said
    page = client.get(at(begun(client), "contact"))
    assert [typed(page, f"applicant_{name}") for name in ("surname", "given_names")] == ["Dossou", "Afi Rose"]
    assert typed(page, "phone") == "01 97 00 00 01"
    assert typed(page, "email") == user.email


def test_names_are_those_of_the_last_request_of_the_account():
    user = people.citizen("Rose Afi", phone="+2290197000001")
    item = civil.to_pay(applicant_surname="d’Almeida", applicant_given_names="Afi Rose")
    item.contact.user_uuid = user.public_id
    item.contact.save()
    client = people.log_in(Client(), user, second_factor=False)
    page = client.get(at(begun(client, RESIDENCE), "contact"))
    assert typed(page, "subject_given_names") == "Afi Rose"
    assert "d’Almeida" in typed(page, "subject_surname")


def test_an_agent_who_types_for_somebody_else_is_not_proposed_their_own_name():
    client = people.working("COUNTER_AGENT")
    client.post(reverse("civil_acts:counter-start", args=[BIRTH]))
    draft = Draft.objects.latest("pk")
    page = client.get(reverse("civil_acts:counter-page", args=[draft.public_id, "contact"]))
    assert typed(page, "applicant_surname") == ""


def test_who_asks_for_their_own_act_finds_their_name_and_may_correct_it():
    draft = begun(client := Client())
    for step, data in (
        ("contact", {"applicant_surname": "Dossou", "applicant_given_names": "Afi", "phone": "97000001"}),
        ("document", {"variant": "extrait", "copies": "1"}),
        ("lien", {"relation": "HOLDER"}),
    ):
        assert client.post(at(draft, step), data).status_code == 302
    page = client.get(at(draft, "personne"))
    assert typed(page, "subject_surname") == "Dossou"
    assert "corrigez-le s’il le faut" in words(page)
    client.post(at(draft, "lien"), {"relation": "CHILD"})
    assert typed(client.get(at(draft, "personne")), "subject_surname") == ""


def test_no_page_says_that_a_code_was_sent_before_it_is():
    for slug in (BIRTH, RESIDENCE):
        draft = begun(client := Client(), slug)
        said = words(client.get(at(draft, "contact")))
        assert "Nous vous envoyons" not in said
        assert "Nous l’envoyons par SMS quand vous confirmez la demande" in said
    assert not Message.objects.exists()


def test_who_does_not_know_the_arrondissement_reads_what_to_do():
    draft, client = filling()
    assert "Vous ne le connaissez pas ?" in words(client.get(at(draft, "registre")))
