"""Forms of the registers and of the archive."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from civil_acts.models.archive import SlipState
from civil_acts.models.registers import ActKind, Mention, Sex
from civil_acts.registers import transcription
from cotonou.accounts.actors import Actor
from cotonou.accounts.models import Office
from cotonou.accounts.permissions import Permission
from cotonou.core.forms import (
    BooleanField,
    CharField,
    ChoiceField,
    FileField,
    IntegerField,
    ModelChoiceField,
    PortalForm,
    RadioField,
    SplitDateField,
    TextareaField,
)

KINDS = [
    (ActKind.BIRTH.value, gettext_lazy("Naissances")),
    (ActKind.MARRIAGE.value, gettext_lazy("Mariages")),
    (ActKind.DEATH.value, gettext_lazy("Décès")),
]
YEARS = {"min_value": 1850, "max_value": 2100}


class SearchForm(PortalForm):
    """GET, so that a search has an address; every field is optional."""

    kind = ChoiceField(label=gettext_lazy("Registre"), choices=KINDS, required=False, says_optional=False)
    name = CharField(
        label=gettext_lazy("Nom et prénoms"),
        max_length=200,
        required=False,
        says_optional=False,
        spellcheck="false",
    )
    year = IntegerField(label=gettext_lazy("Année"), required=False, says_optional=False, width=4, **YEARS)
    number = CharField(
        label=gettext_lazy("Numéro d’acte"), max_length=40, required=False, says_optional=False, width=5
    )
    sex = ChoiceField(
        label=gettext_lazy("Sexe"),
        choices=[("", gettext_lazy("Tous")), *Sex.choices],
        required=False,
        says_optional=False,
    )
    office = ModelChoiceField(
        label=gettext_lazy("Bureau"),
        queryset=Office.objects.none(),
        to_field_name="code",
        required=False,
        empty_label=gettext_lazy("Tous"),
        says_optional=False,
    )

    def __init__(self, *args, actor: Actor, **kwargs):
        super().__init__(*args, **kwargs)
        offices = offices_of(actor, Permission.REGISTER_VIEW)
        self.fields["office"].queryset = offices
        if not actor.scope(Permission.REGISTER_VIEW).everywhere and len(actor.memberships) < 2:
            del self.fields["office"]


def offices_of(actor: Actor, *permissions: Permission):
    return Office.objects.arrondissements().filter(actor.scope(*permissions).where("pk"))


class RegisterForm(PortalForm):
    """Which register, and the office that keeps it, among those where this person may do ``permissions``."""

    kind = RadioField(
        label=gettext_lazy("Registre des"),
        choices=KINDS,
        inline=True,
        error_required=gettext_lazy("Choisissez le registre : naissances, mariages ou décès."),
    )
    office = ModelChoiceField(
        label=gettext_lazy("Bureau qui tient le registre"),
        queryset=Office.objects.none(),
        to_field_name="code",
        empty_label=gettext_lazy("Choisir"),
        error_required=gettext_lazy("Choisissez le bureau qui tient le registre."),
    )
    permissions: tuple[Permission, ...] = ()

    def __init__(self, *args, actor: Actor, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = offices_of(actor, *self.permissions)


class ImportForm(RegisterForm):
    file = FileField(
        label=gettext_lazy("Fichier du registre"),
        called=gettext_lazy("le fichier du registre"),
        accept=".xlsx,.csv,.txt",
        help_text=gettext_lazy("Excel (.xlsx) ou CSV, 8 Mo au plus : environ 60 000 lignes."),
    )
    year = IntegerField(
        label=gettext_lazy("Année du registre"),
        required=False,
        width=4,
        help_text=gettext_lazy("Si le fichier n’a pas de colonne « Année »."),
        **YEARS,
    )
    centre = CharField(
        label=gettext_lazy("Centre"),
        required=False,
        max_length=120,
        width=20,
        help_text=gettext_lazy("Pour un ancien centre ou un centre secondaire."),
    )
    field_order = ("file",)
    permissions = (Permission.REGISTER_IMPORT,)

    def mapping(self) -> dict:
        """What the person said about the whole file, as a mapping's defaults."""
        given = {name: self.cleaned_data.get(name) for name in ("year", "centre")}
        return {"defaults": {name: value for name, value in given.items() if value}}


class MentionForm(PortalForm):
    kind = ChoiceField(label=gettext_lazy("Nature de la mention"), choices=Mention.Kind.choices)
    text = TextareaField(
        label=gettext_lazy("Texte de la mention"),
        called=gettext_lazy("le texte de la mention"),
        max_length=1000,
    )
    source_reference = CharField(
        label=gettext_lazy("Acte ou jugement"),
        called=gettext_lazy("la référence de l’acte ou du jugement"),
        max_length=200,
        help_text=gettext_lazy("Par exemple « acte de mariage 2019/245, Cotonou 5e »."),
    )
    dated_on = SplitDateField(
        label=gettext_lazy("Date de la mention"), called=gettext_lazy("la date de la mention"), past=True
    )


class ActForm(PortalForm):
    """The fields of one kind of act, typed as the register writes them.

    blind: fields to leave empty whatever the initial values. reason: also ask why.
    """

    def __init__(self, *args, kind: str, blind: bool = False, reason: bool = False, initial=None, **kwargs):
        initial = dict(initial or {})
        if blind:
            initial = {name: text for name, text in initial.items() if name not in transcription.CONTROL}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        self.kind = kind
        self.values: dict = {}
        for name in transcription.FIELDS[kind]:
            self.fields[name] = self._field(name)
        if reason:
            self.fields["reason"] = CharField(
                label=_("Motif de la correction"), called=_("le motif de la correction"), max_length=300
            )

    def _field(self, name: str):
        label = transcription.label(self.kind, name)
        if name == "sex":
            return RadioField(
                label=label, choices=Sex.choices, inline=True, required=False, says_optional=False
            )
        hint = _("Par exemple 03/07/1987, 12 mars 1987 ou vers 1962.") if name == "event_date" else ""
        width = 10 if name in {"year", "act_number", "volume", "folio", "event_date", "drawn_up_on"} else None
        return CharField(
            label=label, required=False, help_text=hint, width=width, spellcheck="false", says_optional=False
        )

    def clean(self):
        cleaned = super().clean()
        try:
            self.values = transcription.read(self.kind, self.typed())
        except transcription.EntryError as error:
            for name, sentences in error.errors.items():
                for sentence in sentences:
                    self.add_error(name or None, sentence)
        return cleaned

    def typed(self) -> dict[str, str]:
        """Field -> text, as it was typed."""
        return {name: str(self.cleaned_data.get(name) or "") for name in transcription.FIELDS[self.kind]}


class OthersForm(PortalForm):
    """Under the acts that look the same; their ids come as repeated ``seen`` values."""

    not_these = BooleanField(
        label=gettext_lazy("J’ai ouvert ces actes : ce n’est pas le même"),
        error_required=gettext_lazy(
            "Ouvrez les actes qui ressemblent, puis cochez la case si aucun n’est le même."
        ),
    )


class KeepForm(PortalForm):
    """One choice per field that two people did not read alike."""

    def __init__(self, *args, differences: list[dict[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        empty = _("(vide)")
        for difference in differences:
            self.fields[f"keep_{difference['field']}"] = RadioField(
                label=difference["label"],
                help_text=transcription.how_they_differ(difference["first"], difference["second"]),
                choices=[
                    ("first", _("Première saisie : %(text)s") % {"text": difference["first"] or empty}),
                    ("second", _("Votre saisie : %(text)s") % {"text": difference["second"] or empty}),
                ],
                error_required=_("Choisissez ce que dit la photo : %(label)s.")
                % {"label": difference["label"]},
            )

    def kept(self) -> dict[str, str]:
        return {name.removeprefix("keep_"): choice for name, choice in self.cleaned_data.items()}


class SlipForm(RegisterForm):
    names = CharField(
        label=gettext_lazy("Nom et prénoms recherchés"),
        called=gettext_lazy("le nom et les prénoms recherchés"),
        max_length=300,
        spellcheck="false",
    )
    centre = CharField(label=gettext_lazy("Centre, s’il a changé"), required=False, max_length=120)
    year = IntegerField(label=gettext_lazy("Année"), required=False, width=4, **YEARS)
    volume = CharField(label=gettext_lazy("Volume"), required=False, max_length=30, width=5)
    folio = CharField(label=gettext_lazy("Folio"), required=False, max_length=30, width=5)
    act_number_text = CharField(label=gettext_lazy("Numéro d’acte"), required=False, max_length=40, width=10)
    note = CharField(label=gettext_lazy("Précisions pour l’archiviste"), required=False, max_length=300)
    permissions = (Permission.ARCHIVE_SEARCH, Permission.ACT_REQUEST_VIEW)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kind"].initial = ActKind.BIRTH.value


class Beside:
    """For forms that share a page: their ids begin with the form's own name."""

    def __init__(self, *args, **kwargs):
        kwargs["auto_id"] = f"{type(self).__name__.lower()}_%s"
        super().__init__(*args, **kwargs)


class FoundForm(Beside, PortalForm):
    photo = FileField(
        label=gettext_lazy("Photo de la page"),
        called=gettext_lazy("la photo de la page"),
        accept="image/jpeg,image/png,image/webp,application/pdf",
        help_text=gettext_lazy("La page entière, bien éclairée ; 8 Mo au plus."),
    )
    answer = CharField(label=gettext_lazy("Remarque"), required=False, max_length=500)


class AbsentForm(Beside, PortalForm):
    state = RadioField(
        label=gettext_lazy("Résultat"),
        choices=[
            (SlipState.NOT_FOUND.value, gettext_lazy("L’acte n’est pas dans le registre")),
            (SlipState.DESTROYED.value, gettext_lazy("Le registre est détruit ou perdu")),
            (SlipState.ILLEGIBLE.value, gettext_lazy("Le registre ne peut plus être lu")),
        ],
        error_required=gettext_lazy("Choisissez le résultat de la recherche."),
    )
    answer = TextareaField(
        label=gettext_lazy("Ce qui a été cherché"),
        called=gettext_lazy("ce qui a été cherché"),
        max_length=500,
        help_text=gettext_lazy("Registres, années et tables consultés : le dossier le gardera."),
    )


class WhyForm(Beside, PortalForm):
    reason = CharField(label=gettext_lazy("Motif"), called=gettext_lazy("le motif"), max_length=300)
