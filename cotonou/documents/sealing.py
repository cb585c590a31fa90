"""From an issued row to a sealed PDF, in a way that a killed worker cannot spoil.

The number was given when the row was made, so sealing can only succeed or be
tried again: the file is written first, under a name of its own, then one
transaction makes it the document's. A file that lost this race belongs to no
row and is swept.
"""

import hashlib

from django.db import transaction
from django.utils import timezone

from cotonou.accounts.actors import SYSTEM
from cotonou.audit import services as audit
from cotonou.documents import keys, kinds, qr, rendering, signing, storage
from cotonou.documents.keys import registry
from cotonou.documents.models import DocumentHistory, IssuedDocument
from cotonou.documents.states import HistoryKind
from cotonou.jobs import services as jobs
from cotonou.jobs.models import Job
from cotonou.territory.dates import local_date


def payload_for(document: IssuedDocument) -> str:
    kind = kinds.get(document.kind)
    return qr.make(
        provider=keys.provider(),
        kind_code=kind.code,
        office_code=document.office.code.upper(),
        serial=document.serial,
        initials=kind.initials(document.snapshot),
        issued_on=local_date(document.issued_at),
        code=document.code,
    )


def produce(document: IssuedDocument) -> tuple[bytes, str]:
    """(sealed PDF, QR payload). Slow: call it with no transaction open."""
    payload = payload_for(document)
    pdf = rendering.to_pdf(document, payload=payload)
    return signing.sign(pdf, provider=keys.provider()), payload


def store(*, document_id: int, pdf: bytes, payload: str, job: Job) -> None:
    """Make ``pdf`` the document's, once; a second call changes nothing.

    Raises LeaseLost when another worker took the job over.
    """
    digest = hashlib.sha256(pdf).hexdigest()
    provider = keys.provider()
    registry.ensure(provider)
    path = storage.save_sealed(pdf, name=f"{document_id}-{digest[:24]}")
    with transaction.atomic():
        job.finish()
        document = IssuedDocument.objects.select_for_update(of=("self",)).get(pk=document_id)
        if document.sealed_at:
            return
        document.pdf, document.pdf_sha256, document.pdf_size = path, digest, len(pdf)
        document.qr_payload, document.qr_key_id = payload, qr.read(payload).key_id
        document.seal_fingerprint = registry.fingerprint(provider.seal_key().certificate)
        document.sealed_at = timezone.now()
        document.save(
            update_fields=[
                "pdf", "pdf_sha256", "pdf_size", "qr_payload", "qr_key_id", "seal_fingerprint", "sealed_at",
            ]
        )  # fmt: skip
        DocumentHistory.objects.create(
            document=document, event=HistoryKind.SEALED, by_label=SYSTEM.label, pdf_sha256=digest
        )
        audit.record("documents.sealed", subject=document, actor=SYSTEM, sha256=digest)
        if topic := kinds.get(document.kind).sealed_topic:
            jobs.enqueue(topic, key=f"sealed:{document.pk}", payload={"document": document.pk})
