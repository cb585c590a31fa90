import datetime

import pytest
import time_machine

from cotonou.accounts.actors import Actor
from cotonou.audit.models import Event
from cotonou.core import codes
from cotonou.core.models import Contact
from cotonou.formbuilder import services
from cotonou.formbuilder.models import Draft, ResumeFailure
from cotonou.formbuilder.services.resuming import TRIES_PER_ADDRESS, TRIES_PER_CODE
from tests.cotonou.formbuilder.samples import start

pytestmark = pytest.mark.django_db
PHONE = "+2290197000001"


def left(phone: str = PHONE) -> Draft:
    draft = start()
    draft.contact = Contact.objects.create(name="Afi", phone=phone)
    draft.save()
    return draft


def resume(code, phone=PHONE, client="10.0.0.1"):
    return services.resume(code=code, phone=phone, client=client, by=Actor())


@pytest.mark.parametrize("typed", ["{code}", "{pretty}", " {lower} "])
@pytest.mark.parametrize("phone", [PHONE, "01 97 00 00 01", "97000001"])
def test_code_and_phone_open_the_draft_however_they_are_written(typed, phone):
    draft = left()
    words = {"code": draft.code, "pretty": codes.pretty(draft.code), "lower": draft.code.lower()}
    assert resume(typed.format(**words), phone) == draft
    assert Event.objects.filter(action="formbuilder.resumed").exists()


def refusal(code, phone=PHONE) -> tuple:
    with pytest.raises(services.ResumeRefusedError) as refused:
        resume(code, phone)
    return refused.value.message, refused.value.code, refused.value.status


def test_known_and_unknown_get_the_same_answer():
    draft, without_contact = left(), start()
    expired = left()
    Draft.objects.filter(pk=expired.pk).update(state="EXPIRED")
    answers = {
        refusal(codes.new_code(10)),
        refusal(draft.code, "+2290197000002"),
        refusal(without_contact.code),
        refusal(without_contact.code, ""),
        refusal(expired.code),
        refusal("n’importe quoi"),
        refusal(draft.code, "12"),
    }
    assert len(answers) == 1


@pytest.mark.parametrize("known", [True, False])
def test_a_code_bears_five_wrong_phones_known_or_not(known):
    draft = left()
    code = draft.code if known else codes.new_code(10)
    for attempt in range(TRIES_PER_CODE):
        with pytest.raises(services.ResumeRefusedError):
            resume(code, "+2290197000002", client=f"10.0.0.{attempt}")
    with pytest.raises(services.TooManyTriesError):
        resume(code, PHONE, client="10.0.1.1")


def test_an_address_bears_many_failures_but_not_endless_ones():
    draft = left()
    for _attempt in range(TRIES_PER_ADDRESS):
        with pytest.raises(services.ResumeRefusedError):
            resume(codes.new_code(10))
    with pytest.raises(services.TooManyTriesError):
        resume(draft.code)
    assert resume(draft.code, client="10.0.0.2") == draft


def test_the_right_pair_leaves_no_failure_and_failures_name_nobody():
    draft = left()
    resume(draft.code)
    assert not ResumeFailure.objects.exists()
    refusal(draft.code, "+2290197000002")
    assert all(draft.code not in failure.key_hash for failure in ResumeFailure.objects.all())


def test_after_a_quarter_of_an_hour_one_may_try_again():
    draft = left()
    for _attempt in range(TRIES_PER_CODE):
        refusal(draft.code, "+2290197000002")
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=16)
    with time_machine.travel(later):
        assert resume(draft.code) == draft
