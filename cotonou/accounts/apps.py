from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "cotonou.accounts"
    label = "accounts"

    def ready(self):
        from allauth.account.signals import authentication_step_completed, email_confirmed
        from allauth.mfa.signals import authenticator_added
        from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed

        from cotonou.accounts import signals, trail

        authenticator_added.connect(signals.second_factor_added, dispatch_uid="accounts.second_factor")
        email_confirmed.connect(signals.email_proved, dispatch_uid="accounts.email_proved")
        authentication_step_completed.connect(signals.proof_shown, dispatch_uid="accounts.proof_shown")
        user_logged_in.connect(signals.logged_in, dispatch_uid="accounts.logged_in")
        user_logged_out.connect(signals.logged_out, dispatch_uid="accounts.logged_out")
        user_login_failed.connect(signals.password_refused, dispatch_uid="accounts.password_refused")
        trail.register()
