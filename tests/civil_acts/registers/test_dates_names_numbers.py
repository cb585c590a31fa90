import datetime

import pytest

from civil_acts.registers import dates, names, numbers


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("03/07/1987", (1987, 7, 3)),
        ("3-7-87", (1987, 7, 3)),
        ("3.7.87", (1987, 7, 3)),
        ("3 7 1987", (1987, 7, 3)),
        ("12 mars 87", (1987, 3, 12)),
        ("1er janvier 1980", (1980, 1, 1)),
        ("née le 5 août 1979", (1979, 8, 5)),
        ("1987-07-03", (1987, 7, 3)),
        ("03071987", (1987, 7, 3)),
        ("19870703", (1987, 7, 3)),
        ("31961", (1987, 7, 3)),
        ("31961.0", (1987, 7, 3)),
        ("14 févr. 1983", (1983, 2, 14)),
        ("29/02/84", (1984, 2, 29)),
        # A register of 1987 cannot speak of 1988 to 1999 in two digits.
        ("3/7/88", (1888, 7, 3)),
        ("3/7/03", (1903, 7, 3)),
    ],
)
def test_an_exact_date_is_read(text, day):
    found = dates.parse(text, register_year=1987)
    assert (found.date, found.precision) == (datetime.date(*day), "DAY")


@pytest.mark.parametrize(
    ("text", "year", "precision"),
    [
        ("vers 1962", 1962, "ABOUT"),
        ("Vers l’année 1962", 1962, "ABOUT"),
        ("environ mars 1962", 1962, "ABOUT"),
        ("né vers 1962", 1962, "ABOUT"),
        ("mars 1962", 1962, "MONTH"),
        ("03/1962", 1962, "MONTH"),
        ("1962", 1962, "YEAR"),
        ("en 1962", 1962, "YEAR"),
    ],
)
def test_a_partial_date_keeps_the_words_of_the_register(text, year, precision):
    found = dates.parse(text, register_year=1987)
    assert (found.year, found.precision, found.date, found.text) == (year, precision, None, text)


@pytest.mark.parametrize(
    "text", ["", "inconnue", "juillet", "jui 1987", "3/7", "12 brumaire 87", "87", "3/7/19875"]
)
def test_what_is_not_a_date_is_refused(text):
    with pytest.raises(dates.BadDateError) as error:
        dates.parse(text, register_year=1987)
    assert not error.value.impossible


@pytest.mark.parametrize("text", ["31/02/1987", "29/02/1987", "12/13/1987", "0/7/87", "13/1987"])
def test_a_day_that_does_not_exist_is_named_as_such(text):
    with pytest.raises(dates.BadDateError) as error:
        dates.parse(text, register_year=1987)
    assert error.value.impossible


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("HOUNGBÃ‰DJI", "HOUNGBÉDJI"),
        ("HOUNGBÃƒâ€°DJI", "HOUNGBÉDJI"),
        ("FifamÃ¨", "Fifamè"),
        ("Andre´", "André"),
        ("Se\u0301\u0301nan", "Sénan"),
        ("Se\u0301nan", "Sénan"),
        ("  Jean \t Pierre ", "Jean Pierre"),
        ("N`DAH", "N`DAH"),
        ("Gb&egrave;no", "Gbèno"),
        ("É–É”su", "ɖɔsu"),
        ("D’ALMEIDA", "D’ALMEIDA"),
        ("CONCEIÇÃO", "CONCEIÇÃO"),
        ("Ɖɔ̀su", "Ɖɔ̀su"),
    ],
)
def test_text_is_mended_and_never_changed_otherwise(broken, meant):
    assert names.repair(broken) == meant
    assert names.repair(meant) == meant


@pytest.mark.parametrize(
    ("text", "lost"), [("S?nan", True), ("Andr\ufffd", True), ("Sènan", False), ("? ", False)]
)
def test_a_lost_letter_is_noticed(text, lost):
    assert names.is_illegible(text) is lost


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("HOUNGBÉDJI Sènan Paul", ("HOUNGBÉDJI", "Sènan Paul")),
        ("DE SOUZA Marie", ("DE SOUZA", "Marie")),
        ("ADJOVI KOSSI JEAN", ("ADJOVI", "KOSSI JEAN")),
        ("DE SOUZA MARIE", ("DE SOUZA", "MARIE")),
        ("Adjovi Kossi", ("Adjovi", "Kossi")),
        ("ADJOVI", ("ADJOVI", "")),
    ],
)
def test_a_whole_name_is_split(text, parts):
    assert names.split_full_name(text) == parts


@pytest.mark.parametrize(
    ("text", "number", "suffix", "year"),
    [
        ("12", 12, "", None),
        ("0012", 12, "", None),
        ("N° 12", 12, "", None),
        ("n°12/87", 12, "", None),
        ("12/1987", 12, "", 1987),
        ("1987/12", 12, "", 1987),
        ("12 bis", 12, "BIS", None),
        ("12-B", 12, "B", None),
        ("12bis/1987", 12, "BIS", 1987),
        ("12.0", 12, "", None),
    ],
)
def test_an_act_number_is_read(text, number, suffix, year):
    assert numbers.parse(text) == numbers.ActNumber(number, suffix, year)


@pytest.mark.parametrize("text", ["", "sans", "0", "12/13/14", "12345678", "-3"])
def test_what_is_not_a_number_is_refused(text):
    with pytest.raises(numbers.BadNumberError):
        numbers.parse(text)
