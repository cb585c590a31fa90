"""Refuse to start with an operator that no adapter speaks to: money would have nowhere to go."""

from django.conf import settings
from django.core.checks import Error

from cotonou.payments import providers


def enabled_operators_exist(app_configs, **kwargs):
    return [
        Error(
            f"PAYMENT_PROVIDERS names « {name} », for which there is no adapter.",
            hint="Take it out, or write cotonou/payments/providers/" + name + ".py.",
            id="payments.E001",
        )
        for name in settings.PAYMENT_PROVIDERS
        if providers.known(name) is None
    ]
