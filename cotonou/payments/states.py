from django.db import models
from django.utils.translation import gettext_lazy as _


class PaymentState(models.TextChoices):
    STARTED = "STARTED", _("préparé")
    PENDING = "PENDING", _("en attente de l’opérateur")
    SETTLED = "SETTLED", _("encaissé")
    FAILED = "FAILED", _("refusé")
    EXPIRED = "EXPIRED", _("expiré")
    CANCELLED = "CANCELLED", _("abandonné")


S = PaymentState
OPEN = (S.STARTED, S.PENDING)
# Forward only. Money that arrives late on an attempt we had given up is still money.
TRANSITIONS: dict[str, frozenset[str]] = {
    S.STARTED: frozenset({S.PENDING, S.SETTLED, S.FAILED, S.EXPIRED, S.CANCELLED}),
    S.PENDING: frozenset({S.SETTLED, S.FAILED, S.EXPIRED, S.CANCELLED}),
    S.FAILED: frozenset({S.SETTLED}),
    S.EXPIRED: frozenset({S.SETTLED, S.FAILED}),
    S.CANCELLED: frozenset({S.SETTLED, S.FAILED}),
    S.SETTLED: frozenset(),
}
# For the citizen: a word, and the colour that only helps.
TONES: dict[str, str] = {
    S.STARTED: "info",
    S.PENDING: "warn",
    S.SETTLED: "ok",
    S.FAILED: "stop",
    S.EXPIRED: "stop",
    S.CANCELLED: "info",
}


class FailureReason(models.TextChoices):
    """Why an attempt failed, in words that say what to do."""

    REFUSED = "REFUSED", _("Le paiement a été refusé sur le téléphone.")
    INSUFFICIENT = "INSUFFICIENT", _("Le solde du compte mobile est insuffisant.")
    PROVIDER = "PROVIDER", _("L’opérateur n’a pas accepté le paiement.")
    WRONG_MONEY = "WRONG_MONEY", _("La somme reçue n’est pas la somme attendue. La régie vous contacte.")


class CaseKind(models.TextChoices):
    WRONG_AMOUNT = "WRONG_AMOUNT", _("montant différent")
    WRONG_CURRENCY = "WRONG_CURRENCY", _("autre monnaie")
    WRONG_REFERENCE = "WRONG_REFERENCE", _("autre transaction")
    UNKNOWN_REFERENCE = "UNKNOWN_REFERENCE", _("référence inconnue")
    NOT_ANNOUNCED = "NOT_ANNOUNCED", _("service destinataire inconnu")


class RefundState(models.TextChoices):
    PROPOSED = "PROPOSED", _("proposé")
    APPROVED = "APPROVED", _("accordé, à payer")
    REFUSED = "REFUSED", _("refusé")
    PAID = "PAID", _("payé")


R = RefundState
REFUND_TRANSITIONS: dict[str, frozenset[str]] = {
    R.PROPOSED: frozenset({R.APPROVED, R.REFUSED}),
    R.APPROVED: frozenset({R.PAID}),
    R.REFUSED: frozenset(),
    R.PAID: frozenset(),
}
