import pytest


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    """Files of each test go with it."""
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)},
        }
    }
