from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JobsConfig(AppConfig):
    name = "cotonou.jobs"
    label = "jobs"

    def ready(self):
        from cotonou.jobs import services, topics

        topics.register(
            "jobs.purge",
            services.purge_periodic,
            label=_("Effacer les travaux de l’horloge finis depuis une semaine"),
            queue="bulk",
        )
