import uuid

import pytest
from django.db import IntegrityError, transaction

from cotonou.accounts.actors import SYSTEM
from cotonou.audit.models import Event
from cotonou.core import codes
from cotonou.core.errors import Conflict, DomainError, IllegalTransition
from cotonou.documents import kinds, services
from cotonou.documents.models import IssuedDocument
from cotonou.documents.services import SnapshotError
from cotonou.jobs.models import Job
from tests.cotonou.documents import papers

pytestmark = pytest.mark.django_db


def test_issuing_numbers_the_document_and_asks_for_its_seal():
    document = papers.issue()
    assert document.serial.endswith("/A05/000001")
    assert codes.normalise(document.code) == document.code
    assert document.sealed_at is None
    assert Job.objects.get(key=f"seal:{document.pk}").payload == {"document": document.pk}
    assert [entry.event for entry in document.history.all()] == ["ISSUED"]
    assert Event.objects.get(action="documents.issued").subject_uuid == document.public_id


def test_offices_and_series_count_apart():
    assert papers.issue().serial.endswith("/A05/000001")
    assert papers.issue(office=papers.office("A01")).serial.endswith("/A01/000001")
    assert papers.issue().serial.endswith("/A05/000002")


def test_a_failed_issue_gives_its_number_back():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        papers.issue()
        raise ZeroDivisionError
    assert papers.issue().serial_number == 1


def test_a_kind_that_nobody_registered_is_refused():
    with pytest.raises(KeyError):
        papers.issue(kind="tests.unknown")


def test_a_kind_is_registered_once():
    with pytest.raises(ValueError, match="already registered"):
        kinds.register(papers.KIND, code="TSU", label="x", initials=lambda snapshot: "")
    with pytest.raises(ValueError, match="already registered"):
        kinds.register("tests.other", code="TST", label="x", initials=lambda snapshot: "")


def test_the_snapshot_holds_exactly_what_the_template_declares():
    with pytest.raises(SnapshotError, match="unknown \\['colour'\\]"):
        papers.issue(snapshot=papers.snapshot(colour="red"))
    incomplete = papers.snapshot()
    del incomplete["place"]
    with pytest.raises(SnapshotError, match="missing \\['place'\\]"):
        papers.issue(snapshot=incomplete)
    assert not IssuedDocument.objects.exists()


@pytest.mark.parametrize("value", [1.5, object(), {"a b": 1}, {"_private": 1}, {1: 2}, (1, 2), b"x"])
def test_a_snapshot_is_plain_data(value):
    with pytest.raises(TypeError):
        papers.issue(snapshot=papers.snapshot(person=value))


def test_one_valid_document_per_subject_and_kind():
    document = papers.issue()
    with pytest.raises(Conflict):
        papers.issue(subject_uuid=document.subject_uuid)
    services.revoke(document=document, by=SYSTEM, reason="erreur de saisie")
    assert papers.issue(subject_uuid=document.subject_uuid).serial_number == 2


def test_the_database_too_holds_one_valid_document_per_subject():
    first, second = papers.issue(), papers.issue()
    copy = IssuedDocument.objects.get(pk=second.pk)
    copy.pk, copy.public_id, copy.serial, copy.serial_number = None, uuid.uuid4(), "x", 99
    copy.code, copy.subject_uuid = "ZZZZZZZZZZ", first.subject_uuid
    with pytest.raises(IntegrityError, match="document_one_valid_per_subject"), transaction.atomic():
        copy.save(force_insert=True)


def test_replacing_issues_a_new_document_and_withdraws_the_old():
    old = papers.issue()
    new = services.replace(
        document=old,
        by=SYSTEM,
        reason="prénom corrigé",
        template_version=papers.template(),
        snapshot=papers.snapshot(person={"surname": "Dossou", "given_names": "Afi"}),
    )
    old.refresh_from_db()
    assert (old.state, new.state) == ("REPLACED", "VALID")
    assert old.replaced_by == new
    assert new.subject_uuid == old.subject_uuid
    assert [entry.event for entry in old.history.all()] == ["ISSUED", "REPLACED"]
    with pytest.raises(IllegalTransition):
        services.replace(
            document=old,
            by=SYSTEM,
            reason="x",
            template_version=papers.template(),
            snapshot=papers.snapshot(),
        )


def test_revoking_needs_a_reason_and_happens_once():
    document = papers.issue()
    with pytest.raises(DomainError, match="motif"):
        services.revoke(document=document, by=SYSTEM, reason=" ")
    services.revoke(document=document, by=SYSTEM, reason="fraude")
    with pytest.raises(IllegalTransition):
        services.revoke(document=document, by=SYSTEM, reason="fraude")
    document.refresh_from_db()
    assert (document.state, document.revocation_reason) == ("REVOKED", "fraude")


def test_every_paper_copy_is_counted(sealed):
    numbers = [services.record_print(document=sealed, by=SYSTEM).copy_number for _ in range(3)]
    assert numbers == [1, 2, 3]
    assert Event.objects.filter(action="documents.printed").count() == 3


def test_only_a_sealed_and_valid_document_is_printed(sealed):
    with pytest.raises(DomainError, match="pas encore prêt"):
        services.record_print(document=papers.issue(), by=SYSTEM)
    services.revoke(document=sealed, by=SYSTEM, reason="fraude")
    with pytest.raises(Conflict, match="plus valable"):
        services.record_print(document=sealed, by=SYSTEM)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"serial": "2026/A05/999999"}, "never changes"),
        ({"snapshot": {"forged": True}}, "never changes"),
        ({"issued_by_label": "Quelqu’un d’autre"}, "never changes"),
        ({"pdf_sha256": "0" * 64}, "written once"),
        ({"sealed_at": None}, "written once"),
    ],
)
def test_the_database_refuses_to_change_what_was_issued(sealed, change, why):
    with pytest.raises(IntegrityError, match=why), transaction.atomic():
        IssuedDocument.objects.filter(pk=sealed.pk).update(**change)


def test_the_database_refuses_to_bring_back_a_revoked_document_or_to_delete_one(sealed):
    services.revoke(document=sealed, by=SYSTEM, reason="fraude")
    with pytest.raises(IntegrityError, match="does not go"), transaction.atomic():
        IssuedDocument.objects.filter(pk=sealed.pk).update(
            state="VALID", revoked_at=None, revocation_reason=""
        )
    with pytest.raises(IntegrityError, match="never deleted"), transaction.atomic():
        IssuedDocument.objects.filter(pk=sealed.pk)._raw_delete("default")


def test_history_and_prints_are_append_only(sealed):
    services.record_print(document=sealed, by=SYSTEM)
    for rows in (sealed.history, sealed.prints):
        with pytest.raises(Exception, match=r"append-only|permission denied"), transaction.atomic():
            rows.all().update(by_label="x")


def test_a_new_legal_reference_is_a_new_version_unless_it_is_to_be_kept():
    first = papers.template()
    assert papers.template() == first
    confirmed = papers.template(legal_reference="specimen 3")
    assert (confirmed.number, confirmed.source) == (first.number + 1, first.source)
    assert papers.template(legal_reference="essai", keep_reference=True) == confirmed
