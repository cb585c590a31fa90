"""Forms of the pages where staff complete and publish a procedure."""

import datetime
from collections.abc import Callable, Iterator
from functools import partial
from typing import cast

from django import forms as django_forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from civil_acts import fees
from civil_acts.forms import LineField, LinesField
from civil_acts.models import ProcedureVersion
from civil_acts.procedure_page import document_name
from civil_acts.states import STAFF_RELATIONS, Relation
from cotonou.core.forms import (
    BooleanField,
    ChoiceField,
    IntegerField,
    MoneyField,
    PortalForm,
    SplitDateField,
)
from cotonou.core.money import format_xof
from cotonou.formbuilder.definition import say
from cotonou.ledger.chart import AccountCode
from cotonou.territory.dates import local_today

NEW = "new"  # stands for the id of a fee that does not exist yet
YEARS_AHEAD = 5


def field_of(cell: str, fee: str = "") -> str:
    """The field of ``VersionForm`` that holds this cell of a version; fee: the id of its fee line."""
    return f"{cell.removesuffix('_xof')}_{fee}" if fee else cell


def _last_day() -> datetime.date:
    """A published day cannot be taken back: a year typed wrong must be noticed."""
    return local_today() + datetime.timedelta(days=366 * YEARS_AHEAD)


class SourceField(LineField):
    """One line, in a box that shows a whole reference or address."""

    def __init__(self, **kwargs):
        super().__init__(widget=django_forms.Textarea(attrs={"rows": 2}), **kwargs)


class ProofLinesField(LinesField):
    """One proof per line; cleans to a list of different sentences."""

    def clean(self, value):
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        return list(dict.fromkeys(lines))


class SeenForm(PortalForm):
    """Carries what the person was shown, so that nobody overwrites or publishes what they never read."""

    seen = django_forms.CharField(widget=django_forms.HiddenInput, required=False, max_length=64)

    def see(self, fingerprint: str) -> None:
        """The next attempt starts from what is saved now."""
        self.initial["seen"] = fingerprint
        if self.is_bound:
            data = cast("QueryDict", self.data).copy()
            data["seen"] = fingerprint
            self.data = data


class VersionForm(SeenForm):
    """The fee lines of a draft, its delay and what both rest on; an empty cell is unknown."""

    def __init__(self, *args, version: ProcedureVersion, **kwargs):
        super().__init__(*args, **kwargs)
        self.version = version
        self._cells_of: dict[str, list[str]] = {}  # id of a fee -> its fields
        for fee in version.fees:
            self._add_line(fee["id"], partial(self._add_fee, fee))
        self._add_line(NEW, self._add_new_fee)
        self._add_rest()

    # -- the fields ------------------------------------------------------------

    def _add_line(self, fee: str, add: Callable[[], None]) -> None:
        before = len(self.fields)
        add()
        self._cells_of[fee] = list(self.fields)[before:]

    def _add_fee(self, fee: dict) -> None:
        name = {"label": say(fee["label"])}
        english = "" if isinstance(fee["label"], str) else fee["label"].get("en", "")
        french = fee["label"] if isinstance(fee["label"], str) else fee["label"]["fr"]
        self._add_label(fee["id"], initial=french, english=english)
        self._add_amount(
            fee["id"],
            called=gettext("le montant de « %(label)s »") % name,
            initial=fee["amount_xof"],
            help_text=self._for_whom(fee),
        )
        for m, part in self._shares(fee):
            who = {"who": part.get("held_for") or gettext("la Ville")}
            self.fields[f"share_{fee['id']}_{m}"] = MoneyField(
                label=gettext("Dont part pour %(who)s") % who,
                called=gettext("la part pour %(who)s dans « %(label)s »") % (who | name),
                required=False,
                says_optional=False,
                initial=part["amount_xof"],
            )
        self._add_scope(fee["id"], per_copy=bool(fee.get("per_copy")), variant=fee.get("variant") or "")
        called = gettext("la source du montant de « %(label)s »") % name
        self._add_fee_source(fee["id"], called=called, initial=fee.get("source", ""))
        if len(self.version.fees) > 1:
            self.fields[f"remove_{fee['id']}"] = BooleanField(label=_("Retirer ce droit"), required=False)

    def _add_new_fee(self) -> None:
        self._add_label(NEW, required=False)
        self._add_amount(NEW, called=gettext("le montant du nouveau droit"))
        self.fields[f"held_for_{NEW}"] = LineField(
            label=_("Organisme à qui ce droit est reversé"),
            called=_("l’organisme à qui ce droit est reversé"),
            help_text=_("Laissez vide si l’argent reste à la Ville."),
            required=False,
            says_optional=False,
            max_length=60,
            width=20,
        )
        self._add_scope(NEW)
        self._add_fee_source(NEW, called=gettext("la source du nouveau droit"))

    def _add_label(self, fee: str, *, initial: str = "", english: str = "", required: bool = True) -> None:
        called = _("le nom du droit")
        self.fields[f"label_{fee}"] = LineField(
            label=_("Nom du droit"),
            called=called,
            required=required,
            says_optional=False,
            max_length=120,
            initial=initial,
        )
        self.fields[f"label_en_{fee}"] = LineField(
            label=_("Nom du droit en anglais"),
            called=_("le nom du droit en anglais"),
            required=False,
            max_length=120,
            initial=english,
        )

    def _add_amount(self, fee: str, *, called: str, initial: int | None = None, help_text: str = "") -> None:
        unknown = gettext("0 si c’est gratuit. Laissez vide tant que la Mairie ne l’a pas confirmé.")
        self.fields[f"amount_{fee}"] = MoneyField(
            label=_("Montant"),
            called=called,
            required=False,
            says_optional=False,
            max_xof=fees.LARGEST_XOF,
            initial=initial,
            help_text=f"{unknown} {help_text}".strip(),
        )

    def _add_scope(self, fee: str, *, per_copy: bool = False, variant: str = "") -> None:
        self.fields[f"per_copy_{fee}"] = BooleanField(
            label=_("Compté pour chaque exemplaire"), required=False, initial=per_copy
        )
        if len(self.version.variants) > 1:
            choices = [(variant["id"], document_name(variant)) for variant in self.version.variants]
            self.fields[f"variant_{fee}"] = ChoiceField(
                label=_("Pour quel document"),
                called=_("le document que ce droit concerne"),
                choices=[("", _("Tous")), *choices],
                required=False,
                says_optional=False,
                initial=variant,
            )

    def _add_fee_source(self, fee: str, *, called: str, initial: str = "") -> None:
        self.fields[f"source_{fee}"] = SourceField(
            label=_("Source du montant"),
            called=called,
            help_text=_("Délibération, arrêté, note de service ou adresse : ce qui fixe ce montant."),
            required=False,
            says_optional=False,
            max_length=300,
            initial=initial,
        )

    def _add_rest(self) -> None:
        version = self.version
        self.fields["delay_working_days"] = IntegerField(
            label=_("Délai en jours ouvrés"),
            called=_("le délai en jours ouvrés"),
            help_text=_("Du paiement à la réponse de la Mairie. 0 veut dire le jour même."),
            required=False,
            says_optional=False,
            min_value=0,
            max_value=365,
            initial=version.delay_working_days,
        )
        for name, label, called, length in (
            ("delay_source", _("Source du délai"), _("la source du délai"), 300),
            ("legal_basis", _("Base légale"), _("la base légale"), 500),
            ("source", _("Source de la procédure"), _("la source de la procédure"), 500),
        ):
            self.fields[name] = SourceField(
                label=label,
                called=called,
                required=False,
                says_optional=False,
                max_length=length,
                initial=getattr(version, name),
            )

    # -- the page --------------------------------------------------------------

    def groups(self) -> Iterator[dict]:
        """{"title", "fields"}: a fee line each, then the delay and the texts."""
        for fee in self.version.fees:
            yield {"title": say(fee["label"]), "fields": self._of(fee["id"])}
        yield {"title": gettext("Délai"), "fields": [self["delay_working_days"], self["delay_source"]]}
        yield {"title": gettext("Textes"), "fields": [self["legal_basis"], self["source"]]}

    def new_fee(self) -> dict:
        """{"fields", "open"}: the cells of one more fee, shown at once when something is typed there."""
        fields = self._of(NEW)
        return {"fields": fields, "open": any(field.errors or field.data for field in fields)}

    def _of(self, fee: str) -> list:
        return [self[name] for name in self._cells_of[fee]]

    def compare(self) -> None:
        """Somebody else saved meanwhile: beside each answer that differs, what is saved now."""
        saved = set(self.fields) - {"seen", *self._cells_of[NEW]}
        for name in [name for name in self.changed_data if name in saved]:
            text = self.fields[name].prepare_value(self.fields[name].initial)
            self.add_error(name, self._difference(text))

    @staticmethod
    def _difference(saved) -> str:
        if isinstance(saved, bool):
            saved = gettext("coché") if saved else gettext("non coché")
        if saved in (None, ""):
            return gettext(
                "La version enregistrée laisse cette case vide. Choisissez, puis enregistrez de nouveau."
            )
        return gettext(
            "La version enregistrée dit « %(saved)s ». Choisissez, puis enregistrez de nouveau."
        ) % {"saved": saved}

    # -- what was typed ----------------------------------------------------------

    @staticmethod
    def _for_whom(fee: dict) -> str:
        parts = fee.get("allocations", [])
        if len(parts) == 1 and parts[0].get("held_for"):
            return gettext("Reversé en entier à : %(who)s.") % {"who": parts[0]["held_for"]}
        return ""

    @staticmethod
    def _rest(parts: list[dict]) -> int:
        """The part that takes what the others leave: the City's, else the first."""
        return next((m for m, part in enumerate(parts) if not part.get("held_for")), 0)

    def _shares(self, fee: dict) -> list[tuple[int, dict]]:
        """Shares that must be typed: all but one, which is what they leave."""
        parts = fee.get("allocations", [])
        return [(m, part) for m, part in enumerate(parts) if m != self._rest(parts)]

    def clean(self):
        super().clean()
        cleaned = self.cleaned_data
        for fee in self.version.fees:
            names = [f"share_{fee['id']}_{m}" for m, _part in self._shares(fee)]
            amount = cleaned.get(f"amount_{fee['id']}")
            if amount is not None and sum(cleaned.get(name) or 0 for name in names) > amount:
                self.add_error(
                    names[-1],
                    gettext("Corrigez %(what)s : %(limit)s au plus, c’est le montant du droit.")
                    % {
                        "what": cast("MoneyField", self.fields[names[-1]]).called,
                        "limit": format_xof(amount),
                    },
                )
        if not cleaned.get(f"label_{NEW}") and any(cleaned.get(n) for n in self._typed_with_a_name()):
            self.add_error(
                f"label_{NEW}", gettext("Saisissez le nom du nouveau droit, ou videz les cases au-dessous.")
            )
        removed = [fee["id"] for fee in self.version.fees if cleaned.get(f"remove_{fee['id']}")]
        if removed and len(removed) == len(self.version.fees) and not cleaned.get(f"label_{NEW}"):
            self.add_error(
                f"remove_{removed[-1]}",
                gettext("Gardez au moins un droit : si la démarche est gratuite, son montant est 0."),
            )
        return cleaned

    @staticmethod
    def _typed_with_a_name() -> list[str]:
        return [f"{name}_{NEW}" for name in ("label_en", "amount", "held_for", "source")]

    def changes(self) -> dict:
        """What ``services.procedures.edit_draft`` takes."""
        data = self.cleaned_data
        names = ("seen", "delay_working_days", "delay_source", "legal_basis", "source")
        kept = [fee for fee in self.version.fees if not data.get(f"remove_{fee['id']}")]
        lines = [self._fee(fee) for fee in kept]
        if data[f"label_{NEW}"]:
            lines.append(self._made())
        return {name: data[name] for name in names} | {"fees": lines}

    def _fee(self, fee: dict) -> dict:
        cells, parts = self._cells(fee["id"]), fee.get("allocations", [])
        if parts:
            shares = {m: self.cleaned_data[f"share_{fee['id']}_{m}"] or 0 for m, _part in self._shares(fee)}
            shares[self._rest(parts)] = max(0, (cells["amount_xof"] or 0) - sum(shares.values()))
            cells["allocations"] = [part | {"amount_xof": shares[m]} for m, part in enumerate(parts)]
        return fee | cells

    def _cells(self, fee: str) -> dict:
        data = self.cleaned_data
        french, english = data[f"label_{fee}"], data[f"label_en_{fee}"]
        return {
            "label": {"fr": french, "en": english} if english else french,
            "amount_xof": data[f"amount_{fee}"],
            "per_copy": data[f"per_copy_{fee}"],
            "variant": data.get(f"variant_{fee}") or "",
            "source": data[f"source_{fee}"],
        }

    def _made(self) -> dict:
        cells, held_for = self._cells(NEW), self.cleaned_data[f"held_for_{NEW}"]
        account = AccountCode.HELD_FOR_OTHERS if held_for else AccountCode.CIVIL_ACT_FEES
        share = {"account": account, "amount_xof": cells["amount_xof"] or 0}
        taken = {fee["id"] for fee in self.version.fees} | {NEW}
        free = next(name for n in range(1, len(taken) + 2) if (name := f"fee{n}") not in taken)
        return {"id": free, "allocations": [share | ({"held_for": held_for} if held_for else {})]} | cells


class StartField(SplitDateField):
    def __init__(self, **kwargs):
        super().__init__(
            label=_("Applicable à partir du"),
            help_text=_("Aujourd’hui ou un jour à venir."),
            latest=_last_day,
            **kwargs,
        )


class PublishForm(SeenForm):
    starts_on = StartField(called=_("le premier jour d’application"))


class ReplaceRuleForm(PortalForm):
    proofs = ProofLinesField(
        label=_("Justificatifs à vérifier, un par ligne"),
        called=_("les justificatifs à vérifier"),
        help_text=_("L’agent coche chaque ligne devant la personne ou ses pièces."),
        max_length=2000,
    )
    source = SourceField(
        label=_("Source"),
        called=_("la source de la règle"),
        help_text=_("Texte, article ou décision qui donne ce droit."),
        max_length=300,
    )
    starts_on = StartField(called=_("le premier jour de la règle"))


class RuleForm(ReplaceRuleForm):
    document_kind = ChoiceField(label=_("Document"), called=_("le document"))
    relation = ChoiceField(
        label=_("Qui demande"),
        called=_("qui demande"),
        choices=[
            ("", _("Choisir")),
            *((r, words) for r, words in STAFF_RELATIONS.items() if r != Relation.OTHER),
        ],
    )
    field_order = ("document_kind", "relation", "proofs", "source", "starts_on")

    def __init__(self, *args, kinds: list[tuple[str, str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["document_kind"].choices = kinds  # type: ignore[attr-defined]


class EndRuleForm(PortalForm):
    ends_on = SplitDateField(
        label=_("Dernier jour"),
        called=_("le dernier jour de la règle"),
        help_text=_("Aujourd’hui ou un jour à venir ; la règle vaut encore ce jour-là."),
        latest=_last_day,
    )


class TemplateForm(PortalForm):
    legal_reference = SourceField(
        label=_("Texte, décision ou spécimen suivi"),
        called=_("le texte, la décision ou le spécimen suivi"),
        help_text=_("Le texte ou le papier que vous avez comparé avec le spécimen."),
        max_length=300,
    )
    starts_on = StartField(called=_("le premier jour d’application"))
