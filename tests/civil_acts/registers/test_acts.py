import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from civil_acts.models import Mention, RegisterAct
from civil_acts.services import registers
from cotonou.audit.models import Event
from cotonou.core.errors import Conflict
from tests.civil_acts.registers.factories import make_act


def note(act, by):
    return registers.record_mention(
        public_id=act.public_id,
        by=by,
        kind="MARRIAGE",
        text="Mariée le 3 mai 2012 avec DOSSOU Kossi",
        source_reference="acte de mariage 2012/45",
        dated_on=datetime.date(2012, 5, 20),
    )


def versions(act):
    return RegisterAct._meta.apps.get_model("civil_acts", "RegisterActVersion").objects.filter(
        pgh_obj_id=act.pk
    )


@pytest.mark.django_db
@pytest.mark.parametrize("alias", ["update", "delete"])
def test_a_mention_is_never_changed_or_removed(people, alias):
    mention = note(make_act(), people["officer"])
    statement = {
        "update": "UPDATE civil_acts_mention SET text = 'x' WHERE id = %s",
        "delete": "DELETE FROM civil_acts_mention WHERE id = %s",
    }[alias]
    from django.db import ProgrammingError

    # The app role lacks the right; with the right, the trigger refuses (next test).
    with (
        pytest.raises((IntegrityError, ProgrammingError)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, [mention.pk])
    assert Mention.objects.get(pk=mention.pk).text.startswith("Mariée")


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["civil_acts_mention", "civil_acts_registeractversion"])
def test_even_a_role_with_every_right_meets_the_trigger(table):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname = %s"
            " AND tgenabled = 'O'",
            [table, f"{table}_append_only"],
        )
        assert cursor.fetchone()[0] == 1
        cursor.execute(
            "SELECT has_table_privilege(%s, 'UPDATE'), has_table_privilege(%s, 'DELETE')", [table, table]
        )
        assert cursor.fetchone() == (False, False)


@pytest.mark.django_db
def test_a_mention_leaves_the_act_as_it_was(people):
    act = make_act()
    note(act, people["officer"])
    assert versions(act).count() == 1
    assert Event.objects.filter(action="civil_acts.mention_recorded", subject_uuid=act.public_id).exists()


@pytest.mark.django_db
def test_a_mention_needs_a_text_and_a_source(people):
    act = make_act()
    with pytest.raises(IntegrityError), transaction.atomic():
        Mention.objects.create(
            act=act, kind="OTHER", text="x", source_reference="", dated_on=datetime.date.today()
        )


@pytest.mark.django_db
def test_a_correction_keeps_the_earlier_version_and_its_reason(people):
    act = make_act("ADJOVI", "Kosi")
    registers.correct_act(
        public_id=act.public_id,
        by=people["officer"],
        changes={"given_names": "Kossi"},
        reason="lettre oubliée",
    )
    first, second = versions(act).order_by("pgh_id")
    assert (first.given_names, second.given_names, second.verified) == ("Kosi", "Kossi", True)
    assert second.pgh_context.metadata["reason"] == "lettre oubliée"


@pytest.mark.django_db
def test_history_sees_what_raw_sql_and_deletion_do(people):
    act = make_act()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE civil_acts_registeract SET folio = '9' WHERE id = %s", [act.pk])
        cursor.execute("DELETE FROM civil_acts_registeract WHERE id = %s", [act.pk])
    assert list(versions(act).order_by("pgh_id").values_list("pgh_label", flat=True)) == [
        "insert",
        "update",
        "delete",
    ]


@pytest.mark.django_db
def test_two_valid_acts_never_share_centre_year_and_number(people):
    first, second = make_act(), make_act()
    with pytest.raises(Conflict):
        registers.correct_act(
            public_id=second.public_id,
            by=people["officer"],
            changes={"act_number": first.act_number},
            reason="x",
        )
    registers.cancel_act(public_id=first.public_id, by=people["officer"], reason="saisi deux fois")
    registers.correct_act(
        public_id=second.public_id, by=people["officer"], changes={"act_number": first.act_number}, reason="x"
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "broken",
    [
        {"event_date_precision": "DAY"},
        {"event_date_text": ""},
        {"surname": ""},
        {"kind": "MARRIAGE"},
        {"status": "CANCELLED"},
        {"year": 1787},
    ],
)
def test_an_impossible_act_cannot_be_stored(db, broken):
    with pytest.raises(IntegrityError), transaction.atomic():
        make_act(**broken)


@pytest.mark.django_db
def test_nobody_writes_in_the_registers_of_another_office(people):
    act = make_act()
    with pytest.raises(RegisterAct.DoesNotExist):
        note(act, people["foreign"])
    with pytest.raises(RegisterAct.DoesNotExist):
        registers.correct_act(
            public_id=act.public_id, by=people["foreign"], changes={"folio": "1"}, reason="x"
        )
