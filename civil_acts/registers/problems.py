"""Why a row of a register cannot go in, in words that say what to do."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class Reason(StrEnum):
    MISSING = "missing"
    ILLEGIBLE = "illegible"
    TOO_LONG = "too_long"
    BAD_NUMBER = "bad_number"
    BAD_YEAR = "bad_year"
    BAD_DATE = "bad_date"
    IMPOSSIBLE_DATE = "impossible_date"
    PARTIAL_DATE = "partial_date"
    DATE_AFTER_REGISTER = "date_after_register"
    DATE_ORDER = "date_order"
    BAD_SEX = "bad_sex"
    BAD_PHONE = "bad_phone"
    BAD_NPI = "bad_npi"
    MERGED = "merged"
    SHIFTED = "shifted"
    DUPLICATE_IN_FILE = "duplicate_in_file"
    DUPLICATE_IN_REGISTER = "duplicate_in_register"


R = Reason
SHORT = {
    R.MISSING: gettext_lazy("Donnée manquante"),
    R.ILLEGIBLE: gettext_lazy("Lettre perdue"),
    R.TOO_LONG: gettext_lazy("Texte trop long"),
    R.BAD_NUMBER: gettext_lazy("Numéro d’acte non reconnu"),
    R.BAD_YEAR: gettext_lazy("Année non reconnue"),
    R.BAD_DATE: gettext_lazy("Date non reconnue"),
    R.IMPOSSIBLE_DATE: gettext_lazy("Date qui n’existe pas"),
    R.PARTIAL_DATE: gettext_lazy("Date incomplète"),
    R.DATE_AFTER_REGISTER: gettext_lazy("Date postérieure au registre"),
    R.DATE_ORDER: gettext_lazy("Acte dressé avant le fait"),
    R.BAD_SEX: gettext_lazy("Sexe non reconnu"),
    R.BAD_PHONE: gettext_lazy("Téléphone non reconnu"),
    R.BAD_NPI: gettext_lazy("NPI non reconnu"),
    R.MERGED: gettext_lazy("Cellules fusionnées"),
    R.SHIFTED: gettext_lazy("Cellules décalées"),
    R.DUPLICATE_IN_FILE: gettext_lazy("Numéro en double dans le fichier"),
    R.DUPLICATE_IN_REGISTER: gettext_lazy("Numéro déjà pris dans le registre"),
}


@dataclass(frozen=True)
class Problem:
    """``column`` is the header as the office wrote it; ``value`` what the cell holds, or lines."""

    reason: Reason
    column: str = ""
    value: str = ""
    name: str = ""  # the field

    def sentence(self, *, typed: bool = False) -> str:
        """One sentence that names the column and the remedy. typed: on a page, where nothing is a cell."""
        words = _sentences() | (_typed() if typed else {})
        return words[self.reason] % {"column": self.column, "value": self.value}


def _typed() -> dict[Reason, str]:
    return {R.MISSING: _("Remplissez « %(column)s » : ce champ ne peut pas rester vide.")}


def _sentences() -> dict[Reason, str]:
    return {
        R.MISSING: _("Remplissez « %(column)s » : la cellule est vide."),
        R.ILLEGIBLE: _("Corrigez « %(column)s » : une lettre a été perdue dans « %(value)s »."),
        R.TOO_LONG: _("Raccourcissez « %(column)s » : le texte est trop long."),
        R.BAD_NUMBER: _("Corrigez « %(column)s » : « %(value)s » n’est pas un numéro d’acte."),
        R.BAD_YEAR: _("Corrigez « %(column)s » : « %(value)s » n’est pas une année de registre."),
        R.BAD_DATE: _(
            "Corrigez « %(column)s » : « %(value)s » n’est pas une date. Écrivez JJ/MM/AAAA ou « vers 1962 »."
        ),
        R.IMPOSSIBLE_DATE: _("Corrigez « %(column)s » : le %(value)s n’existe pas."),
        R.PARTIAL_DATE: _("Complétez « %(column)s » : il faut le jour, le mois et l’année."),
        R.DATE_AFTER_REGISTER: _("Vérifiez « %(column)s » : %(value)s vient après l’année du registre."),
        R.DATE_ORDER: _("Vérifiez « %(column)s » : l’acte serait dressé avant le fait (%(value)s)."),
        R.BAD_SEX: _("Corrigez « %(column)s » : écrivez M ou F au lieu de « %(value)s »."),
        R.BAD_PHONE: _(
            "Corrigez « %(column)s » : « %(value)s » n’est pas un numéro du Bénin à 8 ou 10 chiffres."
        ),
        R.BAD_NPI: _("Corrigez « %(column)s » : « %(value)s » n’est pas un NPI."),
        R.MERGED: _(
            "Défusionnez « %(column)s » et remplissez chaque ligne : la même cellule couvre plusieurs actes."
        ),
        R.SHIFTED: _(
            "Vérifiez la ligne : elle a plus de cellules que d’en-têtes (séparateur ou guillemet de trop)."
        ),
        R.DUPLICATE_IN_FILE: _(
            "Vérifiez « %(column)s » : des actes différents portent ce numéro aux lignes %(value)s."
        ),
        R.DUPLICATE_IN_REGISTER: _(
            "Vérifiez « %(column)s » : le registre a déjà un autre acte avec ce numéro (%(value)s)."
        ),
    }
