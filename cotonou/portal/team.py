"""Who works where: giving and ending roles, as an administrator does it on a page."""

import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cotonou.accounts import services as accounts
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
    starts_on: datetime.date,
    by: Actor,
    title: str = "",
    ends_on: datetime.date | None = None,
) -> Membership:
    """A role for the holder of ``email``; an unknown address gets an account, whose owner chooses a password.

    Raises DomainError as ``accounts.grant_membership`` does, and for an unknown address without a name.
    """
    user = User.objects.filter(email__iexact=email).first()
    if user is None and not full_name:
        raise DomainError(
            _("Cette adresse n’a pas encore de compte : saisissez aussi le nom de la personne.")
        )
    role_fields: dict[str, Any] = {
        "office": office,
        "role": role,
        "title": title,
        "starts_on": starts_on,
        "by": by,
    }
    if user is None:
        return _new_colleague(email=email, full_name=full_name, ends_on=ends_on, **role_fields)
    return accounts.grant_membership(user=user, ends_on=ends_on, **role_fields)


def _new_colleague(*, ends_on: datetime.date | None, by: Actor, **fields: Any) -> Membership:
    if ends_on and ends_on < fields["starts_on"]:
        raise DomainError(_("Choisissez une date de fin après la date de début."))
    membership = accounts.create_staff(by=by, **fields).memberships.get()
    if ends_on:
        accounts.end_membership(public_id=membership.public_id, last_day=ends_on, by=by)
    return membership


@transaction.atomic
def end_role(*, public_id: UUID, by: Actor) -> None:
    """Today is the last day; a role that has not begun is withdrawn.

    Raises DomainError rather than leave the portal without an administrator.
    """
    # In one order, and locked: two administrators ending each other must not both succeed.
    administrators = Membership.objects.in_force().filter(role=Role.ADMINISTRATOR).order_by("pk")
    lasting = [m for m in administrators.select_for_update(of=("self",)) if m.ends_on is None]
    membership = Membership.objects.select_for_update().get(public_id=public_id)
    if membership.role == Role.ADMINISTRATOR and lasting == [membership]:
        raise DomainError(_("Nommez d’abord un autre administrateur : le portail doit toujours en avoir un."))
    if membership.ends_on and membership.ends_on <= local_today():
        raise Conflict(_("Ce rôle a déjà pris fin."))
    if membership.starts_on > local_today():
        audit.record("accounts.membership_withdrawn", subject=membership, actor=by, role=membership.role)
        membership.delete()
        return
    accounts.end_membership(public_id=public_id, by=by)
