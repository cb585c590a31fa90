from typing import Any
from uuid import UUID

from django.db import models, transaction
from django.utils import timezone

from cotonou.core.models import Contact
from cotonou.jobs import services as jobs
from cotonou.notifications import rendering
from cotonou.notifications.models import Message
from cotonou.notifications.states import Channel, MessageState

SEND, SEND_CODE = "notifications.send", "notifications.send_code"


@transaction.atomic
def notify(
    template: str, *, to: Contact, subject: models.Model | None, context: dict[str, Any]
) -> list[Message]:
    """Write one message per channel that the template has and the contact can be reached by.

    template: ``"<app>.<name>"``, see ``rendering``. subject: what the message is
    about, with a ``public_id``. context: values, never rows.
    Part of the caller's transaction; sending is a job.
    Raises NoTemplate when the template exists for no channel.
    """
    messages, found = [], False
    for channel in Channel:
        text = rendering.render(template, channel, language=to.language, context=context)
        found = found or text is not None
        address = address_of(to, channel)
        if text is not None and address:
            messages.append(
                write(
                    channel,
                    address=address,
                    text=text,
                    template=template,
                    language=to.language,
                    contact=to,
                    subject_kind=subject._meta.label_lower if subject is not None else "",
                    subject_uuid=getattr(subject, "public_id", None),
                )
            )
    if not found:
        raise rendering.NoTemplate(template)
    return messages


def address_of(contact: Contact, channel: Channel) -> str:
    """Where the contact is reached by that channel; empty when not."""
    if channel == Channel.SMS:
        return str(contact.phone or "")
    if channel == Channel.EMAIL:
        return contact.email
    return str(contact.user_uuid or "")


def write(
    channel: Channel,
    *,
    address: str,
    text: rendering.Text,
    template: str,
    language: str,
    contact: Contact | None = None,
    subject_kind: str = "",
    subject_uuid: UUID | None = None,
    secret: bool = False,
) -> Message:
    """Record one message and the job that sends it; the inbox needs no sending."""
    here = channel == Channel.INBOX
    message = Message.objects.create(
        channel=channel,
        to=address,
        contact=contact,
        template=template,
        language=language,
        subject_line=text.subject_line,
        body=text.body,
        secret=secret,
        subject_kind=subject_kind,
        subject_uuid=subject_uuid,
        state=MessageState.SENT if here else MessageState.QUEUED,
        sent_at=timezone.now() if here else None,
    )
    if not here:
        topic = SEND_CODE if secret else SEND
        jobs.enqueue(topic, key=f"message:{message.public_id}", payload={"message": message.pk})
    return message
