"""Requests made without an account join it, but not those of a number's former holder."""

import datetime

import pytest
from django.utils import timezone

from cotonou.accounts import services
from cotonou.accounts.actors import Actor
from cotonou.accounts.models import User
from cotonou.core.models import Contact

pytestmark = pytest.mark.django_db
PHONE = "+2290197005566"


def contact(days_ago: int, **columns) -> Contact:
    made = Contact.objects.create(**({"name": "Afi Dossou", "phone": PHONE} | columns))
    Contact.objects.filter(pk=made.pk).update(created_at=timezone.now() - datetime.timedelta(days=days_ago))
    return made


def citizen() -> User:
    user = User.objects.create_user(full_name="Koffi Hounsou", phone=PHONE, email="")
    services.prove_phone(user=user, phone=PHONE)
    return user


def owner(of: Contact):
    of.refresh_from_db()
    return of.user_uuid


def test_a_proved_number_brings_what_is_recent_and_not_what_is_old():
    recent, old = contact(10), contact(91)
    user = citizen()
    assert owner(recent) == user.public_id
    assert owner(old) is None


def test_an_old_request_joins_by_its_code_the_account_of_that_number():
    old = contact(400)
    user = citizen()
    assert services.link_contact(contact_uuid=old.public_id, by=Actor(user=user))
    assert owner(old) == user.public_id


def test_a_neighbour_s_request_is_followed_and_not_kept():
    other = contact(1, phone="+2290197005577")
    assert not services.link_contact(contact_uuid=other.public_id, by=Actor(user=citizen()))
    assert owner(other) is None
    assert not services.link_contact(contact_uuid=other.public_id, by=Actor())


def test_what_another_account_holds_stays_there():
    held = contact(400)
    Contact.objects.filter(pk=held.pk).update(user_uuid="00000000-0000-4000-8000-000000000001")
    assert not services.link_contact(contact_uuid=held.public_id, by=Actor(user=citizen()))
