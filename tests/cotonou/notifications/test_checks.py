"""manage.py check --deploy says what would travel in clear."""

import pytest

from cotonou.notifications import checks

SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("http://operateur.example/sms", 1),
        ("https://operateur.example/sms", 0),
        ("http://127.0.0.1:9/sms", 0),
    ],
)
def test_an_sms_operator_is_reached_by_https(settings, url, wrong):
    settings.SMS_GATEWAY, settings.SMS_HTTP_URL = "http", url
    assert len(checks.sms_travel_encrypted(None)) == wrong


@pytest.mark.parametrize(
    ("host", "tls", "wrong"), [("smtp.example", False, 1), ("smtp.example", True, 0), ("localhost", False, 0)]
)
def test_a_mail_server_elsewhere_is_reached_by_tls(settings, host, tls, wrong):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_USE_TLS = SMTP, host, tls
    assert len(checks.mail_travels_encrypted(None)) == wrong


def test_what_stays_here_needs_nothing(settings):
    settings.SMS_GATEWAY, settings.EMAIL_BACKEND = "inbox", "django.core.mail.backends.locmem.EmailBackend"
    assert checks.sms_travel_encrypted(None) == checks.mail_travels_encrypted(None) == []
