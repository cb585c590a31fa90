"""A procedure that no code knows: made on a draft, published, and carried to a sealed document."""

import datetime

import pytest

from civil_acts.models import ActRequest, EntitlementRule, ProcedureVersion
from civil_acts.services import design, intake, procedures, signing, treatment
from civil_acts.states import Relation, RequestState
from cotonou.accounts.permissions import Role
from cotonou.catalogue.models import Service
from cotonou.core.errors import Conflict, DomainError
from cotonou.documents import storage, verification
from cotonou.formbuilder.services.publishing import BadDefinitionError
from cotonou.territory.dates import local_today
from cotonou.territory.models import Quartier
from tests.support import civil

pytestmark = pytest.mark.django_db

SLUG = "attestation-de-demenagement"
QUESTION = {"id": "moved_on", "type": "date", "label": "Date du départ", "max": "today+2y"}
CHILDREN = {
    "id": "enfants",
    "title": "Les enfants qui partent avec vous",
    "repeat": {"item": "un enfant"},
    "fields": [{"id": "child", "type": "name", "label": "Prénoms"}],
}
MODEL = """<p>{{ title }} : {{ person.given_names }} {{ person.surname|upper }} quitte {{ answers.quartier }}
{{ dates.moved_on|date_letters }}.</p>
{% for child in answers.enfants %}<p>Avec {{ child.child }}</p>{% endfor %}
<p>{{ officer.name }}, {{ signed_on|date_long }}</p>"""


@pytest.fixture
def designer(city):
    return civil.staff(Role.CATALOGUE, number=None)


def drafted(designer) -> ProcedureVersion:
    version = design.begin(slug=SLUG, by=designer)
    content = version.form_version.content
    content["pages"] += [{"id": "depart", "title": "Quand partez-vous ?", "fields": [QUESTION]}, CHILDREN]
    version = change(version, designer, design.edit_form, content=content)
    return change(version, designer, design.edit_model, variant="document", label="Attestation", source=MODEL)


def change(version, by, service, **what) -> ProcedureVersion:
    version.refresh_from_db()
    seen = procedures.fingerprint(version)
    return service(slug=SLUG, public_id=version.public_id, seen=seen, by=by, **what)


def published(designer) -> ProcedureVersion:
    version = drafted(designer)
    version = change(
        version,
        designer,
        procedures.edit_draft,
        delay_working_days=2,
        delay_source="arrêté",
        legal_basis="arrêté",
        source="arrêté",
        fees=[],
    )
    procedures.add_rule(
        document_kind=version.variants[0]["document_kind"],
        relation=Relation.HOLDER,
        proofs=["Pièce d’identité"],
        source="arrêté",
        starts_on=local_today(),
        by=designer,
    )
    return change(version, designer, procedures.publish, starts_on=local_today())


def asked() -> ActRequest:
    answers = {
        "surname": "Hounsou",
        "given_names": "Koffi",
        "phone": "+2290197000002",
        "quartier": Quartier.objects.filter(arrondissement_id=5).first().pk,
        "moved_on": "2026-11-03",
        "enfants": [{"child": "Afi"}, {"child": "Sena"}],
        "subject_surname": "Hounsou",
        "subject_given_names": "Koffi",
    }
    draft = civil.draft(SLUG, **answers)
    draft.answers = {name: answers[name] for name in answers if not name.startswith("subject_")}
    draft.save()
    return intake.confirm(draft=draft, by=civil.guest(draft.contact))


def test_a_procedure_made_from_nothing_gives_a_sealed_document(designer, run_jobs):
    published(designer)
    request = asked()
    assert request.state == RequestState.SUBMITTED and request.office == civil.office(5)
    clerk, officer = civil.staff(Role.CLERK), civil.staff(Role.OFFICER)
    treatment.claim(public_id=request.public_id, by=clerk)
    treatment.check_entitlement(public_id=request.public_id, by=clerk, proofs_seen=["Pièce d’identité"])
    treatment.prepare(public_id=request.public_id, by=clerk)
    signing.sign_one(public_id=request.public_id, by=officer)
    run_jobs()
    request.refresh_from_db()
    assert request.state == RequestState.READY
    verdict = verification.verify_pdf(storage.read(request.document.pdf.name))
    assert verdict.accepted
    assert verification.shown(verdict.document)["kind"] == "Attestation"
    from cotonou.documents.rendering import to_html

    page = to_html(request.document, payload=request.document.qr_payload)
    assert "Koffi HOUNSOU quitte" in page and "le trois novembre deux mille vingt-six" in page
    assert "Avec Afi" in page and "Avec Sena" in page


def test_a_request_stays_on_the_text_it_began_with(designer, run_jobs):
    published(designer)
    request = asked()
    version = procedures.new_draft(slug=SLUG, by=designer)
    change(
        version, designer, design.edit_model, variant="document", label="Autre", source="<p>{{ title }}</p>"
    )
    change(version, designer, procedures.publish, starts_on=local_today())
    clerk, officer = civil.staff(Role.CLERK), civil.staff(Role.OFFICER)
    treatment.claim(public_id=request.public_id, by=clerk)
    treatment.check_entitlement(public_id=request.public_id, by=clerk, proofs_seen=["Pièce d’identité"])
    treatment.prepare(public_id=request.public_id, by=clerk)
    signing.sign_one(public_id=request.public_id, by=officer)
    request.refresh_from_db()
    assert request.document.template_version.source == MODEL
    assert request.document.snapshot["title"] == "Attestation"


def test_a_text_may_name_what_the_form_asks_and_nothing_else(designer):
    version = design.begin(slug=SLUG, by=designer)
    for source, told in (
        ("{{ answers.moved_on }}", "answers.moved_on"),
        ("{{ request.user }}", "request.user"),
        ("{% load static %}", "load"),
        ("{{ answers }}", "answers"),
    ):
        with pytest.raises(DomainError, match=told):
            change(version, designer, design.edit_model, variant="document", label="A", source=source)


def test_a_removed_question_that_the_text_names_stops_publication(designer):
    version = drafted(designer)
    content = version.form_version.content
    content["pages"] = [page for page in content["pages"] if page["id"] != "depart"]
    version = change(version, designer, design.edit_form, content=content)
    points = [point.sentence for point in procedures.missing(version)]
    assert any("dates.moved_on" in sentence for sentence in points)


def test_a_form_keeps_the_question_that_names_the_office(designer):
    version = design.begin(slug=SLUG, by=designer)
    content = version.form_version.content
    content["pages"] = content["pages"][:1]
    with pytest.raises(DomainError, match="bureau"):
        change(version, designer, design.edit_form, content=content)


def test_a_wrong_form_is_refused_by_its_path(designer):
    version = design.begin(slug=SLUG, by=designer)
    content = version.form_version.content
    content["pages"][1]["condition"] = {"field": "nobody", "is": "x"}
    with pytest.raises(BadDefinitionError, match="nobody"):
        change(version, designer, design.edit_form, content=content)


def test_two_people_on_one_draft_do_not_overwrite_each_other(designer):
    version = design.begin(slug=SLUG, by=designer)
    seen = procedures.fingerprint(version)
    design.edit_model(
        slug=SLUG, public_id=version.public_id, seen=seen, variant="document", label="A",
        source="<p>{{ title }}</p>", by=designer,
    )  # fmt: skip
    with pytest.raises(Conflict):
        design.edit_form(
            slug=SLUG,
            public_id=version.public_id,
            seen=seen,
            content=version.form_version.content,
            by=designer,
        )


def test_what_another_authority_issues_gets_no_procedure(designer):
    slug = Service.objects.filter(authority_mode="REDIRECT").first().slug
    with pytest.raises(DomainError, match="autre service"):
        design.begin(slug=slug, by=designer)


def test_nobody_may_ask_before_a_rule_says_so(designer):
    version = drafted(designer)
    assert "rule" in [point.cell for point in procedures.missing(version)]
    assert not EntitlementRule.objects.filter(
        document_kind=version.variants[0]["document_kind"], starts_on__lte=datetime.date.today()
    ).exists()
