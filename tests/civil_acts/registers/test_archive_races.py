"""Two archivists answer the same search at the same moment; the twin shows what the lock prevents."""

import threading

import pytest

from civil_acts.models import SearchSlip, SlipState
from civil_acts.services import archive
from cotonou.core.errors import IllegalTransition
from tests.civil_acts.registers.test_archive import ask, page_photo, topics_for
from tests.support.threads import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def slip(people, office) -> SearchSlip:
    return ask(people, office)


def found_and_absent(slip: SearchSlip, people: dict) -> list[Exception]:
    """One found the page, the other did not; what was refused."""

    def answer(number: int) -> None:
        if number:
            archive.answer_found(public_id=slip.public_id, by=people["archivist"], photo=page_photo())
        else:
            archive.answer_absent(
                public_id=slip.public_id, by=people["mairie"], state=SlipState.NOT_FOUND, answer="1987"
            )

    return [result for result in together(2, answer) if result]


def test_a_search_answered_twice_at_once_has_one_answer(slip, people):
    assert [type(refused) for refused in found_and_absent(slip, people)] == [IllegalTransition]
    assert topics_for(slip) == 1


def test_twin_without_the_lock_the_request_hears_two_answers(slip, people, monkeypatch):
    gate = threading.Barrier(2)

    def unlocked(public_id, by):
        found = SearchSlip.objects.get(public_id=public_id)
        gate.wait(timeout=10)
        return found

    monkeypatch.setattr(archive, "_slip", unlocked)
    assert found_and_absent(slip, people) == []
    assert topics_for(slip) == 2
