import uuid

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _
from phonenumber_field.modelfields import PhoneNumberField

from civil_acts.querysets.registers import ImportBatchQuerySet, RegisterActQuerySet
from cotonou.accounts.models import Office
from cotonou.core.database import NormalisedName


class ActKind(models.TextChoices):
    BIRTH = "BIRTH", _("naissance")
    MARRIAGE = "MARRIAGE", _("mariage")
    DEATH = "DEATH", _("décès")


class Sex(models.TextChoices):
    MALE = "M", _("masculin")
    FEMALE = "F", _("féminin")


class DatePrecision(models.TextChoices):
    DAY = "DAY", _("jour connu")
    MONTH = "MONTH", _("mois connu")
    YEAR = "YEAR", _("année connue")
    ABOUT = "ABOUT", _("date approximative")


# Typed details beyond the columns: what each kind of act may hold in ``details``, in
# the order of the register. Circumstances of a death are never kept (family code, art. 76).
DETAILS: dict[str, dict[str, object]] = {
    ActKind.BIRTH: {
        "event_time": _("Heure de naissance"),
        "father_occupation": _("Profession du père"),
        "father_residence": _("Domicile du père"),
        "father_birth": _("Naissance du père"),
        "mother_occupation": _("Profession de la mère"),
        "mother_residence": _("Domicile de la mère"),
        "mother_birth": _("Naissance de la mère"),
        "declarant_quality": _("Qualité du déclarant"),
        "remarks": _("Observations du registre"),
    },
    ActKind.MARRIAGE: {
        "event_time": _("Heure du mariage"),
        "regime": _("Régime matrimonial"),
        "birth": _("Naissance de l’époux"),
        "occupation": _("Profession de l’époux"),
        "residence": _("Domicile de l’époux"),
        "spouse_birth": _("Naissance de l’épouse"),
        "spouse_occupation": _("Profession de l’épouse"),
        "spouse_residence": _("Domicile de l’épouse"),
        "spouse_father_name": _("Père de l’épouse"),
        "spouse_mother_name": _("Mère de l’épouse"),
        "spouse_npi": _("NPI de l’épouse"),
        "witness_1": _("Premier témoin"),
        "witness_2": _("Deuxième témoin"),
        "remarks": _("Observations du registre"),
    },
    ActKind.DEATH: {
        "event_time": _("Heure du décès"),
        "birth": _("Naissance du défunt"),
        "occupation": _("Profession du défunt"),
        "residence": _("Domicile du défunt"),
        "spouse_name": _("Conjoint du défunt"),
        "declarant_quality": _("Qualité du déclarant"),
        "remarks": _("Observations du registre"),
    },
}


class ImportBatch(models.Model):
    """One file of a register and what became of each of its rows."""

    class State(models.TextChoices):
        PENDING = "PENDING", _("en cours")
        DONE = "DONE", _("terminé")
        FAILED = "FAILED", _("fichier refusé")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=ActKind)
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    # Private storage; empty when the command read a file of the server.
    file = models.FileField(upload_to="registers/imports/", blank=True)
    file_name = models.CharField(max_length=200)
    file_digest = models.CharField(max_length=64, db_index=True)
    mapping = models.JSONField(default=dict)
    rejected_file = models.FileField(upload_to="registers/rejected/", blank=True)
    rows_total = models.PositiveIntegerField(default=0)
    rows_added = models.PositiveIntegerField(default=0)
    rows_present = models.PositiveIntegerField(default=0)
    rows_rejected = models.PositiveIntegerField(default=0)
    # Reason code -> rows; a row with two reasons counts in both.
    reasons = models.JSONField(default=dict)
    failure = models.TextField(blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="import_batch_rows_add_up",
                condition=~Q(state="DONE")
                | Q(rows_total=F("rows_added") + F("rows_present") + F("rows_rejected")),
            ),
            models.CheckConstraint(
                name="import_batch_finished_at",
                condition=Q(state="PENDING", finished_at=None)
                | (~Q(state="PENDING") & Q(finished_at__isnull=False)),
            ),
        ]

    def __str__(self):
        return self.file_name


class NameWord(models.Model):
    """Every word of every name in the registers, once: where a misspelt name is looked up.

    Filled by a trigger on ``RegisterAct``. Comparing a million names by trigrams
    takes 200 to 400 ms; comparing the distinct words, then intersecting, about 20.
    """

    word = models.TextField(primary_key=True)
    sound = models.TextField()  # register_sound(word): ou = u, ss = s, silent h…

    class Meta:
        indexes = [GinIndex(OpClass("sound", name="gin_trgm_ops"), name="name_word_sound")]

    def __str__(self):
        return self.word


class NameWords(models.Func):
    """register_words(text): the distinct normalised words of names, particles also joined."""

    function = "register_words"
    output_field = ArrayField(models.TextField())


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    model_name="RegisterActVersion",
    exclude=["search_words"],
)
class RegisterAct(models.Model):
    """An act of a birth, marriage or death register, as the register says it.

    Marginal facts are appended as ``Mention``; a change of these columns is a
    correction and stays in ``RegisterActVersion``. For a marriage the first
    person is the husband (époux), ``spouse_*`` the wife.
    """

    class Status(models.TextChoices):
        VALID = "VALID", _("valable")
        CANCELLED = "CANCELLED", _("annulé")

    class Source(models.TextChoices):
        IMPORT = "IMPORT", _("registre importé")
        TRANSCRIPTION = "TRANSCRIPTION", _("transcription d’une page du registre")
        DECLARATION = "DECLARATION", _("déclaration")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=10, choices=ActKind)
    # Who keeps the register today.
    office = models.ForeignKey(Office, models.PROTECT, related_name="+")
    # The centre named in the register when it is not the office itself: old and secondary centres.
    centre = models.CharField(_("centre"), max_length=120, blank=True)
    year = models.PositiveSmallIntegerField(_("année du registre"))
    volume = models.CharField(_("volume"), max_length=30, blank=True)
    folio = models.CharField(_("folio"), max_length=30, blank=True)
    act_number_text = models.CharField(_("numéro de l’acte"), max_length=40)
    act_number = models.PositiveIntegerField()
    act_number_suffix = models.CharField(max_length=10, blank=True)  # "BIS"
    drawn_up_on = models.DateField(_("dressé le"), null=True, blank=True)
    officer_name = models.CharField(_("officier de l’état civil"), max_length=160, blank=True)
    declarant = models.CharField(_("déclarant"), max_length=160, blank=True)

    surname = models.CharField(_("nom de famille"), max_length=120)
    given_names = models.CharField(_("prénoms"), max_length=160, blank=True)
    usual_name = models.CharField(_("nom d’usage"), max_length=120, blank=True)
    sex = models.CharField(_("sexe"), max_length=1, choices=Sex, blank=True)
    spouse_surname = models.CharField(_("nom de l’épouse"), max_length=120, blank=True)
    spouse_given_names = models.CharField(_("prénoms de l’épouse"), max_length=160, blank=True)

    event_date = models.DateField(_("date"), null=True, blank=True)
    event_date_text = models.CharField(max_length=80, blank=True)  # "vers 1962", as written
    event_date_precision = models.CharField(max_length=5, choices=DatePrecision)
    event_year = models.PositiveSmallIntegerField()
    event_place = models.CharField(_("lieu"), max_length=160, blank=True)
    birth_place = models.CharField(_("lieu de naissance"), max_length=160, blank=True)
    father_name = models.CharField(_("père"), max_length=200, blank=True)
    mother_name = models.CharField(_("mère"), max_length=200, blank=True)
    npi = models.CharField(_("NPI"), max_length=20, blank=True)
    phone = PhoneNumberField(_("téléphone"), blank=True)
    details = models.JSONField(default=dict, blank=True)

    status = models.CharField(max_length=10, choices=Status, default=Status.VALID)
    cancelled_reason = models.CharField(max_length=300, blank=True)
    verified = models.BooleanField(_("vérifié sur le registre"), default=False)
    scan = models.ForeignKey("documents.Upload", models.PROTECT, null=True, blank=True, related_name="+")
    source = models.CharField(max_length=15, choices=Source)
    import_batch = models.ForeignKey(ImportBatch, models.PROTECT, null=True, blank=True, related_name="acts")
    # Of what the source said, so that the same row of the same file is known again.
    row_digest = models.CharField(max_length=32, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    # Both spouses of a marriage are found by either name.
    search_words = models.GeneratedField(
        expression=NameWords(
            Concat(
                "surname",
                Value(" "),
                "given_names",
                Value(" "),
                "usual_name",
                Value(" "),
                "spouse_surname",
                Value(" "),
                "spouse_given_names",
            )
        ),
        output_field=ArrayField(models.TextField()),
        db_persist=True,
    )

    objects = RegisterActQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                "kind",
                "office",
                NormalisedName("centre"),
                "year",
                "act_number",
                "act_number_suffix",
                name="register_act_number_once",
                condition=Q(status="VALID"),
            ),
            models.CheckConstraint(
                name="register_act_exact_date",
                condition=Q(event_date_precision="DAY", event_date__isnull=False)
                | (~Q(event_date_precision="DAY") & Q(event_date=None) & ~Q(event_date_text="")),
            ),
            models.CheckConstraint(name="register_act_surname", condition=~Q(surname="")),
            models.CheckConstraint(
                name="register_act_two_spouses", condition=~Q(kind="MARRIAGE") | ~Q(spouse_surname="")
            ),
            models.CheckConstraint(
                name="register_act_cancelled_has_reason",
                condition=Q(status="VALID") | ~Q(cancelled_reason=""),
            ),
            models.CheckConstraint(
                name="register_act_year", condition=Q(year__gte=1850, event_year__gte=1800)
            ),
        ]
        indexes = [
            models.Index(name="register_act_by_number", fields=["year", "act_number", "kind"]),
            models.Index(name="register_act_event_year", fields=["event_year"]),
            GinIndex(fields=["search_words"], name="register_act_words"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.reference}"

    @property
    def reference(self) -> str:
        """ "1984/312": what the trail may say of an act, which is nobody's name."""
        return f"{self.year}/{self.act_number_text}"

    @property
    def full_name(self) -> str:
        """ "HOUNGBÉDJI Sènan": the surname first, in capitals."""
        return f"{self.surname.upper()} {self.given_names}".strip()

    @property
    def spouse_full_name(self) -> str:
        return f"{self.spouse_surname.upper()} {self.spouse_given_names}".strip()

    @property
    def names(self) -> str:
        """What a line of results shows: one person, or both spouses."""
        return f"{self.full_name} – {self.spouse_full_name}" if self.spouse_surname else self.full_name

    @property
    def centre_name(self) -> str:
        return self.centre or self.office.name

    @property
    def detail_lines(self) -> list[tuple[object, str]]:
        """(label, text) of the typed details, in the order of the register."""
        known = DETAILS[self.kind]
        return [(label, self.details[key]) for key, label in known.items() if self.details.get(key)]


class Mention(models.Model):
    """A marginal note: appended with its source, never changed or removed (trigger and grants)."""

    class Kind(models.TextChoices):
        MARRIAGE = "MARRIAGE", _("mariage")
        DIVORCE = "DIVORCE", _("divorce")
        DEATH = "DEATH", _("décès")
        RECOGNITION = "RECOGNITION", _("reconnaissance")
        ADOPTION = "ADOPTION", _("adoption")
        RECTIFICATION = "RECTIFICATION", _("rectification")
        NAME_CHANGE = "NAME_CHANGE", _("changement de nom")
        NULLITY = "NULLITY", _("annulation par jugement")
        OTHER = "OTHER", _("autre")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    act = models.ForeignKey(RegisterAct, models.PROTECT, related_name="mentions")
    kind = models.CharField(_("nature"), max_length=15, choices=Kind)
    text = models.TextField(_("texte de la mention"))
    source_reference = models.CharField(_("acte ou jugement"), max_length=200)
    dated_on = models.DateField(_("date de la mention"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["dated_on", "pk"]
        constraints = [
            models.CheckConstraint(
                name="mention_text_and_source", condition=~Q(text="") & ~Q(source_reference="")
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.dated_on}"
