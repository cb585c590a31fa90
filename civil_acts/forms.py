from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from civil_acts.states import (
    ACT_REASONS,
    RESIDENCE_REASONS,
    RejectionReason,
    ReplacementReason,
    RequestState,
    RevocationReason,
)
from cotonou.accounts.actors import Actor
from cotonou.accounts.models import Office
from cotonou.accounts.permissions import Permission
from cotonou.catalogue.models import Service
from cotonou.core.forms import (
    BooleanField,
    CharField,
    CheckboxesField,
    ChoiceField,
    FileField,
    IntegerField,
    ModelChoiceField,
    OnceForm,
    OneTimeCodeField,
    PortalForm,
    RadioField,
    TextareaField,
)
from cotonou.formbuilder import text as typed


class LineField(CharField):
    """One line, without the characters that nobody sees."""

    def to_python(self, value):
        return super().to_python(typed.line(str(value or "")))


class LinesField(TextareaField):
    def to_python(self, value):
        return super().to_python(typed.lines(str(value or "")))


QUEUE_CHOICES = [
    ("", _("À traiter")),
    ("mine", _("Mes dossiers")),
    ("free", _("Non pris en charge")),
    ("late", _("En retard")),
    ("waiting", _("En attente de l’usager")),
    ("answered", _("Réponse reçue")),
]
STATE_CHOICES = [("", _("À instruire")), *[(s.value, s.label) for s in RequestState]]


class QueueFilter(PortalForm):
    q = CharField(label=_("Nom, téléphone ou code"), required=False, max_length=80, says_optional=False)
    service = ModelChoiceField(
        label=_("Démarche"),
        queryset=Service.objects.none(),
        required=False,
        empty_label=_("Toutes"),
        to_field_name="slug",
        says_optional=False,
    )
    state = ChoiceField(label=_("État"), choices=STATE_CHOICES, required=False, says_optional=False)
    show = ChoiceField(label=_("Montrer"), choices=QUEUE_CHOICES, required=False, says_optional=False)

    def __init__(self, *args, actor: Actor, **kwargs):
        super().__init__(*args, **kwargs)
        services = Service.objects.filter(owner="civil_acts")
        # The liaison with the UCIP alone: its files are all there is to choose from.
        relayed = {} if actor.has(Permission.ACT_REQUEST_VIEW) else {"authority_mode": "RELAY"}
        self.fields["service"].queryset = services.filter(**relayed)


class SaveViewForm(PortalForm):
    name = LineField(label=_("Nom de la vue"), called=_("le nom de la vue"), max_length=60)
    query = django_forms.CharField(widget=django_forms.HiddenInput, required=False, max_length=500)


class ProofsForm(PortalForm):
    """One box per proof that the rule asks for; all must be ticked."""

    proofs = CheckboxesField(
        label=_("J’ai vérifié"),
        error_required=_("Cochez chaque justificatif que vous avez vérifié."),
        small=True,
    )

    def __init__(self, *args, proofs: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["proofs"].choices = [(p, p) for p in proofs]


class AskForm(PortalForm):
    message = LinesField(
        label=_("Ce que l’usager doit envoyer"),
        called=_("ce que l’usager doit envoyer"),
        max_length=600,
        help_text=_("Il lira cette phrase telle quelle. Le délai s’arrête jusqu’à sa réponse."),
    )
    wants_file = BooleanField(label=_("Un fichier ou une photo est attendu"), required=False, initial=True)


class ArchiveForm(PortalForm):
    """What helps the archivist to find the volume."""

    centre = LineField(label=_("Centre, s’il a changé"), required=False, max_length=120)
    year = IntegerField(label=_("Année"), required=False, width=4, min_value=1850, max_value=2100)
    volume = LineField(label=_("Volume"), required=False, max_length=30, width=5)
    folio = LineField(label=_("Folio"), required=False, max_length=30, width=5)
    act_number_text = LineField(label=_("Numéro d’acte"), required=False, max_length=40, width=10)
    note = LineField(label=_("Précisions pour l’archiviste"), required=False, max_length=300)


class NonRegistrationForm(PortalForm):
    """found: the acts that look like the one sought: {public id: what it is}. None: nothing to confirm."""

    not_these = BooleanField(
        label=_("J’ai ouvert ces actes : aucun n’est celui de la personne"),
        error_required=_(
            "Ouvrez les actes trouvés, puis cochez la case si aucun n’est celui de la personne."
        ),
    )

    def __init__(self, *args, found: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not found:
            del self.fields["not_these"]


class RejectForm(PortalForm):
    reason = RadioField(
        label=_("Raison"),
        choices=RejectionReason.choices,
        error_required=_("Choisissez la raison du refus."),
        small=True,
    )
    text = LinesField(
        label=_("Explication pour l’usager"),
        called=_("une explication pour l’usager"),
        max_length=600,
        help_text=_("Dites ce qu’il peut faire : où aller, avec quelle pièce."),
    )

    def __init__(self, *args, relay: bool, **kwargs):
        """relay: a residence file, of which no act is sought."""
        super().__init__(*args, **kwargs)
        absent = ACT_REASONS if relay else RESIDENCE_REASONS
        self.fields["reason"].choices = [r for r in RejectionReason.choices if r[0] not in absent]


class ReasonForm(PortalForm):
    reason = LineField(label=_("Motif"), called=_("le motif"), max_length=300)


class TransferForm(ReasonForm):
    office = ModelChoiceField(
        label=_("Bureau qui doit traiter"),
        queryset=Office.objects.none(),
        to_field_name="code",
        error_required=_("Choisissez le bureau qui doit traiter ce dossier."),
        empty_label=_("Choisir"),
    )
    field_order = ["office", "reason"]

    def __init__(self, *args, current: Office, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = Office.objects.arrondissements().exclude(pk=current.pk)


class SignForm(PortalForm):
    """The chosen requests come as repeated ``chosen`` values, checked by the service."""

    code = OneTimeCodeField(
        label=_("Code de votre application d’authentification"),
        error_required=_("Saisissez le code à 6 chiffres de votre application."),
    )


class DocumentSearch(PortalForm):
    """GET, so that what was looked for has an address."""

    q = LineField(
        label=_("Code de vérification, numéro du document ou code de suivi"),
        called=_("le code ou le numéro imprimé sur le document"),
        max_length=60,
        required=False,
        says_optional=False,
        spellcheck="false",
    )


class RevokeForm(SignForm):
    reason = RadioField(
        label=_("Pourquoi ce document ne doit-il plus servir ?"),
        choices=RevocationReason.choices,
        error_required=_("Choisissez la raison de l’annulation."),
        small=True,
    )
    text = LineField(
        label=_("Explication pour l’usager"),
        called=_("une explication pour l’usager"),
        max_length=200,
        help_text=_("Une phrase. Il la lira telle quelle, avec la raison. Elle n’est jamais publique."),
    )
    field_order = ["reason", "text", "code"]


class ReplaceForm(SignForm):
    reason = RadioField(
        label=_("Qu’est-ce qui ne va pas dans ce document ?"),
        choices=ReplacementReason.choices,
        error_required=_("Choisissez ce qui ne va pas dans ce document."),
        small=True,
    )
    text = LineField(
        label=_("Ce que l’agent doit corriger"),
        called=_("ce que l’agent doit corriger"),
        max_length=200,
        help_text=_("Une phrase, pour l’agent qui prépare le nouveau document. L’usager ne la lit pas."),
    )
    field_order = ["reason", "text", "code"]


class HandOverForm(OnceForm):
    identity_seen = BooleanField(
        label=_("J’ai vérifié l’identité de la personne"),
        error_messages={"required": _("Vérifiez l’identité de la personne, puis cochez la case.")},
    )
    reason = LineField(
        label=_("Pourquoi imprimer encore ?"),
        max_length=300,
        help_text=_("Les exemplaires payés sont déjà imprimés. Le dossier gardera la raison."),
        error_required=_("Dites pourquoi vous imprimez encore : les exemplaires payés sont déjà imprimés."),
    )

    def __init__(self, *args, exhausted: bool, **kwargs):
        """exhausted: the paid copies are printed; one more needs a reason."""
        super().__init__(*args, **kwargs)
        if not exhausted:
            del self.fields["reason"]


class AnswersFileForm(PortalForm):
    file = FileField(
        label=_("Fichier de réponses de l’UCIP (Excel ou CSV)"),
        accept=".xlsx,.csv",
        error_required=_("Choisissez le fichier reçu de l’UCIP."),
    )


class ComplementForm(PortalForm):
    """The citizen's answer; the file is required when the clerk asked for one."""

    text = LinesField(label=_("Votre réponse"), required=False, max_length=1000)
    file = FileField(
        label=_("La pièce demandée"),
        called=_("la pièce demandée"),
        accept="image/*,.pdf",
        help_text=_("Une photo nette ou un PDF, 8 Mo au plus."),
        error_required=_("Joignez la pièce demandée : une photo nette ou un PDF."),
    )

    def __init__(self, *args, wants_file: bool, **kwargs):
        super().__init__(*args, **kwargs)
        if not wants_file:
            del self.fields["file"]
            self.fields["text"].required = True
            self.fields["text"].called = _("votre réponse")


class CodeForm(PortalForm):
    """``by_mail``: the code went to an e-mail address, there being no phone."""

    code = OneTimeCodeField(
        label=_("Code reçu par SMS"), error_required=_("Saisissez le code à 6 chiffres reçu par SMS.")
    )

    def __init__(self, *args, by_mail: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        if by_mail:
            self.fields["code"].label = _("Code reçu par courriel")
            self.fields["code"].error_messages["required"] = _(
                "Saisissez le code à 6 chiffres reçu par courriel."
            )
