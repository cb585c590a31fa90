"""Phone numbers of Benin: what people type, what we store, what we show.

Since 30 November 2024 every number has ten digits and starts with 01; people
and old registers still give the eight digits of before.
"""

import re

import phonenumbers
from django.utils.translation import gettext as _

EXAMPLE = "01 97 00 00 00"
_OLD_NUMBER = re.compile(r"(?:\+229|00229|229)?([2-9]\d{7})")


class PhoneError(ValueError):
    """The message is French and says what to do."""


def to_e164(typed: str, *, foreign: bool = False) -> str:
    """ "97 12 34 56" or "+229 01 97 12 34 56" -> "+2290197123456".

    foreign: also accept a number of another country written with its +code.
    Raises PhoneError.
    """
    digits = re.sub(r"[\s.\-()/\u00a0\u202f]", "", typed)
    if old := _OLD_NUMBER.fullmatch(digits):
        digits = "+22901" + old[1]
    elif digits.startswith("22901"):
        digits = "+" + digits
    try:
        number = phonenumbers.parse(digits, "BJ")
    except phonenumbers.NumberParseException:
        number = None
    if number and phonenumbers.is_valid_number(number) and (foreign or number.country_code == 229):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    remedy = (
        _("Saisissez un numéro à 10 chiffres, par exemple %(example)s, ou avec l’indicatif du pays.")
        if foreign
        else _(
            "Saisissez un numéro béninois à 10 chiffres, par exemple %(example)s (ou l’ancien à 8 chiffres)."
        )
    )
    raise PhoneError(remedy % {"example": EXAMPLE})


def pretty(e164) -> str:
    """ "+2290197123456" -> "01 97 12 34 56"; numbers of other countries keep their code."""
    text = str(e164 or "")
    if re.fullmatch(r"\+22901\d{8}", text):
        national = text[4:]
        return "\u00a0".join(national[i : i + 2] for i in range(0, 10, 2))
    try:
        number = phonenumbers.parse(text, None)
    except phonenumbers.NumberParseException:
        return text
    shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return shown.replace(" ", "\u00a0")
