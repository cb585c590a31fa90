import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cotonou.settings.dev")

app = Celery("cotonou")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["cotonou.jobs"])

# What happens by the clock. An entry only enqueues: the work itself is a job. What no worker took
# before its next turn is dropped: a morning without workers must not leave a thousand sweeps to do.
app.conf.beat_schedule = {
    "jobs.sweep": {"task": "jobs.sweep", "schedule": 10.0, "options": {"expires": 10.0}},
}
# How often each topic is enqueued, in seconds.
PERIODIC_TOPICS: dict[str, float] = {
    "payments.sweep": 60.0,
    "audit.seal_chains": 60.0,
    "audit.verify": 3600.0,  # once a day: see cotonou/audit/verifying.py
    "audit.publish_heads": 3600.0,  # once a day: see cotonou/audit/publishing.py
    "civil_acts.expire_unpaid": 3600.0,
    "documents.housekeeping": 3600.0,
    "documents.probe_keys": 600.0,
    "formbuilder.expire_drafts": 3600.0,
    "portal.purge_attempts": 3600.0,
    "jobs.purge": 86400.0,
    "notifications.purge": 86400.0,
}
for topic, seconds in PERIODIC_TOPICS.items():
    app.conf.beat_schedule[topic] = {
        "task": "jobs.periodic",
        "schedule": seconds,
        "args": [topic],
        "options": {"expires": seconds},
    }
