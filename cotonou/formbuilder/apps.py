from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class FormbuilderConfig(AppConfig):
    name = "cotonou.formbuilder"
    label = "formbuilder"

    def ready(self):
        from cotonou.documents import uploads
        from cotonou.formbuilder import tables, tasks, trail
        from cotonou.formbuilder.models import Draft
        from cotonou.formbuilder.services.filling import SUBJECT_KIND
        from cotonou.jobs import topics

        topics.register(
            "formbuilder.expire_drafts", tasks.expire_drafts, label=_("Effacer les saisies abandonnées")
        )
        trail.register()
        uploads.register_access(SUBJECT_KIND, Draft.objects.is_visible_to)
        tables.register("arrondissements", tables.arrondissements)
        tables.register("quartiers", tables.quartiers)
