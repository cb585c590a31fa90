import pytest
from django.core.management import call_command


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(autouse=True)
def sealing_keys(db, settings, keys_folder, tmp_path):
    """Keys of this session, and files that go with the test."""
    settings.DOCUMENT_KEYS_DIR = str(keys_folder)
    settings.MEDIA_ROOT = str(tmp_path / "media")
    call_command("make_dev_keys", verbosity=0)
