"""Forms of the page where staff complete and publish a procedure."""

from django.utils.translation import gettext as _g
from django.utils.translation import gettext_lazy as _

from civil_acts.forms import LineField, LinesField
from civil_acts.models import ProcedureVersion
from civil_acts.states import Relation
from cotonou.core.forms import (
    BooleanField,
    ChoiceField,
    IntegerField,
    MoneyField,
    PortalForm,
    SplitDateField,
)
from cotonou.formbuilder.definition import say


class ProofLinesField(LinesField):
    """One proof per line; cleans to a list of sentences."""

    def clean(self, value):
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class VersionForm(PortalForm):
    """The fee lines of a draft, its delay and what both rest on; an empty cell is unknown."""

    def __init__(self, *args, version: ProcedureVersion, **kwargs):
        super().__init__(*args, **kwargs)
        self.version = version
        for n, fee in enumerate(version.fees):
            self._add_fee(n, fee)
        self.fields["delay_working_days"] = IntegerField(
            label=_("Délai en jours ouvrés"),
            required=False,
            min_value=0,
            max_value=365,
            initial=version.delay_working_days,
        )
        for name, label, length in (
            ("delay_source", _("Source du délai"), 300),
            ("legal_basis", _("Base légale"), 500),
            ("source", _("Source de la procédure"), 500),
        ):
            self.fields[name] = LineField(
                label=label, required=False, max_length=length, initial=getattr(version, name)
            )

    def _add_fee(self, n: int, fee: dict) -> None:
        label = say(fee["label"])
        add = self.fields.__setitem__
        add(f"label_{n}", LineField(label=_g("Droit n° %(n)d") % {"n": n + 1}, max_length=120, initial=label))
        add(
            f"amount_{n}",
            MoneyField(
                label=_g("Montant de « %(label)s »") % {"label": label},
                required=False,
                initial=fee["amount_xof"],
                help_text=_("Laissez vide tant que la Mairie ne l’a pas confirmé."),
            ),
        )
        for m, part in enumerate(self._parts(fee)):
            text = {"label": label, "who": part.get("held_for") or _g("la Ville")}
            share = MoneyField(
                label=_g("Part pour %(who)s dans « %(label)s »") % text,
                required=False,
                initial=part["amount_xof"],
            )
            add(f"share_{n}_{m}", share)
        add(
            f"per_copy_{n}",
            BooleanField(label=_("Par exemplaire"), required=False, initial=bool(fee.get("per_copy"))),
        )
        add(
            f"source_{n}",
            LineField(
                label=_g("Source de « %(label)s »") % {"label": label},
                required=False,
                max_length=300,
                initial=fee.get("source", ""),
            ),
        )

    @staticmethod
    def _parts(fee: dict) -> list[dict]:
        """Shares that must be typed: a single one is the whole amount."""
        parts = fee.get("allocations", [])
        return parts if len(parts) > 1 else []

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        for n, fee in enumerate(self.version.fees):
            parts = self._parts(fee)
            shares = [cleaned.get(f"share_{n}_{m}") or 0 for m in range(len(parts))]
            amount = cleaned.get(f"amount_{n}")
            if parts and amount is not None and sum(shares) != amount:
                self.add_error(f"amount_{n}", _("Corrigez les parts : leur somme doit faire ce montant."))
        return cleaned

    def changes(self) -> dict:
        """What ``services.procedures.edit_draft`` takes."""
        data = self.cleaned_data
        plain = {name: data[name] for name in ("delay_working_days", "delay_source", "legal_basis", "source")}
        return plain | {"fees": [self._fee(n, fee) for n, fee in enumerate(self.version.fees)]}

    def _fee(self, n: int, fee: dict) -> dict:
        data, amount = self.cleaned_data, self.cleaned_data[f"amount_{n}"]
        # Staff write French; an unchanged label keeps its translation.
        label = fee["label"] if data[f"label_{n}"] == say(fee["label"]) else data[f"label_{n}"]
        parts = fee.get("allocations", [])
        if len(parts) == 1:
            parts = [parts[0] | {"amount_xof": amount or 0}]
        elif parts:
            parts = [p | {"amount_xof": data[f"share_{n}_{m}"] or 0} for m, p in enumerate(parts)]
        changed = {
            "label": label,
            "amount_xof": amount,
            "per_copy": data[f"per_copy_{n}"],
            "source": data[f"source_{n}"],
        }
        return fee | changed | ({"allocations": parts} if parts else {})


class PublishForm(PortalForm):
    starts_on = SplitDateField(label=_("Applicable à partir du"))


class ReplaceRuleForm(PortalForm):
    proofs = ProofLinesField(label=_("Justificatifs, un par ligne"), max_length=2000)
    source = LineField(label=_("Source"), max_length=300)
    starts_on = SplitDateField(label=_("Applicable à partir du"))


class RuleForm(ReplaceRuleForm):
    document_kind = ChoiceField(label=_("Document"))
    relation = ChoiceField(
        label=_("Qui demande"), choices=[c for c in Relation.choices if c[0] != Relation.OTHER]
    )
    field_order = ("document_kind", "relation", "proofs", "source", "starts_on")

    def __init__(self, *args, kinds: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["document_kind"].choices = kinds  # type: ignore[attr-defined]


class EndRuleForm(PortalForm):
    ends_on = SplitDateField(label=_("Dernier jour"))


class TemplateForm(PortalForm):
    legal_reference = LineField(label=_("Texte, décision ou spécimen suivi"), max_length=300)
    starts_on = SplitDateField(label=_("Applicable à partir du"))
