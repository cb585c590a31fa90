import pytest
from django.db import transaction

from cotonou.documents import serials
from cotonou.documents.models import IssuedDocument, SerialCounter
from tests.cotonou.documents import papers
from tests.support.threads import together

THREADS = 20


def numbers(taken):
    assert not [item for item in taken if isinstance(item, Exception)], taken
    return sorted(taken)


@pytest.mark.django_db(transaction=True)
def test_twenty_documents_at_once_get_twenty_numbers_without_gap():
    office, version = papers.office(), papers.template()
    taken = together(THREADS, lambda n: papers.issue(office=office, template_version=version).serial_number)
    assert numbers(taken) == list(range(1, THREADS + 1))
    assert IssuedDocument.objects.count() == THREADS


@pytest.mark.django_db(transaction=True)
def test_a_third_that_fails_leaves_no_gap():
    office, version = papers.office(), papers.template()

    def act(n):
        with transaction.atomic():
            document = papers.issue(office=office, template_version=version)
            if n % 3 == 0:
                raise ZeroDivisionError
            return document.serial_number

    taken = [item for item in together(THREADS, act) if not isinstance(item, ZeroDivisionError)]
    assert numbers(taken) == list(range(1, len(taken) + 1))


@pytest.mark.django_db(transaction=True)
def test_without_the_locked_row_numbers_do_repeat():
    """The twin that proves the test above: read, add one, write."""
    office = papers.office()
    SerialCounter.objects.create(office=office, series="", year=2026, last=0)

    def naive(n):
        with transaction.atomic():
            counter = SerialCounter.objects.get(office=office, year=2026)
            counter.last += 1
            counter.save()
            return counter.last

    assert len(set(numbers(together(THREADS, naive)))) < THREADS


@pytest.mark.django_db(transaction=True)
def test_a_number_is_taken_in_a_transaction_only():
    with pytest.raises(RuntimeError):
        serials.next_for(office=papers.office(), year=2026)


@pytest.mark.django_db
def test_a_series_shows_in_the_number():
    with transaction.atomic():
        assert serials.next_for(office=papers.office(), year=2026, series="R").text == "2026/A05/R/000001"
        assert serials.next_for(office=papers.office(), year=2026).text == "2026/A05/000001"
        assert serials.next_for(office=papers.office(), year=2027).text == "2027/A05/000001"
