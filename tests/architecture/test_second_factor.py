"""Without the second factor a role gives nothing, wherever one looks: the class, not the pages alone."""

import uuid

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Manager

from cotonou.accounts.actors import Actor, actor_for
from cotonou.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from tests.architecture import things
from tests.architecture.matrix import ROWS
from tests.support import civil, people

pytestmark = [pytest.mark.django_db, pytest.mark.matrix]


def kept_from_others() -> dict[str, Manager]:
    """Every manager whose rows are shown by ``visible_to``."""
    return {
        model._meta.label: model._default_manager
        for model in apps.get_models()
        if hasattr(model._default_manager, "visible_to")
    }


def test_the_kinds_of_rows_are_found():
    assert {
        "civil_acts.ActRequest",
        "civil_acts.RegisterAct",
        "payments.Payment",
    } <= kept_from_others().keys()


@pytest.mark.parametrize("role", Role)
def test_a_role_holds_what_the_table_says_and_uses_it_only_after_the_second_factor(role):
    user = people.agent(role, at=None)
    bare, proved = actor_for(user), actor_for(user, second_factor=True)
    for permission in Permission:
        given = permission in ROLE_PERMISSIONS[role]
        assert bare.holds(permission) == proved.holds(permission) == proved.has(permission) == given
        assert bool(proved.scope(permission)) == given
        assert not bare.has(permission)
        assert not bare.scope(permission)


def test_a_scope_of_nothing_matches_nothing():
    scope = actor_for(people.agent(*Role, at=None)).scope(*Permission)
    assert not scope.everywhere
    assert not scope.covers(people.office(5).pk)
    civil.load()
    item = civil.to_pay()
    assert not type(item).objects.filter(scope.where("office")).exists()


MAKERS = list(dict.fromkeys(row.own for row in ROWS.values() if row.own))


def test_no_row_is_visible_to_staff_without_the_second_factor():
    """Somebody with every role at the mairie, for whom each kind has something to show once it is shown."""
    user = people.agent(*Role, at=None)
    bare, proved = actor_for(user), actor_for(user, second_factor=True)
    shown, leaking = set(), set()
    for make in [*(lambda m=m: m(5) for m in MAKERS), lambda: made_by_them(user)]:
        point = transaction.savepoint()  # two things of the matrix may not stand side by side
        make()
        for label, rows in kept_from_others().items():
            shown |= {label} if rows.visible_to(proved).exists() else set()
            leaking |= {label} if rows.visible_to(bare).exists() else set()
        transaction.savepoint_rollback(point)
    assert sorted(kept_from_others().keys() - shown) == [], "nothing to hide: make one in things.py"
    assert sorted(leaking) == []


def made_by_them(user) -> None:
    """A draft typed at the counter for somebody else, and an open drawer."""
    draft = things._draft()
    draft.purpose, draft.owner_uuid = "civil_acts.counter", user.public_id
    draft.save()
    civil.open_drawer(user)


def test_what_a_citizen_owns_needs_no_second_factor():
    civil.load()
    item = civil.to_pay()
    contact = item.contact
    user = people.citizen()
    type(contact).objects.filter(pk=contact.pk).update(user_uuid=user.public_id)
    assert type(item).objects.visible_to(Actor(user=user)).count() == 1
    draft = things._draft()
    draft.contact, draft.owner_uuid = None, user.public_id
    draft.save()
    assert type(draft).objects.visible_to(Actor(user=user)).filter(pk=draft.pk).exists()


def test_a_guest_has_no_role_whatever_the_session_claims():
    guest = Actor(second_factor=True, grants=frozenset({uuid.uuid4()}))
    assert not any(guest.has(permission) for permission in Permission)
    assert not guest.scope(*Permission)
