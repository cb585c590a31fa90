"""What an agent is told who may not open a page: which roles do, and who can give one."""

from dataclasses import dataclass

from django.urls import ResolverMatch

from cotonou.accounts.actors import Actor
from cotonou.accounts.models import Membership
from cotonou.accounts.permissions import ROLE_PERMISSIONS, Role

SHOWN = 3


@dataclass(frozen=True)
class Refusal:
    mine: list[str]  # "caissier, Bureau du 5e arrondissement"
    roles: list[str]  # that open the page; none when the page did not say
    administrators: list[str]


def of_agent(actor: Actor, page: ResolverMatch | None) -> Refusal:
    """page: the one that was refused, None when there is no such page."""
    return Refusal(
        mine=[f"{m.get_role_display()}, {m.office}" for m in actor.memberships],
        roles=_opening(page),
        administrators=_administrators(),
    )


def _opening(page: ResolverMatch | None) -> list[str]:
    access = getattr(page.func, "access", ()) if page else ()
    if isinstance(access, str):  # "public", "signed_in"
        return []
    return [str(role.label) for role in Role if ROLE_PERMISSIONS[role].intersection(access)]


def _administrators() -> list[str]:
    found = Membership.objects.in_force().filter(role=Role.ADMINISTRATOR).select_related("user", "office")
    return [f"{m.user} ({m.office})" for m in found.order_by("pk")[:SHOWN]]
