from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "cotonou.catalogue"
    label = "catalogue"
