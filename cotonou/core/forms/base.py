"""Forms whose errors name the field and the remedy, without a line per field.

A field says ``called="votre nom de famille"`` and gets « Saisissez votre nom de
famille »; without it the label is quoted. ``error_messages`` always wins.
"""

import uuid

from django import forms
from django.utils.translation import gettext as _

from cotonou.core.forms.widgets import DateParts


class _Remedies(forms.BaseForm):
    use_required_attribute = False  # our words, not the browser's
    label_size = ""

    def full_clean(self):
        for name, field in self.fields.items():
            say_the_remedy(field, str(self[name].label))
        super().full_clean()


class PortalForm(_Remedies, forms.Form):
    pass


class OnceForm(PortalForm):
    """Carries the key of core.idempotency.once, so that two clicks act once; write it into the template.

    Nobody is refused for want of a key: without one, each sending acts for itself.
    """

    idempotency_key = forms.CharField(widget=forms.HiddenInput, max_length=80, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["idempotency_key"].initial = uuid.uuid4


class PortalModelForm(_Remedies, forms.ModelForm):
    pass


def say_the_remedy(field: forms.Field, label: str) -> None:
    """Replace the default messages of ``field`` that nobody chose on purpose."""
    defaults: dict[str, object] = {}
    for cls in reversed(type(field).__mro__):
        defaults |= getattr(cls, "default_error_messages", {})
    own = _own_messages(type(field))
    what = _what(field, label)
    if hasattr(field, "what"):
        field.what = what
    for code, text in _messages(field, what).items():
        current = field.error_messages.get(code)
        if code not in own and (current is None or current is defaults.get(code)):
            field.error_messages[code] = text


def _own_messages(cls: type) -> set[str]:
    """Codes that a field class of the portal words itself."""
    return {
        code
        for parent in cls.__mro__
        if not parent.__module__.startswith("django.")
        for code in parent.__dict__.get("default_error_messages", ())
    }


def _what(field: forms.Field, label: str) -> str:
    if called := getattr(field, "called", ""):
        return str(called)
    label = label.rstrip(" :\u00a0\u202f")
    if label.startswith(("Votre ", "Vos ", "Your ")):
        return label[0].lower() + label[1:]
    return _("« %(label)s »") % {"label": label}


def _messages(field: forms.Field, what: str) -> dict[str, str]:
    """Error code -> sentence. Codes whose errors carry parameters double their %."""
    w, safe = {"what": what}, {"what": what.replace("%", "%%")}
    many = isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
    messages = {
        "required": _required(field, many, w),
        "max_length": _(
            "Raccourcissez %(what)s : %%(limit_value)d caractères au plus, il y en a %%(show_value)d."
        )
        % safe,
        "min_length": _("Complétez %(what)s : %%(limit_value)d caractères au moins.") % safe,
        "max_value": _("Corrigez %(what)s : %%(limit_value)s au plus.") % safe,
        "min_value": _("Corrigez %(what)s : %%(limit_value)s au moins.") % safe,
    }
    if isinstance(field, forms.FileField):
        messages |= {
            "empty": _("Le fichier choisi est vide. Choisissez un autre fichier pour %(what)s.") % w,
            "invalid": _("Le fichier n’est pas arrivé. Ajoutez-le de nouveau : %(what)s.") % w,
            "missing": _("Le fichier n’est pas arrivé. Ajoutez-le de nouveau : %(what)s.") % w,
            "max_length": _("Le nom du fichier est trop long. Renommez-le, puis ajoutez %(what)s de nouveau.")
            % safe,
        }
    elif many or isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        messages["invalid_choice"] = _("Choisissez %(what)s dans la liste proposée.") % safe
    elif isinstance(field, forms.EmailField):
        messages["invalid"] = _("Corrigez %(what)s : une adresse s’écrit comme nom@exemple.com.") % safe
    elif isinstance(field, forms.FloatField | forms.DecimalField):
        messages["invalid"] = _("Saisissez %(what)s en chiffres, par exemple 12,5.") % safe
    elif isinstance(field, forms.IntegerField):
        messages["invalid"] = _("Saisissez %(what)s en chiffres, par exemple 12.") % w
    elif isinstance(field, forms.DateTimeField):
        messages["invalid"] = (
            _("Saisissez %(what)s avec la date et l’heure, par exemple 24/11/2026 14:30.") % w
        )
    elif isinstance(field, forms.DateField):
        messages["invalid"] = _("Saisissez %(what)s sous la forme JJ/MM/AAAA, par exemple 24/11/2026.") % w
    elif isinstance(field, forms.TimeField):
        messages["invalid"] = _("Saisissez %(what)s sous la forme HH:MM, par exemple 14:30.") % w
    elif isinstance(field, forms.URLField):
        messages["invalid"] = _("Corrigez %(what)s : une adresse commence par https://.") % safe
    else:
        messages["invalid"] = _("Corrigez %(what)s : ce format n’est pas reconnu.") % safe
    return messages


def _required(field: forms.Field, many: bool, w: dict) -> str:
    if w["what"].rstrip(" »”").endswith("?"):
        return _("Répondez à la question %(what)s.") % w
    if many:
        return _("Choisissez au moins une réponse : %(what)s.") % w
    if isinstance(field, forms.BooleanField) and not isinstance(field, forms.NullBooleanField):
        return _("Cochez la case %(what)s pour continuer.") % w
    if isinstance(field, forms.FileField):
        return _("Ajoutez %(what)s.") % w
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return _("Choisissez %(what)s.") % w
    if isinstance(field.widget, DateParts) or isinstance(field, forms.DateField):
        return _("Indiquez %(what)s.") % w
    return _("Saisissez %(what)s.") % w
