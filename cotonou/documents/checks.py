"""What must be true before a process of the portal starts."""

import gc
import importlib

from celery.signals import worker_init
from django.conf import settings
from django.core.checks import Error, register

from cotonou.documents import assets

_SUBSETTER = (
    "The library libharfbuzz-subset0 is missing: every certificate would take six times as long. "
    "apt-get install libharfbuzz-subset0"
)


def subsetter(app_configs, **kwargs):
    return [Error(_SUBSETTER, id="documents.E001")] if assets.subsetter_is_missing() else []


def fonts(app_configs, **kwargs):
    missing = [path.name for path in assets.ASSETS.values() if not path.is_file()]
    return [Error(f"Fonts of the documents are missing: {', '.join(missing)}", id="documents.E002")] * bool(
        missing
    )


def portal_url(app_configs, **kwargs):
    """An address that is too long would make the QR code too dense to be scanned from paper."""
    if len(settings.PORTAL_URL) > 60:
        return [Error("PORTAL_URL is longer than 60 characters.", id="documents.E003")]
    return []


def prepare_worker(**kwargs):
    """Before the pool forks: refuse a slow machine, load once what every child needs to seal."""
    if assets.subsetter_is_missing():
        raise SystemExit(_SUBSETTER)
    importlib.import_module("cotonou.documents.sealing")
    # What is loaded now is never garbage: looking through it again costs a tenth of each certificate.
    gc.collect()
    gc.freeze()


def register_all() -> None:
    for check in (subsetter, fonts, portal_url):
        register(check)
    worker_init.connect(prepare_worker, dispatch_uid="documents.prepare_worker")
