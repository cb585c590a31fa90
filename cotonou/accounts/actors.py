"""Who acts: a user with today's memberships, a guest holding grants, or the portal itself."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from cotonou.accounts.permissions import ROLE_PERMISSIONS, Permission
from cotonou.core.errors import NotAllowed

if TYPE_CHECKING:
    from cotonou.accounts.models import Membership, User


@dataclass(frozen=True)
class Scope:
    """The offices a permission reaches: all of them for a membership at the mairie."""

    everywhere: bool
    office_ids: frozenset[int]

    def where(self, field_name: str = "office") -> Q:
        """A filter on ``field_name``; matches nothing when there is no office."""
        if self.everywhere:
            return ~Q(pk__in=[])  # everything, also beside an « or », where an empty Q would be left out
        return Q(**{f"{field_name}__in": self.office_ids})

    def covers(self, office_id: int) -> bool:
        return self.everywhere or office_id in self.office_ids

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.office_ids)


@dataclass(frozen=True)
class Actor:
    """``user`` is None for a guest; ``grants`` are public ids of contacts proved by code + phone.

    A membership gives nothing before this session has shown the second factor: ``has`` and
    ``scope`` are the only ways to what staff may do, and both ask for it.
    """

    user: "User | None" = None
    memberships: "tuple[Membership, ...]" = ()
    grants: frozenset[UUID] = frozenset()
    second_factor: bool = False
    name: str = field(default="")

    def holds(self, permission: Permission) -> bool:
        """True when a role of today gives it, though the second factor may be missing: see ``has``."""
        return any(permission in ROLE_PERMISSIONS[m.role] for m in self.memberships)

    def has(self, permission: Permission) -> bool:
        return self.second_factor and self.holds(permission)

    def scope(self, *permissions: Permission) -> Scope:
        if not self.second_factor:
            return Scope(everywhere=False, office_ids=frozenset())
        reached = [m for m in self.memberships if ROLE_PERMISSIONS[m.role].intersection(permissions)]
        return Scope(
            everywhere=any(m.office.kind == "MAIRIE" for m in reached),
            office_ids=frozenset(m.office_id for m in reached),
        )

    @property
    def is_staff(self) -> bool:
        """Whoever has a role today, whether or not the second factor was shown."""
        return bool(self.memberships)

    @property
    def author_uuid(self) -> UUID | None:
        """Whose work they may open again: what staff typed is about others, and takes the second factor."""
        return self.uuid if self.second_factor or not self.is_staff else None

    def own_contacts(self, prefix: str = "contact") -> Q:
        """The rows of the contacts this person is: by account, or by code + phone."""
        own = Q(**{f"{prefix}__public_id__in": self.grants})
        if self.user is not None:
            own |= Q(**{f"{prefix}__user_uuid": self.user.public_id})
        return own

    @property
    def person(self) -> "User":
        """The logged-in user. Raises NotAllowed for a guest or the portal itself."""
        if self.user is None:
            raise NotAllowed(_("Connectez-vous pour faire cela."), code="not_logged_in")
        return self.user

    @property
    def uuid(self) -> UUID | None:
        return self.user.public_id if self.user else None

    @property
    def label(self) -> str:
        # Kept in the trail for ever: in French, whatever the language of the screen.
        return self.name or (str(self.user) if self.user else "usager sans compte")

    @property
    def office_uuid(self) -> UUID | None:
        return self.memberships[0].office.public_id if self.memberships else None


SYSTEM = Actor(name="Portail")


def actor_for(user: Any, *, grants: frozenset[UUID] = frozenset(), second_factor: bool = False) -> Actor:
    """The actor of a logged-in user, with the memberships in force today (one query)."""
    memberships = user.memberships.in_force().select_related("office").order_by("starts_on", "pk")
    return Actor(user=user, memberships=tuple(memberships), grants=grants, second_factor=second_factor)
