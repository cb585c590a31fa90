"""Whatever is asked of the API, it answers as its own schema says, and never falls over.

Every operation of /api/v1/schema/ is tried, those of tomorrow included: values that
fit, values that do not, and methods nobody offers.
"""

import json

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from hypothesis import HealthCheck, settings

from cotonou.accounts.permissions import Role
from cotonou.wsgi import application
from tests.support import people

pytestmark = pytest.mark.django_db
PUBLISHED = json.loads(OpenApiJsonRenderer().render(SchemaGenerator().get_schema(public=True)))
schema = schemathesis.openapi.from_dict(PUBLISHED)
schema.app = application
PLAIN = {"Accept-Encoding": "identity"}  # what reads the answers here unpacks nothing
EXAMPLES = settings(
    max_examples=40,
    deadline=None,
    # The same values each time: what is found here today is found again tomorrow.
    derandomize=True,
    # One database for all examples of an operation: nothing that is asked here may change it.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(autouse=True)
def one_connection():
    """As with Django's own test client, a request does not close the connection of the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def session(db):
    browser = people.working(Role.ADMINISTRATOR, at=None)
    return f"sessionid={browser.cookies['sessionid'].value}"


def test_the_schema_that_is_tried_is_the_one_that_is_published(client):
    assert client.get("/api/v1/schema/?format=json").json() == PUBLISHED


@schema.parametrize()
@EXAMPLES
def test_a_stranger_gets_what_the_schema_says(case):
    case.call_and_validate(headers=PLAIN)


@schema.parametrize()
@EXAMPLES
def test_so_does_somebody_who_is_logged_in(case, session):
    case.call_and_validate(headers=PLAIN | {"Cookie": session})
