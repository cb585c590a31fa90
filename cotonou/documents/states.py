from django.db import models
from django.utils.translation import gettext_lazy as _


class DocumentState(models.TextChoices):
    VALID = "VALID", _("valable")
    REPLACED = "REPLACED", _("remplacé")
    REVOKED = "REVOKED", _("annulé")


TRANSITIONS: dict[str, set[str]] = {
    DocumentState.VALID: {DocumentState.REPLACED, DocumentState.REVOKED},
    DocumentState.REPLACED: {DocumentState.REVOKED},
}


class HistoryKind(models.TextChoices):
    ISSUED = "ISSUED", _("émis")
    SEALED = "SEALED", _("scellé")
    REPLACED = "REPLACED", _("remplacé")
    REVOKED = "REVOKED", _("annulé")


class ScanState(models.TextChoices):
    CLEAN = "CLEAN", _("vérifié par l’antivirus")
    UNSCANNED = "UNSCANNED", _("non vérifié par l’antivirus")
    INFECTED = "INFECTED", _("supprimé par l’antivirus")


class KeyUse(models.TextChoices):
    QR = "QR", _("code QR")
    SEAL = "SEAL", _("cachet électronique")
    ROOT = "ROOT", _("autorité de certification")
