"""A real city completes, sources and publishes its procedures, through pages only."""

import datetime
import re

import pytest
from django.db import IntegrityError, InternalError, transaction
from django.test import Client
from django.utils.translation import override

from civil_acts import examples, fees, home, reference, snapshots
from civil_acts import forms_procedures as forms
from civil_acts.models import EntitlementRule, Procedure, ProcedureVersion
from civil_acts.services import intake, paying, procedures
from civil_acts.states import RequestState
from cotonou.accounts.actors import SYSTEM
from cotonou.accounts.permissions import Role
from cotonou.audit.models import Event
from cotonou.core.errors import DomainError
from cotonou.documents.models import TemplateVersion
from cotonou.payments import desks
from cotonou.territory.dates import local_today
from tests.civil_acts.pages import browser, source, words
from tests.support import civil

pytestmark = pytest.mark.django_db
SLUG, BIRTH = "certificat-de-residence", "acte-de-naissance"
START = f"/demarches/{SLUG}/demande/"
COPY = "civil_acts.birth_copy"
COMPLETE = {
    "label_stamp": "Timbre de la commune",
    "amount_stamp": "1 200",
    "source_stamp": "Délibération 12",
    "label_anip": "Part de l’ANIP",
    "amount_anip": "1000",
    "source_anip": "Arrêté 3",
    "delay_working_days": "5",
    "delay_source": "Note de service 4",
    "legal_basis": "Loi 2002-07",
    "source": "Note de service 4",
}


def at(*path, slug: str = SLUG) -> str:
    return "/".join([f"/agents/demarches/{slug}/version", *map(str, path), ""])


def day(name: str, value: datetime.date) -> dict:
    return {f"{name}_day": value.day, f"{name}_month": value.month, f"{name}_year": value.year}


def in_days(days: int) -> datetime.date:
    return local_today() + datetime.timedelta(days=days)


def starting(days: int = 0) -> dict:
    return day("starts_on", in_days(days))


@pytest.fixture
def empty_city(db):
    reference.load(demonstration=False)


@pytest.fixture
def manager(empty_city) -> Client:
    return browser(civil.staff(Role.CATALOGUE, number=None, name="Responsable"))


def seen(manager, path: str) -> dict:
    """The hidden field of the page: what it was made from."""
    found = re.search(r'name="seen" value="(\w+)"', source(manager.get(path)))
    return {"seen": found[1]} if found else {}


def complete(manager, **changes):
    path = at("brouillon")
    return manager.post(path, COMPLETE | seen(manager, path) | changes)


def publish(manager, number: int = 1, *, days: int = 0, **changes):
    complete(manager, **changes)
    path = at(number, "publier")
    return manager.post(path, starting(days) | seen(manager, path))


def summary(response) -> list[tuple[str, str]]:
    """What the error summary says: (where its link leads, the sentence)."""
    box = re.search(r'govuk-error-summary__list">(.*?)</ul>', source(response), re.DOTALL)
    return re.findall(r'<a href="([^"]*)">([^<]*)</a>', box[1])


# -- versions --------------------------------------------------------------------


def test_from_an_empty_city_to_a_service_a_citizen_can_begin(manager):
    assert Client().get(START).status_code == 404
    assert "à confirmer par la Mairie" in words(manager.get(at()))
    assert complete(manager).status_code == 302
    assert publish(manager).status_code == 302
    version = ProcedureVersion.objects.in_force(SLUG)
    assert version.form_version.published_at
    assert [f["allocations"][0]["amount_xof"] for f in version.fees] == [1200, 1000]
    assert version.fees[1]["allocations"][0]["held_for"] == "ANIP"
    citizen = Client()
    assert "1 200 F" in words(citizen.get(START))
    begun = citizen.post(START)
    assert begun.status_code == 302
    assert citizen.get(begun.url).status_code == 200


def test_each_cell_to_confirm_blocks_publication_and_leads_to_its_field(manager):
    complete(manager, amount_stamp="", source_anip="", delay_working_days="", legal_basis="")
    path = at(1, "publier")
    assert manager.post(path, starting() | seen(manager, at("brouillon"))).status_code == 422
    answer = manager.post(path, starting() | seen(manager, at("brouillon")))
    points = dict(summary(answer))
    draft = source(manager.get(at("brouillon")))
    for name, text in (
        ("amount_stamp", "Saisissez le montant de"),
        ("source_anip", "Indiquez la source du montant de"),
        ("delay_working_days", "Saisissez le délai"),
        ("legal_basis", "Indiquez la base légale"),
    ):
        assert points.pop(f"{at('brouillon')}#id_{name}").startswith(text)
        assert f'id="id_{name}"' in draft
    assert points == {}
    assert ProcedureVersion.objects.in_force(SLUG) is None
    assert Client().get(START).status_code == 404
    for page in (manager.get(at()), manager.get(path)):  # said before anybody tries
        assert f"{at('brouillon')}#id_amount_stamp" in source(page)


def test_every_cell_of_a_version_has_its_field(empty_city):
    for version in ProcedureVersion.objects.all():
        blank = {"delay_working_days": None, "delay_source": "", "legal_basis": "", "source": ""}
        for name, value in blank.items():
            setattr(version, name, value)
        version.fees = [fee | {"amount_xof": None, "source": ""} for fee in version.fees]
        form = forms.VersionForm(version=version)
        cells = procedures.missing(version)
        assert len(cells) == 4 + 2 * len(version.fees)
        assert {forms.field_of(cell.cell, cell.fee) for cell in cells} <= set(form.fields)


@pytest.mark.parametrize("days", [-1, 366 * 6])
def test_a_version_begins_neither_in_the_past_nor_in_a_year_typed_wrong(manager, days):
    answer = publish(manager, days=days)
    assert answer.status_code == 422
    assert summary(answer)[0][0].startswith("#id_starts_on_")
    assert not ProcedureVersion.objects.exclude(published_at=None).exists()


def test_publishing_twice_is_publishing_once(manager):
    complete(manager)
    read = seen(manager, at(1, "publier"))
    for _click in range(2):
        assert manager.post(at(1, "publier"), starting() | read).status_code == 302
    assert Event.objects.filter(action="civil_acts.procedure_published").count() == 1
    assert manager.post(at(1, "publier"), starting(3) | read).status_code == 422
    assert manager.get(at(1, "publier")).status_code == 302


def test_what_changes_is_shown_before_publishing(manager):
    publish(manager)
    manager.post(at("nouvelle"))
    new = {"label_new": "Copie certifiée", "amount_new": "0", "source_new": "Délibération 13"}
    complete(manager, amount_stamp="1500", delay_working_days="0", **new)
    said = words(manager.get(at(2, "publier")))
    assert "Timbre de la commune 1 200 F 1 500 F" in said
    assert "Délai 5 jours ouvrés Le jour même" in said
    assert "Copie certifiée rien Gratuit" in said
    assert "Base légale" not in said.split("Rien d’autre ne change")[0].split("Ce qui change")[-1]


def test_nobody_publishes_what_they_have_not_read(manager):
    complete(manager)
    path = at(1, "publier")
    read = seen(manager, path)
    complete(manager, amount_stamp="9 000")
    answer = manager.post(path, starting() | read)
    assert answer.status_code == 422
    assert "9 000 F" in words(answer)
    again = re.search(r'name="seen" value="(\w+)"', source(answer))[1]
    assert manager.post(path, starting() | {"seen": again}).status_code == 302


def test_what_two_people_typed_at_once_is_put_side_by_side(manager):
    read = seen(manager, at("brouillon"))
    complete(manager, amount_stamp="2 500")
    mine = COMPLETE | read | {"amount_stamp": "3 000", "delay_source": "Arrêté 9"}
    answer = manager.post(at("brouillon"), mine)
    assert answer.status_code == 422
    said = dict(summary(answer))
    assert "2 500" in said["#id_amount_stamp"].replace("\u00a0", " ")
    assert "Note de service 4" in said["#id_delay_source"]
    assert set(said) == {"#id_amount_stamp", "#id_delay_source"}
    assert 'value="3 000"' in source(answer)
    again = re.search(r'name="seen" value="(\w+)"', source(answer))[1]
    assert manager.post(at("brouillon"), mine | {"seen": again}).status_code == 302
    assert procedures.draft_of(Procedure.objects.get(service__slug=SLUG)).fees[0]["amount_xof"] == 3000


def test_a_published_version_never_changes_and_requests_under_way_stay_on_theirs(manager):
    publish(manager)
    first = ProcedureVersion.objects.in_force(SLUG)
    draft = civil.draft(SLUG)
    assert manager.post(at("nouvelle")).status_code == 302
    manager.post(at("nouvelle"))
    assert ProcedureVersion.objects.filter(procedure=first.procedure).count() == 2
    assert publish(manager, 2, amount_stamp="5000").status_code == 302
    assert ProcedureVersion.objects.in_force(SLUG).number == 2
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        ProcedureVersion.objects.filter(pk=first.pk).update(delay_working_days=1)
    request = intake.confirm(draft=draft, by=SYSTEM)
    assert (request.procedure_version, request.fee_xof) == (first, 2200)


def test_a_procedure_has_one_draft_at_most(empty_city):
    draft = ProcedureVersion.objects.get(procedure__service__slug=SLUG)
    with pytest.raises(IntegrityError, match="procedure_version_one_draft"), transaction.atomic():
        draft.pk, draft.number, draft.public_id = None, 2, "00000000-0000-0000-0000-000000000000"
        draft.save(force_insert=True)


def test_a_version_to_come_is_overtaken_by_a_newer_one_that_begins_first(manager):
    publish(manager, days=30)
    manager.post(at("nouvelle"))
    complete(manager, amount_stamp="1 300")
    assert "La version 1 devait s’appliquer" in words(manager.get(at(2, "publier")))
    assert publish(manager, 2, days=10, amount_stamp="1 300").status_code == 302
    assert ProcedureVersion.objects.in_force(SLUG) is None
    for days in (10, 30, 400):
        assert ProcedureVersion.objects.in_force(SLUG, in_days(days)).number == 2
    assert [v.number for v in ProcedureVersion.objects.coming()] == [2]
    assert Event.objects.filter(action="civil_acts.procedure_published").last().data["instead_of"] == [1]


def test_a_version_to_come_and_a_later_one_follow_each_other(manager):
    publish(manager, days=10)
    manager.post(at("nouvelle"))
    publish(manager, 2, days=30)
    assert [ProcedureVersion.objects.in_force(SLUG, in_days(days)).number for days in (29, 30)] == [1, 2]
    assert "instead_of" not in Event.objects.filter(action="civil_acts.procedure_published").last().data


# -- fees --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("-5", "0 F au moins"),
        ("1000001", "1 000 000 F au plus"),
        ("9" * 25, "1 000 000 F au plus"),
        ("12,50", "centimes"),
        ("mille", "en chiffres"),
    ],
)
def test_an_amount_that_makes_no_sense_is_refused_by_its_name_and_kept(manager, typed, says):
    answer = complete(manager, amount_stamp=typed)
    assert answer.status_code == 422
    ((where, sentence),) = summary(answer)
    assert where == "#id_amount_stamp"
    assert "le montant de « Timbre de la commune »" in sentence.replace("\u00a0", " ")
    assert says in sentence.replace("\u00a0", " ")
    assert f'value="{typed}"' in source(answer)


def test_a_fee_of_zero_is_free_and_the_request_needs_no_payment(manager):
    assert publish(manager, amount_stamp="0", amount_anip="0").status_code == 302
    assert "Gratuit" in words(Client().get(f"/demarches/{SLUG}/"))
    request = intake.confirm(draft=civil.draft(SLUG), by=SYSTEM)
    assert (request.fee_xof, request.state) == (0, RequestState.SUBMITTED)


def test_a_free_line_beside_a_paid_one_is_still_paid(manager, run_jobs):
    publish(manager, amount_stamp="0")
    request, by = intake.confirm(draft=civil.draft(SLUG), by=SYSTEM), civil.cashier()
    payment = paying.pay_cash(request=request, session=desks.session_of(by), by=by)
    assert [(a.amount_xof, a.held_for) for a in payment.allocations.all()] == [(1000, "ANIP")]
    run_jobs()
    request.refresh_from_db()
    assert request.state == RequestState.SUBMITTED


def shared(amount_xof: int | None, share_xof: int) -> dict:
    """A fee of the City of which a share is held for the ANIP."""
    rest = {"account": "7062", "amount_xof": (amount_xof or 0) - share_xof}
    held = {"account": "4671", "amount_xof": share_xof, "held_for": "ANIP"}
    return {"id": "stamp", "label": "Timbre", "amount_xof": amount_xof, "allocations": [rest, held]}


def share_form(**typed) -> forms.VersionForm:
    variant = {"id": "x", "label": "X", "document_kind": COPY}
    version = ProcedureVersion(variants=[variant], fees=[shared(1000, 400)])
    return forms.VersionForm({"label_stamp": "Timbre"} | typed, version=version)


@pytest.mark.parametrize(("share", "left"), [("0", 2000), ("700", 1300), ("2000", 0)])
def test_the_city_keeps_what_a_share_leaves(share, left):
    form = share_form(amount_stamp="2000", share_stamp_1=share, per_copy_stamp="on")
    assert form.is_valid()
    (fee,) = form.changes()["fees"]
    assert [part["amount_xof"] for part in fee["allocations"]] == [left, int(share)]
    fees.check([fee])
    booked = fees.allocations(fees.quote([fee], variant="x", copies=3))
    assert sum(part.amount_xof for part in booked) == 6000
    assert all(part.amount_xof > 0 for part in booked)


@pytest.mark.parametrize(("share", "says"), [("2001", "2 000 F au plus"), ("-1", "0 F au moins")])
def test_a_share_larger_than_its_fee_or_negative_is_refused_by_its_name(share, says):
    form = share_form(amount_stamp="2000", share_stamp_1=share)
    assert not form.is_valid()
    (sentence,) = form.errors["share_stamp_1"]
    assert "la part pour ANIP dans « Timbre »" in sentence
    assert says in sentence.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("fee", "code"),
    [
        (shared(-1, 0), "amount"),
        (shared(fees.LARGEST_XOF + 1, 0), "amount"),
        (shared(1000, 1001), "shares"),
        (shared(1000, -1), "shares"),
        (shared(1000, 400) | {"amount_xof": 900}, "shares"),
    ],
)
def test_no_caller_saves_a_fee_that_could_not_be_booked(empty_city, fee, code):
    draft = ProcedureVersion.objects.get(procedure__service__slug=SLUG)
    with pytest.raises(DomainError) as refused:
        procedures.edit_draft(
            slug=SLUG, public_id=draft.public_id, seen=procedures.fingerprint(draft), by=SYSTEM, fees=[fee]
        )
    assert refused.value.code == code


def test_a_fee_is_added_for_one_document_and_another_taken_away(manager):
    path = at("brouillon", slug=BIRTH)
    typed = COMPLETE | {"label_copy": "Droit de délivrance", "amount_copy": "500", "variant_copy": "extrait"}
    new = {"label_new": "Copie", "label_en_new": "Full copy", "amount_new": "900", "variant_new": "copie"}
    assert manager.post(path, typed | new | seen(manager, path)).status_code == 302
    draft = ProcedureVersion.objects.get(procedure__service__slug=BIRTH)
    assert fees.total(fees.quote(draft.fees, variant="extrait", copies=1)) == 500
    assert fees.total(fees.quote(draft.fees, variant="copie", copies=2)) == 900
    added = draft.fees[1]
    assert added["label"] == {"fr": "Copie", "en": "Full copy"}
    gone = {"remove_copy": "on", f"label_{added['id']}": "Copie", f"amount_{added['id']}": "900"}
    assert manager.post(path, typed | gone | seen(manager, path)).status_code == 302
    draft.refresh_from_db()
    assert [fee["id"] for fee in draft.fees] == [added["id"]]


def test_a_new_fee_needs_a_name_and_the_last_one_stays(manager):
    answer = complete(manager, amount_new="500")
    assert summary(answer)[0][0] == "#id_label_new"
    assert '<details class="govuk-details" open>' in source(answer)
    answer = complete(manager, remove_stamp="on", remove_anip="on")
    assert summary(answer)[0][0] == "#id_remove_anip"
    assert "son montant est 0" in summary(answer)[0][1]


def test_a_new_fee_for_somebody_else_is_held_for_them(manager):
    complete(manager, label_new="Part du Trésor", amount_new="300", held_for_new="Trésor public")
    draft = ProcedureVersion.objects.get(procedure__service__slug=SLUG)
    lines = fees.quote(draft.fees, variant="certificat", copies=1)
    assert fees.held_for_others(lines) == 1300


# -- rules -------------------------------------------------------------------------


def rule_of(relation: str) -> EntitlementRule:
    return EntitlementRule.objects.filter(document_kind=COPY, relation=relation).latest("starts_on")


def test_a_rule_that_overlaps_is_refused_and_one_that_replaces_is_kept(manager):
    rule = rule_of("HOLDER")
    known = {"document_kind": COPY, "relation": "HOLDER", "proofs": "Carte\nActe\nCarte", "source": "Art. 1"}
    answer = manager.post(at("regles", slug=BIRTH), known | starting())
    assert answer.status_code == 422
    ((where, sentence),) = summary(answer)
    assert where == "#id_relation"
    assert "Remplacez-la" in sentence
    replace = at("regles", rule.public_id, "remplacer", slug=BIRTH)
    assert manager.post(replace, known | starting(2)).status_code == 302
    rule.refresh_from_db()
    assert rule.ends_on == in_days(1)
    new = rule_of("HOLDER")
    assert (new.proofs, new.source) == (["Carte", "Acte"], "Art. 1")
    end = at("regles", new.public_id, "fin", slug=BIRTH)
    answer = manager.post(end, day("ends_on", local_today()))
    assert answer.status_code == 422
    assert summary(answer)[0][0].startswith("#id_ends_on_")
    for days in (9, 20):  # a day typed wrong can be typed again
        assert manager.post(end, day("ends_on", in_days(days))).status_code == 302
    assert rule_of("HOLDER").ends_on == in_days(20)
    late = at("regles", rule.public_id, "fin", slug=BIRTH)
    assert "vaut déjà à ces dates" in words(manager.post(late, day("ends_on", in_days(5))))


def test_a_rule_begun_today_is_replaced_from_today(manager):
    rule = rule_of("PARENT")
    answer = manager.post(
        at("regles", rule.public_id, "remplacer", slug=BIRTH),
        {"proofs": "Carte", "source": "Art. 2"} | starting(),
    )
    assert answer.status_code == 302
    assert rule_of("PARENT").source == "Art. 2"


def test_an_empty_rule_is_refused_field_by_field_in_words(manager):
    answer = manager.post(at("regles", slug=BIRTH), {"document_kind": COPY})
    assert dict(summary(answer)) == {
        "#id_relation": "Choisissez qui demande.",
        "#id_proofs": "Saisissez les justificatifs à vérifier.",
        "#id_source": "Saisissez la source de la règle.",
        "#id_starts_on_0": "Indiquez le premier jour de la règle.",
    }


# -- document models -----------------------------------------------------------------


def confirm(manager, reference_text: str, days: int = 0, kind: str = COPY):
    path = at("modeles", kind, slug=BIRTH)
    return manager.post(path, {"legal_reference": reference_text} | starting(days))


def references() -> list[str]:
    versions = TemplateVersion.objects.filter(template__kind=COPY).order_by("number")
    return list(versions.values_list("legal_reference", flat=True))


def test_a_confirmed_model_is_a_new_version_that_a_second_load_keeps(manager):
    for _click in range(2):
        assert confirm(manager, "Spécimen du 3 mars").status_code == 302
    reference.load(demonstration=False)
    assert references() == [reference.UNVALIDATED, "Spécimen du 3 mars"]
    versions = TemplateVersion.objects.filter(template__kind=COPY).order_by("number")
    assert versions[0].source == versions[1].source


def test_the_same_reference_may_start_earlier_and_is_refused_where_it_changes_nothing(manager):
    assert confirm(manager, "Spécimen du 3 mars", days=20).status_code == 302
    answer = confirm(manager, "Spécimen du 3 mars", days=30)
    assert answer.status_code == 422
    ((where, sentence),) = summary(answer)
    assert where == "#id_legal_reference"
    assert "il n’y a rien à confirmer" in sentence
    assert confirm(manager, "Spécimen du 3 mars", days=10).status_code == 302
    assert TemplateVersion.objects.in_force(COPY, in_days(10)).first().legal_reference == "Spécimen du 3 mars"
    assert TemplateVersion.objects.in_force(COPY, in_days(9)).first().legal_reference == reference.UNVALIDATED
    assert confirm(manager, "Spécimen du 4 mars", days=10).status_code == 302
    assert TemplateVersion.objects.in_force(COPY, in_days(30)).first().legal_reference == "Spécimen du 4 mars"


@pytest.mark.parametrize("kind", sorted(snapshots.VARIABLES))
def test_the_specimen_of_each_model_can_be_read_before_confirming(manager, kind):
    slug = SLUG if kind == snapshots.TRANSMISSION_SLIP else BIRTH
    answer = manager.get(at("modeles", kind, "specimen", slug=slug))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF")
    assert set(examples.values(kind)) == set(snapshots.VARIABLES[kind])
    assert manager.get(at("modeles", "civil_acts.rien", "specimen", slug=slug)).status_code == 404


def test_what_was_replaced_no_longer_blocks_the_opening(manager):
    before = home.sources_check()
    assert not before.ok
    for kind in TemplateVersion.objects.values_list("template__kind", flat=True):
        slug = SLUG if kind.endswith("slip") else BIRTH
        manager.post(at("modeles", kind, slug=slug), {"legal_reference": "Spécimen"} | starting())
    assert "modèle" not in home.sources_check().sentence


def test_the_go_live_line_counts_in_words_and_leads_to_each_procedure(manager):
    result = home.sources_check()
    assert "aucune version publiée, 17 règles sans source et 3 modèles à confirmer" in result.sentence
    assert "aucune version publiée, 1 règle sans source et 1 modèle à confirmer" in result.sentence
    with override("en"):
        assert "no version published, 1 rule without a source and 1 template to confirm" in (
            home.sources_check().sentence
        )
    assert [link.url for link in result.links if "/version/" in link.url] == [at(slug=BIRTH), at()]
    publish(manager)
    assert "aucune version publiée" not in home.sources_check().sentence.split("Certificat de résidence")[1]


@pytest.mark.parametrize("path", [("brouillon",), (1, "publier"), ("regles",), ("nouvelle",)])
def test_a_clerk_may_not_publish(empty_city, path):
    clerk = browser(civil.staff(Role.CLERK))
    assert clerk.post(at(*path), {}).status_code == 403
    assert clerk.get(at()).status_code == 403
