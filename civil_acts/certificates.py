"""A document made from the answers to a form: what its model may name, and what is frozen in it.

The kinds are data: "civil_acts.certificate/<service>.<variant>". A model of such
a document may name the parts listed by ``names``; the wording is the City's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from civil_acts.models import ActRequest
from cotonou.documents import kinds, plain_templates
from cotonou.documents.models import TemplateVersion
from cotonou.formbuilder import engine
from cotonou.formbuilder.definition import COMPUTED, UPLOAD, Field, Form, Page, say
from cotonou.territory.dates import local_today

KIND = "civil_acts.certificate"
# What signing adds to every snapshot.
SIGNED = ("officer.name", "officer.title", "signed_on")
DATES, NUMBERS = ("date",), ("integer", "money", COMPUTED)
NUMBER_EXAMPLE = 3


@dataclass(frozen=True)
class Name:
    """What a model may name. example: what a specimen prints, of the shape of the real value."""

    path: str
    label: str
    example: Any


def kind_of(slug: str, variant: str) -> str:
    return f"{KIND}{kinds.MEMBER}{slug}.{variant}"


def is_certificate(kind: str) -> bool:
    return kind.startswith(KIND + kinds.MEMBER)


def _key(name: str) -> str:
    """A page's id as a template can write it."""
    return name.replace("-", "_")


def _asked(form: Form) -> Iterator[tuple[Page, Field]]:
    for page in form.pages:
        for field in page.fields:
            if field.type != UPLOAD and page.kind != "piece":
                yield page, field


def names(form: Form) -> list[Name]:
    """Everything that a model of a document made from this form may name, in the order of the form."""
    found = [
        Name("title", _("Titre du document"), _("Document d’exemple")),
        Name("person.surname", _("Nom de famille de la personne concernée"), "EXEMPLE"),
        Name("person.given_names", _("Prénoms de la personne concernée"), "Prénom Deuxième-Prénom"),
    ]
    lists: dict[str, dict[str, str]] = {}
    for page, field in _asked(form):
        if page.kind == "repeat":
            lists.setdefault(_key(page.id), {})[field.id] = _example(field)
            continue
        found.append(Name(f"answers.{field.id}", field.staff_label, _example(field)))
        if field.type in DATES:
            found.append(
                Name(
                    f"dates.{field.id}",
                    _("%(label)s, pour l’écrire en lettres") % _named(field),
                    "1984-03-27",
                )
            )
        elif field.type in NUMBERS:
            found.append(
                Name(
                    f"numbers.{field.id}",
                    _("%(label)s, pour l’écrire en lettres") % _named(field),
                    NUMBER_EXAMPLE,
                )
            )
    for page in form.pages:
        if _key(page.id) in lists:
            found.append(Name(f"answers.{_key(page.id)}", page.title, [lists[_key(page.id)]]))
    found += [
        Name(
            "said",
            _("Toutes les réponses, ligne par ligne"),
            [{"label": _("Question"), "value": _("Réponse")}],
        ),
        Name("officer.name", _("Nom de l’officier qui signe"), "EXEMPLE Officier"),
        Name("officer.title", _("Qualité de l’officier qui signe"), _("officier d’exemple")),
        Name("signed_on", _("Date de la signature"), local_today().isoformat()),
    ]
    return found


def _named(field: Field) -> dict[str, str]:
    return {"label": field.staff_label}


def _example(field: Field) -> str:
    if field.type in DATES:
        return "27/03/1984"
    return str(NUMBER_EXAMPLE) if field.type in NUMBERS else f"[{field.staff_label}]"


def undeclared(form: Form, source: str) -> list[str]:
    """What a text names that this form does not ask. Raises TemplateRefusedError when it cannot be read."""
    return plain_templates.undeclared(source, variables=set(variables(form)))


def variables(form: Form) -> list[str]:
    return [name.path for name in names(form)]


def example(form: Form, *, title: str) -> dict[str, Any]:
    """A snapshot with invented values: what a specimen is printed with."""
    snapshot: dict[str, Any] = {}
    for name in names(form):
        *path, last = name.path.split(".")
        place = snapshot
        for part in path:
            place = place.setdefault(part, {})
        place[last] = name.example
    return snapshot | {"title": title}


def build(request: ActRequest) -> dict[str, Any]:
    """The snapshot without ``officer`` and ``signed_on``: every name, "" or 0 where nothing was answered.

    Exactly what ``variables`` of the request's own form declares.
    """
    version = request.procedure_version
    form = version.form_version.form
    with override("fr"):  # the paper is in French, whatever the clerk's screen
        heading = say(version.variant(request.variant)["label"])
        rows = engine.summary(form, request.answers, staff=True)
        answers, dates, numbers = _empty(form)
        for row in rows:
            if row.page.kind == "piece" or row.field.type == UPLOAD:
                continue
            if row.item is not None:
                items = answers[_key(row.page.id)]
                while len(items) < row.item:
                    items.append(dict.fromkeys((field.id for field in row.page.fields), ""))
                items[row.item - 1][row.field.id] = row.value
                continue
            answers[row.field.id] = row.value
            given = request.answers.get(row.field.id)
            if row.field.id in dates and given:
                dates[row.field.id] = given
            elif row.field.id in numbers and given is not None:
                numbers[row.field.id] = given
    surname, _space, given_names = request.subject_name.partition(" ")
    said = request.answers
    snapshot = {
        "title": heading,
        "person": {
            "surname": str(said.get("subject_surname") or said.get("surname") or surname),
            "given_names": str(said.get("subject_given_names") or said.get("given_names") or given_names),
        },
        "said": [
            {"label": row.label, "value": row.value}
            for row in rows
            if row.value and row.page.kind != "piece" and row.field.type != UPLOAD
        ],
    }
    groups = {"answers": answers, "dates": dates, "numbers": numbers}
    return snapshot | {group: values for group, values in groups.items() if values}


def _empty(form: Form) -> tuple[dict[str, Any], dict[str, str], dict[str, int]]:
    answers: dict[str, Any] = {}
    dates: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for page, field in _asked(form):
        if page.kind == "repeat":
            answers.setdefault(_key(page.id), [])
            continue
        answers[field.id] = ""
        if field.type in DATES:
            dates[field.id] = ""
        elif field.type in NUMBERS:
            numbers[field.id] = 0
    return answers, dates, numbers


def template_of(request: ActRequest) -> TemplateVersion:
    """The model that the request's own version was published with: it stays on it."""
    variant = request.procedure_version.variant(request.variant)
    return TemplateVersion.objects.select_related("template").get(public_id=variant["template"])


def initials(snapshot: Any) -> str:
    return kinds.initials_of(snapshot["person"]["surname"], snapshot["person"]["given_names"])


def title(snapshot: Any) -> str:
    return str(snapshot["title"])
