from django.db import models
from django.db.models import Q

from cotonou.territory.dates import local_today


class ProcedureVersionQuerySet(models.QuerySet):
    def applying(self, on=None):
        """Published, and begun on a day (today by default); the last one of a procedure is in force."""
        return self.filter(in_force_from__lte=on or local_today()).exclude(published_at=None)

    def in_force(self, slug: str, on=None):
        """The published version that applies on a day (today by default), or None."""
        return (
            self.applying(on)
            .filter(procedure__service__slug=slug)
            .select_related("procedure__service", "form_version")
            .order_by("-in_force_from", "-number")
            .first()
        )


class EntitlementRuleQuerySet(models.QuerySet):
    def in_force(self, on=None):
        on = on or local_today()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on)
