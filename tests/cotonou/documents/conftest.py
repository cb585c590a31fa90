"""A kind of document that only these tests know, keys of their own, files in a folder of their own."""

import pytest

from cotonou.documents import keys
from cotonou.documents.keys import file
from tests.cotonou.documents import papers


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("keys")
    file.make(folder)
    return folder


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path, keys_dir):
    settings.DOCUMENT_KEYS_DIR = str(keys_dir)
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        }
    }
    settings.CLAMD_SOCKET = ""
    papers.register()
    keys.reset()
    yield
    keys.reset()


@pytest.fixture
def sealed(db):
    """One sealed document, as the worker left it."""
    return papers.seal(papers.issue())
