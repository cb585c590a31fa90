"""The ANIP's unit, which hands over the certificates that the City only prepares."""

from django.conf import settings
from django.utils.translation import gettext as _


def place() -> dict[str, str]:
    """{"name", "address", "hours"} in words; what nobody has confirmed says so."""
    address, hours = settings.UCIP_ADDRESS, settings.UCIP_HOURS
    if not address and not hours:
        return {
            "name": _("Unité de l’ANIP (UCIP)"),
            "address": _("adresse et horaires à confirmer par la Mairie"),
            "hours": "",
        }
    return {
        "name": _("Unité de l’ANIP (UCIP)"),
        "address": address or _("adresse à confirmer par la Mairie"),
        "hours": hours or _("horaires à confirmer par la Mairie"),
    }


def in_a_line() -> str:
    """Name, address and hours, for a message."""
    return ", ".join(filter(None, place().values()))
