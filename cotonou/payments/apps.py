from django.apps import AppConfig
from django.core.checks import register
from django.utils.translation import gettext_lazy as _


class PaymentsConfig(AppConfig):
    name = "cotonou.payments"
    label = "payments"

    def ready(self):
        from cotonou.audit import chains
        from cotonou.documents import elsewhere
        from cotonou.jobs import topics
        from cotonou.payments import checks, receipts, tasks, trail

        topics.register(
            "payments.refresh",
            tasks.refresh,
            label=_("Demander à l’opérateur où en est un paiement"),
            about=("payments.payment", "payment"),
        )
        topics.register("payments.sweep", tasks.sweep, label=_("Relire les paiements en attente"))
        topics.register(
            "payments.fake_webhook",
            tasks.send_fake_webhook,
            label=_("Faire parler l’opérateur d’essai"),
        )
        trail.register()
        elsewhere.register("payments.receipts", receipts.page_of)
        register(checks.enabled_operators_exist)
        receipt = "id public_id payment_id series_id number code amount_xof issued_at issued_by_label paper"
        chains.register("receipts", table="payments_receipt", columns=tuple(receipt.split()))
