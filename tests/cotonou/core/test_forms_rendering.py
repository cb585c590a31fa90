"""One renderer: label, hint, error, control, and errors that people can reach."""

import re

import pytest
from django import forms as django_forms

from cotonou.core import forms


class Answers(forms.PortalForm):
    last_name = forms.CharField(
        label="Nom de famille", called="votre nom de famille", help_text="Comme sur la pièce", max_length=40
    )
    born_on = forms.SplitDateField(
        label="Date de naissance", called="votre date de naissance", autocomplete="bday"
    )
    receive = forms.RadioField(
        label="Comment le recevoir ?",
        choices=[("counter", "Au guichet"), ("mail", "Par la poste")],
        hints={"counter": "Avec une <pièce>"},
        reveals={"mail": "address"},
    )
    address = forms.TextareaField(label="Adresse", required=False)
    uses = forms.CheckboxesField(label="Usages", choices=[("a", "École"), ("b", "Voyage")])
    piece = forms.FileField(label="Pièce", accept="image/*")
    agreed = forms.BooleanField(label="Je certifie")
    token = django_forms.CharField(widget=django_forms.HiddenInput)


def refused() -> forms.PortalForm:
    return Answers({"born_on_day": "31", "born_on_month": "2", "born_on_year": "1990"})


def test_a_field_reads_label_then_hint_then_error_then_control():
    html = refused()["last_name"].as_field_group()
    places = [
        html.index(text)
        for text in ("<label", "Comme sur la pièce", "Saisissez votre nom de famille", "<input")
    ]
    assert places == sorted(places)


def test_a_control_is_described_by_its_hint_and_its_error():
    html = str(refused()["last_name"].control())
    assert 'aria-describedby="id_last_name_helptext id_last_name_error"' in html
    assert 'aria-invalid="true"' in html
    whole = refused()["last_name"].as_field_group()
    assert 'id="id_last_name_helptext"' in whole
    assert 'id="id_last_name_error"' in whole


def test_every_error_in_the_summary_points_at_a_control_of_the_page():
    form = refused()
    html = str(form)
    targets = [item["href"].removeprefix("#") for item in forms.error_items(form) if item["href"]]
    assert "id_receive_0" in targets
    assert "id_uses_0" in targets
    assert "id_born_on_0" in targets
    for target in targets:
        control = re.search(rf'<(input|select|textarea)[^>]*\bid="{target}"', html)
        assert control, f"{target} does not exist"


def test_ids_are_unique_on_the_page():
    ids = re.findall(r'\bid="([^"]+)"', str(refused()))
    assert len(ids) == len(set(ids))


def test_a_hidden_field_in_error_is_told_without_a_link():
    assert {"href": "", "text": "Saisissez « Token »."} in forms.error_items(refused())


def test_an_unbound_form_shows_no_summary():
    assert "govuk-error-summary" not in str(Answers())


def test_a_field_revealed_by_a_choice_is_shown_once_and_under_it():
    html = str(Answers())
    assert html.count('name="address"') == 1
    choice, revealed = html.index('id="id_receive_1"'), html.index('id="id_receive_1_more"')
    assert choice < revealed < html.index('name="address"') < html.index("Usages")
    assert 'data-aria-controls="id_receive_1_more"' in html
    assert "govuk-radios__conditional--hidden" in html
    assert "govuk-radios__conditional--hidden" not in str(Answers(initial={"receive": "mail"}))


def test_what_people_or_staff_wrote_is_escaped():
    html = str(Answers(initial={"last_name": "<img src=file:///etc/passwd>"}))
    assert "<img" not in html
    assert "Avec une &lt;pièce&gt;" in html


def test_nothing_typed_is_lost_in_a_refused_form():
    html = str(
        Answers(
            {
                "last_name": "Ɖossou",
                "born_on_day": "31",
                "born_on_year": "90",
                "receive": "mail",
                "uses": ["b"],
            }
        )
    )
    assert 'value="Ɖossou"' in html
    assert re.search(r'name="born_on_day"[^>]*value="31"', html)
    assert re.search(r'name="born_on_year"[^>]*value="90"', html)
    assert re.search(r'value="mail" checked', html)
    assert re.search(r'value="b" checked', html)


def test_a_long_paste_is_not_cut_by_the_browser():
    html = str(Answers())
    assert "maxlength" not in html
    assert "required" not in html


def test_only_the_wrong_part_of_a_date_is_marked():
    html = refused()["born_on"].as_field_group()
    assert re.search(r'govuk-input--error" id="id_born_on_0"', html)
    assert html.count("govuk-input--error") == 1
    assert re.findall(r'autocomplete="([^"]+)"', html) == ["bday-day", "bday-month", "bday-year"]


@pytest.mark.parametrize("name", ["last_name", "born_on", "uses", "piece", "agreed"])
def test_a_required_field_says_nothing_and_an_optional_one_says_so(name):
    form = Answers()
    assert "(facultatif)" not in form[name].as_field_group()
    assert "(facultatif)" in form["address"].as_field_group()


def test_a_label_can_be_the_title_of_the_page():
    class OneQuestion(forms.PortalForm):
        name = forms.CharField(label="Quel est votre nom ?", heading=True, label_size="l")
        sex = forms.RadioField(label="Sexe", choices=[("f", "Femme")], heading=True, label_size="l")

    assert re.search(
        r'<h1 class="govuk-label-wrapper">\s*<label class="govuk-label govuk-label--l"', str(OneQuestion())
    )
    assert '<h1 class="govuk-fieldset__heading">' in str(OneQuestion())


def test_forms_of_django_and_of_other_packages_are_rendered_alike():
    class Plain(django_forms.Form):
        login = django_forms.CharField(label="Identifiant")
        remember = django_forms.BooleanField(label="Rester connecté", required=False)

    html = str(Plain({}))
    assert 'class="govuk-input govuk-input--error"' in html
    assert "govuk-checkboxes__input" in html


def test_a_field_alone_stays_as_django_draws_it():
    assert "govuk" not in str(Answers()["last_name"])
