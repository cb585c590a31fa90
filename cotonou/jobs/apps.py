from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "cotonou.jobs"
    label = "jobs"

    def ready(self):
        from cotonou.jobs import services, topics

        topics.register("jobs.purge", services.purge_periodic, queue="bulk")
