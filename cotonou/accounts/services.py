import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cotonou.accounts.actors import SYSTEM, Actor
from cotonou.accounts.models import Membership, Office, Residence, User
from cotonou.audit import services as audit
from cotonou.core.errors import Conflict, DomainError
from cotonou.core.models import Contact
from cotonou.territory.dates import local_today
from cotonou.territory.models import Quartier

RESIDENCE_DURATION = datetime.timedelta(days=3 * 365)
# How far back a proved number speaks for its holder (decision 21).
NUMBER_KEPT = datetime.timedelta(days=90)


@transaction.atomic
def create_staff(
    *,
    full_name: str,
    email: str,
    office: Office,
    role: str,
    by: Actor,
    title: str = "",
    phone: str | None = None,
    password: str | None = None,
    starts_on: datetime.date | None = None,
) -> User:
    """An account with its first role. Without ``password`` the person chooses one by e-mail.

    The administrator vouches for the address; the phone stays unproved until
    its owner types a code. Raises Conflict when the e-mail or phone is taken.
    """
    email = email.strip().lower()
    if User.objects.filter(email__iexact=email).exists():
        raise Conflict(
            _("Cette adresse a déjà un compte : donnez-lui un rôle plutôt que d’en créer un autre.")
        )
    if phone and User.objects.filter(phone=phone).exists():
        raise Conflict(_("Ce numéro appartient déjà à un autre compte. Laissez-le vide ou corrigez-le."))
    user = User.objects.create_user(full_name=full_name, email=email, phone=phone, password=password)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    audit.record("accounts.staff_created", subject=user, actor=by)
    grant_membership(user=user, office=office, role=role, title=title, starts_on=starts_on, by=by)
    return user


@transaction.atomic
def grant_membership(
    *,
    user: User,
    office: Office,
    role: str,
    by: Actor,
    title: str = "",
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
) -> Membership:
    """A role in an office between two dates, bounds included; from today by default.

    Raises DomainError for oneself or dates in the wrong order, Conflict for a
    role the person already has there on one of these days.
    """
    starts_on = starts_on or local_today()
    if by.user is not None and by.user.pk == user.pk:
        raise DomainError(_("Demandez à un autre administrateur : on ne se donne pas un rôle à soi-même."))
    if ends_on and ends_on < starts_on:
        raise DomainError(_("Choisissez une date de fin après la date de début."))
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                user=user, office=office, role=role, title=title, starts_on=starts_on, ends_on=ends_on
            )
    except IntegrityError as error:
        raise Conflict(_("Cette personne a déjà ce rôle dans ce bureau à ces dates.")) from error
    audit.record(
        "accounts.membership_granted",
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
def end_membership(*, public_id: UUID, by: Actor, last_day: datetime.date | None = None) -> Membership:
    """``last_day`` (today by default) is the last one; the row is kept.

    Raises Conflict when the role has already ended, DomainError when the last
    day lies before the first.
    """
    last_day = last_day or local_today()
    membership = Membership.objects.select_for_update().get(public_id=public_id)
    if membership.ends_on and membership.ends_on <= last_day:
        raise Conflict(_("Ce rôle a déjà pris fin."))
    if last_day < membership.starts_on:
        raise DomainError(_("Choisissez un dernier jour après la date de début du rôle."))
    membership.ends_on = last_day
    membership.save(update_fields=["ends_on"])
    audit.record("accounts.membership_ended", subject=membership, actor=by, last_day=str(last_day))
    return membership


@transaction.atomic
def grant_residence(
    *,
    user: User,
    quartier: Quartier,
    proof: str,
    by: Actor,
    reference: str = "",
    starts_on: datetime.date | None = None,
    ends_on: datetime.date | None = None,
) -> Residence:
    """Record that a person lives in a quartier, on a proof somebody saw; three years by default.

    Raises DomainError for oneself, for a proof without its reference (a fiche
    or an ANIP number) or for dates in the wrong order.
    """
    if by.user is None or by.user.pk == user.pk:
        raise DomainError(_("Demandez à un autre agent : on n’atteste pas sa propre résidence."))
    if proof != Residence.Proof.COUNTER and not reference:
        raise DomainError(_("Saisissez la référence de la fiche ou du numéro présenté."))
    starts_on = starts_on or local_today()
    ends_on = ends_on or starts_on + RESIDENCE_DURATION
    if ends_on < starts_on:
        raise DomainError(_("Choisissez une date de fin après la date de début."))
    residence = Residence.objects.create(
        user=user,
        quartier=quartier,
        proof=proof,
        reference=reference,
        granted_by=by.user,
        starts_on=starts_on,
        ends_on=ends_on,
    )
    audit.record(
        "accounts.residence_granted",
        subject=residence,
        actor=by,
        person=str(user.public_id),
        proof=proof,
        ends_on=str(ends_on),
    )
    return residence


@transaction.atomic
def revoke_residence(*, public_id: UUID, reason: str, by: Actor) -> Residence:
    """Raises DomainError without a reason, Conflict when it is revoked already."""
    if not reason.strip():
        raise DomainError(_("Saisissez le motif du retrait."))
    residence = Residence.objects.select_for_update().get(public_id=public_id)
    if residence.revoked_at:
        raise Conflict(_("Cette attestation de résidence est déjà retirée."))
    residence.revoked_at, residence.revoked_reason = timezone.now(), reason.strip()[:300]
    residence.save(update_fields=["revoked_at", "revoked_reason"])
    audit.record("accounts.residence_revoked", subject=residence, actor=by, reason=residence.revoked_reason)
    return residence


# -- phones and e-mails that people prove ------------------------------------


def user_to_reach(*, phone: str = "", email: str = "") -> User | None:
    """The active account that proved this phone (E.164) or e-mail, or was given it by an administrator.

    An address somebody merely typed leads nowhere: a code sent there would
    open the account of whoever typed it first.
    """
    if phone:
        return User.objects.filter(phone=phone, phone_verified=True, is_active=True).first()
    email = email.strip().lower()
    typed = EmailAddress.objects.filter(email__iexact=email)
    proved = typed.filter(verified=True).values("user")
    given = Q(email__iexact=email) & ~Q(pk__in=typed.filter(verified=False).values("user"))
    return User.objects.filter(Q(pk__in=proved) | given, is_active=True).order_by("pk").first()


@transaction.atomic
def release_phone(*, phone: str, keep: User | None = None) -> None:
    """Free a number that another account typed and never proved, so that its owner can take it.

    A sign-up that was never finished disappears with it.
    """
    holders = User.objects.select_for_update().filter(phone=phone, phone_verified=False)
    if keep is not None and keep.pk:
        holders = holders.exclude(pk=keep.pk)
    for holder in holders:
        if holder.email is None and holder.last_login is None and not holder.memberships.exists():
            holder.delete()
        elif holder.email is not None:
            holder.phone = None
            holder.save(update_fields=["phone"])
            audit.record("accounts.phone_released", subject=holder, actor=SYSTEM)


@transaction.atomic
def prove_phone(*, user: User, phone: str) -> None:
    """The person typed the code sent to ``phone`` (E.164). Raises Conflict when another account proved it."""
    release_phone(phone=phone, keep=user)
    if User.objects.filter(phone=phone).exclude(pk=user.pk).exists():
        raise Conflict(_("Ce numéro appartient déjà à un autre compte."))
    new = not (user.phone_verified and str(user.phone) == phone)
    user.phone, user.phone_verified = phone, True
    user.save(update_fields=["phone", "phone_verified"])
    if new:
        audit.record("accounts.phone_proved", subject=user, actor=Actor(user=user))
    link_contacts(user)


@transaction.atomic
def link_contacts(user: User) -> int:
    """Give the person the requests made earlier, without an account, with a phone or e-mail they have proved.

    An operator gives a silent number to somebody else: what is older than
    NUMBER_KEPT is linked by its code only (``link_contact``). Contacts of
    another account are left alone. Returns how many were linked.
    """
    emails = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    proved = Q(pk__in=())
    if user.phone and user.phone_verified:
        proved |= Q(phone=user.phone, created_at__gte=timezone.now() - NUMBER_KEPT)
    for email in emails:
        proved |= Q(email__iexact=email)
    contacts = list(Contact.objects.select_for_update().filter(proved, user_uuid=None))
    for contact in contacts:
        _link(contact, user)
    return len(contacts)


@transaction.atomic
def link_contact(*, contact_uuid: UUID, by: Actor) -> bool:
    """A request found by its code and phone joins the account that is logged in; True when it is theirs.

    Only with the phone or e-mail that this account proved: whoever helps a
    neighbour does not keep the neighbour's request.
    """
    user = by.user
    if user is None or by.is_staff:
        return False
    contact = Contact.objects.select_for_update().get(public_id=contact_uuid)
    if contact.user_uuid is None:
        same_phone = user.phone_verified and user.phone and contact.phone == user.phone
        mails = EmailAddress.objects.filter(user=user, verified=True, email__iexact=contact.email)
        if same_phone or (contact.email and mails.exists()):
            _link(contact, user)
    return contact.user_uuid == user.public_id


def _link(contact: Contact, user: User) -> None:
    contact.user_uuid = user.public_id
    contact.save(update_fields=["user_uuid"])
    audit.record("accounts.contact_linked", subject=contact, actor=Actor(user=user))
