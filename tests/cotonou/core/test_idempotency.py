"""A form sent twice acts once, and the second sender gets the first answer."""

import pytest

from cotonou.core.errors import DomainError
from cotonou.core.idempotency import once
from cotonou.core.models import Contact, Submission
from tests.support.threads import together


def send(key="k1", body=None, scope="user:1 /demande", fail=False) -> dict:
    def act():
        person = Contact.objects.create(name="Afi", phone="+2290197000000")
        if fail:
            raise DomainError("Non.")
        return {"contact": person.pk}

    return once(key=key, scope=scope, body=body or {"a": 1}, act=act)


@pytest.mark.django_db
def test_the_same_key_and_body_get_the_first_answer_again():
    assert send() == send(body={"a": 1})
    assert Contact.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_with_another_body_is_refused():
    send()
    with pytest.raises(DomainError) as refusal:
        send(body={"a": 2})
    assert refusal.value.code == "key_reused"
    assert Contact.objects.count() == 1


@pytest.mark.django_db
def test_the_key_of_another_person_or_route_is_another_key():
    send()
    send(scope="user:2 /demande")
    assert Contact.objects.count() == 2


@pytest.mark.django_db
def test_what_was_refused_may_be_sent_again():
    with pytest.raises(DomainError):
        send(fail=True)
    assert not Submission.objects.exists()
    send()
    assert Contact.objects.count() == 1


@pytest.mark.django_db
def test_without_a_key_every_sending_acts():
    send(key="")
    send(key="")
    assert Contact.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_twenty_sendings_at_once_act_once_and_all_get_the_answer():
    answers = together(20, lambda _: send())
    assert {str(answer) for answer in answers} == {str(answers[0])}
    assert isinstance(answers[0], dict)
    assert Contact.objects.count() == 1
