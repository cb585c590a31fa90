from django.apps import AppConfig


class CivilActsConfig(AppConfig):
    name = "civil_acts"

    def ready(self):
        from civil_acts import registration

        registration.register_all()
