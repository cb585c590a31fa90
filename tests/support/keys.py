"""Keys for sealing, and a folder of its own for the files of a test."""

import pytest

from cotonou.documents import keys
from cotonou.documents.keys import file


@pytest.fixture(scope="session")
def keys_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    file.make(folder)
    return folder


@pytest.fixture
def sealing_keys(settings, tmp_path, keys_folder):
    """Documents can be sealed in this test; what is stored goes away with it."""
    settings.DOCUMENT_KEYS_DIR = str(keys_folder)
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        }
    }
    keys.reset()
    yield
    keys.reset()
