import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cotonou.catalogue.querysets import FactQuerySet, LevelQuerySet, ServiceQuerySet


class Theme(models.TextChoices):
    BIRTH = "naissance", _("Naissance")
    FAMILY = "mariage-famille", _("Mariage et famille")
    DEATH = "deces-cimetieres", _("Décès et cimetières")
    HOME = "domicile-quartier", _("Domicile et quartier")
    PAPERS = "attestations-legalisation", _("Attestations et légalisation")
    LAND = "construction-terrain", _("Construction et terrain")
    TRADE = "commerce-domaine-public", _("Commerce et domaine public")
    EVENTS = "fetes-manifestations", _("Fêtes et manifestations")


class AuthorityMode(models.TextChoices):
    COMMUNE = "COMMUNE", _("la Mairie délivre")
    RELAY = "RELAY", _("la Mairie prépare et transmet")
    REDIRECT = "REDIRECT", _("une autre plateforme délivre")
    QUARTIER = "QUARTIER", _("le chef de quartier délivre")


def in_language(french: str, english: str) -> str:
    """The reader's language, French where nobody translated yet."""
    return english if english and get_language() == "en" else french


class Service(models.Model):
    """One thing a person can ask the City for: who issues it and where to start."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    slug = models.SlugField(max_length=80, unique=True)
    # The line of the City's list of services; "2-3" is one service for two lines.
    code = models.CharField(max_length=10, unique=True)
    title = models.CharField(_("titre"), max_length=120)
    title_en = models.CharField(_("titre en anglais"), max_length=120, blank=True)
    summary = models.TextField(_("résumé"), max_length=400)
    summary_en = models.TextField(_("résumé en anglais"), max_length=400, blank=True)
    theme = models.CharField(_("thème"), max_length=40, choices=Theme)
    audience = models.CharField(_("pour qui"), max_length=200, blank=True)
    audience_en = models.CharField(_("pour qui, en anglais"), max_length=200, blank=True)
    authority_mode = models.CharField(_("mode"), max_length=10, choices=AuthorityMode)
    issuer = models.CharField(_("qui délivre"), max_length=200)
    issuer_en = models.CharField(_("qui délivre, en anglais"), max_length=200, blank=True)
    # App label of the room that runs it; empty: information only.
    owner = models.CharField(max_length=40, blank=True)
    external_url = models.URLField(_("adresse de l’autre plateforme"), blank=True)
    legal_basis = models.CharField(_("base légale"), max_length=300, blank=True)
    sources = models.JSONField(default=list, blank=True)  # addresses
    keywords = models.TextField(_("autres mots pour la trouver"), blank=True)
    is_published = models.BooleanField(_("publiée"), default=True)
    featured = models.BooleanField(_("mise en avant à l’accueil"), default=False)
    position = models.PositiveSmallIntegerField(default=100)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="service_redirect_has_no_owner",
                condition=~Q(authority_mode="REDIRECT") | Q(owner=""),
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("catalogue:service", args=[self.slug])

    @property
    def name(self) -> str:
        return in_language(self.title, self.title_en)

    @property
    def lead(self) -> str:
        return in_language(self.summary, self.summary_en)

    @property
    def for_whom(self) -> str:
        return in_language(self.audience, self.audience_en)

    @property
    def issued_by(self) -> str:
        return in_language(self.issuer, self.issuer_en)


class ServiceLevel(models.Model):
    """How far a service is dematerialised from a date on, and what shows it.

    0 none, 1 information, 2 form to print, 3 filed online with a visit left,
    4 wholly online, 5 proactive. The City's count is in the indicators.
    """

    LABELS = {
        0: _("au guichet seulement"),
        1: _("information en ligne"),
        2: _("formulaire à imprimer"),
        3: _("demande en ligne, un passage reste nécessaire"),
        4: _("entièrement en ligne"),
        5: _("sans démarche à faire"),
    }

    service = models.ForeignKey(Service, models.PROTECT, related_name="levels")
    level = models.PositiveSmallIntegerField(_("niveau"), validators=[MaxValueValidator(5)])
    from_date = models.DateField(_("à partir du"))
    evidence = models.CharField(_("preuve"), max_length=300)

    objects = LevelQuerySet.as_manager()

    class Meta:
        ordering = ["-from_date"]
        constraints = [
            models.UniqueConstraint(name="service_level_once_a_day", fields=["service", "from_date"]),
            models.CheckConstraint(name="service_level_0_to_5", condition=Q(level__lte=5)),
            models.CheckConstraint(name="service_level_has_evidence", condition=~Q(evidence="")),
        ]

    def __str__(self):
        return f"{self.service} : {self.level}"

    @property
    def label(self) -> str:
        return str(self.LABELS[self.level])


class ServiceFact(models.Model):
    """Something a page says about a service that no room runs, with its source and its dates.

    A fact without a source is shown as to be confirmed.
    """

    class Kind(models.TextChoices):
        FEE = "FEE", _("prix")
        DELAY = "DELAY", _("délai")
        PIECE = "PIECE", _("pièce à apporter")
        WHO = "WHO", _("qui peut demander")
        VALIDITY = "VALIDITY", _("durée de validité")
        NOTE = "NOTE", _("à savoir")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    service = models.ForeignKey(Service, models.PROTECT, related_name="facts")
    kind = models.CharField(_("nature"), max_length=10, choices=Kind)
    text = models.CharField(_("texte"), max_length=300)
    text_en = models.CharField(_("texte en anglais"), max_length=300, blank=True)
    amount_xof = models.BigIntegerField(_("montant en F CFA"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    from_date = models.DateField(_("à partir du"))
    until_date = models.DateField(_("jusqu’au"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=100)

    objects = FactQuerySet.as_manager()

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                name="service_fact_amount_is_a_fee",
                condition=Q(amount_xof=None) | Q(kind="FEE", amount_xof__gte=0),
            ),
            models.CheckConstraint(
                name="service_fact_dates",
                condition=Q(until_date=None) | Q(until_date__gte=models.F("from_date")),
            ),
        ]

    def __str__(self):
        return self.text

    @property
    def words(self) -> str:
        return in_language(self.text, self.text_en)


class Opening(models.Model):
    """A stretch of time in which the portal is open to the public; at most one is under way."""

    opened_at = models.DateTimeField(auto_now_add=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, blank=True
    )
    reason = models.CharField(_("motif de la fermeture"), max_length=300, blank=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="opening_one_under_way",
                fields=["closed_at"],
                condition=Q(closed_at=None),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="opening_closed_by_somebody_with_reason",
                condition=Q(closed_at=None, closed_by=None, reason="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(reason="")),
            ),
        ]

    def __str__(self):
        return str(self.opened_at)
