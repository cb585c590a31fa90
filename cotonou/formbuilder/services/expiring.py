"""What the clock does to drafts: close the abandoned ones, then wipe what they held."""

from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from cotonou.accounts.actors import Actor
from cotonou.audit import services as audit
from cotonou.core.models import Contact
from cotonou.documents import services as documents
from cotonou.formbuilder.models import Draft, ResumeFailure, purge_days
from cotonou.formbuilder.states import DraftState

BATCH = 500


def expire_drafts(*, by: Actor, limit: int = BATCH) -> tuple[int, int]:
    """Returns how many drafts were closed and how many wiped, ``limit`` of each at most.

    A wiped draft keeps its code, dates and form: the figures stay right. Files
    that were handed over with a submission belong to the service and stay.
    """
    now = timezone.now()
    overdue = Draft.objects.filter(state=DraftState.OPEN, expires_at__lte=now)
    closed = Draft.objects.filter(pk__in=overdue.order_by("expires_at").values("pk")[:limit]).update(
        state=DraftState.EXPIRED
    )
    over = now - timedelta(days=purge_days())
    to_wipe = Draft.objects.filter(purged_at=None).filter(
        Q(state=DraftState.EXPIRED, expires_at__lte=over)
        | Q(state=DraftState.SUBMITTED, submitted_at__lte=over)
    )
    wiped = 0
    for pk in list(to_wipe.order_by("expires_at").values_list("pk", flat=True)[:limit]):
        _wipe(pk, by)
        wiped += 1
    ResumeFailure.objects.filter(at__lt=now - timedelta(days=1)).delete()
    return closed, wiped


@transaction.atomic
def _wipe(pk: int, by: Actor) -> None:
    draft = Draft.objects.select_for_update(of=("self",)).select_related("contact").get(pk=pk)
    if draft.purged_at is not None:
        return
    contact = draft.contact if draft.state == DraftState.EXPIRED else None
    for link in draft.uploads.select_related("upload"):
        link.delete()
        if draft.state == DraftState.EXPIRED:
            documents.discard_upload(upload=link.upload, by=by)
    draft.answers, draft.page_revisions, draft.contact = {}, {}, None
    draft.purged_at = timezone.now()
    draft.save(update_fields=["answers", "page_revisions", "contact", "purged_at"])
    audit.record("formbuilder.wiped", subject=draft, actor=by, state=draft.state)
    if contact is not None:
        _forget(contact)


def _forget(contact: Contact) -> None:
    """Delete a contact that nothing else needs; whoever refers to it keeps it."""
    contact.messages.update(contact=None)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM core_contact WHERE id = %s", [contact.pk])
            # Foreign keys are checked at commit: ask now, while it can still be undone.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except IntegrityError:
        return
