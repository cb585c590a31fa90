import datetime

import pytest

from cotonou.accounts.actors import Actor, actor_for
from cotonou.accounts.models import Membership, Office, User
from cotonou.accounts.permissions import Role


def make_actor(role: str, office: str, *, email: str) -> Actor:
    user = User.objects.create_user(
        full_name=email.split("@")[0].title(), email=email, password="pw-for-tests-only"
    )
    Membership.objects.create(
        user=user, office=Office.objects.get(code=office), role=role, starts_on=datetime.date(2020, 1, 1)
    )
    return actor_for(user, second_factor=True)


@pytest.fixture
def people(db):
    """Who works where: clerks and archivists of two arrondissements, and the mairie's archivist."""
    return {
        "clerk": make_actor(Role.CLERK, "A05", email="clerk@example.org"),
        "second": make_actor(Role.CLERK, "A05", email="second@example.org"),
        "archivist": make_actor(Role.ARCHIVIST, "A05", email="archivist@example.org"),
        "officer": make_actor(Role.OFFICER, "A05", email="officer@example.org"),
        "foreign": make_actor(Role.CLERK, "A06", email="foreign@example.org"),
        "foreign_archivist": make_actor(Role.ARCHIVIST, "A06", email="archives6@example.org"),
        "mairie": make_actor(Role.ARCHIVIST, "MAIRIE", email="mairie@example.org"),
    }


@pytest.fixture
def office(db):
    return Office.objects.get(code="A05")
