from django.apps import AppConfig


class CivilActsConfig(AppConfig):
    name = "civil_acts"
