import uuid

from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from phonenumber_field.modelfields import PhoneNumberField

from cotonou.accounts.permissions import Role
from cotonou.accounts.querysets import MembershipQuerySet, OfficeQuerySet, UserManager
from cotonou.core.database import period_of
from cotonou.territory.models import Arrondissement, Quartier


class User(AbstractBaseUser, PermissionsMixin):
    """A person who can log in: by e-mail or phone; staff also with a second factor."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    full_name = models.CharField(_("nom complet"), max_length=200)
    email = models.EmailField(_("courriel"), unique=True, null=True, blank=True)
    phone = PhoneNumberField(_("téléphone"), unique=True, null=True, blank=True)
    phone_verified = models.BooleanField(default=False)
    language = models.CharField(max_length=5, default="fr")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(_("accès à l’administration technique"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        constraints = [
            models.CheckConstraint(name="user_email_or_phone", condition=~Q(email=None, phone=None)),
        ]

    def __str__(self):
        return self.full_name or str(self.email or self.phone)


class Office(models.Model):
    """Where staff work and who issues: the mairie, an arrondissement, a quartier, a régie, the Pôle."""

    class Kind(models.TextChoices):
        MAIRIE = "MAIRIE", _("mairie")
        ARRONDISSEMENT = "ARRONDISSEMENT", _("arrondissement")
        QUARTIER = "QUARTIER", _("quartier")
        REGIE = "REGIE", _("régie")
        POLE = "POLE", _("Pôle numérique")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=Kind)
    code = models.SlugField(max_length=20, unique=True)  # in serials: "A05", "MAIRIE"
    name = models.CharField(_("nom"), max_length=120)
    arrondissement = models.ForeignKey(Arrondissement, models.PROTECT, null=True, blank=True)
    quartier = models.ForeignKey(Quartier, models.PROTECT, null=True, blank=True)
    address = models.CharField(_("adresse"), max_length=200, blank=True)
    opening_hours = models.CharField(_("horaires"), max_length=200, blank=True)
    phone = PhoneNumberField(_("téléphone"), blank=True)

    objects = OfficeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="office_place_by_kind",
                condition=Q(kind="ARRONDISSEMENT", arrondissement__isnull=False, quartier=None)
                | Q(kind="QUARTIER", quartier__isnull=False)
                | Q(kind__in=["MAIRIE", "REGIE", "POLE"], quartier=None),
            ),
            models.UniqueConstraint(
                name="office_one_per_arrondissement",
                fields=["arrondissement"],
                condition=Q(kind="ARRONDISSEMENT"),
            ),
            models.UniqueConstraint(
                name="office_one_per_quartier", fields=["quartier"], condition=Q(kind="QUARTIER")
            ),
        ]

    def __str__(self):
        return self.name


class Membership(models.Model):
    """A role in an office between two dates (bounds included); kept for ever, ended by date."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    office = models.ForeignKey(Office, models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=30, choices=Role)
    title = models.CharField(_("qualité"), max_length=120, blank=True)  # printed under a signature
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="membership_dates", condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on"))
            ),
            ExclusionConstraint(
                name="membership_no_overlap",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("office", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    (period_of("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self):
        return f"{self.get_role_display()} – {self.office}"

    @property
    def capacity(self) -> str:
        """What is written under a signature; in French, as every paper of the City."""
        with override("fr"):
            return self.title or str(self.get_role_display())


class Residence(models.Model):
    """A dated, revocable proof that a person lives in a quartier; never derived from GPS."""

    class Proof(models.TextChoices):
        COUNTER = "COUNTER", _("vérification au guichet")
        CHIEF = "CHIEF", _("fiche du chef de quartier")
        ANIP = "ANIP", _("numéro ANIP présenté")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="residences")
    quartier = models.ForeignKey(Quartier, models.PROTECT)
    proof = models.CharField(max_length=10, choices=Proof)
    reference = models.CharField(max_length=80, blank=True)
    granted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    starts_on = models.DateField()
    ends_on = models.DateField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="residence_dates", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="residence_revoked_with_reason",
                condition=Q(revoked_at=None) | ~Q(revoked_reason=""),
            ),
            models.CheckConstraint(name="residence_not_by_oneself", condition=~Q(granted_by=F("user"))),
        ]

    def __str__(self):
        return f"{self.user} – {self.quartier}"


class SecondFactorGuard(models.Model):
    """What keeps a six-digit code from being used twice or guessed: last step accepted, recent failures."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    last_step = models.BigIntegerField(default=0)  # RFC 6238: the 30-second step of the last good code
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return str(self.user)
