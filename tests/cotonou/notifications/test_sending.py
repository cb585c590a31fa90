"""From the queue to the operator: sent once if it can be, retried if not, never lost in silence."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from cotonou.core.models import Contact
from cotonou.jobs.models import Job
from cotonou.notifications import services
from cotonou.notifications.gateways.http import HttpGateway
from cotonou.notifications.models import Message, OneTimeCode
from cotonou.notifications.rendering import Text
from cotonou.notifications.states import Channel
from tests.cotonou.notifications import operator_stub

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(settings, monkeypatch):
    monkeypatch.setattr(HttpGateway, "pause_seconds", 0.01)
    settings.SMS_GATEWAY, settings.SMS_HTTP_TOKEN, settings.SMS_HTTP_TIMEOUT = "http", "secret-token", 0.2
    with operator_stub.running() as server:
        settings.SMS_HTTP_URL = server.url
        yield server


def sms(text="Bonjour") -> Message:
    return services.write(
        Channel.SMS, address="+2290197000001", text=Text("", text), template="tests.x", language="fr"
    )


def make_due() -> None:
    Job.objects.filter(done_at=None).update(due_at=timezone.now() - timedelta(seconds=1))


def test_the_operator_gets_the_text_the_number_and_our_reference(operator, run_jobs):
    message = sms()
    run_jobs()
    message.refresh_from_db()
    assert operator.requests == [
        {
            "to": "+2290197000001",
            "from": "COTONOU",
            "text": "Bonjour",
            "reference": str(message.public_id),
            "auth": "Bearer secret-token",
        }
    ]
    assert (message.state, message.provider_id) == ("SENT", "op-1")
    assert message.sent_at


@pytest.mark.parametrize("trouble", ["down", "busy", "cut"])
def test_a_passing_trouble_is_tried_again_at_once(operator, run_jobs, trouble):
    operator.script = [trouble]
    message = sms()
    run_jobs()
    message.refresh_from_db()
    assert (message.state, len(operator.requests)) == ("SENT", 2)


def test_an_operator_that_takes_the_message_and_says_nothing_gets_it_once(operator, run_jobs):
    operator.script = ["silent"]
    message = sms()
    run_jobs()
    message.refresh_from_db()
    assert (message.state, message.provider_id) == ("SENT", "op-1")
    assert len(operator.accepted) == 1


def test_an_unreadable_acceptance_is_an_acceptance(operator, run_jobs):
    operator.script = ["garbage"]
    message = sms()
    run_jobs()
    message.refresh_from_db()
    assert (message.state, message.provider_id) == ("SENT", str(message.public_id))


def test_a_redirect_is_not_followed(operator, run_jobs):
    operator.script = ["redirect", "redirect"]
    message = sms()
    run_jobs()
    message.refresh_from_db()
    assert (message.state, message.error) == ("QUEUED", "operator answered 307")


def test_a_long_outage_waits_then_sends(operator, run_jobs):
    operator.script = ["down"] * 6
    message = sms()
    for _ in range(3):
        run_jobs()
        message.refresh_from_db()
        assert message.state == "QUEUED"
        make_due()
    run_jobs()
    message.refresh_from_db()
    assert (message.state, message.error) == ("SENT", "")


def test_after_the_last_attempt_staff_see_it_and_can_retry(operator, run_jobs):
    from cotonou.jobs import services as jobs

    operator.script = ["down"] * 100
    message = sms()
    for _ in range(8):
        run_jobs()
        make_due()
    message.refresh_from_db()
    parked = Job.objects.parked().get()
    assert (message.state, message.error) == ("FAILED", "operator answered 500")
    operator.script = []
    jobs.retry_parked(job=parked)
    run_jobs()
    message.refresh_from_db()
    assert message.state == "SENT"


def test_a_bad_number_is_given_up_at_once(operator, run_jobs):
    operator.script = ["bad_number"]
    message = sms()
    run_jobs()
    message.refresh_from_db()
    assert message.state == "FAILED"
    assert "unknown subscriber" in message.error
    assert not Job.objects.filter(done_at=None).exists()


def test_running_the_job_twice_sends_once(operator, run_jobs):
    sms()
    run_jobs()
    Job.objects.update(done_at=None, due_at=timezone.now() - timedelta(seconds=1))
    run_jobs()
    assert len(operator.requests) == 1


def test_an_email_leaves_by_the_mail_server(run_jobs):
    services.write(
        Channel.EMAIL, address="a@exemple.bj", text=Text("Objet", "Corps"), template="t.x", language="fr"
    )
    run_jobs()
    assert [(m.subject, m.body, m.to) for m in mail.outbox] == [("Objet", "Corps", ["a@exemple.bj"])]


def test_the_console_gateway_prints(settings, run_jobs, capsys):
    settings.SMS_GATEWAY = "console"
    sms("Bonjour vous")
    run_jobs()
    assert "SMS +2290197000001: Bonjour vous" in capsys.readouterr().out


def test_old_messages_and_codes_are_purged_but_not_what_waits(settings):
    from cotonou.notifications import codes, tasks

    codes.send(purpose="x", phone="+2290197000001", deliver=False)
    old, waiting, fresh = sms(), sms(), sms()
    Message.objects.filter(pk=old.pk).update(state="SENT", sent_at=timezone.now())
    long_ago = timezone.now() - timedelta(days=settings.MESSAGE_RETENTION_DAYS + 1)
    Message.objects.filter(pk__in=[old.pk, waiting.pk]).update(created_at=long_ago)
    OneTimeCode.objects.update(created_at=long_ago)
    tasks.purge(Job())
    assert set(Message.objects.all()) == {waiting, fresh}
    assert not OneTimeCode.objects.exists()


def test_a_contact_that_disappears_leaves_the_message(run_jobs):
    contact = Contact.objects.create(name="Afi", phone="+2290197000001")
    message = services.write(
        Channel.SMS,
        address="+2290197000001",
        text=Text("", "x"),
        template="t.x",
        language="fr",
        contact=contact,
    )
    contact.delete()
    message.refresh_from_db()
    assert message.contact is None
