from django.utils.translation import gettext as _

from cotonou.core import forms as portal
from cotonou.core.templatetags.portal import file_size
from cotonou.formbuilder.types.base import FieldType
from cotonou.formbuilder.types.dates import EARLIEST_YEAR
from cotonou.formbuilder.types.simple import LineField

ACCEPT = {"pdf": "application/pdf", "image": "image/jpeg,image/png,image/webp"}


class ActReference(FieldType):
    """Number and year of an act; one of the two is enough. Answer: {"number": "123", "year": 1987}."""

    composite = True

    def names(self, field):
        return [field.id, f"{field.id}_year"]

    def controls(self, field, around, *, required, heading):
        look = self.look(field, False, False) | {"width": 10, "says_optional": not required}
        # The field is both boxes; each has a name of its own.
        called = look["called"] or _("« %(label)s »") % {"label": field.label}
        look |= {"label": _("Numéro de l’acte"), "called": called}
        year = portal.IntegerField(
            label=_("Année de l’acte"),
            required=False,
            says_optional=False,
            min_value=EARLIEST_YEAR,
            max_value=around.today.year,
            called=_("l’année de l’acte"),
        )
        return {field.id: LineField(max_length=20, **look), f"{field.id}_year": year}

    def answer(self, field, cleaned):
        number, year = cleaned.get(field.id), cleaned.get(f"{field.id}_year")
        found = ({"number": number} if number else {}) | ({"year": year} if year else {})
        return found or None

    def initial(self, field, answer):
        return {field.id: answer.get("number", ""), f"{field.id}_year": answer.get("year")}

    def human(self, field, answer, around):
        number, year = answer.get("number"), answer.get("year")
        if number and year:
            return _("n° %(number)s de %(year)d") % {"number": number, "year": year}
        return _("n° %(number)s") % {"number": number} if number else _("année %(year)d") % {"year": year}


class Upload(FieldType):
    """Files added one at a time. Answer: [{"upload": uuid, "name": …, "size": bytes}]."""

    field_class = portal.FileField

    def arguments(self, field, around):
        accept = field.spec.get("accept", list(ACCEPT))
        return {"accept": ",".join(ACCEPT[kind] for kind in accept)}

    def controls(self, field, around, *, required, heading):
        held = around.answers.get(field.id) or []
        if len(held) >= field.max_files:
            return {}
        return super().controls(field, around, required=required and not held, heading=heading)

    def answer(self, field, cleaned):
        return None

    def initial(self, field, answer):
        return {}

    def human(self, field, answer, around):
        return ", ".join(f"{one['name']} ({file_size(one['size'])})" for one in answer)
