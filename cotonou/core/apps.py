from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "cotonou.core"
    label = "core"
