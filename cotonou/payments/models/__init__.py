from cotonou.payments.models.cash import CashDesk, CashSession
from cotonou.payments.models.fake import FakeOperator, FakeTransaction
from cotonou.payments.models.payments import MoneyCase, Payment, PaymentAllocation, ProviderEvent
from cotonou.payments.models.receipts import Receipt, ReceiptSeries
from cotonou.payments.models.refunds import Refund

__all__ = [
    "CashDesk",
    "CashSession",
    "FakeOperator",
    "FakeTransaction",
    "MoneyCase",
    "Payment",
    "PaymentAllocation",
    "ProviderEvent",
    "Receipt",
    "ReceiptSeries",
    "Refund",
]
