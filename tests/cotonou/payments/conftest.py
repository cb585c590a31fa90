import pytest

from tests.cotonou.payments import people


@pytest.fixture(autouse=True)
def nothing_heard_yet():
    people.heard.clear()
