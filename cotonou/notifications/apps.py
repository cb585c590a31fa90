from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "cotonou.notifications"
    label = "notifications"
