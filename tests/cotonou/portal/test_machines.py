"""What the machines that watch the portal are told, and what others are not."""

import pytest
from django.db.migrations.recorder import MigrationRecorder

from cotonou.catalogue.models import Service
from cotonou.celery import app as celery
from cotonou.portal import health

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch, settings, tmp_path):
    monkeypatch.setattr(health, "_succeeded", {})
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        }
    }


def test_a_process_that_answers_is_alive_without_asking_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/sante/live").json() == {"status": "ok"}


def test_a_whole_portal_is_ready_and_leaves_no_file_behind(client, tmp_path):
    response = client.get("/sante/ready")
    assert response.status_code == 200, response.content
    assert response.json()["checks"] == dict.fromkeys(("database", "migrations", "storage", "broker"), "ok")
    assert [path for path in (tmp_path / "media").rglob("*") if path.is_file()] == []
    assert "no-store" in response.headers["Cache-Control"]


def test_a_migration_that_was_not_applied_keeps_people_away(client):
    MigrationRecorder.Migration.objects.filter(app="portal").delete()
    response = client.get("/sante/ready")
    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == "down"


def test_a_storage_that_cannot_be_written_keeps_people_away(client, tmp_path):
    (tmp_path / "media").write_text("a file where the folder should be")
    response = client.get("/sante/ready")
    assert (response.status_code, response.json()["checks"]["storage"]) == (503, "down")


def test_a_broker_that_is_down_is_said_and_people_are_still_served(client, monkeypatch):
    monkeypatch.setattr(celery.conf, "broker_write_url", "redis://127.0.0.1:9/0")
    response = client.get("/sante/ready")
    assert (response.status_code, response.json()["checks"]["broker"]) == (200, "down")


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": "41.138.89.7"}, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "41.138.89.7"}, 404),
        ({"REMOTE_ADDR": "41.138.89.7", "HTTP_AUTHORIZATION": "Bearer s3cret"}, 200),
        ({"REMOTE_ADDR": "41.138.89.7", "HTTP_AUTHORIZATION": "Bearer other"}, 404),
        ({"REMOTE_ADDR": "41.138.89.7", "HTTP_AUTHORIZATION": ""}, 404),
        ({"REMOTE_ADDR": ""}, 404),
    ],
)
def test_metrics_are_for_known_networks_or_the_token(client, settings, asked, status):
    settings.METRICS_TOKEN = "s3cret"
    assert client.get("/metrics", **asked).status_code == status


def test_behind_our_proxy_the_visitor_s_address_counts(client, settings):
    settings.TRUSTED_PROXIES = 1
    outside = {"REMOTE_ADDR": "10.0.0.2", "HTTP_X_FORWARDED_FOR": "127.0.0.1, 41.138.89.7"}
    assert client.get("/metrics", **outside).status_code == 404
    inside = {"REMOTE_ADDR": "10.0.0.2", "HTTP_X_FORWARDED_FOR": "41.138.89.7, 127.0.0.1"}
    assert client.get("/metrics", **inside).status_code == 200


def test_no_token_configured_is_no_token_at_all(client, settings):
    settings.METRICS_TOKEN = ""
    asked = {"REMOTE_ADDR": "41.138.89.7", "HTTP_AUTHORIZATION": "Bearer "}
    assert client.get("/metrics", **asked).status_code == 404


def test_the_catalogue_is_open_data_page_by_page(client, django_assert_max_num_queries):
    Service.objects.filter(slug="exhumation").update(is_published=False)
    with django_assert_max_num_queries(4):
        first = client.get("/api/v1/services/?limit=10").json()
    assert first["count"] == 43
    assert len(first["results"]) == 10
    birth = client.get("/api/v1/services/acte-de-naissance/").json()
    assert (birth["authority_mode"], birth["level"], birth["code"]) == ("COMMUNE", 4, "2-3")
    assert client.get("/api/v1/services/exhumation/").status_code == 404
    assert client.get("/api/v1/services/?theme=naissance").json()["count"] == 9
    assert client.post("/api/v1/services/", {}).status_code == 405


def test_the_api_describes_itself(client):
    assert "services" in client.get("/api/v1/").json()
    schema = client.get("/api/v1/schema/", headers={"Accept": "application/json"}).json()
    assert "/api/v1/services/" in schema["paths"]
