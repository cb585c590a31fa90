"""Tests: migrations run as owner, tests as the app role (see tests/conftest.py)."""

from cotonou.settings.base import *  # noqa: F403
from cotonou.settings.base import CELERY_BROKER_TRANSPORT_OPTIONS, DATABASES, STORAGES, database, env

SECRET_KEY = "test-only-" + "x" * 50
ALLOWED_HOSTS = ["*"]
DEMO = True
PAYMENT_PROVIDERS = ["fake"]
DATABASES["default"]["TEST"] = {"NAME": env.str("TEST_DB_NAME", "test_portail")}
DATABASES["default"]["CONN_MAX_AGE"] = 0
DATABASES["owner"] = database("DATABASE_OWNER_URL") | {"TEST": {"MIRROR": "default"}}
DATABASES["owner"]["CONN_MAX_AGE"] = 0
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Static files straight from the sources.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
# Every test process has its own queues in the shared broker, as it has its own database.
CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = (
    f"{DATABASES['default']['TEST']['NAME']}_{env.str('PYTEST_XDIST_WORKER', 'main')}:"
)
SECURITY_CONTACT = "mailto:securite@example.bj"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True  # passkeys over http://localhost
