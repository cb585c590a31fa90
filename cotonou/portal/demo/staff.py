"""Who works in the demonstration city: an account per role, and colleagues everywhere."""

import base64
import datetime
import random
from dataclasses import dataclass, field

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password

from cotonou.accounts import services as accounts
from cotonou.accounts.actors import SYSTEM, Actor, actor_for
from cotonou.accounts.models import Office, User
from cotonou.accounts.permissions import Role
from cotonou.portal.demo.names import People

HOST = "demo.cotonou.example"
SHOWN = (1, 5, 12)  # arrondissements whose accounts can log in
LOCAL = (
    (Role.COUNTER_AGENT, "guichet"),
    (Role.CLERK, "etat-civil"),
    (Role.OFFICER, "officier"),
    (Role.ARCHIVIST, "archives"),
    (Role.CASHIER, "caisse"),
)
CENTRAL = (
    (Role.RELAY_AGENT, "ucip"),
    (Role.REGISSEUR, "regisseur"),
    (Role.FINANCE, "finances"),
    (Role.CATALOGUE, "demarches"),
    (Role.AUDITOR, "audit"),
    (Role.ADMINISTRATOR, "administrateur"),
)
DEPUTY = (Role.OFFICER, "officier", 0)  # of the mairie: signs for every arrondissement
TITLES = {Role.OFFICER: "Officier de l’état civil par délégation"}


@dataclass
class Staff:
    """Actors by role and arrondissement number; 0 for the mairie."""

    actors: dict[tuple[str, int], Actor] = field(default_factory=dict)

    def of(self, role: str, number: int) -> Actor:
        """Who has the role there, or at the mairie."""
        return self.actors.get((role, number)) or self.actors[role, 0]


def password_of(seed: int) -> str:
    """One for the whole city, easy to type: "Cotonou-4821-demo"."""
    number = random.Random(f"{seed}:password").randrange(1000, 10000)  # noqa: S311  # nosec
    return f"Cotonou-{number}-demo"


def hire(people: People, rng: random.Random, *, since: datetime.date, password: str) -> Staff:
    """Create every account, in office since that day; those of SHOWN and of the mairie can log in."""
    staff = Staff()
    hashed = make_password(password)  # once: it is slow on purpose
    offices = {office.arrondissement_id or 0: office for office in Office.objects.order_by("pk")}
    posts = [(role, word, 0) for role, word in CENTRAL]
    posts += [(role, word, number) for number in sorted(offices) if number for role, word in LOCAL]
    posts.append(DEPUTY)
    for role, word, number in posts:
        login = f"{word}.a{number:02d}@{HOST}" if number else f"{word}@{HOST}"
        user = accounts.create_staff(
            full_name=people.person().name,
            email=login,
            office=offices[number],
            role=role,
            title=TITLES.get(role, ""),
            starts_on=since,
            by=SYSTEM,
        )
        # Always drawn, so that who can log in does not change who else exists.
        secret = base64.b32encode(rng.randbytes(20)).decode()
        if number in (0, *SHOWN):
            open_account(user, hashed=hashed, secret=secret)
        staff.actors[role, number] = actor_for(user, second_factor=True)
    return staff


def open_account(user: User, *, hashed: str, secret: str) -> None:
    """The person can log in at once: password, proved address, second factor."""
    user.password = hashed
    user.save(update_fields=["password"])
    EmailAddress.objects.filter(user=user).update(verified=True)
    TOTP.activate(user, secret)
