from django.db import models
from django.utils.translation import gettext_lazy as _


class DraftState(models.TextChoices):
    OPEN = "OPEN", _("en cours de saisie")
    SUBMITTED = "SUBMITTED", _("envoyé")
    EXPIRED = "EXPIRED", _("expiré")


TRANSITIONS: dict[str, set[str]] = {DraftState.OPEN: {DraftState.SUBMITTED, DraftState.EXPIRED}}
