from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "cotonou.payments"
    label = "payments"
