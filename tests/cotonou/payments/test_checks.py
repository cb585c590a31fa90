"""An operator that nobody can speak to stops the portal before it takes a franc."""

from django.core.checks import run_checks


def test_an_unknown_operator_is_refused_at_start(settings):
    settings.PAYMENT_PROVIDERS = ["fake", "bogus"]
    assert [error.id for error in run_checks() if error.id.startswith("payments.")] == ["payments.E001"]


def test_the_known_operators_pass(settings):
    settings.PAYMENT_PROVIDERS = ["fake"]
    assert not [error for error in run_checks() if error.id.startswith("payments.")]
