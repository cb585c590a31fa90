"""Notes and coins at a desk: no operator to ask, so no adapter, only a name.

The money is there at once: see payments.services.take_cash.
"""

from django.utils.translation import gettext as _

NAME = "cash"


def label() -> str:
    return _("espèces à la caisse")
