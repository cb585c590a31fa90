import pytest

from tests.support import civil


@pytest.fixture(autouse=True)
def files(sealing_keys):
    """Civil acts store pieces and sealed documents."""


@pytest.fixture
def city(db):
    """The two procedures published, their rules and templates."""
    civil.load()
