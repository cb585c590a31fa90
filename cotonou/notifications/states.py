from django.db import models
from django.utils.translation import gettext_lazy as _


class Channel(models.TextChoices):
    SMS = "SMS", _("SMS")
    EMAIL = "EMAIL", _("courriel")
    INBOX = "INBOX", _("espace personnel")


class MessageState(models.TextChoices):
    QUEUED = "QUEUED", _("à envoyer")
    SENT = "SENT", _("envoyé")
    FAILED = "FAILED", _("non envoyé")
