"""Who works where: giving and ending roles, as an administrator does it."""

import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cotonou.accounts.actors import Actor
from cotonou.accounts.models import Membership, Office, User
from cotonou.accounts.permissions import Role
from cotonou.audit import services as audit
from cotonou.core.errors import Conflict, DomainError
from cotonou.territory.dates import local_today


@transaction.atomic
def give_role(
    *,
    email: str,
    full_name: str,
    office: Office,
    role: str,
    title: str = "",
    starts_on: datetime.date,
    ends_on: datetime.date | None = None,
    by: Actor,
) -> Membership:
    """A role in an office between two dates; an unknown e-mail address gets an account without password.

    Raises DomainError for oneself or for dates in the wrong order, Conflict
    when the person already has this role there on one of these days.
    """
    if ends_on and ends_on < starts_on:
        raise DomainError(_("Choisissez une date de fin après la date de début."))
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        if not full_name:
            raise DomainError(
                _("Cette adresse n’a pas encore de compte : saisissez aussi le nom de la personne.")
            )
        user = User.objects.create_user(full_name=full_name, email=email.lower())
    if by.user is not None and user.pk == by.user.pk:
        raise DomainError(_("Demandez à un autre administrateur : on ne se donne pas un rôle à soi-même."))
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                user=user, office=office, role=role, title=title, starts_on=starts_on, ends_on=ends_on
            )
    except IntegrityError as error:
        raise Conflict(_("Cette personne a déjà ce rôle dans ce bureau à ces dates.")) from error
    audit.record(
        "accounts.role_given",
        subject=membership,
        actor=by,
        person=str(user.public_id),
        role=role,
        office=office.code,
        starts_on=str(starts_on),
        ends_on=str(ends_on or ""),
    )
    return membership


@transaction.atomic
def end_role(*, public_id: UUID, by: Actor) -> None:
    """Today is the last day; a role that has not begun is withdrawn.

    Raises DomainError rather than leave the portal without an administrator.
    """
    # One at a time: two administrators ending each other must not both succeed.
    administrators = Membership.objects.select_for_update().in_force().filter(role=Role.ADMINISTRATOR)
    others = [m for m in administrators.order_by("pk") if m.public_id != public_id and m.ends_on is None]
    membership = Membership.objects.select_for_update().get(public_id=public_id)
    today = local_today()
    if membership.role == Role.ADMINISTRATOR and not others:
        raise DomainError(_("Nommez d’abord un autre administrateur : le portail doit toujours en avoir un."))
    if membership.ends_on and membership.ends_on <= today:
        raise Conflict(_("Ce rôle a déjà pris fin."))
    audit.record(
        "accounts.role_ended", subject=membership, actor=by, role=membership.role, last_day=str(today)
    )
    if membership.starts_on > today:
        membership.delete()
        return
    membership.ends_on = today
    membership.save(update_fields=["ends_on"])
