import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from cotonou.notifications import codes
from cotonou.notifications.models import Message, OneTimeCode

pytestmark = pytest.mark.django_db
PHONE = "+2290197000001"


def sent_code(to: str = PHONE) -> str:
    return re.search(r"\d{6}", Message.objects.filter(to=to).newest_first()[0].body)[0]


def test_the_code_that_was_sent_is_good_once():
    codes.send(purpose="test.resume", phone=PHONE)
    code = sent_code()
    assert codes.check(f" {code[:3]} {code[3:]}", purpose="test.resume", phone=PHONE)
    assert not codes.check(code, purpose="test.resume", phone=PHONE)


def test_a_code_is_good_for_its_purpose_its_subject_and_its_address_only():
    row = codes.send(purpose="test.resume", phone=PHONE)
    code = sent_code()
    assert not codes.check(code, purpose="test.download", phone=PHONE)
    assert not codes.check(code, purpose="test.resume", phone="+2290197000002")
    assert not codes.check(code, purpose="test.resume", phone=PHONE, subject_uuid=row.public_id)


def test_five_wrong_attempts_kill_the_code():
    codes.send(purpose="test.resume", phone=PHONE)
    code = sent_code()
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(codes.MAX_ATTEMPTS):
        assert not codes.check(wrong, purpose="test.resume", phone=PHONE)
    assert not codes.check(code, purpose="test.resume", phone=PHONE)


def test_a_code_expires():
    codes.send(purpose="test.resume", phone=PHONE)
    code = sent_code()
    with time_machine.travel(timezone.now() + codes.DURATION + timedelta(seconds=1), tick=False):
        assert not codes.check(code, purpose="test.resume", phone=PHONE)


def test_a_new_code_replaces_the_one_before():
    codes.send(purpose="test.resume", phone=PHONE)
    first = sent_code()
    codes.send(purpose="test.resume", phone=PHONE)
    second = sent_code()
    assert first == second or not codes.check(first, purpose="test.resume", phone=PHONE)
    assert codes.check(second, purpose="test.resume", phone=PHONE)


@pytest.mark.parametrize("deliver", [True, False])
def test_the_limit_is_the_same_for_an_address_nobody_knows(deliver):
    for _ in range(4):
        codes.send(purpose="test.resume", phone=PHONE, deliver=deliver)
    with pytest.raises(codes.TooManyCodes, match=r"Attendez 10 min") as refused:
        codes.send(purpose="test.other", phone=PHONE, deliver=deliver)
    assert refused.value.status == 429
    codes.send(purpose="test.resume", phone="+2290197000002")  # somebody else is not concerned
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        codes.send(purpose="test.resume", phone=PHONE, deliver=deliver)


def test_fifteen_codes_a_day_and_no_more():
    start = timezone.now()
    for n in range(15):
        with time_machine.travel(start + timedelta(minutes=11 * n), tick=False):
            codes.send(purpose="test.resume", email="a@exemple.bj")
    with (
        time_machine.travel(start + timedelta(hours=6), tick=False),
        pytest.raises(codes.TooManyCodes, match="18 h"),
    ):
        codes.send(purpose="test.resume", email="A@exemple.bj ")


def test_an_undelivered_code_leaves_no_message():
    codes.send(purpose="test.resume", phone=PHONE, deliver=False)
    assert OneTimeCode.objects.count() == 1
    assert not Message.objects.exists()


def test_the_database_holds_neither_the_code_nor_the_address_in_clear():
    codes.send(purpose="test.resume", phone=PHONE)
    row = OneTimeCode.objects.values().get()
    assert sent_code() not in str(row.values())
    assert PHONE not in str(row.values())


def test_the_text_with_the_code_is_wiped_once_sent(settings, run_jobs):
    settings.DEMO = False
    codes.send(purpose="test.resume", phone=PHONE)
    message = Message.objects.get()
    assert message.secret and message.body
    run_jobs()
    message.refresh_from_db()
    assert (message.state, message.body, message.subject_line) == ("SENT", "", "")


def test_in_the_demonstration_the_text_stays_readable(run_jobs):
    codes.send(purpose="test.resume", email="a@exemple.bj")
    run_jobs()
    assert re.search(r"\d{6}", Message.objects.get(state="SENT").body)


def test_codes_have_their_own_queue():
    from cotonou.jobs.models import Job

    codes.send(purpose="test.resume", phone=PHONE)
    assert Job.objects.get().queue == "codes"


def test_a_code_too_late_is_not_sent(run_jobs):
    codes.send(purpose="test.resume", phone=PHONE)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
        from cotonou.jobs import topics
        from cotonou.jobs.models import Job

        job = Job.objects.get()
        job.finish = lambda: None
        topics.get(job.topic).handler(job)
    assert Message.objects.get().state == "FAILED"


def test_neither_or_both_addresses_is_a_mistake():
    with pytest.raises(ValueError, match="a phone or"):
        codes.send(purpose="x")
    with pytest.raises(ValueError, match="a phone or"):
        codes.send(purpose="x", phone=PHONE, email="a@exemple.bj")
