"""Fields accept what people write, and say what to correct when they cannot."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from cotonou.core import forms


def message(field, value) -> str:
    with pytest.raises(ValidationError) as caught:
        field.clean(value)
    return caught.value.messages[0]


@pytest.mark.parametrize(
    "typed",
    [
        "97000000",
        "97 00 00 00",
        "97.00.00.00",
        "0197000000",
        "01 97 00 00 00",
        "+229 97 00 00 00",
        "+2290197000000",
        "00229 01 97 00 00 00",
        "2290197000000",
        "22997000000",
        "\u00a001-97-00-00-00 ",
    ],
)
def test_a_phone_of_benin_is_stored_in_one_way(typed):
    assert forms.PhoneField().clean(typed) == "+2290197000000"


@pytest.mark.parametrize(
    "typed", ["9712", "0297000000", "abc", "01970000001", "+33612345678", "+229", "1" * 300]
)
def test_a_bad_phone_is_refused_with_an_example(typed):
    assert "01 97 00 00 00" in message(forms.PhoneField(), typed)


def test_a_foreign_phone_passes_only_where_it_is_asked_for():
    assert forms.PhoneField(foreign=True).clean("+33 6 12 34 56 78") == "+33612345678"
    assert "indicatif" in message(forms.PhoneField(foreign=True), "06 12 34 56 78 99")


def test_a_stored_phone_is_shown_as_people_say_it():
    assert forms.PhoneField().prepare_value("+2290197000000") == "01 97 00 00 00"
    assert forms.PhoneField().prepare_value("97 00") == "97 00"


@pytest.mark.parametrize(
    "typed", ["48215", "48 215", "48\u00a0215", "48\u202f215 F", "48.215", "48215 F CFA", "48215fcfa"]
)
def test_money_is_whole_francs_however_written(typed):
    assert forms.MoneyField().clean(typed) == 48_215


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("12,50", "centimes"),
        ("12.5", "centimes"),
        ("beaucoup", "48 215"),
        ("-5", "0"),
        ("10000000000000", "au plus"),
        ("9" * 25, "au plus"),
    ],
)
def test_money_that_is_not_is_refused_in_words(typed, says):
    assert says in message(forms.MoneyField(), typed).replace("\u00a0", " ")


def test_each_amount_of_a_form_is_refused_by_its_own_name():
    class Fees(forms.PortalForm):
        fee = forms.MoneyField(label="Timbre (100 %)")
        share = forms.MoneyField(label="Part", called="la part de l’ANIP")

    form = Fees({"fee": "-5", "share": "beaucoup"})
    assert "« Timbre (100 %) »" in form.errors["fee"][0]
    assert form.errors["share"][0].startswith("Saisissez la part de l’ANIP en chiffres")


def test_money_is_shown_in_groups():
    assert forms.MoneyField().prepare_value(48_215) == "48\u00a0215"
    assert forms.MoneyField(required=False).clean("") is None


def test_a_date_in_three_boxes_is_a_date():
    assert forms.SplitDateField().clean(["24", "11", "1990"]) == datetime.date(1990, 11, 24)
    assert forms.SplitDateField(required=False).clean(["", "", ""]) is None


@pytest.mark.parametrize(
    ("typed", "says", "parts"),
    [
        (["31", "2", "1990"], "n’existe pas", ["day"]),
        (["3", "13", "1990"], "n’existe pas", ["month"]),
        (["3", "", ""], "il manque le mois et l’année", ["month", "year"]),
        (["3", "12", "90"], "quatre chiffres", ["year"]),
        (["trois", "12", "1990"], "en chiffres", ["day"]),
        (["٣", "12", "1990"], "en chiffres", ["day"]),
        (["3", "12", "1492"], "1 janvier 1880", ("day", "month", "year")),
    ],
)
def test_a_bad_date_says_what_is_wrong_and_where(typed, says, parts):
    with pytest.raises(ValidationError) as caught:
        forms.SplitDateField().clean(typed)
    assert says in caught.value.messages[0]
    assert caught.value.params["parts"] == parts


@time_machine.travel("2026-11-24T23:30:00Z", tick=False)
def test_today_is_the_day_in_cotonou():
    # 23:30 UTC is already the 25th there.
    field = forms.SplitDateField(past=True)
    assert field.clean(["25", "11", "2026"]) == datetime.date(2026, 11, 25)
    assert "futur" in message(field, ["26", "11", "2026"])


def test_limits_of_a_date_may_move_with_the_day():
    field = forms.SplitDateField(earliest=None, latest=lambda: datetime.date(2026, 1, 31))
    assert "31 janvier 2026" in message(field, ["1", "2", "2026"])


def test_a_code_received_by_sms_forgives_spaces_and_keeps_zeros():
    assert forms.OneTimeCodeField().clean("012 345") == "012345"
    assert "6 chiffres" in message(forms.OneTimeCodeField(), "12")
    assert "6 chiffres" in message(forms.OneTimeCodeField(), "٠١٢٣٤٥")


def test_yes_and_no_become_true_and_false():
    class Question(forms.PortalForm):
        married = forms.YesNoField(label="Marié ?")

    yes, no, nothing = Question({"married": "yes"}), Question({"married": "no"}), Question({})
    assert (yes.is_valid(), yes.cleaned_data["married"]) == (True, True)
    assert (no.is_valid(), no.cleaned_data["married"]) == (True, False)
    assert not nothing.is_valid()
    assert 'value="no" checked' in str(Question(initial={"married": False}))


def test_a_saved_value_that_was_not_touched_has_not_changed():
    class Saved(forms.PortalForm):
        born_on = forms.SplitDateField(label="Date")
        amount_xof = forms.MoneyField(label="Montant")

    initial = {"born_on": datetime.date(1990, 11, 24), "amount_xof": 48_215}
    typed = {"born_on_day": "24", "born_on_month": "11", "born_on_year": "1990", "amount_xof": "48 215"}
    assert Saved(typed, initial=initial).changed_data == []
    assert Saved(typed | {"amount_xof": "1"}, initial=initial).changed_data == ["amount_xof"]


def test_an_empty_file_is_refused_with_the_remedy():
    class Sending(forms.PortalForm):
        piece = forms.FileField(label="Pièce d’identité", called="votre pièce d’identité")

    form = Sending({}, {"piece": SimpleUploadedFile("vide.pdf", b"")})
    assert form.errors["piece"] == [
        "Le fichier choisi est vide. Choisissez un autre fichier pour votre pièce d’identité."
    ]
