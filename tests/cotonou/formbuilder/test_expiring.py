import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from cotonou.accounts.actors import SYSTEM, Actor
from cotonou.core.models import Contact
from cotonou.documents import services as documents
from cotonou.documents.models import Upload
from cotonou.formbuilder import services
from cotonou.formbuilder.models import Draft, ResumeFailure
from cotonou.jobs import services as jobs
from tests.cotonou.formbuilder.samples import photo, start
from tests.cotonou.formbuilder.test_filling import VOUS, save
from tests.cotonou.formbuilder.test_sending import complete

pytestmark = pytest.mark.django_db


def in_days(days: int):
    return time_machine.travel(timezone.now() + datetime.timedelta(days=days))


def given() -> Draft:
    draft = start()
    save(draft, "vous", VOUS)
    save(draft, "piece.identity", files={"identity": photo()})
    return draft


def test_an_abandoned_draft_expires_then_is_wiped_with_its_files_and_contact():
    given()
    with in_days(29):
        assert services.expire_drafts(by=SYSTEM) == (0, 0)
    with in_days(31):
        assert services.expire_drafts(by=SYSTEM) == (1, 0)
        assert Draft.objects.get().answers["surname"] == "Dossou"
    with in_days(38):
        assert services.expire_drafts(by=SYSTEM) == (0, 1)
        assert services.expire_drafts(by=SYSTEM) == (0, 0)
    draft = Draft.objects.get()
    assert (draft.state, draft.answers, draft.contact) == ("EXPIRED", {}, None)
    assert Upload.objects.kept().count() == 0
    assert not Contact.objects.exists()


def test_a_contact_that_somebody_else_needs_stays():
    draft = given()
    other = start()
    other.contact = Draft.objects.get(pk=draft.pk).contact
    other.expires_at = timezone.now() + datetime.timedelta(days=60)
    other.save()
    with in_days(38):
        services.expire_drafts(by=SYSTEM)
        services.expire_drafts(by=SYSTEM)
    assert Draft.objects.get(pk=draft.pk).purged_at
    assert Draft.objects.get(pk=other.pk).contact is not None


def test_what_was_sent_is_wiped_here_and_the_files_stay_with_the_service():
    draft = complete()
    answers = services.submit(draft=draft, by=Actor())
    uploads = [upload for _piece, upload in services.sent_uploads(draft=draft, answers=answers)]
    documents.attach_uploads(
        uploads=uploads, subject_kind="tests.request", subject_uuid=draft.public_id, by=Actor()
    )
    with in_days(8):
        assert services.expire_drafts(by=SYSTEM) == (0, 1)
    draft.refresh_from_db()
    assert (draft.state, draft.answers) == ("SUBMITTED", {})
    assert Upload.objects.kept().count() == 1


def test_a_form_says_how_long_its_drafts_wait():
    from tests.cotonou.formbuilder.samples import sample

    draft = start(content=sample(keep_days=3))
    assert draft.expires_at < timezone.now() + datetime.timedelta(days=4)


def test_old_failures_are_forgotten():
    ResumeFailure.objects.create(key_hash="x")
    with in_days(2):
        services.expire_drafts(by=SYSTEM)
    assert not ResumeFailure.objects.exists()


def test_the_clock_runs_it_as_a_job(run_jobs):
    begun = timezone.now() - datetime.timedelta(days=40)
    ended = begun + datetime.timedelta(days=30)
    Draft.objects.filter(pk=given().pk).update(created_at=begun, expires_at=ended)
    jobs.enqueue("formbuilder.expire_drafts", key="test:expire")
    run_jobs()
    assert Draft.objects.get().state == "EXPIRED"


@pytest.mark.parametrize(
    "change",
    [
        {"state": "SUBMITTED"},
        {"submitted_at": timezone.now()},
        {"purged_at": timezone.now(), "answers": {}},
        {"state": "EXPIRED", "purged_at": timezone.now(), "answers": {"a": 1}},
        {"expires_at": timezone.now() - datetime.timedelta(days=1)},
    ],
)
def test_the_database_refuses_a_draft_that_makes_no_sense(change):
    draft = start()
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.filter(pk=draft.pk).update(**change)
