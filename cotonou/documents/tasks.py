"""Handlers of this room's jobs, registered in apps.py."""

from datetime import timedelta

from django.utils import timezone

from cotonou.accounts.actors import SYSTEM
from cotonou.documents import services, storage
from cotonou.documents.models import IssuedDocument, LookupFailure, Upload
from cotonou.jobs.models import Job


def seal_document(job: Job) -> None:
    document = IssuedDocument.objects.select_related(
        "office__arrondissement", "template_version", "replaces"
    ).get(pk=job.payload["document"])
    if document.sealed_at:
        return
    from cotonou.documents import sealing  # WeasyPrint and pyHanko: a second and 80 MB, for workers only

    pdf, payload = sealing.produce(document)
    sealing.store(document_id=document.pk, pdf=pdf, payload=payload, job=job)


def housekeeping(job: Job) -> None:
    """Hourly: what is past its time goes, what was not scanned is scanned."""
    services.rescan_uploads(by=SYSTEM)
    services.purge_uploads(by=SYSTEM)
    storage.sweep_orphans(known=_known_paths)
    LookupFailure.objects.filter(window__lt=timezone.now() - timedelta(days=1)).delete()


def _known_paths(paths: list[str]) -> set[str]:
    known = set(Upload.objects.filter(file__in=paths).values_list("file", flat=True))
    return known | set(IssuedDocument.objects.filter(pdf__in=paths).values_list("pdf", flat=True))
