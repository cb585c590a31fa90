from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "cotonou.documents"
    label = "documents"
