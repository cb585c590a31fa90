from django.apps import AppConfig


class FormbuilderConfig(AppConfig):
    name = "cotonou.formbuilder"
    label = "formbuilder"

    def ready(self):
        from cotonou.formbuilder import tables, tasks
        from cotonou.jobs import topics

        topics.register("formbuilder.expire_drafts", tasks.expire_drafts)
        tables.register("arrondissements", tables.arrondissements)
        tables.register("quartiers", tables.quartiers)
