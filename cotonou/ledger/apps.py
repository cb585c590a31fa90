from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "cotonou.ledger"
    label = "ledger"
