from django.apps import AppConfig
from django.core.checks import register


class PaymentsConfig(AppConfig):
    name = "cotonou.payments"
    label = "payments"

    def ready(self):
        from cotonou.audit import chains
        from cotonou.jobs import topics
        from cotonou.payments import checks, tasks

        topics.register("payments.refresh", tasks.refresh)
        topics.register("payments.sweep", tasks.sweep)
        topics.register("payments.fake_webhook", tasks.send_fake_webhook)
        register(checks.enabled_operators_exist)
        receipt = "id public_id payment_id series_id number code amount_xof issued_at issued_by_label paper"
        chains.register("receipts", table="payments_receipt", columns=tuple(receipt.split()))
