from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "cotonou.catalogue"
    label = "catalogue"

    def ready(self):
        from cotonou.catalogue import trail

        trail.register()
