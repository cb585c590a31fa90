"""Two people at the same moment, and the twins that show what the locks are for."""

import threading

import pytest
from django.db import IntegrityError

from civil_acts.models import ActRequest, RelayBatch
from civil_acts.services import relay, treatment
from cotonou.accounts.permissions import Role
from tests.civil_acts.pages import checked
from tests.support import civil
from tests.support.threads import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("city")]


def test_twin_without_the_row_lock_two_clerks_both_win(run_jobs, monkeypatch):
    item, gate = civil.submitted(run_jobs), threading.Barrier(2)
    clerks = [civil.staff(Role.CLERK, name=f"Agent {n}") for n in range(2)]

    def unlocked(public_id, by):
        found = ActRequest.objects.select_related("contact", "office").get(public_id=public_id)
        gate.wait(timeout=20)
        return found

    monkeypatch.setattr(treatment, "_locked", unlocked)
    held = together(2, lambda n: treatment.claim(public_id=item.public_id, by=clerks[n]))
    assert [request.claimed_by for request in held] == [clerk.user for clerk in clerks]


def two_files(run_jobs) -> list[ActRequest]:
    return [checked(run_jobs, "certificat-de-residence", phone=f"+229019700004{n}")[0] for n in range(2)]


def hand_over_both(files: list[ActRequest]) -> list:
    agents = [civil.staff(Role.RELAY_AGENT) for _file in files]
    return together(2, lambda n: relay.create_batch(by=agents[n], public_ids=[files[n].public_id]))


def test_two_batches_at_the_same_moment_take_the_next_two_numbers(run_jobs):
    made = hand_over_both(two_files(run_jobs))
    assert sorted(batch.number for batch in made) == [1, 2]


def test_twin_without_the_table_s_lock_both_take_the_same_number(run_jobs, monkeypatch):
    files, gate = two_files(run_jobs), threading.Barrier(2)
    create = RelayBatch.objects.create

    def unhurried(**columns):
        gate.wait(timeout=20)
        return create(**columns)

    monkeypatch.setattr(relay, "_LOCK", "SELECT 1")
    monkeypatch.setattr(RelayBatch.objects, "create", unhurried)
    made = hand_over_both(files)
    assert sorted(type(one).__name__ for one in made) == [IntegrityError.__name__, "RelayBatch"]
