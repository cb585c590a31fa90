"""A citizen writes an answer to the office, and the session ends before it is sent."""

import html
import re

import pytest
from django.test import Client

from civil_acts.models import ActRequest
from civil_acts.services import treatment
from cotonou.core import codes
from tests.civil_acts.pages import claimed, fresh, source, to, words
from tests.support import people

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("city")]


def asked(run_jobs) -> ActRequest:
    item, clerk = claimed(run_jobs)
    treatment.ask_complement(public_id=item.public_id, by=clerk, message="Laquelle ?", wants_file=False)
    return fresh(item)


def test_an_answer_typed_while_the_session_ended_is_kept_and_sent_again_after_code_and_phone(run_jobs):
    item = asked(run_jobs)
    late = Client()  # its session is over
    kept = late.post(
        to("answer", item), {"text": "Afi « Rose » <b>"}, headers={"sec-fetch-site": "same-origin"}
    )
    assert kept.status_code == 403
    assert "Votre session a pris fin" in words(kept)
    assert f'href="/suivi/?code={item.tracking_code}"' in source(kept)
    (typed,) = re.findall(r'<input type="hidden" name="text" value="([^"]*)">', source(kept))
    people.prove(late, item.contact)
    assert late.post(to("answer", item), {"text": html.unescape(typed)}).status_code == 302
    assert item.complements.get().answer_text == "Afi « Rose » <b>"


def test_what_another_site_sends_for_somebody_without_session_is_not_kept(run_jobs):
    item = asked(run_jobs)
    answer = Client().post(to("answer", item), {"text": "x"}, headers={"sec-fetch-site": "cross-site"})
    assert answer.headers["Location"] == f"/suivi/?code={item.tracking_code}"


def test_the_page_that_keeps_an_answer_is_the_same_for_a_code_that_nobody_holds(run_jobs):
    item, unknown = asked(run_jobs), codes.new_code()
    pages = [
        Client().post(f"/suivi/{code}/reponse/", {"text": "x"}, headers={"sec-fetch-site": "same-origin"})
        for code in (item.tracking_code, unknown)
    ]
    assert [page.status_code for page in pages] == [403, 403]
    assert words(pages[0]) == words(pages[1])
