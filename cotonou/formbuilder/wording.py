"""Parts of a definition in a sentence, for the page that announces the form."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from cotonou.formbuilder.definition import Field, Form, Page, say


def asked_when(form: Form, page: Page) -> str:
    """When a piece is asked for, as a parenthesis; "" for one that everybody must give."""
    upload = page.upload
    required = upload.required if upload else True
    wanted = [c for c in (page.condition, required) if isinstance(c, dict)]
    if required is False:
        return _("facultatif")
    if not wanted:
        return ""
    answers = [_answers(form, condition) for condition in wanted]
    if len(answers) > 1 or not answers[0]:
        return _("selon vos réponses")
    return _("si vous répondez %(answers)s") % {"answers": answers[0]}


def _answers(form: Form, condition: dict[str, Any]) -> str:
    """« Oui » ou « Non »: the answers that make a simple condition true; "" for any other."""
    field = form.fields.get(condition.get("field", ""))
    values = condition.get("in") or ([condition["is"]] if "is" in condition else [])
    if field is None or not values or not field.spec.get("choices"):
        return ""
    return listed(_("« %(label)s »") % {"label": label} for label in _labels(field, values))


def _labels(field: Field, values: list[Any]) -> list[str]:
    return [say(choice["label"]) for choice in field.spec["choices"] if choice["value"] in values]


def listed(words: Iterable[str]) -> str:
    """ "a, b ou c"."""
    *before, last = words
    return _("%(before)s ou %(last)s") % {"before": ", ".join(before), "last": last} if before else last
