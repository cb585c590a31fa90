import io
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from PIL import Image

from civil_acts.models import RegisterAct, SearchSlip, SlipState, Transcription
from civil_acts.registers.transcription import EntryError
from civil_acts.services import archive
from cotonou.core.errors import Conflict, DomainError, IllegalTransition, NotAllowed
from cotonou.documents.inspection import FileRefusedError
from cotonou.jobs.models import Job

DATA = {
    "year": "1987",
    "act_number": "45 bis",
    "volume": "2",
    "surname": "HOUNGBÉDJI",
    "given_names": "Sènan",
    "sex": "F",
    "event_date": "vers 1962",
    "mother_name": "ABLO Tèni",
    "father_occupation": "maçon",
}


def page_photo(size=(40, 60)):
    buffer = io.BytesIO()
    Image.new("RGB", size, "lightgray").save(buffer, "JPEG")
    return SimpleUploadedFile("page.jpg", buffer.getvalue(), "image/jpeg")


def ask(people, office, **more) -> SearchSlip:
    return archive.open_slip(
        by=people["clerk"], kind="BIRTH", office=office, names="HOUNGBÉDJI Sènan", year=1987,
        request_uuid=uuid.uuid4(), request_label="ABCDE-12345", **more,
    )  # fmt: skip


@pytest.fixture
def slip(people, office):
    return ask(people, office)


@pytest.fixture
def photographed(people, slip):
    return archive.answer_found(public_id=slip.public_id, by=people["archivist"], photo=page_photo())


@pytest.fixture
def typed(people, photographed):
    return archive.transcribe(slip_id=photographed.public_id, by=people["clerk"], data=DATA)


def topics_for(slip) -> int:
    return Job.objects.filter(topic="civil_acts.archive_answered", payload={"slip": slip.pk}).count()


@pytest.mark.django_db
def test_from_paper_to_an_act_by_two_people(people, typed):
    act = archive.verify_transcription(public_id=typed.public_id, by=people["second"], data=dict(DATA))
    typed.refresh_from_db()
    assert (act.surname, act.act_number, act.act_number_suffix) == ("HOUNGBÉDJI", 45, "BIS")
    assert (act.event_date, act.event_date_text, act.event_date_precision) == (None, "vers 1962", "ABOUT")
    assert act.details == {"father_occupation": "maçon"}
    assert (act.source, act.verified, act.scan) == ("TRANSCRIPTION", True, typed.slip.photo)
    assert (typed.act, typed.verified_by, typed.differences) == (act, people["second"].user, [])
    assert topics_for(typed.slip) == 2  # found, then in the register


@pytest.mark.django_db
def test_nobody_verifies_what_they_typed(people, typed):
    with pytest.raises(NotAllowed):
        archive.verify_transcription(public_id=typed.public_id, by=people["clerk"], data=dict(DATA))
    act = archive.verify_transcription(public_id=typed.public_id, by=people["second"], data=dict(DATA))
    # The rule holds without our Python too.
    with pytest.raises(IntegrityError), transaction.atomic():
        Transcription.objects.filter(pk=typed.pk).update(verified_by=people["clerk"].user)
    assert RegisterAct.objects.get() == act


@pytest.mark.django_db
def test_differences_are_settled_one_by_one_and_kept(people, typed):
    second = DATA | {"given_names": "Sènon", "mother_name": "ABLO Tena"}
    with pytest.raises(DomainError, match="Prénoms"):
        archive.verify_transcription(public_id=typed.public_id, by=people["second"], data=second)
    assert not RegisterAct.objects.exists()
    act = archive.verify_transcription(
        public_id=typed.public_id, by=people["second"], data=second,
        kept={"given_names": "first", "mother_name": "second"},
    )  # fmt: skip
    typed.refresh_from_db()
    assert (act.given_names, act.mother_name) == ("Sènan", "ABLO Tena")
    assert [(d["field"], d["kept"]) for d in typed.differences] == [
        ("given_names", "first"),
        ("mother_name", "second"),
    ]


@pytest.mark.django_db
def test_accents_and_the_sort_of_apostrophe(people, photographed):
    data = DATA | {"surname": "D'ALMEIDA"}
    typed = archive.transcribe(slip_id=photographed.public_id, by=people["clerk"], data=data)
    same = data | {"surname": "D’ALMEIDA"}
    other = data | {"given_names": "Senan"}
    with pytest.raises(DomainError):
        archive.verify_transcription(public_id=typed.public_id, by=people["second"], data=other)
    assert archive.verify_transcription(public_id=typed.public_id, by=people["second"], data=same)


@pytest.mark.django_db
def test_a_typed_page_obeys_the_rules_of_files(people, photographed):
    with pytest.raises(EntryError) as error:
        archive.transcribe(
            slip_id=photographed.public_id,
            by=people["clerk"],
            data=DATA | {"event_date": "31/02/1987", "surname": ""},
        )
    assert set(error.value.errors) == {"event_date", "surname"}
    assert not Transcription.objects.exists()


@pytest.mark.django_db
def test_a_returned_page_is_typed_again_by_the_same_person(people, typed):
    archive.return_transcription(public_id=typed.public_id, by=people["second"], reason="mauvaise page")
    with pytest.raises(Conflict):
        archive.transcribe(slip_id=typed.slip.public_id, by=people["second"], data=DATA)
    with pytest.raises(Conflict):
        archive.verify_transcription(public_id=typed.public_id, by=people["second"], data=DATA)
    archive.transcribe(slip_id=typed.slip.public_id, by=people["clerk"], data=DATA | {"folio": "7"})
    act = archive.verify_transcription(
        public_id=typed.public_id, by=people["second"], data=DATA | {"folio": "7"}
    )
    assert act.folio == "7"


@pytest.mark.django_db
def test_a_number_already_in_the_register_stops_the_second_act(people, office, typed):
    archive.verify_transcription(public_id=typed.public_id, by=people["second"], data=dict(DATA))
    other = ask(people, office)
    archive.answer_found(public_id=other.public_id, by=people["archivist"], photo=page_photo())
    seen = [RegisterAct.objects.get().public_id]
    again = archive.transcribe(slip_id=other.public_id, by=people["clerk"], data=DATA, dismissed=seen)
    with pytest.raises(Conflict):
        archive.verify_transcription(
            public_id=again.public_id, by=people["second"], data=dict(DATA), dismissed=seen
        )
    assert RegisterAct.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("state", [SlipState.NOT_FOUND, SlipState.DESTROYED, SlipState.ILLEGIBLE])
def test_an_absent_act_is_answered_with_what_was_searched(people, slip, state):
    archive.answer_absent(
        public_id=slip.public_id, by=people["archivist"], state=state, answer="tables 1985-1989"
    )
    slip.refresh_from_db()
    assert (slip.state, slip.answer, slip.answered_by) == (
        state,
        "tables 1985-1989",
        people["archivist"].user,
    )
    assert topics_for(slip) == 1
    with pytest.raises(IllegalTransition):
        archive.answer_found(public_id=slip.public_id, by=people["archivist"], photo=page_photo())


@pytest.mark.django_db
def test_a_search_can_be_reopened_and_answered_again(people, slip):
    archivist = people["archivist"]
    archive.answer_absent(public_id=slip.public_id, by=archivist, state="NOT_FOUND", answer="1987")
    archive.reopen_slip(public_id=slip.public_id, by=people["clerk"], reason="essayer 1988")
    archive.answer_found(public_id=slip.public_id, by=archivist, photo=page_photo())
    assert topics_for(slip) == 2


@pytest.mark.django_db
def test_one_archivist_looks_at_a_time(people, slip):
    archive.take_slip(public_id=slip.public_id, by=people["archivist"])
    with pytest.raises(Conflict):
        archive.take_slip(public_id=slip.public_id, by=people["mairie"])


@pytest.mark.django_db
@pytest.mark.hostile
def test_a_photo_that_is_not_one_is_refused(people, slip):
    fake = SimpleUploadedFile("page.jpg", b"<html><script>1</script>", "image/jpeg")
    with pytest.raises(FileRefusedError):
        archive.answer_found(public_id=slip.public_id, by=people["archivist"], photo=fake)
    slip.refresh_from_db()
    assert slip.state == SlipState.OPEN


@pytest.mark.django_db
def test_the_archive_of_another_arrondissement_is_closed(people, slip, office):
    for stranger in ("foreign", "foreign_archivist"):
        assert not SearchSlip.objects.visible_to(people[stranger]).exists()
    with pytest.raises(SearchSlip.DoesNotExist):
        archive.answer_absent(
            public_id=slip.public_id, by=people["foreign_archivist"], state="NOT_FOUND", answer="x"
        )
    with pytest.raises(NotAllowed):
        archive.open_slip(by=people["foreign"], kind="BIRTH", office=office, names="x")
    # A clerk sees the slip but answering is the archivist's work.
    with pytest.raises(SearchSlip.DoesNotExist):
        archive.answer_absent(public_id=slip.public_id, by=people["clerk"], state="NOT_FOUND", answer="x")


@pytest.mark.django_db
def test_only_those_of_the_office_open_the_photo(people, photographed):
    assert archive.may_read_photo(people["second"], photographed.public_id)
    assert not archive.may_read_photo(people["foreign"], photographed.public_id)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "broken",
    [
        {"state": "FOUND", "photo": None},
        {"state": "NOT_FOUND", "answer": ""},
        {"state": "DESTROYED", "answer": "x", "answered_by": None, "answered_at": None},
    ],
)
def test_an_impossible_answer_cannot_be_stored(people, slip, broken):
    answered = {"answered_by": people["archivist"].user, "answered_at": timezone.now()}
    with pytest.raises(IntegrityError), transaction.atomic():
        SearchSlip.objects.filter(pk=slip.pk).update(**(answered | broken))
