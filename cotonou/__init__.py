# Shared tasks bind to this app in every process; without it the web would offer jobs to no broker.
from cotonou.celery import app as celery_app

__all__ = ("celery_app",)
