import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q

from cotonou.accounts import services
from cotonou.accounts.actors import SYSTEM, Actor, Scope, actor_for
from cotonou.accounts.models import Office, Residence, User
from cotonou.accounts.permissions import Permission, Role
from cotonou.audit.models import Event
from cotonou.core.errors import Conflict, DomainError
from cotonou.territory.dates import local_today
from cotonou.territory.models import Quartier
from tests.cotonou.accounts.people import PASSWORD, PHONE, citizen, clerk, with_email

pytestmark = pytest.mark.django_db


def mairie() -> Office:
    return Office.objects.get(code="MAIRIE")


def test_a_colleague_gets_an_account_a_role_and_a_line_in_the_trail():
    user, _ = clerk(enrolled=False)
    actor = actor_for(user, second_factor=True)
    assert actor.has(Permission.ACT_REQUEST_PREPARE)
    assert not actor.has(Permission.ACT_REQUEST_SIGN)
    assert set(Event.objects.values_list("action", flat=True)) == {
        "accounts.staff_created",
        "accounts.membership_granted",
    }


def test_an_address_or_a_phone_has_one_account():
    user, _ = clerk(enrolled=False)
    citizen()
    for taken in ({"email": user.email.upper()}, {"email": "b@mairie.bj", "phone": PHONE}):
        with pytest.raises(Conflict):
            services.create_staff(full_name="X", office=mairie(), role=Role.CLERK, by=SYSTEM, **taken)


def test_a_role_is_given_by_somebody_else_and_ends_on_its_last_day():
    user, _ = clerk(enrolled=False)
    with pytest.raises(DomainError, match="soi-même"):
        services.grant_membership(user=user, office=mairie(), role=Role.OFFICER, by=Actor(user=user))
    role = services.grant_membership(user=user, office=mairie(), role=Role.OFFICER, by=SYSTEM)
    with pytest.raises(Conflict):
        services.grant_membership(user=user, office=mairie(), role=Role.OFFICER, by=SYSTEM)
    with pytest.raises(DomainError, match="dernier jour"):
        services.end_membership(public_id=role.public_id, last_day=local_today() - timedelta(1), by=SYSTEM)
    services.end_membership(public_id=role.public_id, by=SYSTEM)
    assert actor_for(user, second_factor=True).has(Permission.ACT_REQUEST_SIGN)
    assert not user.memberships.in_force(local_today() + timedelta(1)).filter(role=Role.OFFICER).exists()
    with pytest.raises(Conflict, match="pris fin"):
        services.end_membership(public_id=role.public_id, by=SYSTEM)


def test_residence_is_attested_by_somebody_else_on_a_proof_and_can_be_revoked():
    agent, _ = clerk(enrolled=False)
    person, quartier = citizen(), Quartier.objects.first()
    facts = {"quartier": quartier, "proof": Residence.Proof.CHIEF, "by": Actor(user=agent)}
    with pytest.raises(DomainError, match="référence"):
        services.grant_residence(user=person, **facts)
    with pytest.raises(DomainError, match="sa propre résidence"):
        services.grant_residence(user=agent, reference="F-12", **facts)
    residence = services.grant_residence(user=person, reference="F-12", **facts)
    assert residence.ends_on - residence.starts_on == services.RESIDENCE_DURATION
    with pytest.raises(DomainError, match="motif"):
        services.revoke_residence(public_id=residence.public_id, reason=" ", by=Actor(user=agent))
    services.revoke_residence(public_id=residence.public_id, reason="A déménagé", by=Actor(user=agent))
    with pytest.raises(Conflict):
        services.revoke_residence(public_id=residence.public_id, reason="Encore", by=Actor(user=agent))
    assert Event.objects.filter(action__startswith="accounts.residence_").count() == 2


def test_an_address_given_by_an_administrator_reaches_its_account_and_a_typed_one_does_not():
    given = User.objects.create_user(full_name="Donnée", email="a@mairie.bj")
    assert services.user_to_reach(email="A@mairie.bj") == given
    with_email(citizen(), "afi@exemple.bj", verified=False)
    assert services.user_to_reach(email="afi@exemple.bj") is None


def test_a_number_typed_by_staff_and_never_proved_goes_to_who_proves_it():
    user, _ = clerk(enrolled=False)
    User.objects.filter(pk=user.pk).update(phone=PHONE)
    owner = citizen(phone="+2290197000009")
    services.prove_phone(user=owner, phone=PHONE)
    user.refresh_from_db()
    assert user.phone is None
    with pytest.raises(Conflict):
        services.prove_phone(user=user, phone=PHONE)


def create_admin(monkeypatch, password, email="chef@mairie.bj"):
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    call_command("create_admin", email=email, name="Chef Portail", password_stdin=True, stdout=io.StringIO())


def test_the_first_administrator_is_made_by_command(monkeypatch):
    create_admin(monkeypatch, PASSWORD)
    user = User.objects.get(email="chef@mairie.bj")
    assert user.is_superuser
    assert user.check_password(PASSWORD)
    assert actor_for(user, second_factor=True).has(Permission.MEMBERSHIP_MANAGE)
    with pytest.raises(CommandError, match="déjà un compte"):
        create_admin(monkeypatch, PASSWORD)


def test_a_weak_password_creates_nobody(monkeypatch):
    with pytest.raises(CommandError):
        create_admin(monkeypatch, "court")
    assert not User.objects.exists()


@pytest.mark.django_db
def test_the_mairie_reaches_every_office_also_beside_one_s_own_rows():
    scope = Scope(everywhere=True, office_ids=frozenset())
    mine = Q(code="A05")
    assert Office.objects.filter(scope.where("pk") | mine).count() == Office.objects.count()
    assert Office.objects.filter(scope.where("pk") & mine).count() == 1
    nowhere = Scope(everywhere=False, office_ids=frozenset())
    assert list(Office.objects.filter(nowhere.where("pk") | mine)) == list(Office.objects.filter(mine))
