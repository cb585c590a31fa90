"""Documents for tests: a small kind, its template, and the way to sealing."""

import datetime
import uuid
from pathlib import Path

from cotonou.accounts.actors import SYSTEM
from cotonou.accounts.models import Office
from cotonou.documents import kinds, services, uploads
from cotonou.documents.models import IssuedDocument, TemplateVersion
from cotonou.jobs import runner, topics
from cotonou.jobs.models import Job

KIND, SUBJECT = "tests.paper", "tests.subject"
TOPIC = "tests.paper_sealed"
BODY = """<p>Ville de {{ place }}</p>
<table class="facts"><tr><th>Nom</th><td>{{ person.surname|upper }} {{ person.given_names }}</td></tr>
<tr><th>Montant</th><td>{{ amount_xof|xof_letters }} ({{ amount_xof|xof }})</td></tr></table>
<p>Fait {{ signed_on|date_letters }}</p>"""
VARIABLES = ["place", "person", "amount_xof", "signed_on"]
CIVIL = Path(__file__).resolve().parents[3] / "civil_acts" / "document_templates"

told: list[int] = []  # documents that the issuing service was told of


def register() -> None:
    if KIND in {kind.name for kind in kinds.all_kinds()}:
        return
    kinds.register(
        KIND,
        code="TST",
        label="Certificat d’essai",
        sealed_topic=TOPIC,
        initials=lambda snapshot: kinds.initials_of(
            snapshot["person"]["surname"], snapshot["person"]["given_names"]
        ),
        may_download=lambda actor, document: actor.user is not None,
    )
    topics.register(TOPIC, lambda job: told.append(job.payload["document"]), label="Essai")
    uploads.register_access(SUBJECT, lambda actor, subject: actor.is_staff)


def office(code: str = "A05") -> Office:
    return Office.objects.get(code=code)


def snapshot(**changed) -> dict:
    return {
        "place": "Cotonou",
        "person": {"surname": "Dossou", "given_names": "Afi Rose"},
        "amount_xof": 2000,
        "signed_on": "2026-11-24",
    } | changed


def template(source: str = BODY, **changed) -> TemplateVersion:
    options = {
        "kind": KIND,
        "variables": VARIABLES,
        "legal_reference": "essai",
        "starts_on": datetime.date(2026, 1, 1),
        "by": SYSTEM,
    }
    return services.publish_template(source=source, **(options | changed))


def issue(**changed) -> IssuedDocument:
    options = {
        "kind": KIND,
        "subject_kind": SUBJECT,
        "subject_uuid": uuid.uuid4(),
        "office": changed.pop("office", None) or office(),
        "template_version": changed.pop("template_version", None) or template(),
        "snapshot": snapshot(),
        "by": SYSTEM,
    }
    return services.issue(**(options | changed))


def seal(document: IssuedDocument) -> IssuedDocument:
    """Run the sealing job here and now."""
    runner.run_job(job_of(document).pk)
    document.refresh_from_db()
    assert document.sealed_at, job_of(document).last_error
    return document


def job_of(document: IssuedDocument) -> Job:
    return Job.objects.get(key=f"seal:{document.pk}")


def pdf(document: IssuedDocument) -> bytes:
    with document.pdf.open() as handle:
        return handle.read()
