from django import forms as django_forms
from django.utils.translation import gettext_lazy as _

from cotonou.core import forms


class DateInput(django_forms.DateInput):
    input_type = "date"

    def __init__(self):
        super().__init__(format="%Y-%m-%d")


class RangeForm(forms.PortalForm):
    """Days of the books, bounds included."""

    du = django_forms.DateField(label=_("Du"), required=False, widget=DateInput())
    au = django_forms.DateField(label=_("Au"), required=False, widget=DateInput())

    def clean(self):
        data = super().clean() or self.cleaned_data
        if data.get("du") and data.get("au") and data["du"] > data["au"]:
            self.add_error("au", _("Corrigez la date de fin : elle précède la date de début."))
        return data
