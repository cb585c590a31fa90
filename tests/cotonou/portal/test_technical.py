"""Django's admin: superusers with the second factor, nobody else."""

import pytest

from cotonou.accounts.permissions import Role
from tests.support import people

pytestmark = pytest.mark.django_db
PATH = "/gestion-technique/"


def superuser():
    user = people.agent(Role.ADMINISTRATOR, at=None)
    user.is_staff = user.is_superuser = True
    user.save()
    return user


def test_a_superuser_with_the_second_factor_enters(client):
    people.log_in(client, superuser())
    assert client.get(PATH).status_code == 200


def test_a_superuser_without_it_does_not(client):
    people.log_in(client, superuser(), second_factor=False)
    response = client.get(PATH, follow=False)
    assert response.status_code == 302


def test_an_administrator_who_is_no_superuser_is_sent_home(client):
    people.log_in(client, people.agent(Role.ADMINISTRATOR, at=None))
    assert client.get(PATH).status_code == 302
    assert client.get(f"{PATH}login/").headers["Location"] == "/"


def test_a_visitor_meets_the_portal_s_log_in_never_the_admin_s(client):
    assert client.get(f"{PATH}login/").headers["Location"].startswith("/compte/login/?next=")
