from django.db import models
from django.db.models import Exists, OuterRef, Q

from cotonou.territory.dates import local_today


class ProcedureVersionQuerySet(models.QuerySet):
    def applying(self, on=None):
        """Published, and begun on a day (today by default); the newest of a procedure is in force."""
        return self.filter(in_force_from__lte=on or local_today()).exclude(published_at=None)

    def coming(self, after=None):
        """Published, to begin after a day (today by default), and not overtaken by a newer one."""
        newer = self.model._default_manager.filter(
            procedure=OuterRef("procedure"),
            number__gt=OuterRef("number"),
            in_force_from__lte=OuterRef("in_force_from"),
        )
        return self.filter(~Exists(newer), in_force_from__gt=after or local_today())

    def in_force(self, slug: str, on=None):
        """The published version that applies on a day (today by default), or None."""
        return (
            self.applying(on)
            .filter(procedure__service__slug=slug)
            .select_related("procedure__service", "form_version")
            .order_by("-number")
            .first()
        )


class EntitlementRuleQuerySet(models.QuerySet):
    def in_force(self, on=None):
        on = on or local_today()
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on), starts_on__lte=on)
