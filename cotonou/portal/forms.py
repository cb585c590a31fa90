from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import DateField, DateInput, URLField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotonou.accounts.models import Office
from cotonou.accounts.permissions import Role
from cotonou.audit import actions
from cotonou.catalogue.models import Service, ServiceFact, ServiceLevel
from cotonou.core import codes, forms
from cotonou.portal import journal
from cotonou.portal.models import OperationRecord


class TrackingForm(forms.PortalForm):
    code = forms.CharField(
        label=gettext_lazy("Code de suivi"),
        called=gettext_lazy("le code de suivi"),
        help_text=gettext_lazy("Il est sur votre reçu et dans le SMS, par exemple ABCDE-12345"),
        max_length=40,
        width=20,
        autocomplete="off",
        spellcheck="false",
    )
    phone = forms.PhoneField(
        label=gettext_lazy("Numéro de téléphone de la demande"),
        called=gettext_lazy("le numéro de téléphone de la demande"),
        foreign=True,
        required=False,
        says_optional=False,
    )
    receipt = forms.CharField(
        label=gettext_lazy("Code de vérification du reçu"),
        called=gettext_lazy("le code de vérification du reçu"),
        help_text=gettext_lazy("Il est en bas du reçu imprimé au guichet."),
        max_length=40,
        width=20,
        required=False,
        says_optional=False,
        autocomplete="off",
        spellcheck="false",
    )

    def clean_receipt(self) -> str:
        typed = self.cleaned_data["receipt"]
        code = codes.normalise(typed) if typed else ""
        if code is None:
            raise ValidationError(
                _("Vérifiez le code du reçu : une lettre ou un chiffre est faux. Recopiez-le.")
            )
        return code

    def clean(self) -> dict:
        cleaned = super().clean() or self.cleaned_data
        given = cleaned.get("phone") or cleaned.get("receipt")
        if not given and not self.errors.keys() & {"phone", "receipt"}:
            self.add_error("phone", _("Saisissez le numéro de téléphone de la demande."))
        return cleaned

    def clean_code(self) -> str:
        code = codes.normalise(self.cleaned_data["code"])
        if code is None:
            raise ValidationError(
                _(
                    "Vérifiez le code de suivi : une lettre ou un chiffre est faux. "
                    "Recopiez-le depuis votre reçu."
                )
            )
        return code


class ProfileForm(forms.PortalForm):
    full_name = forms.CharField(
        label=gettext_lazy("Nom et prénoms"),
        called=gettext_lazy("votre nom et vos prénoms"),
        max_length=200,
        autocomplete="name",
        spellcheck="false",
    )
    language = forms.RadioField(
        label=gettext_lazy("Langue des messages"),
        called=gettext_lazy("la langue des messages"),
        choices=settings.LANGUAGES,
        inline=True,
    )


class HolidayForm(forms.PortalForm):
    day = forms.SplitDateField(label=gettext_lazy("Jour"), called=gettext_lazy("le jour"), earliest=None)
    name = forms.CharField(
        label=gettext_lazy("Nom de la fête"), called=gettext_lazy("le nom de la fête"), max_length=120
    )
    estimated = forms.BooleanField(label=gettext_lazy("Date estimée, à confirmer"), required=False)


class OperationForm(forms.PortalForm):
    kind = forms.RadioField(
        label=gettext_lazy("Qu’est-ce qui a été fait ?"),
        called=gettext_lazy("ce qui a été fait"),
        choices=[c for c in OperationRecord.Kind.choices if c[0] != "DEMONSTRATION"],
        small=True,
    )
    happened_on = forms.SplitDateField(
        label=gettext_lazy("Quand ?"), called=gettext_lazy("la date de l’opération"), past=True
    )
    reference = forms.CharField(
        label=gettext_lazy("Référence"),
        called=gettext_lazy("la référence"),
        help_text=gettext_lazy("Numéro de récépissé, lieu de la copie ou nom de la machine"),
        max_length=200,
    )


class CloseForm(forms.PortalForm):
    reason = forms.CharField(
        label=gettext_lazy("Pourquoi fermer le portail au public ?"),
        called=gettext_lazy("la raison de la fermeture"),
        max_length=300,
    )


class JournalFilters(forms.PortalForm):
    who = forms.CharField(label=gettext_lazy("Nom de l’agent"), required=False, max_length=100)
    action = forms.ChoiceField(label=gettext_lazy("Action"), required=False)
    subject = forms.CharField(
        label=gettext_lazy("Code ou référence du dossier"), required=False, max_length=60
    )
    since = DateField(
        label=gettext_lazy("Depuis le"), required=False, widget=DateInput({"type": "date"}, "%Y-%m-%d")
    )
    until = DateField(
        label=gettext_lazy("Jusqu’au"), required=False, widget=DateInput({"type": "date"}, "%Y-%m-%d")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", _("Toutes")), *actions.grouped()]

    def clean_who(self) -> list[UUID | None] | None:
        """The agents meant; None when no name was typed."""
        typed = self.cleaned_data["who"]
        if not typed:
            return None
        found = journal.agents(typed)
        if not found:
            raise ValidationError(_("Aucun agent ne porte ce nom. Vérifiez l’orthographe."))
        if len(found) > journal.MANY:
            raise ValidationError(
                _("Plus de %(n)d agents portent ce nom. Écrivez aussi un prénom.") % {"n": journal.MANY}
            )
        return found


class ServiceForm(forms.PortalModelForm):
    external_url = URLField(
        label=gettext_lazy("Adresse de l’autre plateforme"), required=False, assume_scheme="https"
    )

    class Meta:
        model = Service
        fields = [
            "title",
            "title_en",
            "summary",
            "summary_en",
            "audience",
            "audience_en",
            "issuer",
            "issuer_en",
            "external_url",
            "legal_basis",
            "keywords",
            "is_published",
            "featured",
        ]


class LevelForm(forms.PortalForm):
    level = forms.ChoiceField(
        label=gettext_lazy("Niveau"),
        called=gettext_lazy("le niveau"),
        choices=[(number, f"{number}") for number in ServiceLevel.LABELS],
    )
    from_date = forms.SplitDateField(
        label=gettext_lazy("À partir du"), called=gettext_lazy("la date de début")
    )
    evidence = forms.CharField(
        label=gettext_lazy("Ce qui le montre"), called=gettext_lazy("ce qui montre ce niveau"), max_length=300
    )

    def clean_level(self) -> int:
        return int(self.cleaned_data["level"])


class FactForm(forms.PortalForm):
    kind = forms.ChoiceField(
        label=gettext_lazy("Nature"), called=gettext_lazy("la nature"), choices=ServiceFact.Kind.choices
    )
    text = forms.CharField(label=gettext_lazy("Texte"), called=gettext_lazy("le texte"), max_length=300)
    text_en = forms.CharField(label=gettext_lazy("Texte en anglais"), required=False, max_length=300)
    amount_xof = forms.MoneyField(label=gettext_lazy("Montant"), required=False)
    source = forms.CharField(
        label=gettext_lazy("Source"),
        help_text=gettext_lazy(
            "Texte, délibération ou adresse. Sans source, la page dit « à confirmer par la Mairie »."
        ),
        required=False,
        max_length=300,
    )
    from_date = forms.SplitDateField(
        label=gettext_lazy("À partir du"), called=gettext_lazy("la date de début")
    )

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        if cleaned.get("amount_xof") is not None and cleaned.get("kind") != ServiceFact.Kind.FEE:
            self.add_error("amount_xof", _("Laissez le montant vide : il ne va qu’avec un prix."))
        return cleaned


class RoleForm(forms.PortalForm):
    email = forms.EmailField(
        label=gettext_lazy("Adresse électronique"),
        called=gettext_lazy("l’adresse électronique"),
        autocomplete="off",
    )
    full_name = forms.CharField(
        label=gettext_lazy("Nom et prénoms"),
        help_text=gettext_lazy("Seulement si la personne n’a pas encore de compte"),
        called=gettext_lazy("le nom et les prénoms"),
        required=False,
        max_length=200,
        autocomplete="off",
    )
    office = forms.ModelChoiceField(
        label=gettext_lazy("Bureau"),
        called=gettext_lazy("un bureau"),
        queryset=Office.objects.order_by("kind", "code"),
        empty_label=gettext_lazy("Choisissez un bureau"),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Rôle"),
        called=gettext_lazy("un rôle"),
        choices=[("", gettext_lazy("Choisissez un rôle")), *Role.choices],
    )
    title = forms.CharField(
        label=gettext_lazy("Qualité"),
        help_text=gettext_lazy("Écrite sous la signature, par exemple : chef du 5e arrondissement"),
        called=gettext_lazy("la qualité"),
        required=False,
        max_length=120,
    )
    starts_on = forms.SplitDateField(
        label=gettext_lazy("Premier jour"), called=gettext_lazy("le premier jour")
    )
    ends_on = forms.SplitDateField(
        label=gettext_lazy("Dernier jour"), called=gettext_lazy("le dernier jour"), required=False
    )


class TeamFilters(forms.PortalForm):
    q = forms.CharField(label=gettext_lazy("Nom"), required=False, max_length=100)
    role = forms.ChoiceField(
        label=gettext_lazy("Rôle"), required=False, choices=[("", gettext_lazy("Tous")), *Role.choices]
    )
    office = forms.ModelChoiceField(
        label=gettext_lazy("Bureau"),
        required=False,
        queryset=Office.objects.order_by("kind", "code"),
        empty_label=gettext_lazy("Tous"),
    )
