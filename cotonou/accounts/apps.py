from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "cotonou.accounts"
    label = "accounts"

    def ready(self):
        from allauth.account.signals import email_confirmed
        from allauth.mfa.signals import authenticator_added

        from cotonou.accounts import signals

        authenticator_added.connect(signals.second_factor_added, dispatch_uid="accounts.second_factor")
        email_confirmed.connect(signals.email_proved, dispatch_uid="accounts.email_proved")
