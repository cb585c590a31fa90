"""A list of a hundred thousand requests costs what a list of a thousand does."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from civil_acts import queue
from civil_acts.models import ActRequest
from cotonou.accounts.permissions import Role
from tests.support import civil, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_requests(sealing_keys):
    civil.load()
    for number in range(3):
        civil.to_pay(phone=f"+22901970000{number:02d}")
    return ActRequest.objects.order_by("pk")


@pytest.mark.parametrize(("most", "shown", "more"), [(2, 2, True), (3, 3, False), (1000, 3, False)])
def test_the_count_stops_where_nobody_reads_on(three_requests, monkeypatch, most, shown, more):
    monkeypatch.setattr(queue, "MOST", most)
    paginator = queue.QueuePaginator(three_requests, 2)
    assert (paginator.count, paginator.has_more) == (shown, more)
    assert paginator.num_pages == -(-shown // 2)


def test_the_page_says_that_there_are_more_and_what_to_do(client, three_requests, monkeypatch):
    monkeypatch.setattr(queue, "MOST", 2)
    people.log_in(client, people.agent(Role.CLERK))
    with CaptureQueriesContext(connection) as captured:
        html = client.get(reverse("civil_acts:queue"), {"state": "TO_PAY"}).content.decode()
    assert "Plus de 2 dossiers" in html
    counts = [query["sql"] for query in captured if "COUNT(" in query["sql"]]
    assert all("LIMIT 3" in sql for sql in counts) and counts
