from django.apps import AppConfig


class TerritoryConfig(AppConfig):
    name = "cotonou.territory"
    label = "territory"
