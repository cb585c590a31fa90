"""Before a real portal: what it says to citizens must not travel in clear."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Tags, Warning, register

HERE = {"localhost", "127.0.0.1", "::1"}


def sms_travel_encrypted(app_configs, **kwargs):
    url = urlsplit(settings.SMS_HTTP_URL)
    if settings.SMS_GATEWAY != "http" or url.scheme == "https" or url.hostname in HERE:
        return []
    hint = "Give SMS_HTTP_URL an https:// address."
    return [
        Warning(
            "Codes and phone numbers would reach the SMS operator in clear.",
            hint=hint,
            id="notifications.W001",
        )
    ]


def mail_travels_encrypted(app_configs, **kwargs):
    leaves = settings.EMAIL_BACKEND.endswith("smtp.EmailBackend") and settings.EMAIL_HOST not in HERE
    if not leaves or settings.EMAIL_USE_TLS:
        return []
    hint = "Set EMAIL_USE_TLS=true, or send through a relay on the same machine."
    return [
        Warning("E-mails and the mail password would leave in clear.", hint=hint, id="notifications.W002")
    ]


def connect() -> None:
    for check in (sms_travel_encrypted, mail_travels_encrypted):
        register(check, Tags.security, deploy=True)
