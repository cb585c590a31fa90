"""Forms as people see them: one renderer, fields that know what to say.

A form of the portal is a ``PortalForm`` (or ``PortalModelForm``); ``{{ form }}``
renders the error summary, then each field with its label, hint, error and
control. Django's own fields work too; those below only know more.
"""

from cotonou.core.forms.base import OnceForm, PortalForm, PortalModelForm
from cotonou.core.forms.fields import (
    BooleanField,
    CharField,
    CheckboxesField,
    ChoiceField,
    EmailField,
    FileField,
    IntegerField,
    ModelChoiceField,
    MoneyField,
    OneTimeCodeField,
    PasswordField,
    PhoneField,
    RadioField,
    SplitDateField,
    TextareaField,
    YesNoField,
)
from cotonou.core.forms.rendering import PortalBoundField, PortalRenderer, error_items
from cotonou.core.forms.widgets import Checkboxes, DateParts, Radios

__all__ = [
    "BooleanField",
    "CharField",
    "Checkboxes",
    "CheckboxesField",
    "ChoiceField",
    "DateParts",
    "EmailField",
    "FileField",
    "IntegerField",
    "ModelChoiceField",
    "MoneyField",
    "OnceForm",
    "OneTimeCodeField",
    "PasswordField",
    "PhoneField",
    "PortalBoundField",
    "PortalForm",
    "PortalModelForm",
    "PortalRenderer",
    "RadioField",
    "Radios",
    "SplitDateField",
    "TextareaField",
    "YesNoField",
    "error_items",
]
