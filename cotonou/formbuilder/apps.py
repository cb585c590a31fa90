from django.apps import AppConfig


class FormbuilderConfig(AppConfig):
    name = "cotonou.formbuilder"
    label = "formbuilder"

    def ready(self):
        from cotonou.documents import uploads
        from cotonou.formbuilder import tables, tasks
        from cotonou.formbuilder.models import Draft
        from cotonou.formbuilder.services.filling import SUBJECT_KIND
        from cotonou.jobs import topics

        topics.register("formbuilder.expire_drafts", tasks.expire_drafts)
        uploads.register_access(SUBJECT_KIND, Draft.objects.is_visible_to)
        tables.register("arrondissements", tables.arrondissements)
        tables.register("quartiers", tables.quartiers)
