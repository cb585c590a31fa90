"""What no form caught is a sentence for people and a code for machines, never a trace."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from rest_framework.exceptions import NotFound

from cotonou.core import api, states
from cotonou.core.errors import Conflict, DomainError, IllegalTransition, NotAllowed
from cotonou.core.middleware import DomainErrorMiddleware

MOVES = {"OPEN": {"CLOSED"}}


def answer(error: Exception, path: str = "/page/") -> HttpResponse | None:
    request = RequestFactory().get(path)
    return DomainErrorMiddleware(lambda r: HttpResponse()).process_exception(request, error)


@pytest.mark.parametrize(
    ("error", "status"),
    [(DomainError("Non."), 422), (Conflict("Trop tard."), 409), (NotAllowed("Non."), 403)],
)
def test_a_refusal_is_a_page_with_its_sentence(error, status):
    response = answer(error)
    assert response.status_code == status
    assert error.message in response.content.decode()


def test_a_sentence_is_text_not_markup():
    assert b"<img" not in answer(DomainError("<img src=x>")).content


def test_the_api_gets_a_code():
    response = answer(Conflict("Trop tard.", code="taken"), "/api/v1/x/")
    assert response.status_code == 409
    assert response.json() if hasattr(response, "json") else b'"taken"' in response.content
    drf = api.exception_handler(Conflict("Trop tard.", code="taken"), {})
    assert (drf.status_code, drf.data) == (409, {"code": "taken", "message": "Trop tard."})
    assert api.exception_handler(NotFound(), {}).status_code == 404


def test_other_errors_are_left_to_django():
    assert answer(ValueError("bug")) is None


def test_an_illegal_move_is_refused_and_a_legal_one_passes():
    states.check(MOVES, "OPEN", "CLOSED")
    for current, target in (("CLOSED", "OPEN"), ("OPEN", "OPEN"), ("?", "CLOSED")):
        with pytest.raises(IllegalTransition):
            states.check(MOVES, current, target)
