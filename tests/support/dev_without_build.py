"""Settings dev, with static files straight from the sources: what a web server under test runs with."""

from cotonou.settings.dev import *  # noqa: F403
from cotonou.settings.dev import STORAGES

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
