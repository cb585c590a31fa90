from django.apps import AppConfig


class FormbuilderConfig(AppConfig):
    name = "cotonou.formbuilder"
    label = "formbuilder"
