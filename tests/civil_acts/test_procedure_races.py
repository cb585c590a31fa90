"""Two people who complete or publish at the same moment, and the twins that show what the lock is for."""

import datetime
import threading

import pytest
from django.db import DatabaseError, IntegrityError

from civil_acts import reference
from civil_acts.models import EntitlementRule, Procedure, ProcedureVersion
from civil_acts.services import procedures
from cotonou.accounts.permissions import Role
from cotonou.audit.models import Event
from cotonou.core.errors import Conflict
from cotonou.documents.models import TemplateVersion
from cotonou.territory.dates import local_today
from tests.support import civil
from tests.support.threads import together
from tests.support.without import without_index

pytestmark = pytest.mark.django_db(transaction=True)
SLUG, KIND = "certificat-de-residence", "civil_acts.birth_copy"


@pytest.fixture
def managers(db) -> list:
    reference.load(demonstration=False)
    return [civil.staff(Role.CATALOGUE, number=None, name=f"Responsable {n}") for n in range(2)]


def in_days(days: int) -> datetime.date:
    return local_today() + datetime.timedelta(days=days)


def completed(by) -> ProcedureVersion:
    draft = procedures.draft_of(Procedure.objects.get(service__slug=SLUG))
    return edit(draft, by, delay_working_days=5, delay_source="Note de service 4")


def edit(draft, by, **changes):
    read = procedures.fingerprint(draft)
    return procedures.edit_draft(slug=SLUG, public_id=draft.public_id, seen=read, by=by, **changes)


def publish_at_once(draft, managers, *days: int) -> list:
    read = procedures.fingerprint(draft)

    def publish(n: int):
        return procedures.publish(
            slug=SLUG, public_id=draft.public_id, seen=read, starts_on=in_days(days[n]), by=managers[n]
        )

    return together(2, publish)


def told(results: list) -> list[str]:
    return sorted(r.code if isinstance(r, Conflict) else type(r).__name__ for r in results)


def published() -> int:
    return Event.objects.filter(action="civil_acts.procedure_published").count()


def unlocked(monkeypatch) -> threading.Barrier:
    """Both read the procedure before either writes, as if nobody locked it."""
    gate = threading.Barrier(2)

    def read(slug):
        gate.wait(timeout=20)
        return Procedure.objects.get(service__slug=slug)

    monkeypatch.setattr(procedures, "_locked", read)
    return gate


def both_have_read(monkeypatch, gate: threading.Barrier, name: str) -> None:
    """Nobody goes past the check ``name`` before both have passed it."""
    check = getattr(procedures, name)

    def checked(*args):
        check(*args)
        gate.wait(timeout=20)

    monkeypatch.setattr(procedures, name, checked)


def test_two_people_publish_the_same_draft_for_the_same_day_and_both_are_told_it_is_done(managers):
    draft = completed(managers[0])
    first, second = publish_at_once(draft, managers, 0, 0)
    assert first.pk == second.pk == draft.pk
    assert published() == 1


def test_two_people_publish_the_same_draft_for_two_days_and_the_second_is_told(managers):
    draft = completed(managers[0])
    results = publish_at_once(draft, managers, 0, 7)
    assert told(results) == ["ProcedureVersion", "published"]
    (winner,) = [r for r in results if isinstance(r, ProcedureVersion)]
    draft.refresh_from_db()
    assert draft.in_force_from == winner.in_force_from
    assert published() == 1


def test_twin_without_the_lock_the_second_publication_ends_in_an_error_nobody_can_read(managers, monkeypatch):
    draft = completed(managers[0])
    gate = unlocked(monkeypatch)
    both_have_read(monkeypatch, gate, "_check_seen")
    results = publish_at_once(draft, managers, 0, 7)
    # The trigger still keeps the published version; only the words are missing.
    assert sorted(isinstance(r, DatabaseError) for r in results) == [False, True]
    assert published() == 1


def two_drafts_at_once(managers) -> list:
    return together(2, lambda n: procedures.new_draft(slug=SLUG, by=managers[n]))


def test_two_people_prepare_a_version_and_get_the_same_draft(managers):
    publish_at_once(completed(managers[0]), managers, 0, 0)
    first, second = two_drafts_at_once(managers)
    assert (first.pk, first.number) == (second.pk, 2)


def test_twin_without_the_lock_the_second_draft_is_an_error(managers, monkeypatch):
    publish_at_once(completed(managers[0]), managers, 0, 0)
    unlocked(monkeypatch)
    create, gate = ProcedureVersion.objects.create, threading.Barrier(2)

    def unhurried(**columns):
        gate.wait(timeout=20)
        return create(**columns)

    monkeypatch.setattr(ProcedureVersion.objects, "create", unhurried)
    assert sorted(type(r).__name__ for r in two_drafts_at_once(managers)) == [
        IntegrityError.__name__,
        "ProcedureVersion",
    ]


def second_draft(draft: ProcedureVersion, number: int) -> None:
    """As somebody would who writes to the database beside the portal."""
    columns = {f.attname: getattr(draft, f.attname) for f in ProcedureVersion._meta.fields}
    for name in ("id", "public_id"):
        del columns[name]
    ProcedureVersion.objects.create(**columns | {"number": number})


def test_the_database_allows_one_draft_even_from_two_connections(managers):
    draft = completed(managers[0])
    results = together(2, lambda n: second_draft(draft, 2 + n))
    assert [type(r) for r in results] == [IntegrityError, IntegrityError]
    assert all("procedure_version_one_draft" in str(r) for r in results)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_twin_without_the_constraint_there_are_three_drafts(managers):
    draft = completed(managers[0])
    with without_index("procedure_version_one_draft", emptying="civil_acts_procedureversion"):
        assert together(2, lambda n: second_draft(draft, 2 + n)) == [None, None]
        assert ProcedureVersion.objects.filter(procedure=draft.procedure, published_at=None).count() == 3


def save_at_once(draft, managers) -> list:
    return together(2, lambda n: edit(draft, managers[n], delay_source=f"Note {n}"))


def test_two_people_save_the_same_draft_and_the_second_is_told(managers):
    draft = completed(managers[0])
    assert told(save_at_once(draft, managers)) == ["ProcedureVersion", "changed"]


def test_twin_without_the_lock_the_second_overwrites_the_first(managers, monkeypatch):
    draft = completed(managers[0])
    gate = unlocked(monkeypatch)
    both_have_read(monkeypatch, gate, "_check_seen")
    assert told(save_at_once(draft, managers)) == ["ProcedureVersion", "ProcedureVersion"]


def replace_at_once(rule, managers) -> list:
    def replace(n: int):
        return procedures.replace_rule(
            public_id=rule.public_id,
            proofs=["Carte"],
            source=f"Art. {n}",
            starts_on=local_today(),
            by=managers[n],
        )

    return together(2, replace)


def test_two_people_replace_the_same_rule_and_the_second_is_told(managers):
    rule = EntitlementRule.objects.get(document_kind=KIND, relation="HOLDER")
    assert told(replace_at_once(rule, managers)) == ["EntitlementRule", "ended"]
    assert EntitlementRule.objects.filter(document_kind=rule.document_kind, relation="HOLDER").count() == 1


def confirm_at_once(managers) -> list:
    def confirm(n: int):
        return procedures.confirm_template(
            kind=KIND, legal_reference="Spécimen", starts_on=local_today(), by=managers[n]
        )

    return together(2, confirm)


def test_two_people_confirm_a_model_with_the_same_words_and_there_is_one_new_version(managers):
    first, second = confirm_at_once(managers)
    assert first.pk == second.pk
    assert TemplateVersion.objects.filter(template__kind=KIND).count() == 2


def test_twin_without_the_template_s_lock_there_are_two_new_versions(managers, monkeypatch):
    monkeypatch.setattr(procedures, "_lock_template", lambda kind: None)
    latest, gate = procedures.latest_template, threading.Barrier(2)

    def unhurried(kind):
        found = latest(kind)
        gate.wait(timeout=20)
        return found

    monkeypatch.setattr(procedures, "latest_template", unhurried)
    first, second = confirm_at_once(managers)
    assert first.pk != second.pk
