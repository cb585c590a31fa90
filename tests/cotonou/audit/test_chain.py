"""The trail cannot be rewritten, and whoever manages it all the same is named."""

import threading
import time

import pytest
from django.core.management import call_command
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from cotonou.accounts.actors import SYSTEM
from cotonou.accounts.models import Office
from cotonou.audit import chains, checks, sealing, services
from cotonou.audit.models import ChainLink, Event
from cotonou.core.database import append_only

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def chain():
    return next(chain for chain in chains.all_chains() if chain.name == "audit")


def record(count: int = 1) -> list[Event]:
    office = Office.objects.get(code="MAIRIE")
    return [services.record("tests.done", subject=office, actor=SYSTEM, n=n) for n in range(count)]


def as_owner_without_trigger(statement: str, *parameters) -> None:
    """What only somebody with the owner's password can do; the triggers are back afterwards."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        cursor.execute(statement, parameters)
        cursor.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")


def positions(chain) -> dict[int, int]:
    """Row -> its place in the chain."""
    return dict(ChainLink.objects.filter(chain=chain.name).values_list("row_id", "position"))


def seal(chain) -> int:
    """Seal what is recorded, once every transaction of the server that was open meanwhile has ended.

    Transaction numbers are the whole server's, so another test's transaction holds the seal back.
    """
    count, deadline = 0, time.monotonic() + 60
    linked = ChainLink.objects.filter(chain=chain.name).values("row_id")
    while time.monotonic() < deadline:
        count += sealing.seal(chain)
        if not Event.objects.exclude(pk__in=linked).exists():
            return count
        time.sleep(0.05)
    left = Event.objects.exclude(pk__in=linked).extra(select={"xid": "xid::text"}).values_list("pk", "xid")
    return pytest.fail(f"rows stay unsealed: {list(left)}")


def broken(chain) -> list[tuple[int, str]]:
    return [(found.row_id, found.reason) for found in sealing.verify(chain)]


def test_what_is_recorded_says_who_what_and_when(chain):
    event = record()[0]
    event.refresh_from_db()
    assert (event.actor_label, event.subject_kind, event.data) == ("Portail", "accounts.office", {"n": 0})
    assert event.subject_uuid == Office.objects.get(code="MAIRIE").public_id


def test_the_portal_may_neither_change_nor_erase_the_trail():
    event = record()[0]
    for write in (lambda: Event.objects.update(actor_label="x"), event.delete):
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            write()


def test_nor_may_the_owner_of_the_tables():
    event = record()[0]
    for statement in (
        "UPDATE audit_event SET actor_label = 'x' WHERE id = %s",
        "DELETE FROM audit_event WHERE id = %s",
    ):
        with pytest.raises(IntegrityError, match="append-only"), connections["owner"].cursor() as cursor:
            cursor.execute(statement, [event.pk])


def test_without_its_trigger_a_table_can_be_altered(chain):
    """The twin: the trigger is what refuses, and the chain is what tells."""
    event = record(3)[1]
    seal(chain)
    as_owner_without_trigger(
        "UPDATE audit_event SET actor_label = 'quelqu’un d’autre' WHERE id = %s", event.pk
    )
    event.refresh_from_db()
    assert event.actor_label == "quelqu’un d’autre"
    assert broken(chain) == [(event.pk, "altered")]


@pytest.mark.parametrize("column", ["action", "actor_label", "subject_label", "data", "at"])
def test_every_column_of_a_row_is_sealed(chain, column):
    event = record(2)[0]
    seal(chain)
    new = {"data": '{"n": 9}', "at": "2020-01-01T00:00:00Z"}.get(column, "autre")
    as_owner_without_trigger(f"UPDATE audit_event SET {column} = %s WHERE id = %s", new, event.pk)
    assert broken(chain) == [(event.pk, "altered")]


def test_an_erased_row_is_named_and_sealing_goes_on_after_it(chain):
    last = record(3)[2]
    seal(chain)
    as_owner_without_trigger("DELETE FROM audit_event WHERE id = %s", last.pk)
    assert broken(chain) == [(last.pk, "missing")]
    record(2)
    assert seal(chain) == 2
    assert broken(chain) == [(last.pk, "missing")]


def test_a_row_slipped_in_behind_the_seal_is_named(chain):
    first = record(3)[0]
    seal(chain)
    copied = (
        "INSERT INTO audit_event (public_id, at, action, actor_label, subject_kind, subject_label, data, xid)"
        " SELECT gen_random_uuid(), at, 'tests.forged', actor_label, subject_kind, subject_label, data, xid"
        " FROM audit_event WHERE id = %s"
    )
    as_owner_without_trigger(copied, first.pk)
    forged = Event.objects.get(action="tests.forged")
    assert sealing.seal(chain) == 0
    assert broken(chain) == [(forged.pk, "unsealed")]


def test_the_application_cannot_choose_where_its_rows_are_sealed(chain):
    record(1)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_event"
            " (public_id, at, action, actor_label, subject_kind, subject_label, data, xid)"
            " SELECT gen_random_uuid(), at, 'tests.far', actor_label, subject_kind, subject_label, data,"
            " '999999999999'::xid8 FROM audit_event LIMIT 1 RETURNING xid = pg_current_xact_id()"
        )
        assert cursor.fetchone() == (True,)
    assert seal(chain) == 2


def test_a_rewritten_link_breaks_the_chain(chain):
    record(4)
    seal(chain)
    link = ChainLink.objects.filter(chain="audit").order_by("position")[1]
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE audit_chainlink DISABLE TRIGGER audit_chainlink_append_only")
        cursor.execute("UPDATE audit_chainlink SET row_hash = %s WHERE id = %s", ["0" * 64, link.pk])
        cursor.execute("ALTER TABLE audit_chainlink ENABLE TRIGGER audit_chainlink_append_only")
    assert broken(chain)[0] == (link.row_id, "link")


@pytest.fixture
def late_writer():
    """An event inserted by another connection, whose transaction stays open until told otherwise."""
    inserted, commit = threading.Event(), threading.Event()
    made = []

    def write():
        try:
            with transaction.atomic():
                made.extend(record())
                inserted.set()
                commit.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=write)
    thread.start()
    assert inserted.wait(20)

    def finish():
        commit.set()
        thread.join(20)
        return made[0]

    yield finish
    commit.set()
    thread.join(20)


def test_a_row_with_a_small_id_that_commits_late_is_not_skipped(chain, late_writer):
    quick = record()[0]  # a larger id, committed first
    assert sealing.seal(chain) == 0  # nothing can be final while the other is open
    late = late_writer()
    assert late.pk < quick.pk
    assert seal(chain) == 2
    assert set(ChainLink.objects.filter(chain="audit").values_list("row_id", flat=True)) == {
        late.pk,
        quick.pk,
    }
    assert broken(chain) == []


def test_sealing_by_id_alone_would_skip_it(late_writer):
    """The twin: a sealer that takes what is committed beyond the last id it saw."""
    quick = record()[0]
    assert list(Event.objects.values_list("pk", flat=True)) == [quick.pk]  # sealed up to here
    late = late_writer()
    assert not Event.objects.filter(pk__gt=quick.pk).exists()  # nothing left to seal, and yet:
    assert Event.objects.filter(pk=late.pk).exists()


def test_a_database_restored_from_a_dump_goes_on_sealing(chain):
    """Its transaction numbers start again, so the rows of before look like the future."""
    record(3)
    seal(chain)
    unsealed = record()[0]
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        for table in ("audit_event", "audit_chainlink"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_append_only")
        cursor.execute("UPDATE audit_event SET xid = (xid::text::bigint + 1000000000)::text::xid8")
        cursor.execute("UPDATE audit_chainlink SET row_xid = row_xid + 1000000000")
        for table in ("audit_event", "audit_chainlink"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_append_only")
    new = record(2)
    seal(chain)
    later = record()[0]
    seal(chain)
    assert {unsealed.pk, later.pk, *(event.pk for event in new)} <= positions(chain).keys()
    assert broken(chain) == []


def test_sealing_in_small_batches_makes_the_same_chain(chain):
    record(7)
    deadline = time.monotonic() + 60
    while len(positions(chain)) < 7 and time.monotonic() < deadline:
        assert sealing.seal(chain, limit=2) <= 2
    assert list(
        ChainLink.objects.filter(chain="audit").order_by("position").values_list("position", flat=True)
    ) == list(range(1, 8))
    assert broken(chain) == []


def test_a_second_sealer_leaves_the_first_alone(chain):
    record()
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [sealing._LOCK])
        assert sealing.seal(chain) == 0
    assert seal(chain) == 1


def test_two_chains_under_one_name_are_refused(chain):
    with pytest.raises(ValueError, match="already"):
        chains.register("audit", table="other", columns=("id",))


def test_verify_integrity_names_what_is_wrong_and_fails(chain, monkeypatch, capsys):
    event = record(2)[0]
    seal(chain)
    call_command("verify_integrity")
    as_owner_without_trigger("UPDATE audit_event SET action = 'autre' WHERE id = %s", event.pk)
    monkeypatch.setattr(checks, "_checks", {"documents": lambda: ["le document 7 ne correspond plus"]})
    with pytest.raises(SystemExit):
        call_command("verify_integrity")
    said = capsys.readouterr().out
    assert f"audit: ligne {event.pk}" in said
    assert "le document 7" in said


def test_append_only_can_be_undone():
    operation = append_only("audit_event")
    assert "DROP TRIGGER audit_event_append_only" in operation.reverse_sql
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        cursor.execute(operation.reverse_sql)
        cursor.execute("UPDATE audit_event SET action = action")
        transaction.set_rollback(True, using="owner")
    with connection.cursor() as cursor, pytest.raises(ProgrammingError):
        cursor.execute("UPDATE audit_event SET action = action")
