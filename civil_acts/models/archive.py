import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from civil_acts.models.registers import ActKind, RegisterAct
from civil_acts.querysets.registers import SearchSlipQuerySet, TranscriptionQuerySet
from cotonou.accounts.models import Office
from cotonou.core import states


class SlipState(models.TextChoices):
    OPEN = "OPEN", _("à chercher")
    FOUND = "FOUND", _("page trouvée")
    NOT_FOUND = "NOT_FOUND", _("acte introuvable")
    DESTROYED = "DESTROYED", _("registre détruit ou perdu")
    ILLEGIBLE = "ILLEGIBLE", _("registre illisible")
    CANCELLED = "CANCELLED", _("recherche annulée")


# The archive's answers that a certificate of non-registration may rest on.
NO_ACT = (SlipState.NOT_FOUND, SlipState.DESTROYED, SlipState.ILLEGIBLE)
SLIP_TRANSITIONS: dict[str, set[str]] = {
    SlipState.OPEN: {SlipState.FOUND, *NO_ACT, SlipState.CANCELLED},
    # A second look in another volume, or a photo of the wrong page.
    SlipState.NOT_FOUND: {SlipState.OPEN},
    SlipState.FOUND: {SlipState.OPEN},
}


def _person():
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )


class SearchSlip(models.Model):
    """What the archive is asked to look for: an act that is still on paper.

    ``request_uuid`` is the public id of the request that waits for it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    code = models.CharField(max_length=12, unique=True)  # printed on the slip
    request_uuid = models.UUIDField(null=True, blank=True, db_index=True)
    request_label = models.CharField(_("demande"), max_length=120, blank=True)
    kind = models.CharField(_("registre"), max_length=10, choices=ActKind)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    centre = models.CharField(_("centre"), max_length=120, blank=True)
    year = models.PositiveSmallIntegerField(_("année"), null=True, blank=True)
    volume = models.CharField(_("volume"), max_length=30, blank=True)
    folio = models.CharField(_("folio"), max_length=30, blank=True)
    act_number_text = models.CharField(_("numéro de l’acte"), max_length=40, blank=True)
    names = models.CharField(_("nom et prénoms recherchés"), max_length=300)
    note = models.CharField(_("précisions"), max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=SlipState, default=SlipState.OPEN)
    assigned_to = _person()
    photo = models.ForeignKey("documents.Upload", models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.CharField(_("réponse de l’archiviste"), max_length=500, blank=True)
    answered_by = _person()
    answered_at = models.DateTimeField(null=True, blank=True)
    created_by = _person()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SearchSlipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="search_slip_found_has_photo", condition=~Q(state="FOUND") | Q(photo__isnull=False)
            ),
            models.CheckConstraint(
                name="search_slip_answered",
                condition=Q(state__in=["OPEN", "CANCELLED"])
                | Q(answered_by__isnull=False, answered_at__isnull=False),
            ),
            models.CheckConstraint(
                name="search_slip_no_act_says_why",
                condition=~Q(state__in=["NOT_FOUND", "DESTROYED", "ILLEGIBLE"]) | ~Q(answer=""),
            ),
        ]
        indexes = [
            models.Index(name="search_slip_open", fields=["created_at"], condition=Q(state="OPEN")),
        ]

    def __str__(self):
        return f"{self.code} {self.names}"

    def move(self, target: str) -> None:
        """Caller holds the row lock and saves. Raises IllegalTransition."""
        states.check(SLIP_TRANSITIONS, self.state, target)
        self.state = target

    @property
    def photo_pages(self) -> range:
        """Page numbers of the photo, from 1."""
        return range(1, self.photo.pages + 1) if self.photo else range(0)

    @property
    def centre_name(self) -> str:
        return self.centre or self.office.name


class Transcription(models.Model):
    """A photographed page typed by one person and typed again by another.

    ``data`` and ``second_data`` are the two readings (field -> text, the fields
    of ``registers.transcription.FIELDS``); ``differences`` lists what was not the
    same and which reading was kept.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slip = models.OneToOneField(SearchSlip, models.PROTECT, related_name="transcription")
    data = models.JSONField(default=dict)
    transcribed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    transcribed_at = models.DateTimeField()
    second_data = models.JSONField(default=dict)
    differences = models.JSONField(default=list)
    returned_by = _person()
    returned_at = models.DateTimeField(null=True, blank=True)
    returned_reason = models.CharField(_("motif du renvoi"), max_length=300, blank=True)
    verified_by = _person()
    verified_at = models.DateTimeField(null=True, blank=True)
    act = models.OneToOneField(
        RegisterAct, models.PROTECT, null=True, blank=True, related_name="transcription"
    )

    objects = TranscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="transcription_two_people", condition=~Q(verified_by=F("transcribed_by"))
            ),
            models.CheckConstraint(
                name="transcription_verified_gives_act",
                condition=Q(verified_by=None, verified_at=None, act=None)
                | Q(verified_by__isnull=False, verified_at__isnull=False, act__isnull=False),
            ),
            models.CheckConstraint(
                name="transcription_returned_has_reason",
                condition=Q(returned_at=None) | (~Q(returned_reason="") & Q(returned_by__isnull=False)),
            ),
        ]

    def __str__(self):
        return str(self.slip)
