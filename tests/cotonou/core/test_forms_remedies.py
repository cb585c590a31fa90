"""Every error names the field and the remedy; « Ce champ est obligatoire » never shows."""

import functools

import pytest
from django import forms as django_forms

from cotonou.core import forms


def errors(data=None, files=None, **fields) -> dict[str, str]:
    form = type("Sample", (forms.PortalForm,), fields)(data or {}, files)
    return {name: texts[0] for name, texts in form.errors.items()}


@pytest.mark.parametrize(
    ("field", "says"),
    [
        (django_forms.CharField(label="Nom"), "Saisissez « Nom »."),
        (django_forms.CharField(label="Votre nom :"), "Saisissez votre nom."),
        (django_forms.EmailField(label="Courriel"), "Saisissez « Courriel »."),
        (
            django_forms.ChoiceField(label="Votre quartier", choices=[("1", "A")]),
            "Choisissez votre quartier.",
        ),
        (django_forms.ChoiceField(label="Où ?", choices=[("1", "A")]), "Répondez à la question « Où ? »."),
        (
            django_forms.MultipleChoiceField(label="Usages", choices=[("1", "A")]),
            "Choisissez au moins une réponse : « Usages ».",
        ),
        (django_forms.BooleanField(label="J’accepte"), "Cochez la case « J’accepte » pour continuer."),
        (django_forms.FileField(label="Votre pièce"), "Ajoutez votre pièce."),
        (django_forms.DateField(label="Début"), "Indiquez « Début »."),
        (forms.SplitDateField(label="Naissance"), "Indiquez « Naissance »."),
        (forms.CharField(label="Nom", called="le nom du père"), "Saisissez le nom du père."),
        (forms.CharField(label="Nom", error_required="Écrivez le nom."), "Écrivez le nom."),
        (django_forms.CharField(label="Nom", error_messages={"required": "Écrivez-le."}), "Écrivez-le."),
        (django_forms.CharField(label="Taux de 20 %"), "Saisissez « Taux de 20 % »."),
    ],
)
def test_what_is_missing_is_asked_for_by_name(field, says):
    assert errors(x=field)["x"] == says


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        (
            django_forms.CharField(label="Nom", max_length=3),
            "abcde",
            "Raccourcissez « Nom » : 3 caractères au plus, il y en a 5.",
        ),
        (
            django_forms.CharField(label="20 %", min_length=3),
            "a",
            "Complétez « 20 % » : 3 caractères au moins.",
        ),
        (django_forms.IntegerField(label="Âge", max_value=9), "12", "Corrigez « Âge » : 9 au plus."),
        (django_forms.IntegerField(label="Âge"), "dix", "Saisissez « Âge » en chiffres, par exemple 12."),
        (
            django_forms.EmailField(label="Votre courriel"),
            "moi@",
            "Corrigez votre courriel : une adresse s’écrit comme nom@exemple.com.",
        ),
        (
            django_forms.ChoiceField(label="Votre quartier", choices=[("1", "A")]),
            "7",
            "Choisissez votre quartier dans la liste proposée.",
        ),
        (
            django_forms.DateField(label="Début"),
            "hier",
            "Saisissez « Début » sous la forme JJ/MM/AAAA, par exemple 24/11/2026.",
        ),
    ],
)
def test_what_is_wrong_is_named_with_its_remedy(field, value, says):
    assert errors({"x": value}, x=field)["x"] == says


def test_no_field_of_django_keeps_the_bare_words():
    kinds = [
        django_forms.CharField,
        django_forms.IntegerField,
        django_forms.DecimalField,
        django_forms.DateField,
        django_forms.DateTimeField,
        django_forms.TimeField,
        django_forms.EmailField,
        functools.partial(django_forms.URLField, assume_scheme="https"),
        django_forms.UUIDField,
        django_forms.BooleanField,
        django_forms.FileField,
    ]
    found = errors(**{f"f{i}": kind(label=f"Champ {i}") for i, kind in enumerate(kinds)})
    assert len(found) == len(kinds)
    for name, text in found.items():
        assert f"Champ {name[1:]}" in text
        assert "obligatoire" not in text


def test_fields_added_after_the_form_was_made_are_worded_too():
    form = forms.PortalForm({})
    form.fields["late"] = django_forms.CharField(label="Ajouté")
    assert form.errors["late"] == ["Saisissez « Ajouté »."]
