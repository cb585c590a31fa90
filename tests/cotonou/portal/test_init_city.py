import io

import pytest
from django.core.management import CommandError, call_command

from cotonou.accounts.models import Membership, User
from cotonou.accounts.permissions import Role
from cotonou.catalogue.models import Service
from cotonou.portal import services
from cotonou.portal.models import OperationRecord
from cotonou.territory.models import Holiday

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def keys(settings, tmp_path):
    settings.DOCUMENT_KEYS_DIR = str(tmp_path / "keys")


def init_city(monkeypatch, password="un mot de passe assez long") -> str:
    said = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(password + "\n"))
    call_command("init_city", email="maire@exemple.bj", name="Afi Dossou", password_stdin=True, stdout=said)
    return said.getvalue()


def test_an_empty_city_gets_its_holidays_its_administrator_and_a_list_of_what_remains(monkeypatch):
    Holiday.objects.all().delete()
    said = init_city(monkeypatch)
    assert Holiday.objects.count() > 20
    membership = Membership.objects.get()
    assert (membership.role, membership.office.code) == (Role.ADMINISTRATOR, "MAIRIE")
    assert membership.user.is_superuser
    assert "Déclaration à l’APDP" in said
    assert not User.objects.exclude(pk=membership.user_id).exists()


def test_a_second_run_changes_nothing(monkeypatch):
    init_city(monkeypatch)
    assert "existe déjà" in init_city(monkeypatch)
    assert User.objects.count() == 1


def test_a_weak_password_is_refused_and_nobody_is_created(monkeypatch):
    with pytest.raises(CommandError):
        init_city(monkeypatch, password="azerty")
    assert not User.objects.exists()


def test_a_demonstration_city_cannot_become_a_real_one(monkeypatch):
    services.mark_demonstration("demo_city")
    with pytest.raises(CommandError, match="démonstration"):
        init_city(monkeypatch)


def test_a_city_without_its_reference_data_is_refused(monkeypatch):
    Service.objects.get(slug="exhumation").facts.all().delete()
    Service.objects.get(slug="exhumation").levels.all().delete()
    Service.objects.filter(slug="exhumation").delete()
    with pytest.raises(CommandError, match="démarches"):
        init_city(monkeypatch)


def test_cron_notes_a_backup():
    call_command("record_operation", "OFFSITE_BACKUP", "Porto-Novo, disque 2", stdout=io.StringIO())
    assert OperationRecord.objects.get().reference == "Porto-Novo, disque 2"
