"""notify(): one message per channel, written with the change it speaks of."""

import uuid

import pytest
from django.db import transaction
from django.test import override_settings

from cotonou.core.models import Contact
from cotonou.jobs.models import Job
from cotonou.notifications import rendering, services
from cotonou.notifications.models import Message

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def templates(tmp_path, settings):
    folder = tmp_path / "notifications" / "tests"
    (folder / "en").mkdir(parents=True)
    (folder / "ready.sms.txt").write_text("Ville : {{ name }}, prêt le {{ date }}. {{ PORTAL_HOST }}/suivi/")
    (folder / "ready.email.txt").write_text(
        "Prêt : {{ name }}\n\nBonjour {{ name }},\n\n\n\nMontant {{ fee|xof }}\n"
    )
    (folder / "en" / "ready.sms.txt").write_text("City: {{ name }}, ready.")
    (folder / "text_only.sms.txt").write_text("Bonjour")
    engine = [settings.TEMPLATES[0] | {"DIRS": [tmp_path, *settings.TEMPLATES[0]["DIRS"]]}]
    with override_settings(TEMPLATES=engine):
        yield


def contact(**fields) -> Contact:
    return Contact.objects.create(**{"name": "Afi", "phone": "+2290197000001"} | fields)


def notify(to, template="tests.ready", **context):
    given = {"name": "Afi", "date": "24 novembre 2026", "fee": 48215} | context
    return services.notify(template, to=to, subject=to, context=given)


def test_one_message_per_channel_that_reaches_the_contact():
    to = contact(email="afi@exemple.bj", user_uuid=uuid.uuid4())
    messages = {m.channel: m for m in notify(to)}
    assert set(messages) == {"SMS", "EMAIL", "INBOX"}
    assert messages["SMS"].to == "+2290197000001"
    assert messages["EMAIL"].subject_line == "Prêt : Afi"
    assert messages["EMAIL"].body == "Bonjour Afi,\n\nMontant 48\u00a0215\u00a0F\n"
    assert (messages["INBOX"].state, messages["SMS"].state) == ("SENT", "QUEUED")
    assert messages["SMS"].subject_uuid == to.public_id
    assert list(Message.objects.inbox_of(to.user_uuid)) == [messages["INBOX"]]


def test_a_contact_without_email_gets_the_sms_only():
    assert [m.channel for m in notify(contact())] == ["SMS"]


def test_a_template_without_that_channel_sends_nothing_there():
    assert [m.channel for m in notify(contact(email="a@exemple.bj"), "tests.text_only")] == ["SMS"]


def test_the_language_folder_wins():
    assert notify(contact(language="en"))[0].body == "City: Afi, ready."


def test_an_unknown_template_is_an_error_not_silence():
    with pytest.raises(rendering.NoTemplate):
        notify(contact(), "tests.nothing")


def test_nothing_leaves_when_the_change_is_rolled_back():
    to = contact()
    with pytest.raises(RuntimeError), transaction.atomic():
        notify(to)
        raise RuntimeError
    assert not Message.objects.exists()
    assert not Job.objects.exists()


def test_a_name_is_text_and_never_markup_or_a_second_line():
    name = "<img src=file:///etc/passwd>\r\nBcc: x@y.z\u202e & {{ 7 }}"
    to = contact(email="a@exemple.bj")
    messages = {m.channel: m for m in notify(to, name=name)}
    line = "Prêt : <img src=file:///etc/passwd>  Bcc: x@y.z & {{ 7 }}"
    assert messages["EMAIL"].subject_line == line
    assert "Ville : <img src=file:///etc/passwd>" in messages["SMS"].body
    assert "\n" not in messages["SMS"].body


def test_free_text_is_cut_to_its_limit_in_an_sms():
    assert notify(contact(), name="A" * 80)[0].body.startswith("Ville : " + "A" * 29 + "., pret le")


def test_rows_are_refused():
    with pytest.raises(TypeError, match="person: a message holds values"):
        notify(contact(), person=contact())
