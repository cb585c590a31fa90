"""Every day the registers are read again from the first row, in pieces, and what was altered is named."""

import pytest

from cotonou.audit import chains, checks, sealing, verifying
from cotonou.audit.models import IntegrityCheck
from cotonou.jobs import runner
from cotonou.jobs import services as jobs
from cotonou.jobs.models import Job
from tests.cotonou.audit.test_chain import as_owner_without_trigger, record, seal

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture(autouse=True)
def only_the_trail(monkeypatch):
    """The chain of the trail and no check of another room: those have their own tests."""
    monkeypatch.setattr(chains, "_chains", {"audit": chains._chains["audit"]})
    monkeypatch.setattr(checks, "_checks", {})


def ask(hour: int = 0) -> None:
    jobs.enqueue(verifying.TOPIC, key=f"periodic:{hour}")
    runner.run_due()


def test_a_day_is_verified_once_and_says_how_much_was_read():
    record(5)
    seal(chains.all_chains()[0])
    ask(1)
    ask(2)
    check = IntegrityCheck.objects.get()
    assert (check.rows, check.found, check.findings) == (5, 0, [])


def test_what_was_altered_erased_or_slipped_in_is_named_in_words():
    first, second, _third = record(3)
    seal(chains.all_chains()[0])
    as_owner_without_trigger("UPDATE audit_event SET actor_label = 'Autre' WHERE id = %s", first.pk)
    as_owner_without_trigger("DELETE FROM audit_event WHERE id = %s", second.pk)
    as_owner_without_trigger(
        "INSERT INTO audit_event (public_id, at, action, actor_label, subject_kind, subject_label, data, xid)"
        " SELECT gen_random_uuid(), at, action, actor_label, subject_kind, subject_label, data, xid"
        " FROM audit_event WHERE id = %s",
        first.pk,
    )
    ask()
    check = IntegrityCheck.objects.get()
    assert check.found == 3
    assert check.findings[:2] == [
        f"audit, ligne {first.pk} : modifiée après son sceau",
        f"audit, ligne {second.pk} : effacée",
    ]
    assert "glissée derrière le sceau" in check.findings[2]


def test_a_long_register_is_read_in_pieces_that_follow_each_other(monkeypatch):
    monkeypatch.setattr(sealing, "BATCH", 2)
    monkeypatch.setattr(verifying, "PIECE_SECONDS", -1)  # every batch ends its piece
    events = record(7)
    seal(chains.all_chains()[0])
    as_owner_without_trigger("UPDATE audit_event SET actor_label = 'Autre' WHERE id = %s", events[4].pk)
    ask()
    check = IntegrityCheck.objects.get()
    assert (check.rows, check.found) == (7, 1)
    assert Job.objects.filter(topic=verifying.TOPIC, done_at__isnull=False).count() > 4


def test_no_more_is_kept_than_anybody_would_read(monkeypatch):
    monkeypatch.setattr(IntegrityCheck, "SHOWN", 2)
    record(4)
    seal(chains.all_chains()[0])
    as_owner_without_trigger("UPDATE audit_event SET actor_label = 'Autre'")
    ask()
    check = IntegrityCheck.objects.get()
    assert (check.found, len(check.findings)) == (4, 2)


def test_the_rooms_checks_are_asked_but_for_the_slow_ones():
    checks.register("tests.quick", lambda: ["une somme est fausse"])
    checks.register("tests.slow", lambda: ["un fichier a changé"], slow=True)
    assert [name for name, _check in checks.all_checks()] == ["tests.quick", "tests.slow"]
    ask()
    assert IntegrityCheck.objects.get().findings == ["tests.quick : une somme est fausse"]
