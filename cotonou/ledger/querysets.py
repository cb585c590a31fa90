import datetime
from typing import Any

from django.db import models
from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from cotonou.accounts.actors import Actor
from cotonou.accounts.permissions import Permission


class EntryQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor):
        """Entries of the offices where this person may read the books; the mairie reads all."""
        scope = actor.scope(Permission.LEDGER_VIEW)
        return self.filter(scope.where("office")) if scope else self.none()

    def journal(self):
        return self.order_by("-date", "-pk")


class LineQuerySet(models.QuerySet):
    def visible_to(self, actor: Actor):
        scope = actor.scope(Permission.LEDGER_VIEW)
        return self.filter(scope.where("office")) if scope else self.none()

    def between(self, start: datetime.date | None = None, end: datetime.date | None = None):
        """Lines of the days start..end, bounds included; None leaves that side open."""
        lines = self.filter(date__gte=start) if start else self
        return lines.filter(date__lte=end) if end else lines

    def totals(self) -> tuple[int, int]:
        """(debits, credits) in XOF."""
        found = self.aggregate(debit=Coalesce(Sum("debit_xof"), 0), credit=Coalesce(Sum("credit_xof"), 0))
        return int(found["debit"]), int(found["credit"])

    def by_account(self, before: datetime.date | None = None):
        """Per account id: sums of the range, and with ``before`` what preceded that day."""
        now = Q(date__gte=before) if before else Q()
        sums: dict[str, Any] = {
            "debit": Coalesce(Sum("debit_xof", filter=now), 0),
            "credit": Coalesce(Sum("credit_xof", filter=now), 0),
        }
        if before:
            sums["opening"] = Coalesce(Sum("debit_xof", filter=Q(date__lt=before)), 0) - Coalesce(
                Sum("credit_xof", filter=Q(date__lt=before)), 0
            )
        return self.values("account").annotate(**sums)
