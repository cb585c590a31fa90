from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cotonou.jobs.models import Job
from cotonou.notifications.channels import email, sms
from cotonou.notifications.gateways.base import Refused, Unavailable
from cotonou.notifications.models import Message, OneTimeCode
from cotonou.notifications.states import Channel, MessageState

CHANNELS = {Channel.SMS: sms.send, Channel.EMAIL: email.send}
CODE_MEMORY = timedelta(days=2)  # longer than the longest limit on codes


def send_message(job: Job) -> None:
    """Send once if all goes well; a crash between sending and commit sends it twice, never zero times."""
    message = Message.objects.filter(pk=job.payload["message"]).first()
    if message is None or message.state == MessageState.SENT:
        return
    try:
        provider_id = CHANNELS[Channel(message.channel)](message)
    except Refused as error:
        _settle(job, message, state=MessageState.FAILED, error=str(error)[:500])
        return
    except Unavailable as error:
        last = job.attempts >= job.max_attempts
        # The job itself stays open: it will be retried, or parked where staff see why.
        Message.objects.filter(pk=message.pk).update(
            error=str(error)[:500], state=MessageState.FAILED if last else MessageState.QUEUED
        )
        raise
    _settle(job, message, state=MessageState.SENT, provider_id=provider_id, sent_at=timezone.now(), error="")


@transaction.atomic
def _settle(job: Job, message: Message, **changes) -> None:
    job.finish()
    if message.secret and not settings.DEMO:
        changes |= {"body": "", "subject_line": ""}
    Message.objects.filter(pk=message.pk).update(**changes)


def send_code(job: Job) -> None:
    """A code that is no longer good is not worth sending."""
    message = Message.objects.filter(pk=job.payload["message"]).first()
    if message is not None and message.created_at < timezone.now() - timedelta(minutes=10):
        _settle(job, message, state=MessageState.FAILED, error="expired before it could be sent")
        return
    send_message(job)


def purge(job: Job) -> None:
    """Messages and codes whose purpose is over (Code du numérique, art. 383)."""
    Message.objects.purgeable(older_than_days=settings.MESSAGE_RETENTION_DAYS).delete()
    OneTimeCode.objects.filter(created_at__lt=timezone.now() - CODE_MEMORY).delete()
