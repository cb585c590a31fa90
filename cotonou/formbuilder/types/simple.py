import re
import unicodedata
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _

from cotonou.core import forms as portal
from cotonou.core import phones
from cotonou.core.money import format_xof
from cotonou.formbuilder import text
from cotonou.formbuilder.definition import say
from cotonou.formbuilder.types.base import FieldType, fixed_limit

TEXT_MAX, NAME_MAX, TEXTAREA_MAX = 200, 120, 4000
INTEGER_MAX, MONEY_MAX_XOF = 10**9, 10**12


class LineField(portal.CharField):
    def to_python(self, value):
        return super().to_python(text.line(str(value or "")))


class LinesField(portal.TextareaField):
    def to_python(self, value):
        return super().to_python(text.lines(str(value or "")))


class NameField(LineField):
    """A person's name: letters of any language with their marks, spaces, hyphens, apostrophes."""

    def validate(self, value):
        super().validate(value)
        if value and not (_has_letter(value) and all(map(_fits_a_name, value))):
            raise ValidationError(
                _("Corrigez %(what)s : des lettres seulement ; le tiret et l’apostrophe sont permis."),
                "letters",
                {"what": self.what or _("le nom")},
            )


def _has_letter(value: str) -> bool:
    return any(unicodedata.category(c)[0] == "L" for c in value)


def _fits_a_name(c: str) -> bool:
    return c in " -'’ʼ.‑" or unicodedata.category(c)[0] in "LM"


class NpiField(LineField):
    def to_python(self, value):
        return re.sub(r"[ .\-]", "", super().to_python(value))


class Text(FieldType):
    field_class: type[portal.CharField] = LineField
    longest = TEXT_MAX

    def arguments(self, field, around):
        arguments: dict[str, Any] = {"max_length": field.spec.get("max_length", self.longest)}
        if pattern := field.spec.get("pattern"):
            message = say(field.spec.get("pattern_error")) or _(
                "Corrigez « %(label)s » : ce n’est pas la forme attendue."
            ) % {"label": field.label}
            arguments["validators"] = [RegexValidator(rf"\A(?:{pattern})\Z", message, "pattern")]
        return arguments


class Name(Text):
    field_class, longest = NameField, NAME_MAX


class Textarea(Text):
    field_class, longest = LinesField, TEXTAREA_MAX


class Npi(Text):
    field_class = NpiField

    def look(self, field, required, heading):
        look = {"inputmode": "numeric", "width": 10} | super().look(field, required, heading)
        if not look["help_text"] and "pattern" not in field.spec:
            look["help_text"] = _("%(n)d chiffres") % {"n": settings.NPI_DIGITS}
        return look

    def arguments(self, field, around):
        # Its length is not confirmed by a published text: configurable.
        pattern = field.spec.get("pattern") or f"[0-9]{{{settings.NPI_DIGITS}}}"
        message = say(field.spec.get("pattern_error"))
        if not message and "pattern" in field.spec:
            message = _("Recopiez le NPI tel qu’il est écrit sur la carte ou le certificat (CIP).")
        elif not message:
            message = _(
                "Recopiez le NPI tel qu’il est écrit sur la carte ou le certificat (CIP) : "
                "%(n)d chiffres, sans lettre."
            ) % {"n": settings.NPI_DIGITS}
        return {"validators": [RegexValidator(rf"\A(?:{pattern})\Z", message, "pattern")]}


class Integer(FieldType):
    field_class = portal.IntegerField

    def arguments(self, field, around):
        return {
            "min_value": fixed_limit(field, "min", 0),
            "max_value": fixed_limit(field, "max", INTEGER_MAX),
        }


class Money(FieldType):
    field_class = portal.MoneyField

    def arguments(self, field, around):
        return {
            "min_xof": fixed_limit(field, "min", 0),
            "max_xof": fixed_limit(field, "max", MONEY_MAX_XOF),
        }

    def human(self, field, answer, around):
        return format_xof(answer)


class Phone(FieldType):
    field_class = portal.PhoneField

    def arguments(self, field, around):
        return {"foreign": field.spec.get("foreign", False)}

    def human(self, field, answer, around):
        return phones.pretty(answer)


class Email(FieldType):
    field_class = portal.EmailField

    def arguments(self, field, around):
        return {"max_length": 254}


class YesNo(FieldType):
    field_class = portal.YesNoField

    def human(self, field, answer, around):
        return _("Oui") if answer else _("Non")


class Computed(FieldType):
    """Shown, never typed; engine.py fills it."""

    def controls(self, field, around, *, required, heading):
        return {}

    def names(self, field):
        return []

    def answer(self, field, cleaned):
        return None

    def initial(self, field, answer):
        return {}

    def human(self, field, answer, around):
        return format_xof(answer) if field.spec.get("format") == "money" else str(answer)
