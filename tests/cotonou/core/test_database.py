"""Names are compared without case, accents or tone marks, by the database itself."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Value

from cotonou.core.database import NormalisedName
from cotonou.core.models import Contact, Submission

pytestmark = pytest.mark.django_db


def plain(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT portail_name(%s)", [name])
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("AGBÉNÒU", "agbenou"),
        ("Ɖossou", "dossou"),
        ("ƐƆ́", "eo"),
        ("Sènan", "senan"),
        ("e\u0301cole", "ecole"),  # e and a combining accent, as some keyboards write it
        ("N’Dah", "n'dah"),
        ("Œuvre", "oeuvre"),
        ("", ""),
    ],
)
def test_a_name_in_its_plainest_form(name, found):
    assert plain(name) == found


def test_it_works_in_a_query():
    Contact.objects.create(name="Ɖossou-AGBÉNÒU", phone="+2290197000000")
    query = Contact.objects.annotate(plain=NormalisedName("name"))
    assert query.filter(plain__contains=NormalisedName(Value("agbenou"))).exists()


def test_it_may_be_indexed():
    with connection.cursor() as cursor:
        cursor.execute("SELECT provolatile, proisstrict FROM pg_proc WHERE proname = 'portail_name'")
        assert cursor.fetchone() == ("i", True)


def test_a_contact_can_be_reached_somehow():
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.create(name="Afi")


def test_a_key_is_used_once_per_scope():
    Submission.objects.create(scope="s", key="k", body_digest="d")
    with pytest.raises(IntegrityError), transaction.atomic():
        Submission.objects.create(scope="s", key="k", body_digest="e")
