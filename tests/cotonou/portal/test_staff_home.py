"""The home of the agents: what awaits each role, in one's own office, and the pages of every day."""

import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from civil_acts.models import ActRequest, ProcedureVersion
from civil_acts.services import procedures
from cotonou.accounts.models import Membership
from cotonou.accounts.permissions import Role
from cotonou.audit.models import IntegrityCheck
from cotonou.catalogue.cards import Card
from cotonou.jobs import runner
from cotonou.jobs import services as jobs
from cotonou.jobs.models import Job
from cotonou.notifications.models import Message
from cotonou.payments import desks, refunds
from cotonou.payments import services as payments
from cotonou.territory.dates import local_today
from tests.architecture import things
from tests.cotonou.payments import people as money
from tests.support import civil, people
from tests.support.keys import keys_folder, sealing_keys  # noqa: F401

pytestmark = pytest.mark.django_db
MAIRIE = {Role.ADMINISTRATOR, Role.AUDITOR, Role.CATALOGUE}


@pytest.fixture(autouse=True)
def city(sealing_keys):  # noqa: F811
    civil.load()


def doors(browser) -> dict[str, Card]:
    response = browser.get(reverse("portal:staff"))
    assert response.status_code == 200
    return {door["card"].title: door["card"] for door in response.context["doors"]}


def of(*roles: str, at: int | None = 5) -> dict[str, Card]:
    return doors(people.working(*roles, at=at))


def submitted(number: int) -> dict:
    item = civil.submitted(runner.run_due)
    ActRequest.objects.filter(pk=item.pk).update(office=people.office(number))
    return {"public_id": item.public_id}


def given_back_in_cash(number: int) -> None:
    """A refund granted, for a payment in cash of that office."""
    at = people.office(number).code
    session, cashier = money.drawer(at=at)
    payment = payments.take_cash(session=session, by=cashier, idempotency_key="once", **money.terms())
    supervisor, other = money.staff(Role.REGISSEUR, at), money.staff(Role.REGISSEUR, at)
    refund = refunds.propose(payment=payment, amount_xof=500, reason="Essai", by=supervisor)
    refunds.decide(refund=refund, approve=True, by=other)


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        (Role.COUNTER_AGENT, ["Nouvelle demande", "Documents prêts à remettre", "Ma caisse : fermée"]),
        (Role.CLERK, ["Demandes à traiter", "Documents prêts à remettre", "Pages à transcrire", "Registres"]),
        (Role.OFFICER, ["Documents à signer", "Demandes du bureau", "Registres"]),
        (
            Role.ARCHIVIST,
            ["Actes à chercher", "Pages à transcrire", "Transcriptions à vérifier", "Registres"],
        ),
        (Role.RELAY_AGENT, ["Dossiers à transmettre à l’UCIP", "Réponses attendues de l’UCIP"]),
        (Role.CASHIER, ["Ma caisse : fermée", "Remboursements à payer", "Journal de caisse", "Paiements"]),
        (Role.REGISSEUR, ["Caisses ouvertes", "Remboursements à décider", "Écarts de caisse", "Comptes"]),
        (Role.FINANCE, ["Payés, non appliqués", "Sommes inattendues", "Remboursements en cours", "Comptes"]),
        (Role.CATALOGUE, ["Versions à publier", "Points à confirmer par la Mairie", "Démarches de la Ville"]),
        (Role.AUDITOR, ["Intégrité des registres", "Journal des actions", "Travaux arrêtés"]),
        (Role.ADMINISTRATOR, ["Travaux arrêtés", "Messages non partis", "Mise en service", "Équipe"]),
    ],
)
def test_each_role_finds_its_doors_even_when_nothing_waits(role, titles):
    found = of(role, at=None if role in MAIRIE else 5)
    assert [title for title in titles if title not in found] == []


@pytest.mark.parametrize("role", list(Role))
def test_every_door_of_a_role_opens(role):
    browser = people.working(role, at=None if role in MAIRIE else 5)
    for title, card in doors(browser).items():
        assert browser.get(card.url, follow=True).status_code == 200, title


@pytest.mark.parametrize(
    ("role", "title", "make"),
    [
        (Role.CLERK, "Demandes à traiter", submitted),
        (Role.OFFICER, "Documents à signer", things.prepared_request),
        (Role.ARCHIVIST, "Actes à chercher", things.slip),
        (Role.ARCHIVIST, "Pages à transcrire", things.photographed),
        (Role.CLERK, "Transcriptions à vérifier", things.transcription),
        (Role.RELAY_AGENT, "Réponses attendues de l’UCIP", things.relay_batch),
        (Role.CASHIER, "Remboursements à payer", given_back_in_cash),
        (Role.REGISSEUR, "Caisses ouvertes", things.cash_session),
        (Role.REGISSEUR, "Remboursements à décider", things.refund),
        (Role.FINANCE, "Payés, non appliqués", things.unapplied_payment),
        (Role.FINANCE, "Sommes inattendues", things.money_case),
        (Role.FINANCE, "Remboursements en cours", things.refund),
    ],
)
def test_what_waits_is_counted_in_one_s_own_office_only(role, title, make):
    make(6)
    assert of(role)[title].count == 0
    make(5)
    found = of(role)[title]
    assert found.count == 1
    assert of(role, at=None)[title].count == 2


@pytest.mark.parametrize("rows", [1, 6])
@pytest.mark.parametrize(
    ("role", "makers"),
    [
        (Role.CLERK, [submitted, things.photographed]),
        (Role.REGISSEUR, [things.refund, things.unapplied_payment, things.money_case]),
        (Role.ARCHIVIST, [things.slip, things.photographed]),
    ],
)
def test_the_home_costs_the_same_for_one_row_or_many(django_assert_max_num_queries, role, makers, rows):
    for make in makers:
        for _n in range(rows):
            make(5)
    browser = people.working(role)
    with django_assert_max_num_queries(16 if role == Role.REGISSEUR else 10):
        doors(browser)


def test_late_requests_are_told_apart():
    item = submitted(5)["public_id"]
    ActRequest.objects.filter(public_id=item).update(due_on=local_today() - timedelta(days=3))
    submitted(5)
    card = of(Role.CLERK)["Demandes à traiter"]
    assert (card.count, card.urgent, card.urgent_words) == (2, 1, "1 en retard")


def test_a_cashier_is_told_that_the_drawer_was_left_open():
    money.drawer()
    with time_machine.travel(timezone.now() - timedelta(days=2), tick=False):
        _session, cashier = money.drawer()
    browser = people.log_in(people.Client(), cashier.user)
    assert doors(browser)["Ma caisse : ouverte"].urgent == 1
    card = of(Role.REGISSEUR)["Caisses ouvertes"]
    assert (card.count, card.urgent, card.urgent_words) == (2, 1, "1 depuis un autre jour")


def test_nothing_that_waits_is_said_so():
    assert "Rien ne vous attend" in people.working(Role.CASHIER).get(reverse("portal:staff")).content.decode()


def test_a_gap_of_the_month_is_shown_with_its_sum():
    session, cashier = money.drawer()
    desks.close_session(session=session, counted_xof=9500, by=cashier, gap_reason="Erreur de rendu")
    card = of(Role.REGISSEUR)["Écarts de caisse"]
    assert card.count == 1
    assert "-500\u00a0F" in card.note


def test_the_auditor_reads_when_the_registers_were_verified_and_what_was_found():
    card = of(Role.AUDITOR, at=None)["Intégrité des registres"]
    assert (card.urgent, card.note) == (1, "Jamais vérifiée.")
    call_command("verify_integrity", verbosity=0)
    card = of(Role.AUDITOR, at=None)["Intégrité des registres"]
    assert card.urgent == 0
    assert "Rien n’a été modifié" in card.text
    IntegrityCheck.objects.create(rows=10, found=2, findings=["audit: ligne 3 : altered", "autre"])
    browser = people.working(Role.AUDITOR, at=None)
    assert doors(browser)["Intégrité des registres"].count == 2
    said = browser.get(reverse("portal:journal")).content.decode()
    assert "2 anomalies" in said
    assert "audit: ligne 3 : altered" in said


def test_the_administrator_sees_what_stopped_and_what_did_not_leave():
    parked = jobs.enqueue("portal.purge_attempts", key="k")
    Job.objects.filter(pk=parked.pk).update(parked_at=timezone.now(), last_error="Essai")
    for state, age in (("FAILED", 1), ("QUEUED", 1), ("QUEUED", 0), ("FAILED", 24 * 9)):
        message = Message.objects.create(
            channel="SMS", to="+2290197000000", template="t", language="fr", state=state, error="Refusé"
        )
        Message.objects.filter(pk=message.pk).update(created_at=timezone.now() - timedelta(hours=age))
    browser = people.working(Role.ADMINISTRATOR, at=None)
    found = doors(browser)
    assert (found["Travaux arrêtés"].count, found["Messages non partis"].count) == (1, 2)
    said = browser.get(reverse("portal:messages")).content.decode()
    assert said.count("Refusé") == 2
    assert "0197000000" not in said.replace("\u00a0", "").replace(" ", "")


def test_roles_about_to_end_are_announced():
    user = people.agent(Role.CLERK)
    Membership.objects.filter(user=user).update(ends_on=local_today() + timedelta(days=5))
    assert "1 rôle finit" in of(Role.ADMINISTRATOR, at=None)["Équipe"].note


def test_a_version_in_preparation_waits_for_whoever_manages_the_procedures():
    found = of(Role.CATALOGUE, at=None)
    assert found["Versions à publier"].count == 0
    procedures.new_draft(slug="acte-de-naissance", by=civil.staff(Role.CATALOGUE, number=None))
    found = of(Role.CATALOGUE, at=None)
    assert found["Versions à publier"].count == 1
    assert "acte-de-naissance" in found["Versions à publier"].url
    version = ProcedureVersion.objects.get(published_at=None)
    before = found["Points à confirmer par la Mairie"].count
    ProcedureVersion.objects.filter(pk=version.pk).update(legal_basis="")
    assert of(Role.CATALOGUE, at=None)["Points à confirmer par la Mairie"].count >= before


def test_a_cashier_reads_how_many_receipts_not_how_much():
    session, cashier = money.drawer()
    payments.take_cash(session=session, by=cashier, idempotency_key=str(uuid.uuid4()), **money.terms())
    card = doors(people.log_in(people.Client(), cashier.user))["Ma caisse : ouverte"]
    assert "1 reçu." in card.note
    assert "2\u00a0000" not in card.note
