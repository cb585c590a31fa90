from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "cotonou.portal"
    label = "portal"
