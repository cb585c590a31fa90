"""A form with everything in it, and people to fill it."""

import copy
import io
import itertools

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from cotonou.accounts.actors import SYSTEM, Actor
from cotonou.formbuilder import services
from cotonou.formbuilder.definition import parse
from cotonou.formbuilder.models import Draft, FormVersion

PURPOSE = "tests"
SAMPLE = {
    "title": {"fr": "Fiche familiale", "en": "Family record"},
    "contact": {"name": ["surname", "given_names"], "phone": "phone"},
    "tables": {"marches": [{"value": "dantokpa", "label": "Dantokpa"}, {"value": "ganhi", "label": "Ganhi"}]},
    "pages": [
        {
            "id": "vous",
            "title": {"fr": "Qui êtes-vous ?", "en": "Who are you?"},
            "fields": [
                {
                    "id": "surname",
                    "type": "name",
                    "label": {"fr": "Nom de famille", "en": "Family name"},
                    "called": {"fr": "votre nom de famille", "en": "your family name"},
                    "autocomplete": "family-name",
                },
                {"id": "given_names", "type": "name", "label": "Prénoms", "called": "vos prénoms"},
                {"id": "phone", "type": "phone", "label": "Téléphone", "called": "votre numéro de téléphone"},
            ],
        },
        {
            "id": "situation",
            "title": "Votre situation",
            "fields": [
                {"id": "married", "type": "yes_no", "label": "Êtes-vous marié ?"},
                {
                    "id": "spouse",
                    "type": "name",
                    "label": "Nom de l’époux ou de l’épouse",
                    "condition": {"field": "married", "is": True},
                },
            ],
        },
        {
            "id": "mariage",
            "title": "Votre mariage",
            "condition": {"field": "married", "is": True},
            "fields": [{"id": "wedding", "type": "date", "label": "Date du mariage", "max": "today"}],
        },
        {
            "id": "enfants",
            "title": "Vos enfants",
            "repeat": {"item": "un enfant", "min": 0, "max": 3},
            "fields": [
                {"id": "child_name", "type": "name", "label": "Prénoms de l’enfant"},
                {"id": "child_birth", "type": "partial_date", "label": "Date de naissance", "max": "today"},
            ],
        },
        {
            "id": "lieu",
            "title": "Où habitez-vous ?",
            "fields": [{"id": "place", "type": "arrondissement", "label": "Arrondissement"}],
        },
        {
            "id": "quartier",
            "title": "Quartier",
            "fields": [{"id": "quarter", "type": "quartier", "label": "Quartier", "within": "place"}],
        },
        {
            "id": "copies",
            "title": "Exemplaires",
            "fields": [
                {"id": "count", "type": "integer", "label": "Nombre d’exemplaires", "min": 1, "max": 10},
                {
                    "id": "fee",
                    "type": "computed",
                    "label": "Droit à payer",
                    "format": "money",
                    "expression": {"product": [{"field": "count"}, 500]},
                },
            ],
        },
    ],
    "pieces": [
        {"id": "identity", "label": "Votre pièce d’identité", "called": "votre pièce d’identité", "max": 2},
        {
            "id": "wedding_act",
            "label": "Votre acte de mariage",
            "condition": {"field": "married", "is": True},
            "required_if": {"field": "wedding", "<": "2020-01-01"},
            "accept": ["pdf"],
        },
    ],
}
# What a single person with one child answers, page by page.
COMPLETE = {
    "surname": "Dossou",
    "given_names": "Afi",
    "phone": "+2290197000001",
    "married": False,
    "enfants": [{"child_name": "Koffi", "child_birth": {"year": 2015, "month": 3}}],
    "place": 5,
    "count": 2,
    "identity": [{"upload": "u", "name": "carte.jpg", "size": 1000}],
}
_numbers = itertools.count(1)


def sample(**changes) -> dict:
    return copy.deepcopy(SAMPLE) | changes


def form():
    return parse(SAMPLE)


def one_field(**spec) -> dict:
    """A definition that holds this one field."""
    return {"title": "T", "pages": [{"id": "p", "title": "P", "fields": [spec]}]}


def fields(*specs: dict) -> dict:
    return {"title": "T", "pages": [{"id": "p", "title": "P", "fields": list(specs)}]}


def publish(content: dict | None = None) -> FormVersion:
    return services.publish(slug=f"form-{next(_numbers)}", content=content or SAMPLE, by=SYSTEM)


def start(by: Actor | None = None, *, content: dict | None = None, **answers) -> Draft:
    """An open draft of the sample form, with these answers."""
    draft = services.start(
        form_version=publish(content), purpose=PURPOSE, subject_label="Fiche familiale", by=by or Actor()
    )
    if answers:
        draft.answers = answers
        draft.save()
    return draft


def photo(name: str = "carte.jpg", colour: str = "red") -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(content, "JPEG")
    return SimpleUploadedFile(name, content.getvalue(), content_type="image/jpeg")
