import uuid

from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from cotonou.core import forms
from cotonou.payments import providers
from cotonou.payments.models import CashDesk
from cotonou.payments.providers import cash
from cotonou.payments.states import PaymentState


class OnceForm(forms.PortalForm):
    """Carries the key that makes a double click act once."""

    idempotency_key = django_forms.CharField(widget=django_forms.HiddenInput, max_length=80)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["idempotency_key"].initial = uuid.uuid4


class ProviderForm(OnceForm):
    provider = forms.RadioField(
        label=_("Comment voulez-vous payer ?"), error_required=_("Choisissez un moyen de paiement.")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(p.name, p.label) for p in providers.enabled()]
        self.fields["provider"].choices = choices
        if len(choices) == 1:
            self.fields["provider"].initial = choices[0][0]


class OpenSessionForm(forms.PortalForm):
    desk = forms.ModelChoiceField(
        label=_("Caisse"), queryset=CashDesk.objects.none(), called=_("la caisse"), empty_label=None
    )
    float_xof = forms.MoneyField(
        label=_("Argent compté dans le tiroir"),
        help_text=_("Comptez tout ce que le tiroir contient avant le premier encaissement."),
        called=_("l’argent compté"),
    )

    def __init__(self, *args, desks, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["desk"].queryset = desks


class CloseSessionForm(forms.PortalForm):
    counted_xof = forms.MoneyField(
        label=_("Argent compté dans le tiroir"),
        help_text=_("Comptez les billets et les pièces, fonds de caisse compris."),
        called=_("l’argent compté"),
    )
    gap_reason = forms.TextareaField(
        label=_("Raison de l’écart"),
        help_text=_("Seulement si le compte ne tombe pas juste."),
        required=False,
        max_length=300,
    )


class DeskForm(forms.PortalForm):
    office = forms.ModelChoiceField(label=_("Bureau"), queryset=None, called=_("le bureau"), empty_label=None)
    code = forms.CharField(
        label=_("Code"),
        help_text=_("Court, sans espace : il commence le numéro des reçus, par exemple A05C1."),
        max_length=20,
        width=10,
        called=_("le code"),
    )
    name = forms.CharField(label=_("Nom"), max_length=100, called=_("le nom de la caisse"))

    def __init__(self, *args, offices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = offices

    def clean_code(self):
        code = self.cleaned_data["code"].strip().upper()
        if not code.isascii() or not code.isalnum():
            raise django_forms.ValidationError(
                _("Corrigez le code : des lettres sans accent et des chiffres seulement.")
            )
        return code


class PaymentFilterForm(forms.PortalForm):
    q = forms.CharField(label=_("Référence ou code du reçu"), required=False, max_length=30, width=20)
    state = forms.ChoiceField(label=_("État"), required=False)
    provider = forms.ChoiceField(label=_("Moyen"), required=False)
    start = django_forms.DateField(
        label=_("Du"),
        required=False,
        widget=django_forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    end = django_forms.DateField(
        label=_("Au"),
        required=False,
        widget=django_forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        known = [(cash.NAME, cash.label()), *((p.name, p.label) for p in providers.enabled())]
        self.fields["state"].choices = [("", _("Tous")), *PaymentState.choices]
        self.fields["provider"].choices = [("", _("Tous")), *known]


class RefundForm(forms.PortalForm):
    amount_xof = forms.MoneyField(label=_("Montant à rendre"), min_xof=1, called=_("le montant à rendre"))
    reason = forms.TextareaField(label=_("Raison"), max_length=300, called=_("la raison"))


class DecisionForm(forms.PortalForm):
    approve = forms.YesNoField(label=_("Accorder ce remboursement ?"))
    note = forms.TextareaField(
        label=_("Motif"), help_text=_("Obligatoire pour un refus."), max_length=300, required=False
    )


class TreatmentForm(forms.PortalForm):
    treatment = forms.TextareaField(
        label=_("Ce qui a été fait"), max_length=500, called=_("ce qui a été fait")
    )
