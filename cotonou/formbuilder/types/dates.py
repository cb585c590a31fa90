import calendar
import datetime
import re
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cotonou.core import forms as portal
from cotonou.formbuilder import conditions
from cotonou.formbuilder.types.base import FieldType, fixed_limit

EARLIEST_YEAR = 1880
_ABOUT_YEAR = re.compile(r"(?i)(vers|env\.?|environ|about|~)?\s*([0-9]{4})")


class Date(FieldType):
    """Answer: "1990-11-24"."""

    field_class = portal.SplitDateField

    def names(self, field):
        return [f"{field.id}_{part}" for part in ("day", "month", "year")]

    def arguments(self, field, around):
        earliest, latest = (fixed_limit(field, key) for key in ("min", "max"))
        arguments: dict[str, Any] = {"past": latest == "today"}
        if earliest:
            arguments["earliest"] = conditions.day(earliest, around.today)
        if latest and latest != "today":
            arguments["latest"] = conditions.day(latest, around.today)
        return arguments

    def answer(self, field, cleaned):
        found = cleaned.get(field.id)
        return found.isoformat() if found else None

    def initial(self, field, answer):
        return {field.id: datetime.date.fromisoformat(answer)}

    def human(self, field, answer, around):
        return human_date(datetime.date.fromisoformat(answer))


class PartialParts(portal.DateParts):
    def decompress(self, value):
        if isinstance(value, dict):
            return [value.get("day"), value.get("month"), value.get("year")]
        return super().decompress(value)


class PartialDateField(portal.SplitDateField):
    """Day, or day and month, may be missing. Cleans to {"year", "month"?, "day"?, "about"?}."""

    widget = PartialParts
    default_error_messages = {
        "no_year": gettext_lazy("Indiquez au moins l’année, même approximative, par exemple 1962."),
        "no_month": gettext_lazy("Indiquez aussi le mois, ou effacez le jour."),
        "too_early": gettext_lazy("Vérifiez l’année : elle ne peut pas être avant %(year)s."),
        "too_late": gettext_lazy("Vérifiez l’année : elle ne peut pas être après %(year)s."),
    }

    def to_python(self, value):
        if value is None or isinstance(value, dict):
            return value
        day, month, year = (str(part or "").strip() for part in value)
        if not (day or month or year):
            return None
        match = _ABOUT_YEAR.fullmatch(year)
        if not match or int(match[2]) < 1000:
            raise self._error("no_year" if not year else "short_year", parts=["year"])
        if day and not month:
            raise self._error("no_month", parts=["month"])
        found: dict[str, Any] = {"year": int(match[2])}
        # A whole date is checked by the exact field, a month by its first day.
        if month:
            exact = super().to_python([day or "1", month, match[2]])
            found |= {"month": exact.month} | ({"day": exact.day} if day else {})
        if match[1]:
            found["about"] = True
        return found

    def validate(self, value):
        if value is None:
            super().validate(None)
            return
        first, last = self._limits()
        lowest, highest = span(value)
        if self.past and lowest > last:
            raise self._error("future")
        if highest < first:
            raise self._error("too_early", parts=["year"], year=str(first.year))
        if lowest > last:
            raise self._error("too_late", parts=["year"], year=str(last.year))

    def _limits(self) -> tuple[datetime.date, datetime.date]:
        limits = [limit() if callable(limit) else limit for limit in (self.earliest, self.latest)]
        last = limits[1] or (timezone.localdate() if self.past else datetime.date.max)
        return limits[0] or datetime.date(EARLIEST_YEAR, 1, 1), last


class PartialDate(Date):
    """Answer: {"year": 1962, "month": 3, "day": 5, "about": true}; only the year is sure to be there."""

    field_class = PartialDateField
    composite = True

    def names(self, field):
        return [*super().names(field), f"{field.id}_about"]

    def controls(self, field, around, *, required, heading):
        control = super().controls(field, around, required=required, heading=heading)[field.id]
        about = portal.BooleanField(
            label=_("L’année n’est pas sûre (« vers 1962 »)"), required=False, says_optional=False
        )
        return {field.id: control, f"{field.id}_about": about}

    def answer(self, field, cleaned):
        found = cleaned.get(field.id)
        if not found:
            return None
        if cleaned.get(f"{field.id}_about"):
            found = found | {"about": True}
        if found.get("about") and "month" in found:
            raise ValidationError(
                _("Donnez seulement l’année si elle n’est pas sûre : effacez le jour et le mois."),
                "about_with_month",
            )
        return found

    def initial(self, field, answer):
        return {field.id: answer, f"{field.id}_about": answer.get("about", False)}

    def human(self, field, answer, around):
        return human_partial_date(answer)


def span(value: dict[str, Any]) -> tuple[datetime.date, datetime.date]:
    """The first and last day that a partial date may stand for."""
    year, month, day = value["year"], value.get("month"), value.get("day")
    if month and day:
        exact = datetime.date(year, month, day)
        return exact, exact
    if month:
        last = calendar.monthrange(year, month)[1]
        return datetime.date(year, month, 1), datetime.date(year, month, last)
    return datetime.date(year, 1, 1), datetime.date(year, 12, 31)


def human_date(value: datetime.date) -> str:
    """ "24 novembre 2026", "1er novembre 2026"."""
    shown = date_format(value, "DATE_FORMAT")
    first = value.day == 1 and (get_language() or "fr").startswith("fr")
    return shown.replace("1 ", "1er ", 1) if first else shown


def human_partial_date(value: dict[str, Any]) -> str:
    """ "5 mars 1962", "mars 1962", "1962" or "vers 1962"."""
    if value.get("day"):
        return human_date(datetime.date(value["year"], value["month"], value["day"]))
    if value.get("month"):
        return f"{MONTHS[value['month']]} {value['year']}"
    return _("vers %(year)d") % value if value.get("about") else str(value["year"])
