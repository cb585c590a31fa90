"""What those who run the portal see and do; every act leaves a line in the journal."""

import datetime
import uuid
from types import SimpleNamespace

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cotonou.accounts.models import Membership, User
from cotonou.accounts.permissions import Role
from cotonou.audit.models import Event, PublishedHeads
from cotonou.catalogue import golive
from cotonou.catalogue.golive import Result
from cotonou.catalogue.models import Opening, Service
from cotonou.catalogue.services import is_open
from cotonou.core import codes
from cotonou.documents import keys
from cotonou.documents.keys import probe
from cotonou.documents.models import KeyProbe
from cotonou.jobs import runner
from cotonou.jobs import services as jobs
from cotonou.jobs.models import Job
from cotonou.payments.models import CashDesk, Payment
from cotonou.portal import services
from cotonou.portal.models import OperationRecord
from cotonou.territory.dates import local_today
from cotonou.territory.models import Holiday
from tests.architecture import things
from tests.support import people
from tests.support.keys import keys_folder, sealing_keys  # noqa: F401

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return people.working(Role.ADMINISTRATOR, at=None)


def page(browser, name, *args, **query) -> str:
    response = browser.get(reverse(name, args=args), query)
    assert response.status_code == 200
    return response.content.decode()


def parts(prefix: str, day: datetime.date) -> dict:
    return {f"{prefix}_day": day.day, f"{prefix}_month": day.month, f"{prefix}_year": day.year}


@pytest.fixture
def parked():
    job = jobs.enqueue("portal.purge_attempts", key=str(uuid.uuid4()))
    Job.objects.filter(pk=job.pk).update(
        parked_at=timezone.now(), attempts=8, last_error="La poste est fermée."
    )
    return job


def test_the_home_of_an_agent_names_the_role_and_the_office():
    said = page(people.working(Role.CLERK), "portal:staff")
    assert "agent d’état civil" in said
    assert "5e arrondissement" in said


def test_the_menu_shows_only_what_the_role_opens():
    said = page(people.working(Role.AUDITOR, at=None), "portal:staff")
    assert "Travaux" in said
    assert reverse("portal:team") not in said


def test_a_parked_job_is_shown_with_its_reason_and_retried(admin, parked):
    assert "La poste est fermée." in page(admin, "portal:jobs")
    assert admin.post(reverse("portal:retry_job", args=[parked.public_id])).status_code == 302
    parked.refresh_from_db()
    assert (parked.parked_at, parked.attempts) == (None, 0)
    event = Event.objects.get(action="jobs.retried")
    assert event.data["reason"] == "La poste est fermée."


def test_a_job_says_what_it_does_and_for_what(admin):
    payment = things.unapplied_payment(5)["public_id"]
    job = Job.objects.parked().get()
    Job.objects.filter(pk=job.pk).update(topic="payments.refresh")
    said = page(admin, "portal:jobs")
    assert "Demander à l’opérateur où en est un paiement" in said
    assert "payments.refresh" not in said
    assert codes.pretty(Payment.objects.get(public_id=payment).reference) in said
    address = reverse("payments:staff_detail", args=[payment])
    assert address not in said  # an administrator may not open a payment
    assert address in page(people.working(Role.AUDITOR, at=None), "portal:jobs")


def test_a_job_retried_twice_says_so(admin, parked):
    address = reverse("portal:retry_job", args=[parked.public_id])
    admin.post(address)
    assert "déjà été relancé" in admin.post(address, follow=True).content.decode()
    assert Event.objects.filter(action="jobs.retried").count() == 1


def test_an_auditor_sees_the_reason_but_no_button(parked):
    said = page(people.working(Role.AUDITOR, at=None), "portal:jobs")
    assert "La poste est fermée." in said
    assert "Relancer" not in said


@pytest.mark.parametrize("rows", [1, 40])
def test_the_jobs_page_costs_the_same_for_one_job_or_many(admin, django_assert_num_queries, rows):
    for number in range(rows):
        jobs.enqueue("portal.purge_attempts", key=f"k{number}")
    Job.objects.update(parked_at=timezone.now())
    with django_assert_num_queries(11):
        page(admin, "portal:jobs")


@pytest.fixture
def trail(admin):
    """Sixty events: half by an auditor on the mairie, half by the system on the 5th."""
    from cotonou.accounts.actors import SYSTEM, actor_for
    from cotonou.audit import services as audit

    auditor = people.agent(Role.AUDITOR, at=None, name="Koffi Auditeur")
    for number in range(60):
        by = actor_for(auditor) if number % 2 else SYSTEM
        audit.record(f"tests.{'odd' if number % 2 else 'even'}", subject=people.office(5), actor=by, n=number)
    return auditor


def told(response) -> list[str]:
    return [said.text for line in response.context["lines"] for said in line.details]


def test_the_journal_goes_back_page_by_page_without_overlap(admin, trail):
    first = admin.get(reverse("portal:journal"))
    assert told(first)[0] == "59"
    second = admin.get(first.context["older"])
    assert told(second)[:10] == [str(n) for n in range(9, -1, -1)]


def test_the_journal_filters_by_person_action_subject_and_date(admin, trail):
    office, today = people.office(5), local_today().isoformat()
    for query, count in (
        ({"who": "auditeur KOFFI"}, 30),
        ({"who": "portail"}, 30),
        ({"who": "Personne d’autre"}, 50),  # refused in words, the rest is shown
        ({"action": "tests.even"}, 30),
        ({"subject": str(office.public_id)}, 50),
        ({"subject": "pas un identifiant"}, 0),
        ({"since": today, "action": "tests.odd"}, 30),
        ({"until": "2020-01-01"}, 0),
        ({"since": "n’importe quoi", "action": "tests.odd"}, 30),
    ):
        assert len(admin.get(reverse("portal:journal"), query).context["lines"]) == count, query


def test_the_journal_says_what_a_name_may_mean(admin, trail):
    for number in range(21):
        people.agent(Role.CLERK, name=f"Kossi Homonyme {number}")
    said = page(admin, "portal:journal", who="homonyme kossi")
    assert "Plus de 20 agents" in said
    assert "Aucun agent ne porte ce nom" in page(admin, "portal:journal", who="Zzz")


def test_the_journal_is_in_words(admin):
    from cotonou.accounts.actors import SYSTEM
    from cotonou.audit import services as audit

    office, user = people.office(5), people.agent(Role.CLERK, name="Rose Ahouansou")
    audit.record(
        "accounts.membership_granted",
        subject=user.memberships.get(),
        actor=SYSTEM,
        person=str(user.public_id),
        role="CLERK",
        office=office.code,
        starts_on="2026-03-02",
        ends_on="",
    )
    line = admin.get(reverse("portal:journal")).context["lines"][0]
    assert (line.action, line.kind) == ("Rôle donné", "rôle")
    assert [f"{said.label} : {said.text}" for said in line.details] == [
        "Personne : Rose Ahouansou",
        "Rôle : agent d’état civil",
        "Bureau : Bureau du 5e arrondissement",
        "Premier jour : 2 mars 2026",
    ]
    assert line.details[0].href == f"{reverse('portal:team')}?q=Rose+Ahouansou"


@pytest.mark.parametrize("rows", [1, 40])
def test_the_journal_costs_the_same_for_one_line_or_many(admin, django_assert_num_queries, rows):
    from cotonou.accounts.actors import actor_for
    from cotonou.audit import services as audit

    for number in range(rows):
        person = people.agent(Role.CLERK, name=f"Agent {number}")
        audit.record("accounts.staff_created", subject=person, actor=actor_for(person))
    with django_assert_num_queries(7):
        page(admin, "portal:journal")


def test_a_line_leads_to_the_page_of_its_subject_for_those_who_may_open_it(admin):
    payment = things.payment(5)["public_id"]
    auditor = people.working(Role.AUDITOR, at=None)
    address = reverse("payments:staff_detail", args=[payment])
    assert address in page(auditor, "portal:journal")
    assert address not in page(admin, "portal:journal")


def test_what_was_written_in_the_journal_is_text(admin):
    from cotonou.accounts.actors import Actor
    from cotonou.audit import services as audit

    evil = Actor(name="<img src=x onerror=alert(1)>")
    audit.record("tests.evil", subject=people.office(5), actor=evil, why="<script>")
    said = page(admin, "portal:journal")
    assert "<img src=x" not in said
    assert "<script>" not in said.split("<main")[1]


def role_form(**changes) -> dict:
    form = {
        "email": "nouveau@exemple.bj",
        "full_name": "Rose Ahouansou",
        "office": people.office(5).pk,
        "role": Role.CLERK,
        "title": "",
        **parts("starts_on", local_today()),
    }
    return form | changes


def test_a_new_colleague_gets_an_account_and_a_role(admin):
    last = local_today() + datetime.timedelta(days=90)
    assert admin.post(reverse("portal:team"), role_form(**parts("ends_on", last))).status_code == 302
    membership = Membership.objects.get(user__email="nouveau@exemple.bj")
    assert (membership.role, membership.ends_on) == (Role.CLERK, last)
    assert "Rose Ahouansou" in page(admin, "portal:team", q="ahouànsou")
    assert not User.objects.get(email="nouveau@exemple.bj").has_usable_password()


def test_the_same_role_twice_at_the_same_time_is_refused_and_nothing_typed_is_lost(admin):
    admin.post(reverse("portal:team"), role_form())
    response = admin.post(reverse("portal:team"), role_form())
    assert response.status_code == 422
    assert "déjà ce rôle" in response.content.decode()
    assert "nouveau@exemple.bj" in response.content.decode()


def test_an_unknown_address_needs_a_name(admin):
    response = admin.post(reverse("portal:team"), role_form(full_name=""))
    assert response.status_code == 422
    assert "saisissez aussi le nom" in response.content.decode()


def test_nobody_gives_themselves_a_role():
    user = people.agent(Role.ADMINISTRATOR, at=None)
    from django.test import Client

    browser = people.log_in(Client(), user)
    response = browser.post(reverse("portal:team"), role_form(email=user.email.upper()))
    assert response.status_code == 422
    assert "soi-même" in response.content.decode()


def test_a_role_ends_today_and_stays_in_history(admin):
    membership = people.agent(Role.CLERK).memberships.get()
    admin.post(reverse("portal:end_membership", args=[membership.public_id]))
    membership.refresh_from_db()
    assert membership.ends_on == local_today()


def test_a_role_that_has_not_begun_is_withdrawn(admin):
    tomorrow = local_today() + datetime.timedelta(days=1)
    admin.post(reverse("portal:team"), role_form(**parts("starts_on", tomorrow)))
    membership = Membership.objects.get(starts_on=tomorrow)
    admin.post(reverse("portal:end_membership", args=[membership.public_id]))
    assert not Membership.objects.filter(pk=membership.pk).exists()
    assert Event.objects.filter(action="accounts.membership_withdrawn").exists()


def test_the_last_administrator_stays(admin):
    membership = Membership.objects.get(role=Role.ADMINISTRATOR)
    response = admin.post(reverse("portal:end_membership", args=[membership.public_id]), follow=True)
    assert "Nommez d’abord un autre administrateur" in response.content.decode()
    membership.refresh_from_db()
    assert membership.ends_on is None


def test_a_holiday_is_added_once_and_removed(admin):
    day = datetime.date(local_today().year + 1, 3, 3)
    form = {**parts("day", day), "name": "Deuil national"}
    assert admin.post(reverse("portal:holidays"), form).status_code == 302
    response = admin.post(reverse("portal:holidays"), form)
    assert (response.status_code, "déjà dans la liste" in response.content.decode()) == (422, True)
    admin.post(reverse("portal:remove_holiday", args=[day.isoformat()]))
    assert not Holiday.objects.filter(day=day).exists()
    actions = set(Event.objects.values_list("action", flat=True))
    assert {"territory.holiday_added", "territory.holiday_removed"} <= actions


@pytest.mark.parametrize("day", ["2026-13-45", "hier", "2026-1"])
def test_a_day_that_is_none_is_missing(admin, day):
    assert admin.post(reverse("portal:remove_holiday", args=[day])).status_code == 404


def point(name: str) -> Result:
    return next(p.result for p in golive.points() if p.name == name)


def test_every_blocker_of_a_demonstration_city_is_named(admin):
    said = page(admin, "portal:golive")
    for words in (
        "réglages de démonstration",
        "opérateur de paiement d’essai",
        "clés du sceau",
        "APDP",
        "hors site",
    ):
        assert words in said
    response = admin.post(reverse("portal:open_portal"))
    assert response.status_code == 422
    assert not Opening.objects.exists()


def test_demonstration_data_blocks_for_ever(settings):
    settings.DEMO = False
    assert point("demonstration").ok
    services.mark_demonstration("demo_city, graine 7")
    assert not point("demonstration").ok


def test_an_operator_without_an_adapter_blocks_and_is_never_advised(settings):
    for names in (["fake"], ["fedapay"]):
        settings.PAYMENT_PROVIDERS = names
        assert not point("payment").ok
    assert "fedapay" not in point("payment").remedy
    settings.PAYMENT_PROVIDERS = []
    assert not point("payment").ok


def test_the_counters_alone_may_take_the_money(settings):
    settings.PAYMENT_PROVIDERS = []
    desk = CashDesk.objects.create(office=people.office(5), code="probe", name="Caisse")
    assert point("payment").ok
    desk.closed_on = local_today()
    desk.save()
    assert not point("payment").ok


@pytest.mark.usefixtures("sealing_keys")
def test_keys_must_sign_and_last(settings, monkeypatch):
    assert not point("keys").ok  # in files
    developers = keys.provider()
    settings.DOCUMENT_KEYS_PROVIDER = "pkcs11"
    keys.reset()
    assert "depuis une heure" in point("keys").sentence  # no worker tried them yet
    try_keys()
    assert "ImproperlyConfigured" in point("keys").sentence  # no module
    monkeypatch.setattr(probe, "keys", SimpleNamespace(provider=lambda: developers))
    try_keys()
    assert point("keys").ok
    with time_machine.travel(timezone.now() + datetime.timedelta(minutes=61)):
        assert "depuis une heure" in point("keys").sentence
    with time_machine.travel(probe.sign_and_verify() - datetime.timedelta(days=59)):
        KeyProbe.objects.update(tried_at=timezone.now())
        assert "60 jours" in point("keys").sentence
    monkeypatch.setattr(developers, "qr_sign", lambda message: bytes(64))
    try_keys()
    assert "InvalidSignature" in point("keys").sentence


def try_keys() -> None:
    """As the clock has the worker do it."""
    job = jobs.enqueue("documents.probe_keys", key=str(uuid.uuid4()))
    assert runner.run_job(job.pk)
    job.refresh_from_db()
    assert job.done_at, job.last_error


def test_a_web_process_needs_no_private_key(admin, client, settings, monkeypatch):
    """Every page that speaks of keys is answered where there are none and nobody may ask for them."""

    def refuse():
        raise AssertionError("a web process asked for the private keys")

    monkeypatch.setattr(keys, "provider", refuse)
    settings.DOCUMENT_KEYS_DIR = "/nonexistent"
    for provider in ("file", "pkcs11"):
        settings.DOCUMENT_KEYS_PROVIDER = provider
        assert admin.get(reverse("portal:golive")).status_code == 200
        assert admin.post(reverse("portal:open_portal")).status_code == 422
        for path in ("/sante/live", "/sante/ready", "/v", "/v/cles.json", "/integrite.json"):
            assert client.get(path).status_code == 200, path


def test_the_heads_must_have_been_published_these_two_days():
    assert "jamais" in point("heads").sentence
    made = PublishedHeads.objects.create(
        day=local_today() - datetime.timedelta(days=2),
        text="{}",
        previous="0" * 64,
        key_id="k",
        signature="s",
    )
    assert point("heads").ok
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1)):
        assert "depuis le" in point("heads").sentence
    assert made.day < local_today()


@pytest.mark.parametrize(
    ("kind", "name", "days"), [("OFFSITE_BACKUP", "backup", 8), ("RESTORE_DRILL", "drill", 90)]
)
def test_a_backup_and_a_drill_grow_old(admin, kind, name, days):
    assert not point(name).ok
    row = OperationRecord.objects.create(kind=kind, happened_on=local_today(), reference="Porto-Novo")
    row.happened_on = local_today() - datetime.timedelta(days=days)
    row.save()
    assert point(name).ok
    row.happened_on -= datetime.timedelta(days=1)
    row.save()
    assert not point(name).ok


def test_an_operation_is_noted_by_hand_but_not_in_advance(admin):
    form = {"kind": "DATA_DECLARATION", "reference": "APDP 2026-17", **parts("happened_on", local_today())}
    assert admin.post(reverse("portal:record_operation"), form).status_code == 302
    assert point("declaration").ok
    tomorrow = parts("happened_on", local_today() + datetime.timedelta(days=1))
    assert admin.post(reverse("portal:record_operation"), form | tomorrow).status_code == 422
    assert admin.post(reverse("portal:record_operation"), form | {"kind": "DEMONSTRATION"}).status_code == 422


def test_the_portal_opens_when_nothing_blocks_and_closes_with_a_reason(admin, settings, monkeypatch):
    settings.DEMO = False
    monkeypatch.setattr(golive, "_checks", {"all": ("Tout", lambda: Result(True, "Prêt."))})
    assert not is_open()
    assert "Bientôt ouvert" in page(admin, "portal:home")
    admin.post(reverse("portal:open_portal"))
    assert is_open()
    assert admin.post(reverse("portal:open_portal")).status_code == 409
    assert admin.post(reverse("portal:close_portal"), {"reason": ""}).status_code == 422
    assert is_open()
    admin.post(reverse("portal:close_portal"), {"reason": "Panne du centre de données"})
    assert not is_open()


def test_a_service_s_page_is_edited_and_the_journal_keeps_both_words():
    browser = people.working(Role.CATALOGUE, at=None)
    service = Service.objects.get(slug="mariage")
    form = {
        f: getattr(service, f) for f in ("title", "summary", "issuer", "legal_basis", "keywords", "audience")
    }
    form |= {"summary": "Mariez-vous à la mairie.", "is_published": "on"}
    assert browser.post(reverse("portal:edit_service", args=[service.public_id]), form).status_code == 302
    assert "Mariez-vous à la mairie." in page(browser, "catalogue:service", "mariage")
    event = Event.objects.get(action="catalogue.service_edited")
    assert event.data["after"]["summary"] == "Mariez-vous à la mairie."
    assert event.data["before"]["summary"] == service.summary


def test_a_level_is_dated_and_a_published_one_stays():
    browser = people.working(Role.CATALOGUE, at=None)
    service = Service.objects.get(slug="mariage")
    address = reverse("portal:add_level", args=[service.public_id])
    form = {"level": 3, "evidence": "Dépôt du dossier en ligne"}
    later = local_today() + datetime.timedelta(days=30)
    assert browser.post(address, form | parts("from_date", later)).status_code == 302
    assert browser.post(address, form | parts("from_date", later)).status_code == 422
    assert service.levels.count() == 2


def test_a_price_is_dated_sourced_and_ended_never_erased():
    browser = people.working(Role.CATALOGUE, at=None)
    service = Service.objects.get(slug="certificat-de-vie")
    form = {"kind": "FEE", "text": "Certificat", "amount_xof": "1 000", **parts("from_date", local_today())}
    browser.post(reverse("portal:add_fact", args=[service.public_id]), form)
    said = page(browser, "catalogue:service", service.slug)
    assert "1\u00a0000\u00a0F" in said
    assert "à confirmer par la Mairie" in said
    fact = service.facts.get(kind="FEE")
    browser.post(reverse("portal:end_fact", args=[fact.public_id]))
    fact.refresh_from_db()
    assert fact.until_date == local_today()
    wrong = form | {"kind": "DELAY"}
    assert browser.post(reverse("portal:add_fact", args=[service.public_id]), wrong).status_code == 422
