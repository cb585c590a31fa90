import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cotonou.accounts.actors import SYSTEM, Actor
from cotonou.accounts.models import User
from cotonou.audit import services as audit
from cotonou.core.errors import Conflict, DomainError
from cotonou.jobs import services as jobs
from cotonou.jobs.models import Job
from cotonou.portal.models import OperationRecord
from cotonou.territory.dates import local_today
from cotonou.territory.models import Holiday


@transaction.atomic
def retry_job(*, job: Job, by: Actor) -> Job:
    """Run a parked job again, with a fresh set of attempts. Raises Conflict when it is not parked."""
    if not Job.objects.select_for_update().filter(pk=job.pk, parked_at__isnull=False).exists():
        raise Conflict(_("Ce travail n’est plus arrêté : il a déjà été relancé."))
    reason = job.last_error
    job = jobs.retry_parked(job=job)
    audit.record("jobs.retried", subject=job, actor=by, topic=job.topic, reason=reason)
    return job


@transaction.atomic
def add_holiday(*, day: datetime.date, name: str, estimated: bool, by: Actor) -> Holiday:
    """Raises Conflict when the day is already in the list."""
    try:
        with transaction.atomic():
            holiday = Holiday.objects.create(day=day, name=name, estimated=estimated)
    except IntegrityError as error:
        raise Conflict(_("Ce jour est déjà dans la liste. Retirez-le d’abord pour le renommer.")) from error
    audit.record("territory.holiday_added", subject=holiday, actor=by, day=str(day), name=name)
    return holiday


@transaction.atomic
def remove_holiday(*, day: datetime.date, by: Actor) -> None:
    holiday = Holiday.objects.select_for_update().filter(day=day).first()
    if holiday is None:
        raise Conflict(_("Ce jour n’est plus dans la liste."))
    audit.record("territory.holiday_removed", subject=holiday, actor=by, day=str(day), name=holiday.name)
    holiday.delete()


@transaction.atomic
def record_operation(*, kind: str, happened_on: datetime.date, reference: str, by: Actor) -> OperationRecord:
    """A declaration, an off-site backup or a restore drill, done outside the portal."""
    if happened_on > local_today():
        raise DomainError(_("Indiquez une date passée : l’opération doit déjà être faite."))
    row = OperationRecord.objects.create(
        kind=kind, happened_on=happened_on, reference=reference, recorded_by=by.user
    )
    audit.record("portal.operation_recorded", subject=row, actor=by, kind=kind, reference=reference)
    return row


def mark_demonstration(reference: str) -> OperationRecord:
    """Say once and for all that this database holds invented people: it can never open."""
    return record_operation(
        kind=OperationRecord.Kind.DEMONSTRATION, happened_on=local_today(), reference=reference, by=SYSTEM
    )


@transaction.atomic
def update_profile(*, by: Actor, **changes: Any) -> User:
    """Change the name and the language of the person acting."""
    if by.user is None:
        raise DomainError(_("Connectez-vous pour changer votre profil."))
    user = User.objects.select_for_update().get(pk=by.user.pk)
    changed = {name: v for name, v in changes.items() if name in ("full_name", "language")}
    changed = {name: value for name, value in changed.items() if getattr(user, name) != value}
    if changed:
        for name, value in changed.items():
            setattr(user, name, value)
        user.save(update_fields=list(changed))
        audit.record("accounts.profile_changed", subject=user, actor=by, fields=sorted(changed))
    return user
