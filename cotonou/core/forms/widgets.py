from django import forms
from django.forms.widgets import ChoiceWidget
from django.utils.translation import gettext_lazy as _

PARTS = ("day", "month", "year")
PART_LABELS = {"day": _("Jour"), "month": _("Mois"), "year": _("Année")}


class Described(ChoiceWidget):
    """Choices with more to say.

    hints: {value: sentence under the label}
    reveals: {value: name of the field shown only under that choice}
    inline, small: how the group is laid out
    """

    def __init__(self, attrs=None, choices=(), *, hints=None, reveals=None, inline=False, small=False):
        super().__init__(attrs, choices)
        self.hints, self.reveals = hints or {}, reveals or {}
        self.inline, self.small = inline, small


class Radios(Described, forms.RadioSelect):
    pass


class Checkboxes(Described, forms.CheckboxSelectMultiple):
    pass


class DateParts(forms.MultiWidget):
    """Day, month and year in three boxes; a calendar is slow for a date of birth.

    Posts ``<name>_day``, ``<name>_month``, ``<name>_year``; ids end in _0, _1, _2.
    """

    use_fieldset = True

    def __init__(self, attrs=None):
        super().__init__({part: forms.TextInput(attrs={"inputmode": "numeric"}) for part in PARTS}, attrs)

    def decompress(self, value):
        return [value.day, value.month, value.year] if value else [None, None, None]

    def id_for_label(self, id_):
        return f"{id_}_0" if id_ else ""
