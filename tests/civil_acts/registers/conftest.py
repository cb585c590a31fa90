import pytest
from django.test import Client

from cotonou.accounts.actors import Actor, actor_for
from cotonou.accounts.models import Office
from cotonou.accounts.permissions import Role
from tests.support.people import agent, log_in


def _actor(role: str, at: int | None, name: str) -> Actor:
    return actor_for(agent(role, at=at, name=name), second_factor=True)


@pytest.fixture
def people(db):
    """Who works where: clerks, archivist and officer of the 5th, their like in the 6th, and the mairie."""
    return {
        "clerk": _actor(Role.CLERK, 5, "Clerk"),
        "second": _actor(Role.CLERK, 5, "Second"),
        "archivist": _actor(Role.ARCHIVIST, 5, "Archivist"),
        "officer": _actor(Role.OFFICER, 5, "Officer"),
        "foreign": _actor(Role.CLERK, 6, "Foreign"),
        "foreign_archivist": _actor(Role.ARCHIVIST, 6, "Foreign archivist"),
        "mairie": _actor(Role.ARCHIVIST, None, "Mairie"),
    }


@pytest.fixture
def browse():
    """browse(actor): a browser in which this person is logged in with the second factor."""
    return lambda actor: log_in(Client(), actor.user)


@pytest.fixture(autouse=True)
def private_storage(settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        }
    }


@pytest.fixture
def office(db):
    return Office.objects.get(code="A05")
