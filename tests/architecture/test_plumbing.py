"""The promises that every other test relies on."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import ProgrammingError, connection, connections

from tests.support import databases


@pytest.mark.django_db
def test_tests_run_as_the_app_role_and_not_as_owner():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone() == ("portail_app",)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["CREATE TABLE stray (id int)", "TRUNCATE django_session"])
def test_the_app_role_may_neither_create_nor_empty_tables(statement):
    with connection.cursor() as cursor, pytest.raises(ProgrammingError, match="permission denied"):
        cursor.execute(statement)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_the_owner_sees_the_same_database():
    with connection.cursor() as app, connections["owner"].cursor() as owner:
        app.execute("SELECT current_database()")
        owner.execute("SELECT current_database(), current_user")
        assert owner.fetchone() == (app.fetchone()[0], "portail_owner")


@pytest.mark.django_db
def test_the_app_role_has_time_limits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
        assert cursor.fetchone() == ("15s", "3s")


@pytest.mark.django_db(transaction=True)
def test_a_committed_row_is_gone_and_changed_reference_data_is_back_after_the_flush():
    kept = ContentType.objects.count()
    ContentType.objects.create(app_label="plumbing", model="stray")
    ContentType.objects.filter(app_label="sessions").delete()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_session VALUES ('plumbing', '', now())")
    databases.flush_as_owner(None)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM django_session")
        assert cursor.fetchone() == (0,)
    assert ContentType.objects.count() == kept
    assert ContentType.objects.filter(app_label="sessions").exists()
    assert not ContentType.objects.filter(app_label="plumbing").exists()


@pytest.mark.django_db(transaction=True)
def test_rows_written_after_a_restore_get_fresh_numbers():
    """Reference rows come back by COPY, which does not touch the sequences."""
    ContentType.objects.filter(app_label="sessions").delete()
    databases.flush_as_owner(None)
    ContentType.objects.create(app_label="plumbing", model="fresh")
