"""A real city completes, sources and publishes its procedures, through pages only."""

import datetime

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.test import Client

from civil_acts import home, reference
from civil_acts.models import EntitlementRule, ProcedureVersion
from civil_acts.services import intake
from cotonou.accounts.actors import SYSTEM
from cotonou.accounts.permissions import Role
from cotonou.audit.models import Event
from cotonou.documents.models import TemplateVersion
from cotonou.territory.dates import local_today
from tests.civil_acts.pages import browser, words
from tests.support import civil

pytestmark = pytest.mark.django_db
SLUG, BIRTH = "certificat-de-residence", "acte-de-naissance"
START = f"/demarches/{SLUG}/demande/"
COMPLETE = {
    "label_0": "Timbre de la commune",
    "amount_0": "1 200",
    "source_0": "Délibération 12",
    "label_1": "Part de l’ANIP",
    "amount_1": "1000",
    "source_1": "Arrêté 3",
    "delay_working_days": "5",
    "delay_source": "Note de service 4",
    "legal_basis": "Loi 2002-07",
    "source": "Note de service 4",
}


def at(*path, slug: str = SLUG) -> str:
    return "/".join([f"/agents/demarches/{slug}/version", *map(str, path), ""])


def day(name: str, value: datetime.date) -> dict:
    return {f"{name}_day": value.day, f"{name}_month": value.month, f"{name}_year": value.year}


def starting(days: int = 0) -> dict:
    return day("starts_on", local_today() + datetime.timedelta(days=days))


@pytest.fixture
def empty_city(db):
    reference.load(demonstration=False)


@pytest.fixture
def manager(empty_city) -> Client:
    return browser(civil.staff(Role.CATALOGUE, number=None, name="Responsable"))


def publish(manager, number: int = 1, **changes):
    manager.post(at("brouillon"), COMPLETE | changes)
    return manager.post(at(number, "publier"), starting())


def test_from_an_empty_city_to_a_service_a_citizen_can_begin(manager):
    assert Client().get(START).status_code == 404
    assert "à confirmer par la Mairie" in words(manager.get(at()))
    assert manager.post(at("brouillon"), COMPLETE).status_code == 302
    assert manager.post(at(1, "publier"), starting()).status_code == 302
    version = ProcedureVersion.objects.in_force(SLUG)
    assert version.form_version.published_at
    assert [f["allocations"][0]["amount_xof"] for f in version.fees] == [1200, 1000]
    assert version.fees[1]["allocations"][0]["held_for"] == "ANIP"
    citizen = Client()
    assert "2 200 F" in words(citizen.get(START)) or "1 200 F" in words(citizen.get(START))
    begun = citizen.post(START)
    assert begun.status_code == 302
    assert citizen.get(begun.url).status_code == 200


def test_an_incomplete_version_is_refused_cell_by_cell(manager):
    changes = COMPLETE | {"amount_0": "", "source_1": "", "delay_working_days": "", "delay_source": ""}
    assert manager.post(at("brouillon"), changes).status_code == 302
    answer = manager.post(at(1, "publier"), starting())
    assert answer.status_code == 422
    for text in (
        "le montant de « Timbre de la commune »",
        "la source du montant de « Part de l’ANIP »",
        "Saisissez le délai",
        "la source du délai",
    ):
        assert text in words(answer)
    assert ProcedureVersion.objects.in_force(SLUG) is None


def test_a_version_cannot_begin_in_the_past(manager):
    manager.post(at("brouillon"), COMPLETE)
    assert manager.post(at(1, "publier"), starting(-1)).status_code == 422


def test_publishing_twice_is_publishing_once(manager):
    assert publish(manager).status_code == 302
    assert manager.post(at(1, "publier"), starting()).status_code == 302
    assert Event.objects.filter(action="civil_acts.procedure_published").count() == 1
    assert manager.post(at(1, "publier"), starting(3)).status_code == 422


def test_a_published_version_never_changes_and_requests_under_way_stay_on_theirs(manager):
    publish(manager)
    first = ProcedureVersion.objects.in_force(SLUG)
    draft = civil.draft(SLUG)
    assert manager.post(at("nouvelle")).status_code == 302
    manager.post(at("nouvelle"))
    assert ProcedureVersion.objects.filter(procedure=first.procedure).count() == 2
    assert publish(manager, 2, amount_0="5000").status_code == 302
    assert ProcedureVersion.objects.in_force(SLUG).number == 2
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        ProcedureVersion.objects.filter(pk=first.pk).update(delay_working_days=1)
    request = intake.confirm(draft=draft, by=SYSTEM)
    assert (request.procedure_version, request.fee_xof) == (first, 2200)


def test_a_rule_that_overlaps_is_refused_and_one_that_replaces_is_kept(manager):
    rule = EntitlementRule.objects.get(document_kind="civil_acts.birth_copy", relation="HOLDER")
    known = {
        "document_kind": rule.document_kind,
        "relation": "HOLDER",
        "proofs": "Carte\nActe",
        "source": "Art. 1",
    }
    answer = manager.post(at("regles", slug=BIRTH), known | starting())
    assert answer.status_code == 422
    assert "Remplacez-la" in words(answer)
    replace = at("regles", rule.public_id, "remplacer", slug=BIRTH)
    assert manager.post(replace, known | starting(2)).status_code == 302
    rule.refresh_from_db()
    assert rule.ends_on == local_today() + datetime.timedelta(days=1)
    new = EntitlementRule.objects.get(document_kind=rule.document_kind, relation="HOLDER", ends_on=None)
    assert (new.proofs, new.source) == (["Carte", "Acte"], "Art. 1")
    end = at("regles", new.public_id, "fin", slug=BIRTH)
    assert manager.post(end, day("ends_on", local_today())).status_code == 422
    last = local_today() + datetime.timedelta(days=9)
    assert manager.post(end, day("ends_on", last)).status_code == 302


def test_a_rule_begun_today_is_replaced_from_today(manager):
    rule = EntitlementRule.objects.get(document_kind="civil_acts.birth_copy", relation="PARENT")
    answer = manager.post(
        at("regles", rule.public_id, "remplacer", slug=BIRTH),
        {"proofs": "Carte", "source": "Art. 2"} | starting(),
    )
    assert answer.status_code == 302
    assert EntitlementRule.objects.get(document_kind=rule.document_kind, relation="PARENT").source == "Art. 2"


def test_a_confirmed_model_is_a_new_version_that_a_second_load_keeps(manager):
    kind = "civil_acts.birth_copy"
    confirm = at("modeles", kind, slug=BIRTH)
    form = {"legal_reference": "Spécimen du 3 mars"} | starting()
    assert manager.post(confirm, form).status_code == 302
    assert manager.post(confirm, form).status_code == 302
    reference.load(demonstration=False)
    versions = TemplateVersion.objects.filter(template__kind=kind).order_by("number")
    assert [v.legal_reference for v in versions] == [reference.UNVALIDATED, "Spécimen du 3 mars"]
    assert versions[0].source == versions[1].source


def test_what_was_replaced_no_longer_blocks_the_opening(manager):
    before = home.sources_check()
    assert not before.ok
    assert before.url.startswith("/agents/demarches/")
    for kind in TemplateVersion.objects.values_list("template__kind", flat=True):
        slug = SLUG if kind.endswith("slip") else BIRTH
        manager.post(at("modeles", kind, slug=slug), {"legal_reference": "Spécimen"} | starting())
    assert "0 modèles de document" in home.sources_check().sentence


@pytest.mark.parametrize("path", [("brouillon",), (1, "publier"), ("regles",), ("nouvelle",)])
def test_a_clerk_may_not_publish(empty_city, path):
    clerk = browser(civil.staff(Role.CLERK))
    assert clerk.post(at(*path), {}).status_code == 403
    assert clerk.get(at()).status_code == 403
