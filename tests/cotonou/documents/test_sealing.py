import os
from pathlib import Path

import pytest
from django.core.files.storage import default_storage

from cotonou.audit.models import Event
from cotonou.core.errors import DomainError
from cotonou.documents import sealing, signing, storage, tasks
from cotonou.documents.models import DocumentHistory, IssuedDocument, PublicKey, SerialCounter
from cotonou.jobs import runner
from cotonou.jobs.models import Job, LeaseLost
from tests.cotonou.documents import killing, papers
from tests.support.threads import together

POINTS = ("before", "rendered", "signed", "file", "finished", "stored", "told", "committed")


def files() -> list[str]:
    folder = Path(default_storage.location) / storage.SEALED
    return sorted(str(path) for path in folder.rglob("*.pdf")) if folder.exists() else []


def expire_lease() -> None:
    """What two minutes of silence do to a dead worker's lease."""
    Job.objects.filter(done_at=None).update(leased_until=None)


@pytest.mark.django_db
def test_the_job_seals_stores_and_tells_the_service(run_jobs):
    papers.told.clear()
    document = papers.issue()
    run_jobs()
    document.refresh_from_db()
    assert document.sealed_at
    assert papers.told == [document.pk]
    assert files() == [default_storage.path(document.pdf.name)]
    assert document.pdf_size == len(papers.pdf(document))
    assert [entry.event for entry in document.history.all()] == ["ISSUED", "SEALED"]
    assert {key.use for key in PublicKey.objects.all()} == {"QR", "SEAL", "ROOT"}
    assert Event.objects.filter(action="documents.sealed").count() == 1


@pytest.mark.django_db
def test_sealing_twice_keeps_the_first_pdf(sealed):
    before = sealed.pdf_sha256
    job = Job.objects.create(topic="documents.seal", key="again", queue="documents", max_attempts=3)
    sealing.store(
        document_id=sealed.pk, pdf=b"%PDF-other", payload=sealed.qr_payload, job=runner.take(job.pk)
    )
    sealed.refresh_from_db()
    assert sealed.pdf_sha256 == before
    assert DocumentHistory.objects.filter(document=sealed, event="SEALED").count() == 1


@pytest.mark.django_db
def test_a_sealed_document_is_not_rendered_again(sealed, monkeypatch):
    monkeypatch.setattr(sealing, "produce", lambda document: pytest.fail("rendered again"))
    tasks.seal_document(papers.job_of(sealed))


@pytest.mark.django_db
def test_a_worker_that_lost_its_lease_stores_nothing():
    document = papers.issue()
    job = runner.take(papers.job_of(document).pk)
    Job.objects.filter(pk=job.pk).update(lease_token="00000000-0000-0000-0000-000000000001")
    pdf, payload = sealing.produce(
        IssuedDocument.objects.select_related("office__arrondissement", "template_version").get(
            pk=document.pk
        )
    )
    with pytest.raises(LeaseLost):
        sealing.store(document_id=document.pk, pdf=pdf, payload=payload, job=job)
    document.refresh_from_db()
    assert document.sealed_at is None


@pytest.mark.django_db
def test_a_failing_seal_is_retried_then_parked_where_staff_see_why(monkeypatch):
    document = papers.issue()

    def fail(*args, **kwargs):
        raise DomainError("Le module de clés ne répond pas.")

    monkeypatch.setattr(signing, "sign", fail)
    job = papers.job_of(document)
    for _ in range(job.max_attempts):
        Job.objects.filter(pk=job.pk).update(due_at=document.issued_at)
        runner.run_job(job.pk)
    job.refresh_from_db()
    assert job.parked_at
    assert job.last_error == "Le module de clés ne répond pas."


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_the_same_document_make_one():
    document = papers.issue()
    together(2, lambda n: runner.run_job(papers.job_of(document).pk))
    document.refresh_from_db()
    assert document.sealed_at
    assert DocumentHistory.objects.filter(event="SEALED").count() == 1


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("point", POINTS)
def test_a_worker_killed_anywhere_leaves_one_document_and_no_gap(point, run_jobs):
    papers.told.clear()
    documents = [papers.issue() for _ in range(2)]
    victim = documents[0]
    killing.seal_and_die(point, papers.job_of(victim).pk)
    expire_lease()
    run_jobs()
    assert list(IssuedDocument.objects.order_by("pk").values_list("serial_number", flat=True)) == [1, 2]
    assert SerialCounter.objects.get(office=papers.office()).last == 2
    for document in documents:
        document.refresh_from_db()
        assert document.sealed_at
        assert default_storage.exists(document.pdf.name)
        assert DocumentHistory.objects.filter(document=document, event="SEALED").count() == 1
    assert sorted(papers.told) == [document.pk for document in documents]
    assert not Job.objects.filter(done_at=None).exists()


@pytest.mark.chaos
@pytest.mark.django_db(transaction=True)
def test_the_file_of_a_killed_worker_is_swept_after_a_day():
    document = papers.issue()
    killing.seal_and_die("file", papers.job_of(document).pk)
    (orphan,) = files()
    expire_lease()
    papers.seal(document)
    kept = default_storage.path(document.pdf.name)
    assert sorted(files()) == sorted([orphan, kept])
    yesterday = Path(default_storage.location) / storage._folder(
        storage.SEALED, document.issued_at - storage.ORPHAN_AGE
    )
    yesterday.mkdir(parents=True, exist_ok=True)
    moved = yesterday / Path(orphan).name
    Path(orphan).rename(moved)
    assert storage.sweep_orphans(known=tasks._known_paths) == 0  # younger than a day
    old = document.issued_at.timestamp() - 2 * storage.ORPHAN_AGE.total_seconds()
    os.utime(moved, (old, old))
    assert storage.sweep_orphans(known=tasks._known_paths) == 1
    assert files() == [kept]
