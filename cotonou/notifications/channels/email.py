import smtplib

from django.core.mail import EmailMessage

from cotonou.notifications.gateways.base import Refused, Unavailable
from cotonou.notifications.models import Message


def send(message: Message) -> str:
    """Hand one e-mail to Django's backend. Raises Unavailable or Refused."""
    mail = EmailMessage(
        subject=message.subject_line,
        body=message.body,
        to=[message.to],
        headers={"X-Portal-Reference": str(message.public_id), "Auto-Submitted": "auto-generated"},
    )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        if all(500 <= code < 600 for code in codes):
            raise Refused(f"address refused ({codes})") from error
        raise Unavailable(f"address refused for now ({codes})") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Unavailable(f"mail server: {type(error).__name__}") from error
    return str(message.public_id)
