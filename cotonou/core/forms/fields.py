"""Fields that say how they look (size, width, keyboard) and what they are called."""

import datetime
import re
from collections.abc import Callable

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cotonou.core import phones
from cotonou.core.forms.widgets import PARTS, Checkboxes, DateParts, Radios
from cotonou.core.money import format_xof

SPACES = re.compile(r"[\s\u00a0\u202f]+")


class Look:
    """What every field of the portal accepts besides Django's arguments.

    called: the field inside a sentence, "votre nom de famille"
    error_required: the sentence shown when it is left empty
    label_size: s, m, l or xl; heading: the label is the page's h1
    autocomplete, inputmode, spellcheck: as in HTML
    width: characters that fit: 2, 3, 4, 5, 10, 20 or 30
    prefix, suffix: text beside the box
    says_optional: add « (facultatif) » to the label of an optional field
    """

    def __init__(
        self,
        *args,
        called="",
        error_required="",
        label_size="",
        heading=False,
        autocomplete="",
        inputmode="",
        spellcheck="",
        width=None,
        prefix="",
        suffix="",
        says_optional=True,
        **kwargs,
    ):
        if error_required:
            kwargs["error_messages"] = {"required": error_required} | (kwargs.get("error_messages") or {})
        super().__init__(*args, **kwargs)
        self.called, self.label_size, self.heading = called, label_size, heading
        self.autocomplete, self.inputmode, self.spellcheck = autocomplete, inputmode, spellcheck
        self.width, self.prefix, self.suffix = width, prefix, suffix
        self.says_optional = says_optional
        self.what = ""  # what a sentence calls the field; the form says it


class CharField(Look, forms.CharField):
    pass


class TextareaField(CharField):
    def __init__(self, *args, rows=5, **kwargs):
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(*args, **kwargs)


class EmailField(Look, forms.EmailField):
    def __init__(self, *args, autocomplete="email", **kwargs):
        super().__init__(*args, autocomplete=autocomplete, spellcheck="false", **kwargs)


class PasswordField(CharField):
    widget = forms.PasswordInput

    def __init__(self, *args, autocomplete="current-password", **kwargs):
        super().__init__(*args, autocomplete=autocomplete, spellcheck="false", strip=False, **kwargs)


class IntegerField(Look, forms.IntegerField):
    widget = forms.TextInput  # a number spinner changes the value on scroll

    def __init__(self, *args, inputmode="numeric", width=5, **kwargs):
        super().__init__(*args, inputmode=inputmode, width=width, **kwargs)


class BooleanField(Look, forms.BooleanField):
    pass


class ChoiceField(Look, forms.ChoiceField):
    pass


class ModelChoiceField(Look, forms.ModelChoiceField):
    pass


class FileField(Look, forms.FileField):
    """accept: what the phone's picker offers, such as "image/*,application/pdf"."""

    widget = forms.FileInput

    def __init__(self, *args, accept="", **kwargs):
        super().__init__(*args, **kwargs)
        self.accept = accept


class RadioField(ChoiceField):
    """One choice among few. hints, reveals, inline: see widgets.Described."""

    def __init__(self, *, hints=None, reveals=None, inline=False, small=False, **kwargs):
        kwargs.setdefault("widget", Radios(hints=hints, reveals=reveals, inline=inline, small=small))
        super().__init__(**kwargs)


class CheckboxesField(Look, forms.MultipleChoiceField):
    """Any choices among few. hints, reveals, inline: see widgets.Described."""

    def __init__(self, *, hints=None, reveals=None, inline=False, small=False, **kwargs):
        kwargs.setdefault("widget", Checkboxes(hints=hints, reveals=reveals, inline=inline, small=small))
        super().__init__(**kwargs)


class YesNoField(Look, forms.TypedChoiceField):
    """Two radios; cleans to True, False, or None when optional and left empty."""

    def __init__(self, *, hints=None, reveals=None, inline=True, **kwargs):
        kwargs.setdefault("widget", Radios(hints=hints, reveals=reveals, inline=inline))
        super().__init__(
            choices=[("yes", gettext_lazy("Oui")), ("no", gettext_lazy("Non"))],
            coerce=lambda value: value == "yes",
            empty_value=None,
            **kwargs,
        )

    def prepare_value(self, value):
        return {True: "yes", False: "no"}.get(value, value)


class SplitDateField(Look, forms.Field):
    """A date in three boxes.

    earliest, latest: a date or a function giving one, both allowed.
    past: nothing after today in Cotonou.
    """

    widget = DateParts
    default_error_messages = {
        "incomplete": gettext_lazy("Complétez la date : il manque %(missing)s."),
        "invalid": gettext_lazy(
            "Vérifiez la date : elle n’existe pas. Écrivez-la en chiffres, par exemple 24 11 1990."
        ),
        "short_year": gettext_lazy("Écrivez l’année avec quatre chiffres, par exemple 1990."),
        "too_early": gettext_lazy("Vérifiez la date : elle doit être le %(limit)s ou après."),
        "too_late": gettext_lazy("Vérifiez la date : elle doit être le %(limit)s ou avant."),
        "future": gettext_lazy("Vérifiez la date : elle est dans le futur."),
    }

    def __init__(
        self,
        *,
        earliest: datetime.date | Callable[[], datetime.date] | None = datetime.date(1880, 1, 1),
        latest: datetime.date | Callable[[], datetime.date] | None = None,
        past: bool = False,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.earliest, self.latest, self.past = earliest, latest, past

    def to_python(self, value):
        if value is None or isinstance(value, datetime.date):
            return value
        texts = [str(part or "").strip() for part in value]
        if not any(texts):
            return None
        if missing := [part for part, text in zip(PARTS, texts, strict=True) if not text]:
            names = {"day": _("le jour"), "month": _("le mois"), "year": _("l’année")}
            listed = _(" et ").join(names[part] for part in missing)
            raise self._error("incomplete", parts=missing, missing=listed)
        if wrong := [
            part for part, text in zip(PARTS, texts, strict=True) if not re.fullmatch(r"[0-9]{1,4}", text)
        ]:
            raise self._error("invalid", parts=wrong)
        day, month, year = map(int, texts)
        if year < 1000:
            raise self._error("short_year", parts=["year"])
        try:
            return datetime.date(year, month, day)
        except ValueError:
            raise self._error("invalid", parts=["month"] if not 1 <= month <= 12 else ["day"]) from None

    def validate(self, value):
        super().validate(value)
        if value is None:
            return
        earliest, latest = (limit() if callable(limit) else limit for limit in (self.earliest, self.latest))
        if self.past and value > timezone.localdate():
            raise self._error("future")
        if earliest and value < earliest:
            raise self._error("too_early", limit=_date(earliest))
        if latest and value > latest:
            raise self._error("too_late", limit=_date(latest))

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True

    def _error(self, code, parts=PARTS, **params):
        return ValidationError(self.error_messages[code], code, {"parts": parts, **params})


class PhoneField(CharField):
    """Cleans to E.164 ("+2290197000000"), or "" when optional and left empty.

    foreign: also accept numbers of other countries, written with their code.
    """

    widget = forms.TelInput

    def __init__(self, *, foreign=False, autocomplete="tel", inputmode="tel", width=20, **kwargs):
        super().__init__(autocomplete=autocomplete, inputmode=inputmode, width=width, **kwargs)
        self.foreign = foreign

    def clean(self, value):
        typed = super().clean(value)
        if not typed:
            return ""
        try:
            return phones.to_e164(typed, foreign=self.foreign)
        except phones.PhoneError as error:
            raise ValidationError(str(error), "invalid") from error

    def prepare_value(self, value):
        text = str(value or "")
        return phones.pretty(text).replace("\u00a0", " ") if text.startswith("+") else value


class MoneyField(Look, forms.Field):
    """Whole F CFA: "48 215", "48.215 F" and "48215 FCFA" clean to 48215."""

    widget = forms.TextInput
    default_error_messages = {
        "invalid": gettext_lazy("Saisissez %(what)s en chiffres, en francs entiers, par exemple 48 215."),
        "cents": gettext_lazy("Corrigez %(what)s : le franc CFA n’a pas de centimes."),
        "too_small": gettext_lazy("Corrigez %(what)s : %(limit)s au moins."),
        "too_big": gettext_lazy("Corrigez %(what)s : %(limit)s au plus."),
    }

    def __init__(self, *, min_xof=0, max_xof=10**12, inputmode="numeric", width=10, suffix="F CFA", **kwargs):
        super().__init__(inputmode=inputmode, width=width, suffix=suffix, **kwargs)
        self.min_xof, self.max_xof = min_xof, max_xof

    def to_python(self, value):
        if value in self.empty_values:
            return None
        text = re.sub(r"(?i)(f|fcfa|xof|cfa)$", "", SPACES.sub("", str(value)))
        text = re.sub(r"(?i)f$", "", text)
        if re.fullmatch(r"-?[0-9]{1,3}(\.[0-9]{3})+", text):
            text = text.replace(".", "")
        if re.fullmatch(r"-?[0-9]+[.,][0-9]+", text):
            raise self._error("cents")
        if not re.fullmatch(r"-?[0-9]{1,30}", text):
            raise self._error("invalid")
        return int(text)

    def validate(self, value):
        super().validate(value)
        if value is None:
            return
        if value < self.min_xof:
            raise self._error("too_small", limit=format_xof(self.min_xof))
        if value > self.max_xof:
            raise self._error("too_big", limit=format_xof(self.max_xof))

    def _error(self, code, **params):
        return ValidationError(
            self.error_messages[code], code, {"what": self.what or _("le montant"), **params}
        )

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True

    def prepare_value(self, value):
        return format_xof(value).removesuffix("F").strip() if isinstance(value, int) else value


class OneTimeCodeField(CharField):
    """Digits received by SMS or e-mail, spaces forgiven. Cleans to ``length`` digits."""

    def __init__(self, *, length=6, **kwargs):
        super().__init__(autocomplete="one-time-code", inputmode="numeric", width=10, **kwargs)
        self.length = length

    def clean(self, value):
        typed = re.sub(r"[\s\-.\u00a0\u202f]", "", super().clean(value))
        if typed and not re.fullmatch(rf"[0-9]{{{self.length}}}", typed):
            raise ValidationError(
                _("Saisissez les %(length)d chiffres du code reçu."), "invalid", {"length": self.length}
            )
        return typed


def _date(value: datetime.date) -> str:
    return date_format(value, "DATE_FORMAT")
