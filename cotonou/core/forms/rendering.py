"""From a Django form to the markup of the design system.

Only ``{{ form }}`` and ``{{ field.as_field_group }}`` change; ``{{ field }}``
alone stays Django's, which is what the administration site uses.
"""

from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates, TemplatesSetting
from django.utils.functional import cached_property

from cotonou.core.forms.widgets import PART_LABELS, PARTS, DateParts

# The first widget class that fits; subclasses before their parents.
KINDS = (
    (DateParts, "date"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkbox"),
    (forms.FileInput, "file"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
)
CONTROL_CLASSES = {
    "input": "govuk-input",
    "select": "govuk-select",
    "textarea": "govuk-textarea",
    "file": "govuk-file-upload",
}
GROUPS = {"radios", "checkboxes", "date"}


class PortalBoundField(BoundField):
    """What the field templates ask; see templates/forms/field.html."""

    @cached_property
    def kind(self) -> str:
        return next((kind for cls, kind in KINDS if isinstance(self.field.widget, cls)), "input")

    @property
    def template(self) -> str:
        return f"forms/{self.kind if self.kind in GROUPS | {'checkbox'} else 'single'}.html"

    @property
    def use_fieldset(self):
        # Django also says so for a file input with a "clear" box, which has one label.
        return self.field.widget.use_fieldset and self.kind != "file"

    @property
    def label_size(self) -> str:
        """s, m, l or xl; nothing for the ordinary weight."""
        return getattr(self.field, "label_size", "") or getattr(self.form, "label_size", "")

    @property
    def is_heading(self) -> bool:
        """The label is also the page's title: one question per page."""
        return getattr(self.field, "heading", False)

    @property
    def prefix(self):
        return getattr(self.field, "prefix", "")

    @property
    def suffix(self):
        return getattr(self.field, "suffix", "")

    @property
    def is_optional(self) -> bool:
        return not self.field.required and getattr(self.field, "says_optional", True)

    @cached_property
    def is_revealed(self) -> bool:
        """True when another choice of the form shows this field under itself."""
        return self.name in _revealed_names(self.form)

    @cached_property
    def bad_parts(self) -> set[str]:
        """Which of the three boxes of a date the errors are about."""
        named = [(error.params or {}).get("parts") for error in self.errors.as_data()]
        if not named:
            return set()
        return {part for parts in named for part in (parts or PARTS)}

    @property
    def first_id(self) -> str:
        """Where the error summary sends people: the first control that can take focus."""
        if self.kind in {"radios", "checkboxes"}:
            return f"{self.auto_id}_0"
        if self.kind == "date":
            first = next((i for i, part in enumerate(PARTS) if part in self.bad_parts), 0)
            return f"{self.auto_id}_{first}"
        return self.id_for_label or self.auto_id

    def control(self) -> str:
        """The widget itself, with the classes and attributes of the design system."""
        classes = [CONTROL_CLASSES.get(self.kind, ""), self.field.widget.attrs.get("class", "")]
        if width := getattr(self.field, "width", None):
            classes.append(f"govuk-input--width-{width}")
        if self.errors:
            classes.append(f"{CONTROL_CLASSES.get(self.kind, '')}--error")
        attrs: dict[str, str | bool] = {
            "class": " ".join(filter(None, classes)),
            # A paste that is too long must be refused in words, not cut in silence.
            "maxlength": False,
            "minlength": False,
        }
        for name in ("autocomplete", "inputmode", "spellcheck", "accept"):
            if value := getattr(self.field, name, None):
                attrs[name] = value
        return self.as_widget(attrs=attrs)

    def options(self) -> list[dict]:
        """The choices of a radio or checkbox group, ready for the template."""
        widget = self.field.widget
        hints = {str(k): v for k, v in getattr(widget, "hints", {}).items()}
        reveals = {str(k): v for k, v in getattr(widget, "reveals", {}).items()}
        options = []
        for sub in self.subwidgets:
            value, attrs = str(sub.data["value"]), sub.data["attrs"]
            revealed = reveals.get(value)
            options.append(
                {
                    "id": attrs.get("id", ""),
                    "name": sub.data["name"],
                    "value": value,
                    "label": sub.data["label"],
                    "checked": sub.data["selected"],
                    "disabled": attrs.get("disabled", False),
                    "hint": hints.get(value, ""),
                    "revealed": self.form[revealed] if revealed else None,
                }
            )
        return options

    def parts(self) -> list[dict]:
        """The three boxes of a date."""
        value = self.value()
        values = value if isinstance(value, list | tuple) else self.field.widget.decompress(value)
        autocomplete = getattr(self.field, "autocomplete", "")
        return [
            {
                "id": f"{self.auto_id}_{i}",
                "name": f"{self.html_name}_{part}",
                "label": PART_LABELS[part],
                "value": "" if values[i] is None else values[i],
                "width": 4 if part == "year" else 2,
                "error": part in self.bad_parts,
                "autocomplete": f"{autocomplete}-{part}" if autocomplete == "bday" else "",
                "disabled": self.field.disabled,
            }
            for i, part in enumerate(PARTS)
        ]


class PortalRenderer(TemplatesSetting):
    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    formset_template_name = "forms/formset.html"
    bound_field_class = PortalBoundField

    def __init__(self):
        self._django = DjangoTemplates()

    def get_template(self, template_name):
        # Django's own widgets are not among the project's templates.
        if template_name.startswith("django/"):
            return self._django.get_template(template_name)
        return super().get_template(template_name)


def _revealed_names(form) -> set[str]:
    return {name for field in form.fields.values() for name in getattr(field.widget, "reveals", {}).values()}


def error_items(form) -> list[dict]:
    """Every error of a bound form as {"href", "text"}, in the order of the page.

    href is "" when the error belongs to no single visible field.
    """
    if not form.errors:
        return []
    items = [{"href": "", "text": text} for text in form.non_field_errors()]
    for field in form.hidden_fields():
        items += [{"href": "", "text": text} for text in field.errors]
    for field in form.visible_fields():
        target = getattr(field, "first_id", None) or field.id_for_label
        items += [{"href": f"#{target}", "text": text} for text in field.errors]
    return items
