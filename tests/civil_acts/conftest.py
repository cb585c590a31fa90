import pytest


@pytest.fixture(autouse=True)
def files(sealing_keys):
    """Civil acts store pieces and sealed documents."""
