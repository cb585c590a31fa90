"""Nothing goes into the trail without words."""

import uuid

import pytest
from django.utils.translation import override

from cotonou.accounts.actors import SYSTEM
from cotonou.accounts.models import Office, User
from cotonou.audit import actions, formats, services, subjects
from cotonou.audit.models import Event
from tests.support import people


@pytest.mark.django_db
@pytest.mark.parametrize(("action", "noted"), [("tests.unheard_of", {}), ("tests.done", {"secret": 1})])
def test_what_has_no_words_is_refused(action, noted):
    with pytest.raises(KeyError, match="no words"):
        services.record(action, subject=people.office(5), actor=SYSTEM, **noted)
    assert not Event.objects.exists()


def test_an_action_is_declared_once():
    with pytest.raises(ValueError, match="already"):
        actions.register("tests.done", "Autre", group="Essais")
    with pytest.raises(ValueError, match="already"):
        subjects.register(User, label="personne")
    with pytest.raises(ValueError, match="page"):
        subjects.shown_at(User, readable=lambda actor: User.objects.all(), page=str)


def test_an_action_of_an_older_portal_keeps_its_code():
    assert actions.label_of("gone.away") == "gone.away"
    assert subjects.label_of("gone.away") == ""
    assert subjects.worded("gone.away", "ABC") == "ABC"


@pytest.mark.parametrize(
    ("show", "value", "french"),
    [
        (formats.amount, -1500, "-1\u00a0500\u00a0F"),
        (formats.day, "2026-03-01", "1er mars 2026"),
        (formats.day, "un jour", "un jour"),
        (formats.yes_no, False, "non"),
        (formats.listed, ["a", "b"], "a, b"),
        (formats.choice(Office.Kind), "REGIE", "régie"),
        (formats.choice(Office.Kind), "GONE", "GONE"),
        (formats.named({"a": "nom"}), ["a", "b"], "nom, b"),
        (formats.fields(User), {"full_name": "Afi", "email": ""}, "nom complet : Afi ; courriel : –"),
        (formats.fields(User), ["email"], "courriel"),
    ],
)
def test_what_is_noted_is_said_in_french(show, value, french):
    with override("fr"):
        assert show(value) == french


@pytest.mark.django_db
def test_things_are_named_in_one_query(django_assert_num_queries):
    ids = [str(office.public_id) for office in Office.objects.all()[:5]]
    with django_assert_num_queries(1):
        found = subjects.names("accounts.office", ids)
    assert len(found) == 5
    assert subjects.names("accounts.office", ["A05"], by="code") == {"A05": "Bureau du 5e arrondissement"}
    assert subjects.names("accounts.office", ["not an id", str(uuid.uuid4())]) == {}
    assert subjects.names("gone.away", ["x"]) == {}


@pytest.mark.django_db
def test_an_id_is_found_as_it_is_typed_and_nonsense_finds_nothing():
    some = uuid.uuid4()
    assert subjects.find(str(some)) == [some]
    assert subjects.find("n’importe quoi") == []
