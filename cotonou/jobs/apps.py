from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "cotonou.jobs"
    label = "jobs"
