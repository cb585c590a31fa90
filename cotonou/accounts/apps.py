from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "cotonou.accounts"
    label = "accounts"
