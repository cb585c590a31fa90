"""Plumbing that every test may use; see tests/support/ for how each part works."""

import os

# Playwright runs an event loop in this thread; Django would refuse the ORM beside it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

import pytest
from django.test import TransactionTestCase
from django.utils import translation

from tests.support import databases, trail
from tests.support.browser import (  # noqa: F401
    base_url,
    browser_type_launch_args,
    context,
    open_context,
    page,
    view,
)
from tests.support.clusters import new_cluster, new_valkey, own_cluster, scratch_servers  # noqa: F401
from tests.support.databases import django_db_setup  # noqa: F401
from tests.support.keys import keys_folder, sealing_keys  # noqa: F401
from tests.support.scanner import clamd  # noqa: F401
from tests.support.workers import start_worker, worker  # noqa: F401

TransactionTestCase._fixture_teardown = databases.flush_as_owner


@pytest.fixture(scope="session", autouse=True)
def words_of_the_tests():
    trail.declare()


@pytest.fixture(autouse=True)
def french_first():
    """A request in English leaves its thread in English; the next test starts as a new thread does."""
    translation.deactivate()


@pytest.fixture
def run_jobs():
    """Run every due job in this process, those that handlers enqueue included; returns how many ran."""
    from cotonou.jobs import runner

    return runner.run_due
